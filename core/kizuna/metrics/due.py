"""Contracts whose term ends in a period, one by one: which were renewed, in time, with how much, and what is still open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

import msgspec

from kizuna.metrics.exact import Result, ratio, total
from kizuna.metrics.inputs import Inputs, NotNegative
from kizuna.metrics.reasons import Reason
from kizuna.metrics.renewals import DueContracts, renewal_rates

EARLY = timedelta(days=180)
"""How long before the end of its term a renewal belongs to it."""
GRACE = timedelta(days=30)
"""How long after the end of its term a renewal still belongs to it."""

Forecast = Literal["committed", "best_case", "at_risk", "lost", "unknown"]
State = Literal["renewed", "lost", "open"]


class Due(Inputs, frozen=True, kw_only=True):
    """A contract, or a line of one: ``ends`` is the first day after its term; None: not renewed, or a value not known."""

    id: str
    ends: date
    value: NotNegative | None
    renewed_on: date | None = None
    renewed_value: NotNegative | None = None
    declined_on: date | None = None
    auto_renewed: bool = False
    forecast: Forecast = "unknown"

    def state(self, as_of: date) -> State:
        """What has become of it by the end of that day; who says nothing has lost it when the grace is over."""
        renewed = self.renewed_on
        if renewed is not None and renewed <= as_of and self.ends - EARLY <= renewed <= self.ends + GRACE:
            return "renewed"
        declined = self.declined_on is not None and self.declined_on <= as_of
        return "lost" if declined or as_of > self.ends + GRACE else "open"


class DuePeriod(Inputs, frozen=True, kw_only=True, rename={"since": "from"}):
    """Contracts, the period in which terms end (``until`` is the first day after it), and the day from which it is seen."""

    since: date
    until: date
    as_of: date
    contracts: tuple[Due, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        if len({one.id for one in self.contracts}) < len(self.contracts):
            raise ValueError("an id stands twice in `contracts`")


class Renewals(Result, frozen=True, kw_only=True):
    """Shares of the contracts due and of their value; ``open_value`` by forecast; who lacks a value is counted.

    Rates are over all that is due, what is open among it.
    """

    logo_renewal_rate: Fraction | None = None
    gross: Fraction | None = None
    net: Fraction | None = None
    on_time_share: Fraction | None = None
    auto_renewed_share: Fraction | None = None
    due: int = 0
    renewed: int = 0
    lost: int = 0
    open: int = 0
    open_value: dict[str, Fraction] = msgspec.field(default_factory=dict)
    without_value: int = 0


def renewal_cohort(inputs: DuePeriod) -> Renewals:
    """Renewals of the contracts whose term ends in the period, whenever within 180 days before and 30 after they came."""
    due = [one for one in inputs.contracts if inputs.since <= one.ends < inputs.until]
    by_state: dict[State, list[Due]] = {"renewed": [], "lost": [], "open": []}
    for one in due:
        by_state[one.state(inputs.as_of)].append(one)
    renewed, lost, left = by_state["renewed"], by_state["lost"], by_state["open"]
    counted = renewal_rates(
        DueContracts(
            due_count=len(due),
            renewed_flat=len(renewed),
            lost=len(lost),
            on_time=sum(one.renewed_on is not None and one.renewed_on <= one.ends for one in renewed),
            auto_renewed=sum(one.auto_renewed for one in renewed),
        )
    )
    values = _values(due, renewed)
    before = total(value for value, _ in values)
    return Renewals(
        logo_renewal_rate=counted.logo_renewal_rate,
        gross=ratio(total(min(pair) for pair in values), before),
        net=ratio(total(after for _, after in values), before),
        on_time_share=counted.on_time_share,
        auto_renewed_share=counted.auto_renewed_share,
        due=len(due),
        renewed=len(renewed),
        lost=len(lost),
        open=len(left),
        open_value=_by_forecast(left),
        without_value=len(due) - len(values),
        reason=counted.reason or (None if before else Reason.NO_DATA),
    )


def _values(due: Sequence[Due], renewed: Sequence[Due]) -> list[tuple[Fraction, Fraction]]:
    """Value due and value renewed of each contract of which both are known; not renewed is renewed with nothing."""
    again = {one.id: one.renewed_value for one in renewed}
    pairs = [(one.value, again.get(one.id, 0)) for one in due]
    return [(Fraction(value), Fraction(after)) for value, after in pairs if value is not None and after is not None]


def _by_forecast(contracts: Sequence[Due]) -> dict[str, Fraction]:
    sums: dict[str, Fraction] = {}
    for one in contracts:
        sums[one.forecast] = sums.get(one.forecast, Fraction(0)) + Fraction(one.value or 0)
    return sums
