"""What a metric is asked of, out of the database: dated subscriptions, and the rates into the currency of the answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy import Connection

from kizuna import clock
from kizuna.errors import ConfigError
from kizuna.metrics.frames import Question
from kizuna.metrics.policy import KIZUNA, Policy, named
from kizuna.storage import agreements, direct, rates
from kizuna.storage.bulk import among_words, words
from kizuna.storage.instants import micros

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)


def question(
    sql: Connection,
    zone: tzinfo,
    policies: Mapping[str, Policy],
    *,
    as_of: date | None = None,
    since: date | None = None,
    known_at: int | None = None,
    policy: str | None = None,
    currency: str | None = None,
    customers: Collection[str] | None = None,
    hidden: bool = False,
) -> Question:
    """The question over the agreements of these customers (None: all) as they were known at an instant (µs).

    ``as_of`` is today in the zone when left out; ``hidden``: whoever asks may not read amounts, so none are read. Raises
    ConfigError for a period that ends before it begins, and for a policy or currency that is none.
    """
    day = as_of or clock.now().astimezone(zone).date()
    for one in (day, since):
        if one is not None and not FIRST_DAY <= one <= LAST_DAY:
            raise ConfigError(f"The day {one} is too far away; name one from {FIRST_DAY} to {LAST_DAY}.")
    if since is not None and since >= day:
        raise ConfigError(f"The period begins on {since} and ends on {day}; let it begin before it ends.")
    under, code = KIZUNA if policy is None else named(policy, policies), currency_code(currency)
    if hidden:
        return Question(subscriptions=(), as_of=day, since=since, currency=code, policy=under)
    return Question(
        subscriptions=tuple(agreements.dated(sql, zone, customers, known_at)),
        as_of=day,
        since=since,
        currency=code,
        # What is answered in the one currency there is needs no rate.
        rates=() if code is None else rates.all_of(sql, code),
        policy=under,
    )


def currency_code(text: str | None) -> str | None:
    """The currency in capitals. Raises ConfigError for what is none."""
    if text is None:
        return None
    if len(text) != 3 or not text.isascii() or not text.isalpha():
        raise ConfigError(f'The currency is {text[:20]!r}; write its three letters, such as "JPY".')
    return text.upper()


def instant(text: str, zone: tzinfo) -> int:
    """The microseconds of an instant with its offset, or of the end of a day in the zone. Raises ConfigError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is not None and found.tzinfo is not None:
        return micros(found)
    if found is not None and found.time() == time() and len(text) <= len("2026-01-31"):
        return micros(datetime.combine(found.date() + timedelta(days=1), time(), zone)) - 1
    raise ConfigError(f"{text[:40]!r} is no instant; write it as 2026-01-31T09:00:00+09:00, or a day as 2026-01-31.")


def names(sql: Connection, customers: Collection[str]) -> dict[str, str | None]:
    """Customer → its name."""
    if not customers:
        return {}
    statement = f"SELECT id, name FROM customer WHERE {among_words(sql, 'id')}"
    return dict(direct.rows(sql, statement, {"words": words(sql, customers)}))
