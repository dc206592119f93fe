"""Health of a customer from weighted factors or by rule, of a portfolio, and whether a score foretold who left."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from kizuna.metrics.exact import Result, ratio, total
from kizuna.metrics.inputs import Bounds, Count, Inputs, NotNegative, Points
from kizuna.metrics.reasons import Reason

ENOUGH = Fraction(1, 2)
"""The least coverage with which a score is shown."""


class Factor(Inputs, frozen=True, kw_only=True):
    """A part of health from 0 to 100 with its weight; None: no value. Older than ``expires_after_days``, it has none."""

    key: str
    score: Points | None
    weight: NotNegative
    age_days: Count | None = None
    expires_after_days: Count | None = None

    def value(self) -> Fraction | None:
        """The score while it holds."""
        expired = (
            self.age_days is not None
            and self.expires_after_days is not None
            and self.age_days > self.expires_after_days
        )
        return None if self.score is None or expired else Fraction(self.score)


class Factors(Inputs, frozen=True, kw_only=True):
    """A customer's factors, each key once."""

    factors: tuple[Factor, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        if len({factor.key for factor in self.factors}) < len(self.factors):
            raise ValueError("a factor stands twice in `factors`")


class Health(Result, frozen=True, kw_only=True):
    """A score from 0 to 100 and what each factor adds to it; ``coverage`` is the weight that has a value.

    Below half of it ``score`` is None, ``band`` is ``insufficient`` (grey), and ``partial_score`` is what there is.
    """

    score: Fraction | None = None
    coverage: Fraction = Fraction(0)
    contributions: dict[str, Fraction]
    band: Literal["scored", "insufficient"] = "insufficient"
    partial_score: Fraction | None = None
    weights: Fraction = Fraction(0)
    warning: str | None = None


def health_weighted(inputs: Factors) -> Health:
    """The mean of the factors that have a value by their weights; the others are left out, never taken as 0."""
    weights = total(factor.weight for factor in inputs.factors)
    held = {
        factor.key: (value, Fraction(factor.weight))
        for factor in inputs.factors
        if (value := factor.value()) is not None
    }
    present = total(weight for _, weight in held.values())
    coverage = ratio(present, weights) or Fraction(0)
    warning = None if weights == 100 else f"The weights sum to {_plain(weights)}, not to 100, and were re-based."
    if not present:
        return Health(coverage=coverage, contributions={}, weights=weights, warning=warning, reason=Reason.NO_DATA)
    parts = {key: value * weight / present for key, (value, weight) in held.items()}
    score, enough = total(parts.values()), coverage >= ENOUGH
    return Health(
        score=score if enough else None,
        coverage=coverage,
        contributions=parts,
        band="scored" if enough else "insufficient",
        partial_score=score,
        weights=weights,
        warning=warning,
        reason=None if enough else Reason.INSUFFICIENT,
    )


def _plain(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else format(Decimal(value.numerator) / value.denominator, "f")


Word = Literal["good", "average", "poor"]


class Attributes(Inputs, frozen=True, kw_only=True):
    """Words for parts of health; None: no value."""

    attributes: tuple[Word | None, ...]


class RuledHealth(Result, frozen=True, kw_only=True):
    """The word for the whole, and the share of the parts that have one."""

    health: Word | None = None
    coverage: Fraction | None = None


def health_rule(inputs: Attributes) -> RuledHealth:
    """Poor when any part is, good when all are, else average; a part without a value is not counted."""
    words = [word for word in inputs.attributes if word is not None]
    coverage = ratio(len(words), len(inputs.attributes))
    if not words:
        return RuledHealth(coverage=coverage, reason=Reason.NO_DATA)
    worst: Word = "poor" if "poor" in words else "good" if set(words) == {"good"} else "average"
    return RuledHealth(health=worst, coverage=coverage)


class Customers(Inputs, frozen=True, kw_only=True):
    """How many customers are in each health, and how many in none."""

    good: Count = 0
    average: Count = 0
    poor: Count = 0
    unknown: Count = 0


class PortfolioQuality(Result, frozen=True, kw_only=True):
    """Points from 40 to 100, and the share of the customers that have a health."""

    score: Fraction | None = None
    customers: int = 0
    coverage: Fraction | None = None


def portfolio_quality(inputs: Customers) -> PortfolioQuality:
    """The mean of 100 for good, 60 for average and 40 for poor."""
    judged = inputs.good + inputs.average + inputs.poor
    score = ratio(100 * inputs.good + 60 * inputs.average + 40 * inputs.poor, judged)
    return PortfolioQuality(
        score=score,
        customers=judged,
        coverage=ratio(judged, judged + inputs.unknown),
        reason=Reason.NO_DATA if score is None else None,
    )


class Change(Inputs, frozen=True, kw_only=True):
    """A score now and some days ago; None: none then."""

    now: Points | None
    before: Points | None
    days: Annotated[int, Bounds(low=1)] = 30


class Trend(Result, frozen=True, kw_only=True):
    """The change in points over so many days."""

    change: Fraction | None = None
    days: int


def health_trend(inputs: Change) -> Trend:
    """By how many points the score rose, below 0 where it fell; with one score missing there is no trend."""
    if inputs.now is None or inputs.before is None:
        return Trend(days=inputs.days, reason=Reason.NO_DATA)
    return Trend(change=Fraction(inputs.now) - Fraction(inputs.before), days=inputs.days)
