"""Who left: the share of customers lost, by industry, and a month's rate as a year's."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated

import msgspec

from kizuna.metrics.exact import Result, ratio
from kizuna.metrics.inputs import Bounds, Count, Inputs
from kizuna.metrics.policy import KIZUNA, Policy
from kizuna.metrics.reasons import Reason

UNKNOWN_GROUP = frozenset({"none", "null", "unknown", ""})
"""How the group of those without the attribute may be named, in any case of letters."""


class LogoFlow(Inputs, frozen=True, kw_only=True):
    """How many customers there were, how many of them left, who joined in the window, and how many of those left."""

    start: Count | None
    lost_of_start: Count | None
    joined: Count | None = 0
    lost_of_joined: Count | None = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        for lost, of in (("lost_of_start", "start"), ("lost_of_joined", "joined")):
            part, whole = getattr(self, lost), getattr(self, of)
            if part is not None and whole is not None and part > whole:
                raise ValueError(f"`{lost}` is {part}, more than the {whole} of `{of}`")


class LogoChurn(Result, frozen=True, kw_only=True):
    """The share of customers lost under a policy, what was divided by what, and the share kept."""

    rate: Fraction | None = None
    retention: Fraction | None = None
    lost: int | None = None
    of: int | None = None


def logo_churn(inputs: LogoFlow, policy: Policy = KIZUNA) -> LogoChurn:
    """The share of customers lost: of those there were, or, where the policy says so, of those and of who joined."""
    start, lost, joined, lost_joined = inputs.start, inputs.lost_of_start, inputs.joined, inputs.lost_of_joined
    if policy.logo_churn_denominator == "start":
        joined = lost_joined = 0
    if start is None or lost is None or joined is None or lost_joined is None:
        return LogoChurn(reason=Reason.NO_DATA)
    gone, those = lost + lost_joined, start + joined
    rate = ratio(gone, those)
    if rate is None:
        return LogoChurn(reason=Reason.EMPTY_COHORT, lost=gone, of=those)
    return LogoChurn(rate=rate, retention=1 - rate, lost=gone, of=those)


class MonthlyRate(Inputs, frozen=True, kw_only=True):
    """A month's rate of churn; a net rate may be below 0."""

    monthly_churn: Annotated[Decimal, Bounds(high=1)] | None


class AnnualRate(Result, frozen=True, kw_only=True):
    """The rate over twelve such months, and what is left after them."""

    annual_churn: Fraction | None = None
    annual_retention: Fraction | None = None


def annualise(inputs: MonthlyRate) -> AnnualRate:
    """A month's churn as a year's: what is left is multiplied twelve times, the rate never."""
    if inputs.monthly_churn is None:
        return AnnualRate(reason=Reason.NO_DATA)
    kept = (1 - Fraction(inputs.monthly_churn)) ** 12
    return AnnualRate(annual_churn=1 - kept, annual_retention=kept)


class Group(Inputs, frozen=True, kw_only=True):
    """How many customers a group had at the start of the period, and how many of them left."""

    start: Count
    lost: Count

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.lost > self.start:
            raise ValueError(f"`lost` is {self.lost}, more than the {self.start} of `start`")


class Industries(Inputs, frozen=True, kw_only=True):
    """Customers by the industry they had when the period began; groups below ``min_group`` are not ranked."""

    customers_by_industry: dict[str, Group]
    min_group: Count = 5


class Ranked(msgspec.Struct, frozen=True):
    """A group that is large enough, with its rate."""

    industry: str
    rate: Fraction
    start: int
    lost: int


class IndustryChurn(Result, frozen=True, kw_only=True):
    """The industry that loses the most, the ranking, groups too small for it, and those without an industry beside it."""

    highest: str | None = None
    rate: Fraction | None = None
    ranking: tuple[Ranked, ...] = ()
    too_small: frozenset[str] = frozenset()
    unknown_rate: Fraction | None = None
    unknown_start: int = 0


def churn_by_industry(inputs: Industries) -> IndustryChurn:
    """The share of customers lost by industry, the highest first; of equal ones the larger group first."""
    groups = inputs.customers_by_industry
    unknown = [group for name, group in groups.items() if _nameless(name)]
    unknown_start = sum(group.start for group in unknown)
    unknown_rate = ratio(sum(group.lost for group in unknown), unknown_start)
    named = {name: group for name, group in groups.items() if not _nameless(name)}
    large = {name: group for name, group in named.items() if group.start >= max(inputs.min_group, 1)}
    rows = [Ranked(name, Fraction(one.lost, one.start), one.start, one.lost) for name, one in large.items()]
    rows.sort(key=lambda row: (-row.rate, -row.start, row.industry))
    first = rows[0] if rows else None
    loses = first is not None and first.lost > 0
    return IndustryChurn(
        highest=first.industry if first and loses else None,
        rate=first.rate if first else None,
        reason=None if loses else Reason.NO_LOSSES if first else Reason.EMPTY_COHORT,
        ranking=tuple(rows),
        too_small=frozenset(named.keys() - large.keys()),
        unknown_rate=unknown_rate,
        unknown_start=unknown_start,
    )


def _nameless(name: str) -> bool:
    return name.strip().casefold() in UNKNOWN_GROUP
