"""Two answers to one question side by side, line by line: as it was known and as it is, or under two policies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal

import msgspec

from kizuna.metrics.dated import Subscription
from kizuna.metrics.frames import Question, Row
from kizuna.metrics.policy import Policy
from kizuna.metrics.questions import Told, ask
from kizuna.metrics.revenue import Standing, standing

Key = tuple[str, str | None]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What one customer, or one subscription of it, has in the two answers, and why that differs."""

    customer: str
    subscription: str | None
    before: dict[str, Decimal]
    after: dict[str, Decimal]
    cause: str
    sources: tuple[str, ...] = ()


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Both answers; the differences of their rows sum to the difference of their figures, cause by cause."""

    before: Told
    after: Told
    difference: Decimal | None
    rows: tuple[Difference, ...]
    by_cause: dict[str, dict[str, Decimal]]


def restated(key: str, then: Question, now: Question) -> Compared:
    """The metric as it was known then and as it is known now; each difference names the records learned since.

    Causes: ``learned`` (records say more), ``withdrawn`` (what said it is gone), ``moved`` (the same records, counted for
    another customer or otherwise).
    """
    before, after = ask(key, then), ask(key, now)
    old, new = _by_key(before.rows), _by_key(after.rows)

    def cause(at: Key) -> tuple[str, tuple[str, ...]]:
        was, now_said = _sources(old.get(at, ())), _sources(new.get(at, ()))
        learned = tuple(source for source in now_said if source not in was)
        if learned:
            return "learned", learned
        gone = tuple(source for source in was if source not in now_said)
        return ("withdrawn", gone) if gone else ("moved", now_said)

    return _compared(before, after, old, new, cause)


def reconciled(key: str, question: Question, other: Policy) -> Compared:
    """The metric under the question's policy and under another one; each difference names the answer that makes it.

    Causes: ``discounts``, ``metered``, ``interval``, or why a subscription counts under one of them only: paused,
    cancel_requested, status_…, contracts_not_counted; ``definition`` where the policies count something else.
    """
    before, after = ask(key, question), ask(key, msgspec.structs.replace(question, policy=other))
    known = {one.id: one for one in question.subscriptions}
    old, new = _by_key(before.rows), _by_key(after.rows)

    def cause(at: Key) -> tuple[str, tuple[str, ...]]:
        subscription = known.get(at[1] or "")
        sources = _sources((*old.get(at, ()), *new.get(at, ())))
        if subscription is None:
            return "definition", sources
        return _answer_apart(subscription, question.as_of, question.policy, other), sources

    return _compared(before, after, old, new, cause)


def _compared(
    before: Told,
    after: Told,
    old: dict[Key, list[Row]],
    new: dict[Key, list[Row]],
    cause: Callable[[Key], tuple[str, tuple[str, ...]]],
) -> Compared:
    rows = []
    by_cause: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for key in sorted(old.keys() | new.keys(), key=lambda one: (one[0], one[1] or "")):
        was, now = _figures(old.get(key, ())), _figures(new.get(key, ()))
        if was == now:
            continue
        why, sources = cause(key)
        rows.append(Difference(customer=key[0], subscription=key[1], before=was, after=now, cause=why, sources=sources))
        for name in was.keys() | now.keys():
            by_cause[why][name] += now.get(name, Decimal(0)) - was.get(name, Decimal(0))
    known = before.value is not None and after.value is not None
    return Compared(
        before=before,
        after=after,
        difference=after.value - before.value
        if known and after.value is not None and before.value is not None
        else None,
        rows=tuple(rows),
        by_cause={why: dict(sorted(figures.items())) for why, figures in sorted(by_cause.items())},
    )


def _answer_apart(subscription: Subscription, day: date, one: Policy, other: Policy) -> str:
    """The question on which two policies disagree about a subscription on a day."""
    a, b = standing(subscription, day, one), standing(subscription, day, other)
    if a.state != b.state:
        return b.reason or a.reason or "definition"
    if _products(a) != _products(b):
        return "metered"
    if [line.listed for line in a.lines] != [line.listed for line in b.lines]:
        return "interval"
    return "discounts" if [line.micro for line in a.lines] != [line.micro for line in b.lines] else "definition"


def _products(stand: Standing) -> list[str]:
    return [line.item.id or line.item.product for line in stand.lines]


def _by_key(rows: Iterable[Row]) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.customer, row.subscription].append(row)
    return dict(found)


def _figures(rows: Iterable[Row]) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        for name, value in row.figures.items():
            totals[name] += value
    return dict(totals)


def _sources(rows: Iterable[Row]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(source for row in rows for source in row.sources))
