"""Recurring revenue of a subscription now, under Kizuna's own policy.

Item by item: unit price × quantity, brought to a month (year 1/12, week 52/12, day 365/12), less discounts in force
that last (forever or repeating). Metered items, trials and pauses count nothing. The result is a whole number of
millionths of a minor unit, rounded half up once an item, so that sums are exact on every database.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import floor

import msgspec

from kizuna.model.enums import DiscountDuration, Interval, SubscriptionStatus
from kizuna.model.money import MICRO

COUNTED = frozenset({SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE})

_A_MONTH: dict[Interval, Fraction] = {
    Interval.DAY: Fraction(365, 12),
    Interval.WEEK: Fraction(52, 12),
    Interval.MONTH: Fraction(1),
    Interval.YEAR: Fraction(1, 12),
    Interval.ONCE: Fraction(0),
}


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A recurring line as it stands: price in minor units for ``quantity`` each ``interval_count`` intervals."""

    unit_minor: Decimal | None
    quantity: Decimal | None
    interval: Interval
    interval_count: int
    metered: bool
    item: str = ""


class Reduction(msgspec.Struct, frozen=True, kw_only=True):
    """A discount in force on the subscription, or on one ``item``."""

    percent_off: Decimal | None = None
    amount_off_minor: int | None = None
    duration: DiscountDuration | None = None
    item: str | None = None


def monthly_micro(
    status: SubscriptionStatus, paused: bool, items: Iterable[Item], reductions: Iterable[Reduction] = ()
) -> int:
    """A subscription's monthly value in millionths of a minor unit of its currency; 0 when it does not count."""
    if status not in COUNTED or paused:
        return 0
    lasting = [r for r in reductions if r.duration in (None, DiscountDuration.FOREVER, DiscountDuration.REPEATING)]
    listed = [(item, _listed(item)) for item in items]
    whole = sum((value for _, value in listed), Fraction(0))
    return sum(_rounded(_reduced(item, value, whole, lasting)) for item, value in listed)


def _listed(item: Item) -> Fraction:
    """The item's value a month without discounts, in minor units."""
    if item.metered or item.unit_minor is None or item.interval_count < 1:
        return Fraction(0)
    quantity = Fraction(item.quantity) if item.quantity is not None else Fraction(1)
    return Fraction(item.unit_minor) * quantity * _A_MONTH[item.interval] / item.interval_count


def _reduced(item: Item, value: Fraction, whole: Fraction, reductions: list[Reduction]) -> Fraction:
    share = value / whole if whole else Fraction(0)
    for reduction in reductions:
        if reduction.item not in (None, item.item):
            continue
        if reduction.percent_off is not None:
            value -= value * Fraction(reduction.percent_off) / 100
        elif reduction.amount_off_minor is not None:
            # An amount comes off each invoice, so it is brought to a month by the item's own interval.
            monthly = Fraction(reduction.amount_off_minor) * _A_MONTH[item.interval] / item.interval_count
            value -= monthly * (share if reduction.item is None else 1)
    return max(value, Fraction(0))


def _rounded(value: Fraction) -> int:
    return floor(value * MICRO + Fraction(1, 2))  # the value is never negative, so this is half up, at any size
