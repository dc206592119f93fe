"""Contracts whose term ends in a period: how many are renewed, with how much of their value, and what that leads to."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from kizuna.metrics.exact import Result, known, ratio
from kizuna.metrics.inputs import Count, Inputs, NotNegative
from kizuna.metrics.reasons import Reason

YEARS = 100
"""The most years a projection looks ahead."""


class DueContracts(Inputs, frozen=True, kw_only=True):
    """Contracts due by what became of them; those in no other number are not yet decided.

    ``on_time`` and ``auto_renewed`` count among the renewed ones; None: not known.
    """

    due_count: Count | None
    renewed_flat: Count | None = 0
    renewed_lower: Count | None = 0
    renewed_higher: Count | None = 0
    lost: Count | None = 0
    on_time: Count | None = None
    auto_renewed: Count | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        renewed = self.renewed()
        decided = None if renewed is None or self.lost is None else renewed + self.lost
        if self.due_count is not None and decided is not None and decided > self.due_count:
            raise ValueError(f"{decided} contracts are renewed or lost, more than the {self.due_count} of `due_count`")
        for name in ("on_time", "auto_renewed"):
            part = getattr(self, name)
            if part is not None and renewed is not None and part > renewed:
                raise ValueError(f"`{name}` is {part}, more than the {renewed} renewed")

    def renewed(self) -> int | None:
        """How many were renewed at any value, None where a part of it is unknown."""
        found = known(self.renewed_flat, self.renewed_lower, self.renewed_higher)
        return None if found is None else int(sum(found))


class RenewalRates(Result, frozen=True, kw_only=True):
    """Shares of the contracts due, and of the renewed ones those on time and those renewed by themselves."""

    logo_renewal_rate: Fraction | None = None
    renewed: int | None = None
    undecided: int | None = None
    on_time_share: Fraction | None = None
    auto_renewed_share: Fraction | None = None


def renewal_rates(inputs: DueContracts) -> RenewalRates:
    """Contracts renewed, at a lower value too, over contracts due."""
    renewed, due, lost = inputs.renewed(), inputs.due_count, inputs.lost
    if renewed is None or due is None:
        return RenewalRates(renewed=renewed, reason=Reason.NO_DATA)
    rate = ratio(renewed, due)
    return RenewalRates(
        logo_renewal_rate=rate,
        renewed=renewed,
        undecided=None if lost is None else due - renewed - lost,
        on_time_share=ratio(inputs.on_time, renewed),
        auto_renewed_share=ratio(inputs.auto_renewed, renewed),
        reason=Reason.EMPTY_COHORT if rate is None else None,
    )


class DueValue(Inputs, frozen=True, kw_only=True):
    """The value due, what of it was renewed, and what was added and taken away on renewing; without signs."""

    due_value: NotNegative | None
    renewed_value: NotNegative | None
    expansion: NotNegative | None = Decimal(0)
    contraction: NotNegative | None = Decimal(0)


class RenewalValue(Result, frozen=True, kw_only=True):
    """Shares of the value due: ``gross`` never above 1, ``net`` with what was added and taken away."""

    gross: Fraction | None = None
    net: Fraction | None = None


def renewal_rates_value(inputs: DueValue) -> RenewalValue:
    """Value renewed over value due, gross up to what was due, net with expansion added and contraction taken off."""
    figures = known(inputs.due_value, inputs.renewed_value, inputs.expansion, inputs.contraction)
    if figures is None:
        return RenewalValue(reason=Reason.NO_DATA)
    due, renewed, expansion, contraction = figures
    if due == 0:
        return RenewalValue(reason=Reason.EMPTY_COHORT)
    return RenewalValue(gross=min(due, renewed) / due, net=(renewed + expansion - contraction) / due)


class Outlook(Inputs, frozen=True, kw_only=True):
    """The first year's revenue, the rates to look at, the rate there really is, and for how many years."""

    base: Decimal | None
    rates: tuple[NotNegative, ...] = (Decimal("0.90"), Decimal("0.85"), Decimal("0.80"))
    actual_rate: NotNegative | None = None
    years: Count = 5

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.years > YEARS:
            raise ValueError(f"`years` must not be more than {YEARS}, and is {self.years}")


class Projection(Result, frozen=True, kw_only=True):
    """Revenue year by year for each rate, named as it was written; the real one is named ``actual``."""

    years: int
    series: dict[str, tuple[Fraction, ...]] | None = None
    sums: dict[str, Fraction] | None = None


def renewal_projection(inputs: Outlook) -> Projection:
    """What is left of a year's revenue in each year that follows, when nothing but renewals happens."""
    if inputs.base is None:
        return Projection(years=inputs.years, reason=Reason.NO_DATA)
    rates = {str(rate): Fraction(rate) for rate in inputs.rates}
    if inputs.actual_rate is not None:
        rates["actual"] = Fraction(inputs.actual_rate)
    base = Fraction(inputs.base)
    series = {name: tuple(base * rate**year for year in range(inputs.years)) for name, rate in rates.items()}
    sums = {name: sum(values, Fraction(0)) for name, values in series.items()}
    return Projection(years=inputs.years, series=series, sums=sums)
