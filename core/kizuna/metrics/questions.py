"""Metrics asked of dated subscriptions: what each is given, what came out, and every row that went in.

The figure itself is always worked out by the function of its definition; here its inputs are counted together, customer
by customer, so that the rows that are shown sum to the figures that the formula was given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec

from kizuna.errors import UnknownName
from kizuna.metrics.catalogue import definition
from kizuna.metrics.dated import unread
from kizuna.metrics.definition import Definition
from kizuna.metrics.exact import decimal
from kizuna.metrics.fills import METRICS, Metric, Unit
from kizuna.metrics.frames import Frame, Question, Row, summed
from kizuna.metrics.measures import Excluded, not_read, nothing_read
from kizuna.metrics.months import month_ends
from kizuna.metrics.movements import ledger
from kizuna.metrics.rates import Rate
from kizuna.metrics.reasons import Reason


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: a value, or none with its ``reason``; the figures of the formula; the rows that sum to them.

    ``rates``: the rates of exchange that were used, as they were given, whichever way round. ``counted_in``: the currency
    of the figures, also where the value is a ratio of them.
    """

    metric: str
    definition: Definition
    policy: str
    as_of: date
    since: date | None
    unit: Unit
    value: Decimal | None
    currency: str | None
    reason: str | None
    coverage: Decimal
    figures: dict[str, Decimal]
    rows: tuple[Row, ...]
    excluded: tuple[Excluded, ...]
    rates: tuple[Rate, ...] = ()
    counted_in: str | None = None


def ask(key: str, question: Question) -> Told:
    """The metric of that key. Raises UnknownName."""
    if key not in METRICS:
        raise UnknownName("metric", key, METRICS)
    metric = METRICS[key]
    frame = metric.frame(question)
    if nothing_read(question.subscriptions):
        return _told(metric, frame, None, [], reason=Reason.NO_DATA)
    if frame.currency is None:
        return _told(metric, frame, None, [], reason="mixed_currencies")
    inputs, rows = metric.fill(frame)
    # Where nobody could be counted there is no figure, whatever the formula makes of nothing.
    nobody = Reason.MISSING_FX if frame.missing and not rows else None
    return _told(metric, frame, inputs, rows, reason=nobody)


def series(key: str, question: Question, months: int) -> Iterator[Told]:
    """The metric at the end of the question's day and of the months before it, so many in all, the oldest first."""
    moved = tuple(ledger(question.subscriptions, question.policy))
    for day in reversed((question.as_of, *month_ends(question.as_of, months - 1))):
        yield ask(key, msgspec.structs.replace(question, as_of=day, since=None, moved=moved))


def _told(
    metric: Metric, frame: Frame, inputs: msgspec.Struct | None, rows: Sequence[Row], reason: str | None = None
) -> Told:
    known, question = definition(metric.of), frame.question
    result: Any = None if inputs is None else known.answer(inputs, question.policy)
    value = None if reason else getattr(result, metric.field, None)
    shown = getattr(result, "reason", None) if value is None else None
    excluded = [one for one in getattr(result, "excluded", ()) if isinstance(one, Excluded)]
    excluded += not_read(question.subscriptions)
    excluded += [Excluded(id=one, reason=Reason.MISSING_FX) for one in sorted(frame.missing if result else ())]
    counted = {row.customer for row in rows}
    left_out = {one.id for one in excluded if one.reason == Reason.MISSING_FX}
    share = _share(len(counted - left_out), len(counted | left_out)) * _read_share(question)
    return Told(
        metric=metric.key,
        definition=known,
        policy=question.policy.name,
        as_of=question.as_of,
        since=frame.since if metric.months else None,
        unit=metric.unit,
        value=None if value is None else decimal(value),
        currency=frame.currency if metric.unit == "money" else None,
        reason=str(reason or shown) if reason or shown else None,
        coverage=Decimal(0) if result is None else decimal(share),
        figures=summed(rows),
        rows=tuple(rows),
        excluded=tuple(dict.fromkeys(excluded)),
        rates=tuple(sorted(frame.used, key=lambda one: (one.currency, one.to or "", str(one.day), one.provider))),
        counted_in=frame.currency or None,
    )


def _share(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(1)


def _read_share(question: Question) -> Fraction:
    """The share of customers all of whose subscriptions could be read in full."""
    everyone = {one.customer for one in question.subscriptions}
    unclear = {one.customer for one in question.subscriptions if unread(one)}
    return _share(len(everyone - unclear), len(everyone))
