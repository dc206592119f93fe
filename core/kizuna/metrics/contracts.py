"""What contracts become: their size after years, and the discount that shrinks at the first renewal."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import msgspec

from kizuna.metrics.exact import Result, mean, ratio, total
from kizuna.metrics.inputs import Count, Inputs, NotNegative
from kizuna.metrics.policy import KIZUNA, Policy
from kizuna.metrics.reasons import Reason


class Missing(msgspec.Struct, frozen=True):
    """Who is left out of a figure, and why."""

    id: str
    reason: Reason


class LongStanding(Inputs, frozen=True, kw_only=True):
    """A customer's first contract and what it pays a year now; ``longest_gap_days`` without any contract between."""

    id: str
    first_start: date | None
    first_acv: NotNegative | None
    current_acv: NotNegative | None
    longest_gap_days: Count | None = 0


class Portfolio(Inputs, frozen=True, kw_only=True):
    """Customers on a day; ``years`` of them are asked about."""

    as_of: date
    customers: tuple[LongStanding, ...]
    years: Count = 3


class ContractSize(Result, frozen=True, kw_only=True):
    """Mean yearly values then and now, and both ways to compare them; who lacks a figure is listed."""

    customers: int
    mean_first: Fraction | None = None
    mean_current: Fraction | None = None
    ratio_of_means: Fraction | None = None
    mean_of_ratios: Fraction | None = None
    excluded: tuple[Missing, ...] = ()


def contract_size_3y(inputs: Portfolio, policy: Policy = KIZUNA) -> ContractSize:
    """What customers of so many years who still pay paid first and pay now; whoever was away too long is none of them."""
    before = _years_earlier(inputs.as_of, inputs.years)
    held, excluded = [], []
    for one in inputs.customers:
        if one.current_acv == 0 or (one.first_start is not None and one.first_start > before):
            continue
        if one.first_start is None or one.first_acv is None or one.current_acv is None or one.longest_gap_days is None:
            excluded.append(Missing(one.id, Reason.NO_DATA))
        elif policy.reactivation_days is None or one.longest_gap_days <= policy.reactivation_days:
            held.append((Fraction(one.first_acv), Fraction(one.current_acv)))
    firsts, currents = total(first for first, _ in held), total(current for _, current in held)
    ratios = [current / first for first, current in held if first]
    found = ratio(currents, firsts)
    return ContractSize(
        customers=len(held),
        mean_first=ratio(firsts, len(held)),
        mean_current=ratio(currents, len(held)),
        ratio_of_means=found,
        mean_of_ratios=mean(ratios),
        excluded=tuple(excluded),
        reason=_why(len(held), len(excluded)) if found is None else None,
    )


def _why(held: int, excluded: int) -> Reason:
    return Reason.NO_DATA if held or excluded else Reason.EMPTY_COHORT


def _years_earlier(day: date, years: int) -> date:
    """The same day so many years before; the 29th of February becomes the 28th."""
    year = day.year - years
    if year < 1:
        return date.min
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


class Terms(Inputs, frozen=True, kw_only=True):
    """List and net price of a customer's first two terms at the same quantity; a second net price of None: no such term.

    ``arr``: its yearly value, the weight of the weighted mean.
    """

    id: str
    list_1: NotNegative | None
    net_1: NotNegative | None
    list_2: NotNegative | None = None
    net_2: NotNegative | None = None
    arr: NotNegative | None = None


class Renewed(Inputs, frozen=True, kw_only=True):
    """Customers with the prices of their first two terms."""

    customers: tuple[Terms, ...]


class DiscountReduction(Result, frozen=True, kw_only=True):
    """By how many percentage points discounts shrank at the first renewal, by customer and weighted by yearly value."""

    customers: int
    mean_points: Fraction | None = None
    weighted_points: Fraction | None = None
    by_customer: dict[str, Fraction]
    excluded: tuple[Missing, ...] = ()


def first_renewal_discount(inputs: Renewed) -> DiscountReduction:
    """The first term's discount less the second's, of customers with a second term; no list price, no discount."""
    by_customer, weights, excluded = {}, {}, []
    for one in inputs.customers:
        if one.net_2 is None:
            continue
        first, second = ratio(one.net_1, one.list_1), ratio(one.net_2, one.list_2)
        if first is None or second is None:
            excluded.append(Missing(one.id, Reason.NO_DATA))
            continue
        by_customer[one.id] = 100 * (second - first)
        weights[one.id] = one.arr
    known_weights = {name: Fraction(weight) for name, weight in weights.items() if weight is not None}
    weighted = None
    if len(known_weights) == len(by_customer):
        weighted = ratio(
            total(by_customer[name] * w for name, w in known_weights.items()), total(known_weights.values())
        )
    return DiscountReduction(
        customers=len(by_customer),
        mean_points=mean(by_customer.values()),
        weighted_points=weighted,
        by_customer=by_customer,
        excluded=tuple(excluded),
        reason=None if by_customer else _why(0, len(excluded)),
    )
