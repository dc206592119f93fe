"""Two answers to one question side by side, line by line: as it was known and as it is, or under two policies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

import msgspec

from kizuna.metrics.frames import Question, Row
from kizuna.metrics.policy import Policy
from kizuna.metrics.questions import Told, ask

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

    Causes: the answers in which the policies differ, switched one after the other, so that what each makes is told apart:
    ``statuses``, ``contracts``, ``cancel``, ``paused``, ``metered``, ``interval``, ``discounts``; and ``definition`` for
    what they count differently over a period.
    """
    steps = [
        ask(key, msgspec.structs.replace(question, policy=policy)) for _, policy in switched(question.policy, other)
    ]
    causes = [cause for cause, _ in switched(question.policy, other)]
    before = ask(key, question)
    rows: list[Difference] = []
    was = before
    for cause, told in zip(causes, steps, strict=True):
        found = _compared(was, told, _by_key(was.rows), _by_key(told.rows), _always(cause))
        rows += [_with_sources(row, was, told) for row in found.rows]
        was = told
    return _summed(before, was, rows)


def _always(cause: str) -> Callable[[Key], tuple[str, tuple[str, ...]]]:
    return lambda _: (cause, ())


def switched(one: Policy, other: Policy) -> list[tuple[str, Policy]]:
    """(cause, policy): from the one to the other, an answer at a time; the last is the other one."""
    made, now = [], one
    for cause, names in _ANSWERS:
        answers = {name: getattr(other, name) for name in names}
        if any(getattr(now, name) != answer for name, answer in answers.items()):
            now = msgspec.structs.replace(now, **answers)
            made.append((cause, now))
    return [*made, ("definition", other)]


_ANSWERS = (
    ("statuses", ("statuses",)),
    ("contracts", ("contracts",)),
    ("cancel", ("cancel",)),
    ("paused", ("paused",)),
    ("metered", ("metered",)),
    ("interval", ("week", "day")),
    ("discounts", ("discounts",)),
)


def _with_sources(row: Difference, was: Told, now: Told) -> Difference:
    key = (row.customer, row.subscription)
    mine = [one for one in (*was.rows, *now.rows) if (one.customer, one.subscription) == key]
    return msgspec.structs.replace(row, sources=_sources(mine))


def _compared(
    before: Told,
    after: Told,
    old: dict[Key, list[Row]],
    new: dict[Key, list[Row]],
    cause: Callable[[Key], tuple[str, tuple[str, ...]]],
) -> Compared:
    rows = []
    for key in sorted(old.keys() | new.keys(), key=lambda one: (one[0], one[1] or "")):
        was, now = _figures(old.get(key, ())), _figures(new.get(key, ()))
        if was == now:
            continue
        why, sources = cause(key)
        rows.append(Difference(customer=key[0], subscription=key[1], before=was, after=now, cause=why, sources=sources))
    return _summed(before, after, rows)


def _summed(before: Told, after: Told, rows: Sequence[Difference]) -> Compared:
    by_cause: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        for name in row.before.keys() | row.after.keys():
            by_cause[row.cause][name] += row.after.get(name, Decimal(0)) - row.before.get(name, Decimal(0))
    difference = None if before.value is None or after.value is None else after.value - before.value
    return Compared(
        before=before,
        after=after,
        difference=difference,
        rows=tuple(rows),
        by_cause={why: dict(sorted(figures.items())) for why, figures in sorted(by_cause.items())},
    )


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
