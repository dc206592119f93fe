"""Recurring revenue a month, item by item, exact to a millionth of a minor unit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kizuna.metrics.revenue import Item, Reduction, monthly_micro
from kizuna.model.enums import DiscountDuration, Interval, SubscriptionStatus
from kizuna.model.money import MICRO

ACTIVE = SubscriptionStatus.ACTIVE


def item(unit: str, interval: Interval = Interval.MONTH, count: int = 1, quantity: str = "1", name: str = "") -> Item:
    return Item(
        unit_minor=Decimal(unit),
        quantity=Decimal(quantity),
        interval=interval,
        interval_count=count,
        metered=False,
        item=name,
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (item("120000", Interval.YEAR), 10_000 * MICRO),
        (item("12000", Interval.YEAR), 1_000 * MICRO),
        (item("3000000", count=3), 1_000_000 * MICRO),
        (item("100000", Interval.WEEK, 2), 216_666_666_667),
        (item("10", Interval.DAY), 304_166_667),
        (item("700", quantity="5"), 3_500 * MICRO),
        (item("0.5", quantity="3"), 1_500_000),
    ],
)
def test_every_interval_is_brought_to_a_month(line: Item, expected: int) -> None:
    assert monthly_micro(ACTIVE, False, [line]) == expected


def test_a_discount_that_lasts_counts_and_one_for_a_single_invoice_does_not() -> None:
    line = item("120000", Interval.YEAR)
    half = Decimal(50)

    forever = monthly_micro(ACTIVE, False, [line], [Reduction(percent_off=half, duration=DiscountDuration.FOREVER)])
    once = monthly_micro(ACTIVE, False, [line], [Reduction(percent_off=half, duration=DiscountDuration.ONCE)])

    assert forever == 5_000 * MICRO
    assert once == 10_000 * MICRO


def test_an_amount_off_is_spread_over_the_items_by_their_share() -> None:
    lines = [item("3000", name="a"), item("1000", name="b")]
    off = Reduction(amount_off_minor=400, duration=DiscountDuration.FOREVER)

    assert monthly_micro(ACTIVE, False, lines, [off]) == 3_600 * MICRO


def test_a_discount_on_one_item_leaves_the_others() -> None:
    lines = [item("3000", name="a"), item("1000", name="b")]
    off = Reduction(percent_off=Decimal(100), item="b", duration=DiscountDuration.REPEATING)

    assert monthly_micro(ACTIVE, False, lines, [off]) == 3_000 * MICRO


@pytest.mark.parametrize("status", [s for s in SubscriptionStatus if s not in ("active", "past_due")])
def test_only_active_and_past_due_count(status: SubscriptionStatus) -> None:
    assert monthly_micro(status, False, [item("1000")]) == 0


def test_a_paused_collection_and_metered_items_count_nothing() -> None:
    metered = Item(unit_minor=Decimal(5), quantity=None, interval=Interval.MONTH, interval_count=1, metered=True)

    assert monthly_micro(ACTIVE, True, [item("1000")]) == 0
    assert monthly_micro(ACTIVE, False, [metered]) == 0


def test_more_off_than_the_price_is_never_negative() -> None:
    off = Reduction(amount_off_minor=5_000, duration=DiscountDuration.FOREVER)

    assert monthly_micro(ACTIVE, False, [item("1000")], [off]) == 0
