"""What products and prices of Stripe mean, and what one unit costs."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from kizuna import sdk
from kizuna_stripe import payloads
from kizuna_stripe.mapping.amounts import money, unit_minor
from plugins.stripe.tests.objects import CREATED, only, price, said

SEVEN = [
    {"up_to": 5, "unit_amount": 700, "unit_amount_decimal": "700", "flat_amount": None, "flat_amount_decimal": None},
    {"up_to": 10, "unit_amount": 650, "unit_amount_decimal": "650", "flat_amount": None, "flat_amount_decimal": None},
    {"up_to": None, "unit_amount": 600, "unit_amount_decimal": "600", "flat_amount": None, "flat_amount_decimal": None},
]
FIVE = [{"up_to": top, "unit_amount": unit} for top, unit in ((5, 500), (10, 400), (15, 300), (20, 200), (None, 100))]


def decoded(**fields):
    return msgspec.convert(price(**fields), payloads.Price, strict=False)


def test_a_product_has_the_article_number_its_metadata_names():
    payload = {"id": "prod_1", "object": "product", "name": "Team", "active": False, "metadata": {"sku": "T-1"}}

    product = only("products", {**payload, "created": CREATED, "updated": CREATED}, sdk.Product)

    assert product == sdk.Product(name="Team", code="T-1", active=False)


def test_a_recurring_price_has_its_interval_and_exact_amount():
    recurring = {"interval": "year", "interval_count": 2, "usage_type": "licensed"}

    found = only("prices", price(recurring=recurring, unit_amount=None, unit_amount_decimal="0.125"), sdk.Price)

    assert found == sdk.Price(
        product=sdk.Ref("products", "prod_1"),
        currency="USD",
        unit_minor=Decimal("0.125"),
        interval=sdk.Interval.YEAR,
        interval_count=2,
    )


def test_a_one_time_price_is_due_once():
    found = only("prices", price(type="one_time", recurring=None), sdk.Price)

    assert found.interval is sdk.Interval.ONCE


def test_a_metered_price_says_so():
    recurring = {"interval": "month", "interval_count": 1, "usage_type": "metered"}

    assert only("prices", price(recurring=recurring), sdk.Price).metered


def test_a_plan_is_a_price_with_its_terms_at_the_top():
    plan = {"id": "gold", "object": "plan", "amount": 1500, "amount_decimal": "1500", "currency": "usd", "active": True}

    found = only("prices", {**plan, "interval": "week", "interval_count": 2, "product": "prod_1"}, sdk.Price)

    assert (found.unit_minor, found.interval, found.interval_count) == (Decimal(1500), sdk.Interval.WEEK, 2)


def test_an_unknown_interval_is_once_and_noted():
    facts = said("prices", price(recurring={"interval": "decade", "interval_count": 1}))

    assert facts[0].interval is sdk.Interval.ONCE
    assert facts[1] == sdk.Unmapped(field="recurring.interval", value="decade")


def test_a_price_of_tiers_has_no_unit_cost_by_itself():
    found = only("prices", price(billing_scheme="tiered", unit_amount=None, unit_amount_decimal=None), sdk.Price)

    assert (found.tiered, found.unit_minor) == (True, None)


@pytest.mark.parametrize(
    ("tiers", "mode", "quantity", "total"),
    [
        (SEVEN, "volume", 1, 700),
        (SEVEN, "volume", 5, 3500),
        (SEVEN, "volume", 6, 3900),
        (SEVEN, "graduated", 6, 4150),
        (FIVE, "volume", 1, 500),
        (FIVE, "volume", 5, 2500),
        (FIVE, "volume", 6, 2400),
        (FIVE, "volume", 20, 4000),
        (FIVE, "volume", 25, 2500),
        (FIVE, "graduated", 6, 2900),
        (FIVE, "graduated", 20, 7000),
        (FIVE, "graduated", 25, 7500),
    ],
)
def test_tiers_are_worked_out_for_the_quantity(tiers, mode, quantity, total):
    tiered = decoded(billing_scheme="tiered", tiers_mode=mode, tiers=tiers, unit_amount=None, unit_amount_decimal=None)

    assert round(unit_minor(tiered, quantity) * quantity, 6) == total


@pytest.mark.parametrize(("mode", "total"), [("graduated", 5 * 10 + 100 + 2 * 5 + 50), ("volume", 7 * 5 + 50)])
def test_a_flat_amount_counts_once_for_each_tier_that_is_entered(mode, total):
    tiers = [
        {"up_to": 5, "unit_amount": 10, "flat_amount": 100},
        {"up_to": None, "unit_amount": 5, "flat_amount": 50},
    ]

    tiered = decoded(billing_scheme="tiered", tiers_mode=mode, tiers=tiers, unit_amount=None, unit_amount_decimal=None)

    assert round(unit_minor(tiered, 7) * 7, 6) == total


@pytest.mark.parametrize(("rounding", "packages"), [("up", 3), ("down", 2)])
def test_packages_are_billed_whole(rounding, packages):
    packed = decoded(transform_quantity={"divide_by": 10, "round": rounding})

    assert round(unit_minor(packed, 25) * 25, 6) == packages * 2000


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        (1200, "usd", sdk.Money(1200, "USD")),
        (12000, "jpy", sdk.Money(12000, "JPY")),
        (1500, "kwd", sdk.Money(1500, "KWD")),
        (500, "ugx", sdk.Money(5, "UGX")),  # written with two decimals that do not exist
        (500, "isk", sdk.Money(5, "ISK")),
        (7, "mga", sdk.Money(700, "MGA")),  # written without the decimals that exist
        (None, "usd", None),
        (5, None, None),
    ],
)
def test_amounts_are_in_the_minor_unit_of_the_currency(amount, currency, expected):
    assert money(amount, currency) == expected


def test_a_deleted_price_says_nothing():
    assert said("prices", {"id": "price_1", "object": "price", "deleted": True}) == ()
