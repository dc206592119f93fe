"""Customers by the month in which they first paid, and what became of them month by month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import msgspec

from kizuna.metrics.dated import Subscription
from kizuna.metrics.frames import Frame, Question
from kizuna.metrics.months import month_end, months_before
from kizuna.metrics.movements import book, by_customer
from kizuna.metrics.policy import Policy
from kizuna.metrics.retention import Balance, Cohort, nrr_grr_cohort

Path = list[tuple[date, Decimal]]
"""What a customer pays from a day on, in order of time."""


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A cohort so many months after its first: who is still there, and how much of the first month's revenue they pay.

    Who pauses pays nothing and is still there.
    """

    month: int
    customers: int
    logo_retention: Fraction | None
    nrr: Fraction | None
    grr: Fraction | None


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """The customers who first paid in a month (2026-03), their revenue at its end, and a cell for each month since.

    ``multiple_12`` and ``multiple_24``: their revenue after so many months over the first month's; None before then.
    """

    cohort: str
    customers: int
    mrr: Decimal
    cells: tuple[Cell, ...]
    multiple_12: Fraction | None
    multiple_24: Fraction | None


class Cohorts(msgspec.Struct, frozen=True, kw_only=True):
    """The cohorts, the oldest first; empty with a ``reason``: mixed_currencies, missing_fx or no_data.

    ``missing_fx``: the customers who are in none because a rate of theirs is missing.
    """

    cohorts: tuple[Started, ...]
    currency: str | None
    reason: str | None
    missing_fx: tuple[str, ...] = ()


def cohorts(question: Question, months: int) -> Cohorts:
    """The cohorts of so many months, the day's own the last, each from its first day; all at the rates of that day."""
    frame = Frame(question, 0)
    if frame.currency is None:
        return Cohorts(cohorts=(), currency=None, reason="mixed_currencies")
    paths = _paths(frame)
    held = by_customer(question.subscriptions)
    first = months_before(question.as_of.replace(day=1), months - 1)
    by_month: dict[str, list[str]] = defaultdict(list)
    for customer, path in paths.items():
        began = next((day for day, value in path if value), None)
        if began is not None and first <= began <= question.as_of:
            by_month[f"{began:%Y-%m}"].append(customer)
    made = tuple(
        _started(month, {key: paths[key] for key in by_month[month]}, held, question) for month in sorted(by_month)
    )
    return Cohorts(
        cohorts=made,
        currency=frame.currency or None,
        reason=None if made else "missing_fx" if frame.missing else "no_data",
        missing_fx=tuple(sorted(frame.missing)),
    )


def _paths(frame: Frame) -> dict[str, Path]:
    moved: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for one in frame.moved:
        if one.date <= frame.question.as_of and one.customer not in frame.missing:
            moved[one.customer][one.date] += frame.worth(one.micro, one.currency)
    paths: dict[str, Path] = {}
    for customer, days in moved.items():
        value, path = Decimal(0), []
        for day in sorted(days):
            value += days[day]
            path.append((day, value))
        paths[customer] = path
    return paths


def _started(
    month: str, paths: Mapping[str, Path], held: Mapping[str, Sequence[Subscription]], question: Question
) -> Started:
    first = _month_end(date.fromisoformat(f"{month}-01"), 0)
    base = {customer: _on(path, first) for customer, path in paths.items()}
    cells, number = [], 0
    while (end := _month_end(first, number)) <= question.as_of or number == 0:
        day = min(end, question.as_of)
        now = {customer: _on(path, day) for customer, path in paths.items()}
        there = sum(1 for key, value in now.items() if value or _is_present(key, held[key], day, question.policy))
        cells.append(_cell(number, base, now, there))
        number += 1
    by_number = {cell.month: cell.nrr for cell in cells}
    return Started(
        cohort=month,
        customers=len(paths),
        mrr=sum(base.values(), Decimal(0)),
        cells=tuple(cells),
        multiple_12=by_number.get(12),
        multiple_24=by_number.get(24),
    )


def _is_present(customer: str, held: Sequence[Subscription], day: date, policy: Policy) -> bool:
    return any(stand.present for stand in book(customer, held, day, policy).values())


def _cell(number: int, base: Mapping[str, Decimal], now: Mapping[str, Decimal], there: int) -> Cell:
    """By the same function as retention over any period; who left within the first month counts as lost from it."""
    balances = tuple(Balance(customer=key, start=base[key], end=now[key]) for key in base)
    kept = nrr_grr_cohort(Cohort(customers=balances))
    return Cell(month=number, customers=there, logo_retention=Fraction(there, len(base)), nrr=kept.nrr, grr=kept.grr)


def _on(path: Path, day: date) -> Decimal:
    return next((value for since, value in reversed(path) if since <= day), Decimal(0))


def _month_end(day: date, months: int) -> date:
    """The last day of the month so many months after the day's."""
    return months_before(month_end(day), -months)
