"""Rates of exchange as they are kept: loaded, read and removed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from kizuna.metrics.rates import Rate, Rates
from kizuna.storage.tables import rates as t

_KEY = ["currency", "to_currency", "day", "provider"]
_C = t.FX_RATE.c


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rates were not there before, differ from what was there, and are as they were."""

    new: int
    changed: int
    unchanged: int


def load(sql: Connection, rates: Iterable[Rate], at: int) -> Loaded:
    """The rates kept, each in place of an earlier one of its pair, day and provider; ``at`` in microseconds."""
    given = {(one.currency, one.to or "", str(one.day), one.provider): one.rate for one in rates}
    there = {
        (one.currency, one.to or "", str(one.day), one.provider): one.rate
        for currency in {key[0] for key in given}
        for one in all_of(sql, currency)
    }
    new, changed = given.keys() - there.keys(), {key for key, rate in given.items() if there.get(key, rate) != rate}
    written = [
        dict(zip(_KEY, key, strict=True)) | {"rate": format(given[key], "f"), "loaded_at": at}
        for key in sorted(new | changed)
    ]
    if written:
        dialect: Any = sqlite if sql.dialect.name == "sqlite" else postgresql
        made = dialect.insert(t.FX_RATE)
        replaced = {"rate": made.excluded.rate, "loaded_at": made.excluded.loaded_at}
        sql.execute(made.on_conflict_do_update(index_elements=_KEY, set_=replaced), written)
    return Loaded(len(new), len(changed), len(given) - len(new) - len(changed))


def all_of(sql: Connection, currency: str | None = None) -> Rates:
    """The rates from and to a currency (None: all), by pair, day and provider."""
    found = select(_C.currency, _C.to_currency, _C.day, _C.rate, _C.provider).order_by(*(_C[name] for name in _KEY))
    if currency is not None:
        found = found.where(or_(_C.currency == currency, _C.to_currency == currency))
    return Rates(
        Rate(
            currency=row.currency, to=row.to_currency, day=_day(row.day), rate=Decimal(row.rate), provider=row.provider
        )
        for row in sql.execute(found)
    )


def remove(sql: Connection, currency: str, to: str, day: date | None = None, provider: str | None = None) -> int:
    """How many rates of the pair (and of that day, of that provider) were removed."""
    gone = delete(t.FX_RATE).where(_C.currency == currency, _C.to_currency == to)
    if day is not None:
        gone = gone.where(_C.day == day.isoformat())
    if provider is not None:
        gone = gone.where(_C.provider == provider)
    return sql.execute(gone).rowcount


def _day(text: str) -> date:
    return date.fromisoformat(text)
