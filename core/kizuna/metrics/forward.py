"""Committed recurring revenue month by month: today's, with every dated fact carried out on its day."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Literal

import msgspec

from kizuna.metrics.exact import Result, total
from kizuna.metrics.inputs import Count, Inputs, NotNegative
from kizuna.metrics.reasons import Reason

MONTHS_MOST = 120


class Commitment(Inputs, frozen=True, kw_only=True):
    """A dated fact about revenue to come: what is signed, scheduled or cancelled, and from which day on; without a sign."""

    on: date
    kind: Literal["new", "expansion", "contraction", "churn"]
    amount: NotNegative

    def signed(self) -> Fraction:
        """What it adds to the revenue, below 0 where it takes away."""
        return Fraction(self.amount) if self.kind in ("new", "expansion") else -Fraction(self.amount)


class Ahead(Inputs, frozen=True, kw_only=True):
    """Revenue at the end of a day, and what is known to change it later; what is dated before is in it already."""

    mrr: NotNegative | None
    as_of: date
    changes: tuple[Commitment, ...] = ()
    months: Count = 12

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.months > MONTHS_MOST:
            raise ValueError(f"`months` must not be more than {MONTHS_MOST}, and is {self.months}")


class MonthAhead(msgspec.Struct, frozen=True):
    """A month (2026-12) and the committed revenue at its end."""

    month: str
    cmrr: Fraction


class Forward(Result, frozen=True, kw_only=True):
    """Committed revenue at the end of each month, the day's own month first."""

    months: tuple[MonthAhead, ...] | None = None


def cmrr_forward(inputs: Ahead) -> Forward:
    """Committed revenue of each month, with what is dated up to its end."""
    if inputs.mrr is None:
        return Forward(reason=Reason.NO_DATA)
    first = 12 * inputs.as_of.year + inputs.as_of.month - 1
    later = [one for one in inputs.changes if one.on > inputs.as_of]
    rows = []
    for number in range(first, first + inputs.months):
        done = total(one.signed() for one in later if 12 * one.on.year + one.on.month - 1 <= number)
        rows.append(MonthAhead(f"{number // 12:04}-{number % 12 + 1:02}", Fraction(inputs.mrr) + done))
    return Forward(months=tuple(rows))
