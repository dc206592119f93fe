"""Whether a health score foretold who left: what it found, how often it was right, and what chance would have found."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Literal

from kizuna.metrics.exact import Result, ratio
from kizuna.metrics.inputs import Count, Inputs
from kizuna.metrics.reasons import Reason

ENOUGH_CHURNS = 20
"""The fewest customers lost with which a verdict is given."""

Z_95 = Decimal("1.959963984540054")
"""Standard deviations on either side within which 95 % of a normal distribution lie."""


class Flagged(Inputs, frozen=True, kw_only=True):
    """Accounts scored before their outcome was known: how many were flagged, how many left, how many both."""

    n: Count
    flagged: Count
    churned: Count
    flagged_and_churned: Count

    def __post_init__(self) -> None:
        super().__post_init__()
        both = self.flagged_and_churned
        if both > min(self.flagged, self.churned):
            raise ValueError(f"`flagged_and_churned` is {both}, more than were flagged or have churned")
        if self.flagged + self.churned - both > self.n:
            raise ValueError(f"more accounts are flagged or have churned than the {self.n} of `n`")


class Backtest(Result, frozen=True, kw_only=True):
    """Shares with their 95 % intervals (Wilson); no verdict with fewer than 20 customers lost."""

    n: int
    recall: Fraction | None = None
    recall_interval: tuple[Decimal, Decimal] | None = None
    precision: Fraction | None = None
    precision_interval: tuple[Decimal, Decimal] | None = None
    base_rate: Fraction | None = None
    lift: Fraction | None = None
    verdict: Literal["foretells", "does_not_foretell"] | None = None
    verdict_reason: Reason | None = None


def health_backtest(inputs: Flagged) -> Backtest:
    """Of those who left the share that was flagged, of the flagged the share that left, and that over the base rate.

    The verdict is that the score foretells when even the low end of its precision is above the base rate.
    """
    both = inputs.flagged_and_churned
    base, precision = ratio(inputs.churned, inputs.n), ratio(both, inputs.flagged)
    certain = _wilson(both, inputs.flagged)
    verdict: Literal["foretells", "does_not_foretell"] | None = None
    if inputs.churned >= ENOUGH_CHURNS and base is not None:
        verdict = "foretells" if certain and Fraction(certain[0]) > base else "does_not_foretell"
    return Backtest(
        n=inputs.n,
        recall=ratio(both, inputs.churned),
        recall_interval=_wilson(both, inputs.churned),
        precision=precision,
        precision_interval=certain,
        base_rate=base,
        lift=ratio(precision, base),
        verdict=verdict,
        verdict_reason=None if verdict else Reason.TOO_FEW_CHURNS,
        reason=_why(inputs),
    )


def _why(inputs: Flagged) -> Reason | None:
    if inputs.n and not inputs.churned:
        return Reason.NO_LOSSES
    return None if inputs.flagged else Reason.NO_DATA


def _wilson(part: int, whole: int) -> tuple[Decimal, Decimal] | None:
    """The interval of a share at 95 %, None of nothing.

    Source: E. B. Wilson, Journal of the American Statistical Association 22 (1927), 209-212.
    """
    if not whole:
        return None
    with localcontext() as context:
        context.prec = 40
        share, count, square = Decimal(part) / whole, Decimal(whole), Z_95 * Z_95
        middle = share + square / (2 * count)
        reach = Z_95 * (share * (1 - share) / count + square / (4 * count * count)).sqrt()
        divisor = 1 + square / count
        return max((middle - reach) / divisor, Decimal(0)), min((middle + reach) / divisor, Decimal(1))
