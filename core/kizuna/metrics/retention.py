"""Who stayed, with how much: net and gross retention, by customer and from movements, price increases apart."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

import msgspec

from kizuna.metrics.exact import Result, known, ratio, total
from kizuna.metrics.inputs import Inputs, NotNegative
from kizuna.metrics.reasons import Reason


class Balance(Inputs, frozen=True, kw_only=True):
    """A customer's recurring revenue at both ends of a period, at one rate of exchange; None: not known."""

    customer: str
    start: Decimal | None
    end: Decimal | None
    reason: Reason = Reason.NO_DATA


class Cohort(Inputs, frozen=True, kw_only=True):
    """Balances of customers; one with several rows (products, currencies) is taken together."""

    customers: tuple[Balance, ...]


class Unbalanced(msgspec.Struct, frozen=True):
    """Who is left out of a figure, and why."""

    customer: str
    reason: Reason


class Retention(Result, frozen=True, kw_only=True):
    """Retention of those who paid at the start; ``coverage`` is the share of the customers given that could be used."""

    nrr: Fraction | None = None
    grr: Fraction | None = None
    logo_retention: Fraction | None = None
    logo_churn: Fraction | None = None
    expanded_share: Fraction | None = None
    start: Fraction = Fraction(0)
    end_same_customers: Fraction = Fraction(0)
    customers: int = 0
    coverage: Fraction | None = None
    excluded: tuple[Unbalanced, ...] = ()


def nrr_grr_cohort(inputs: Cohort) -> Retention:
    """Net and gross retention from point to point: newcomers on neither side, gross by each customer's lesser value."""
    pairs, excluded = _pairs(inputs.customers)
    opening = [(start, end) for start, end in pairs if start > 0]
    before, after = total(start for start, _ in opening), total(end for _, end in opening)
    empty = Retention(
        reason=excluded[0].reason if excluded and not pairs else Reason.EMPTY_COHORT,
        start=before,
        end_same_customers=after,
        customers=len(opening),
        coverage=ratio(len(pairs), len(pairs) + len(excluded)),
        excluded=excluded,
    )
    if not opening:
        return empty
    kept = Fraction(sum(end > 0 for _, end in opening), len(opening))
    return msgspec.structs.replace(
        empty,
        reason=None,
        nrr=ratio(after, before),
        grr=ratio(total(min(start, end) for start, end in opening), before),
        logo_retention=kept,
        logo_churn=1 - kept,
        expanded_share=Fraction(sum(end > start for start, end in opening), len(opening)),
    )


def _pairs(customers: Iterable[Balance]) -> tuple[list[tuple[Fraction, Fraction]], tuple[Unbalanced, ...]]:
    """Start and end by customer, and who cannot be used because a balance is unknown."""
    sums: dict[str, tuple[Fraction, Fraction]] = {}
    excluded: dict[str, Unbalanced] = {}
    for one in customers:
        if (figures := known(one.start, one.end)) is None:
            excluded.setdefault(one.customer, Unbalanced(one.customer, one.reason))
            continue
        start, end = sums.get(one.customer, (Fraction(0), Fraction(0)))
        sums[one.customer] = (start + figures[0], end + figures[1])
    return [pair for name, pair in sums.items() if name not in excluded], tuple(excluded.values())


class Flows(Inputs, frozen=True, kw_only=True):
    """Opening revenue and what moved in the period, each without a sign; a kind left out did not happen."""

    start: NotNegative | None
    churn: NotNegative | None = Decimal(0)
    contraction: NotNegative | None = Decimal(0)
    expansion: NotNegative | None = Decimal(0)
    reactivation: NotNegative | None = Decimal(0)


class FlowRates(Result, frozen=True, kw_only=True):
    """Rates of the movement form; ``net_mrr_churn`` is below 0 when more was won than lost."""

    gross_mrr_churn: Fraction | None = None
    net_mrr_churn: Fraction | None = None
    grr: Fraction | None = None
    nrr: Fraction | None = None


def mrr_churn_rates(inputs: Flows) -> FlowRates:
    """Churn and retention from the movements of a period; who left and came back within it counts on both sides."""
    figures = known(inputs.start, inputs.churn, inputs.contraction, inputs.expansion, inputs.reactivation)
    if figures is None:
        return FlowRates(reason=Reason.NO_DATA)
    start, churn, contraction, expansion, reactivation = figures
    if start == 0:
        return FlowRates(reason=Reason.EMPTY_COHORT)
    gross = (churn + contraction) / start
    net = gross - (expansion + reactivation) / start
    return FlowRates(gross_mrr_churn=gross, net_mrr_churn=net, grr=1 - gross, nrr=1 - net)


class PricedFlows(Inputs, frozen=True, kw_only=True):
    """Opening revenue and movements, expansion by its reason; a kind left out did not happen."""

    start: NotNegative | None
    churn: NotNegative | None = Decimal(0)
    contraction: NotNegative | None = Decimal(0)
    expansion: NotNegative | None = Decimal(0)
    expansion_seats: NotNegative | None = Decimal(0)
    expansion_tier: NotNegative | None = Decimal(0)
    expansion_product: NotNegative | None = Decimal(0)
    expansion_price_increase: NotNegative | None = Decimal(0)
    expansion_discount_ended: NotNegative | None = Decimal(0)
    expansion_term_change: NotNegative | None = Decimal(0)
    expansion_resume: NotNegative | None = Decimal(0)
    reactivation: NotNegative | None = Decimal(0)


class PricedRetention(Result, frozen=True, kw_only=True):
    """Net retention with and without increases of list prices, and gross retention."""

    nrr: Fraction | None = None
    nrr_ex_price: Fraction | None = None
    grr: Fraction | None = None
    price_effect: Fraction | None = None


def nrr_price_split(inputs: PricedFlows) -> PricedRetention:
    """Net retention as it is, and as it were without increases of list prices."""
    lost = known(inputs.churn, inputs.contraction)
    won = known(*(getattr(inputs, name) for name in inputs.__struct_fields__ if name.startswith("expansion")))
    figures = known(inputs.start, inputs.expansion_price_increase, inputs.reactivation)
    if lost is None or won is None or figures is None:
        return PricedRetention(reason=Reason.NO_DATA)
    start, price, back = figures
    if start == 0:
        return PricedRetention(reason=Reason.EMPTY_COHORT)
    kept = start - total(lost)
    nrr = (kept + total(won) + back) / start
    return PricedRetention(nrr=nrr, nrr_ex_price=nrr - price / start, grr=kept / start, price_effect=price / start)
