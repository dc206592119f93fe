"""How long customers wait for a first value: in days, and as a share of the term they pay for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from kizuna.metrics.exact import Result, median, ratio
from kizuna.metrics.inputs import Inputs, NotNegative
from kizuna.metrics.reasons import Reason

MANY_OPEN = 20
"""With more customers still waiting than this, the median takes their waiting into account."""


class Term(Inputs, frozen=True, kw_only=True):
    """Months of a term, and after how many of them each customer had value; None: not yet."""

    term_months: NotNegative | None
    live_after: tuple[Decimal | None, ...]


class ShareOfTerm(Result, frozen=True, kw_only=True):
    """For each customer the part of the term that had passed, from 0 to 1; None: not known yet."""

    share_of_term_before_value: tuple[Fraction | None, ...] = ()


def ttv_share_of_term(inputs: Term) -> ShareOfTerm:
    """The part of the term that passed before value came: all of it when value came after its end."""
    shares = tuple(_share(months, inputs.term_months) for months in inputs.live_after)
    missing = not shares or None in shares
    return ShareOfTerm(share_of_term_before_value=shares, reason=Reason.NO_DATA if missing else None)


def _share(months: Decimal | None, term: Decimal | None) -> Fraction | None:
    found = ratio(months, term)
    return None if found is None else min(max(found, Fraction(0)), Fraction(1))


class Start(Inputs, frozen=True, kw_only=True):
    """A customer's day of signing and of first value; None: not reached."""

    customer: str
    won: date
    first_value: date | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.first_value is not None and self.first_value < self.won:
            raise ValueError("`first_value` is before `won`")


class Starts(Inputs, frozen=True, kw_only=True):
    """Customers that were won; whoever has no value by ``as_of`` is still waiting then."""

    customers: tuple[Start, ...]
    as_of: date | None = None


class TimeToValue(Result, frozen=True, kw_only=True):
    """Days until first value by customer, their median, how many have reached it, and how many wait."""

    median_days: Fraction | None = None
    method: Literal["reached", "kaplan_meier"] = "reached"
    share_reached: Fraction | None = None
    reached: int = 0
    open: int = 0
    days: dict[str, int]


def ttv(inputs: Starts) -> TimeToValue:
    """Calendar days from signing to first value; with more than 20 waiting the median is Kaplan and Meier's."""
    until = inputs.as_of
    there = [one for one in inputs.customers if until is None or one.won <= until]
    days = {
        one.customer: (one.first_value - one.won).days
        for one in there
        if one.first_value is not None and (until is None or one.first_value <= until)
    }
    waiting = [(until - one.won).days for one in there if until is not None and one.customer not in days]
    many = len(waiting) > MANY_OPEN
    middle = _kaplan_meier(list(days.values()), waiting) if many else median(days.values())
    return TimeToValue(
        median_days=middle,
        method="kaplan_meier" if many else "reached",
        share_reached=ratio(len(days), len(there)),
        reached=len(days),
        open=len(there) - len(days),
        days=days,
        reason=None if middle is not None else Reason.NO_DATA if there else Reason.EMPTY_COHORT,
    )


def _kaplan_meier(reached: list[int], waiting: list[int]) -> Fraction | None:
    """The first day by which at most half are estimated to be still waiting, None when it has not come."""
    left = Fraction(1)
    for day in sorted(set(reached)):
        at_risk = sum(one >= day for one in reached) + sum(one >= day for one in waiting)
        left *= 1 - Fraction(reached.count(day), at_risk)
        if left <= Fraction(1, 2):
            return Fraction(day)
    return None
