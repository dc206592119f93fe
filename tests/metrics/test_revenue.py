"""Recurring revenue a month, item by item, exact to a millionth of a minor unit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kizuna.metrics.dated import Discount, Item, Span, Subscription, Tier, fault
from kizuna.metrics.policy import KIZUNA, POLICIES
from kizuna.metrics.revenue import standing, worth
from kizuna.model.enums import DiscountDuration, Interval, SubscriptionStatus
from kizuna.model.money import MICRO

ACTIVE = SubscriptionStatus.ACTIVE
FOREVER = DiscountDuration.FOREVER


def item(unit: str, interval: Interval = Interval.MONTH, count: int = 1, quantity: str = "1", **more: Any) -> Item:
    return Item(unit_amount=Decimal(unit), quantity=Decimal(quantity), interval=interval, interval_count=count, **more)


def micro(*items: Item, off: tuple[Discount, ...] = (), policy: str = "kizuna", currency: str = "JPY") -> int:
    return sum(line.micro for line in worth(items, off, currency, POLICIES[policy]))


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
        (item("900", Interval.ONCE), 0),
    ],
)
def test_every_interval_is_brought_to_a_month(line: Item, expected: int) -> None:
    assert micro(line) == expected


@pytest.mark.parametrize(("currency", "expected"), [("JPY", 12), ("USD", 1_200), ("KWD", 12_000)])
def test_a_currency_has_its_own_minor_units(currency: str, expected: int) -> None:
    assert micro(item("12"), currency=currency) == expected * MICRO


@pytest.mark.parametrize(
    ("policy", "duration", "expected"),
    [
        ("kizuna", "forever", 50),
        ("kizuna", "repeating", 50),
        ("kizuna", "once", 100),
        ("chartmogul", "once", 50),
        ("paddle_billing", "forever", 100),
    ],
)
def test_which_discounts_come_off_is_the_policys_answer(policy: str, duration: str, expected: int) -> None:
    half = Discount(value=Decimal(50), duration=DiscountDuration(duration))

    assert micro(item("100"), off=(half,), policy=policy) == expected * MICRO


def test_an_amount_off_is_spread_over_the_items_by_their_share_and_brought_to_a_month() -> None:
    yearly = (item("36000", Interval.YEAR), item("12000", Interval.YEAR))
    off = Discount(kind="amount", value=Decimal(4800), duration=FOREVER)

    assert [line.micro for line in worth(yearly, (off,), "JPY", KIZUNA)] == [2_700 * MICRO, 900 * MICRO]


@pytest.mark.parametrize("named", ["a", "Gold"])
def test_a_discount_of_one_item_leaves_the_others_alone(named: str) -> None:
    lines = (item("3000", id="a", product="Gold"), item("1000", id="b", product="Silver"))
    off = Discount(kind="amount", value=Decimal(1000), duration=FOREVER, item=named)

    assert micro(*lines, off=(off,)) == 3_000 * MICRO


def test_no_discount_makes_a_price_negative() -> None:
    assert micro(item("1000"), off=(Discount(kind="amount", value=Decimal(5000)),)) == 0


def test_tax_inside_a_price_is_no_revenue() -> None:
    assert micro(item("1100", tax_inclusive_rate=Decimal(10))) == 1_000 * MICRO


def test_metered_items_count_only_where_the_policy_says_so() -> None:
    metered = item("0.01", quantity="50000", usage="metered")

    assert [micro(metered, policy=name) for name in ("kizuna", "profitwell")] == [0, 500 * MICRO]


@pytest.mark.parametrize(("mode", "expected"), [("graduated", 10 * 100 + 90 * 80 + 50 * 50), ("volume", 150 * 50)])
def test_tiers_price_the_quantity_there_is(mode: Any, expected: int) -> None:
    tiers = (
        Tier(up_to=Decimal(10), unit_amount=Decimal(100)),
        Tier(up_to=Decimal(100), unit_amount=Decimal(80)),
        Tier(unit_amount=Decimal(50)),
    )
    line = Item(quantity=Decimal(150), tiers=tiers, tiers_mode=mode)

    assert micro(line) == expected * MICRO


def agreed(**more: Any) -> Subscription:
    given: dict[str, Any] = {
        "id": "a",
        "customer": "c",
        "status": ACTIVE,
        "currency": "JPY",
        "start": date(2026, 1, 10),
    }
    return Subscription(**{**given, "items": (item("100"),), **more})


@pytest.mark.parametrize(
    ("made", "day", "state", "reason"),
    [
        (agreed(), date(2026, 1, 9), "out", "not_started"),
        (agreed(), date(2026, 1, 10), "counted", None),
        (agreed(cancel_effective_at=date(2026, 3, 1)), date(2026, 2, 28), "counted", None),
        (agreed(cancel_effective_at=date(2026, 3, 1)), date(2026, 3, 1), "out", "ended"),
        (agreed(trial_end=date(2026, 2, 1)), date(2026, 1, 31), "out", "trial"),
        (agreed(trial_end=date(2026, 2, 1)), date(2026, 2, 1), "counted", None),
        (agreed(status=SubscriptionStatus.UNPAID), date(2026, 2, 1), "out", "status_unpaid"),
        (agreed(pauses=(Span(since=date(2026, 2, 1)),)), date(2026, 2, 1), "paused", "paused"),
        (agreed(start=None), date(2026, 2, 1), "out", "no_start"),
    ],
)
def test_a_day_belongs_to_what_is_in_force_at_its_end(
    made: Subscription, day: date, state: str, reason: str | None
) -> None:
    stands = standing(made, day, KIZUNA)

    assert (stands.state, stands.reason) == (state, reason)


def test_a_subscription_that_has_ended_was_paid_before() -> None:
    ended = agreed(status=SubscriptionStatus.CANCELED, cancel_effective_at=date(2026, 3, 1))

    assert standing(ended, date(2026, 2, 1), KIZUNA).micro == 100 * MICRO


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (agreed(cancel_effective_at=date(2025, 1, 1)), "impossible_dates"),
        (agreed(items=(item("1", since=date(2026, 5, 1), until=date(2026, 4, 1)),)), "impossible_dates"),
        (agreed(items=(item("1", quantity="-2"),)), "negative_quantity"),
        (agreed(items=(item("1", count=0),)), "unknown_interval"),
        (agreed(), None),
    ],
)
def test_what_cannot_be_counted_says_why(made: Subscription, reason: str | None) -> None:
    assert fault(made) == reason
