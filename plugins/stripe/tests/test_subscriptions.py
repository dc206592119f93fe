"""What a subscription of Stripe means, in the shapes of today and of before basil."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from kizuna import sdk
from plugins.stripe.tests.objects import CREATED, DAY_S, coupon, discount, item, listed, only, price, said, subscription

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def facts(kind, **fields):
    return [fact for fact in said("subscriptions", subscription(**fields)) if isinstance(fact, kind)]


def test_a_subscription_and_its_item_in_todays_shape():
    found = said("subscriptions", subscription())

    assert found == (
        sdk.Subscription(
            account=sdk.Ref("customers", "cus_1"),
            status=sdk.SubscriptionStatus.ACTIVE,
            currency="USD",
            started_at=BEGIN,
            period_starts_at=BEGIN,
            period_ends_at=BEGIN + timedelta(days=31),
            created_at=BEGIN,
        ),
        sdk.SubscriptionItem(
            part="si_1",
            parent=sdk.Ref("subscriptions", "sub_1"),
            product=sdk.Ref("products", "prod_1"),
            price=sdk.Ref("prices", "price_1"),
            quantity=Decimal(3),
            unit_minor=Decimal(2000),
            currency="USD",
            interval=sdk.Interval.MONTH,
            period_starts_at=BEGIN,
            period_ends_at=BEGIN + timedelta(days=31),
        ),
    )


def test_before_basil_the_period_is_the_subscriptions():
    old_item = item(current_period_start=None, current_period_end=None)

    found = said(
        "subscriptions",
        subscription(
            items=listed(old_item), current_period_start=CREATED, current_period_end=CREATED + DAY_S, discount=None
        ),
    )

    assert (found[0].period_starts_at, found[0].period_ends_at) == (BEGIN, BEGIN + timedelta(days=1))
    assert found[1].period_ends_at == BEGIN + timedelta(days=1)


def test_items_with_intervals_of_their_own_show_the_period_that_ends_first():
    yearly = item(id="si_2", current_period_end=CREATED + 365 * DAY_S, current_period_start=CREATED - DAY_S)

    found = only("subscriptions", subscription(items=listed(yearly, item())), sdk.Subscription)

    assert (found.period_starts_at, found.period_ends_at) == (BEGIN, BEGIN + timedelta(days=31))


def test_an_item_of_a_plan_reads_like_one_of_a_price():
    plan = {"id": "gold", "object": "plan", "amount": 1500, "currency": "usd", "interval": "year", "product": "prod_1"}

    found = only("subscriptions", subscription(items=listed(item(price=None, plan=plan))), sdk.SubscriptionItem)

    assert (found.unit_minor, found.interval, found.price) == (1500, sdk.Interval.YEAR, sdk.Ref("prices", "gold"))


def test_a_subscription_older_than_items_has_its_plan_for_the_only_one():
    plan = {"id": "gold", "object": "plan", "amount": 1500, "currency": "usd", "interval": "month"}

    found = only("subscriptions", subscription(items=None, plan=plan, quantity=2), sdk.SubscriptionItem)

    assert (found.part, found.quantity, found.unit_minor) == ("sub_1", 2, 1500)


def test_every_item_is_a_fact():
    items = listed(item(), item(id="si_2"), item(id="si_3", deleted=True))

    assert [fact.part for fact in facts(sdk.SubscriptionItem, items=items)] == ["si_1", "si_2"]


def test_a_metered_item_has_no_quantity():
    metered = price(recurring={"interval": "month", "interval_count": 1, "usage_type": "metered"})
    without = {name: value for name, value in item(price=metered).items() if name != "quantity"}

    found = only("subscriptions", subscription(items=listed(without)), sdk.SubscriptionItem)

    assert (found.metered, found.quantity) == (True, None)


def test_an_item_of_tiers_has_the_mean_cost_of_its_units():
    tiers = [{"up_to": 2, "unit_amount": 1000}, {"up_to": None, "unit_amount": 400}]
    tiered = price(billing_scheme="tiered", tiers_mode="graduated", tiers=tiers, unit_amount=None)

    found = only(
        "subscriptions",
        subscription(items=listed(item(price={**tiered, "unit_amount_decimal": None}, quantity=3))),
        sdk.SubscriptionItem,
    )

    assert found.unit_minor == Decimal(800)


IN_YEN = {"jpy": {"unit_amount": 300000, "unit_amount_decimal": "300000"}}


def test_a_price_of_several_currencies_costs_what_it_costs_in_the_subscriptions():
    items = listed(item(price=price(currency_options=IN_YEN)))

    found = facts(sdk.SubscriptionItem, currency="jpy", items=items)[0]

    assert (found.unit_minor, found.currency) == (Decimal(300000), "JPY")


@pytest.mark.parametrize("options", [None, {"eur": {"unit_amount": 1900}}, {"jpy": {"unit_amount": None}}])
def test_an_amount_is_never_taken_for_one_of_another_currency(options):
    found = said(
        "subscriptions", subscription(currency="jpy", items=listed(item(price=price(currency_options=options))))
    )

    line = next(fact for fact in found if isinstance(fact, sdk.SubscriptionItem))
    assert (line.unit_minor, line.currency) == (None, "JPY")
    assert sdk.Unmapped(field="items.data.price.currency_options", value="jpy") in found


@pytest.mark.parametrize(
    "status", ["incomplete", "incomplete_expired", "trialing", "active", "past_due", "canceled", "unpaid", "paused"]
)
def test_statuses_are_stripes_one_to_one(status):
    assert facts(sdk.Subscription, status=status)[0].status == status


def test_an_unknown_status_is_other_and_noted():
    found = said("subscriptions", subscription(status="dormant"))

    assert found[0].status is sdk.SubscriptionStatus.OTHER
    assert sdk.Unmapped(field="status", value="dormant") in found


def test_a_request_to_cancel_and_the_end_are_two_times():
    found = facts(
        sdk.Subscription,
        canceled_at=CREATED + DAY_S,
        cancel_at_period_end=True,
        cancellation_details={"reason": "cancellation_requested", "feedback": "too_expensive", "comment": None},
    )[0]

    assert found.cancel_requested_at == BEGIN + timedelta(days=1)
    assert found.cancels_at == BEGIN + timedelta(days=31)
    assert found.ended_at is None
    assert found.cancel_reason == "too_expensive"


def test_an_end_against_the_customers_will_keeps_stripes_reason():
    details = {"reason": "payment_failed", "feedback": "other", "comment": None}

    found = facts(sdk.Subscription, status="canceled", ended_at=CREATED, cancellation_details=details)[0]

    assert (found.cancel_reason, found.ended_at) == ("payment_failed", BEGIN)


def test_a_paused_collection_leaves_the_status():
    found = facts(sdk.Subscription, pause_collection={"behavior": "void", "resumes_at": CREATED + DAY_S})[0]

    assert (found.status, found.paused) == (sdk.SubscriptionStatus.ACTIVE, True)
    assert found.paused_until == BEGIN + timedelta(days=1)


def test_a_discount_of_today_names_its_coupon_in_its_source():
    found = facts(sdk.Discount, discounts=[discount(end=CREATED + DAY_S)])

    assert found == [
        sdk.Discount(
            part="di_1",
            parent=sdk.Ref("subscriptions", "sub_1"),
            coupon="LOYAL",
            percent_off=Decimal("12.5"),
            duration=sdk.DiscountDuration.FOREVER,
            starts_at=BEGIN,
            ends_at=BEGIN + timedelta(days=1),
        )
    ]


def test_a_discount_of_before_clover_holds_its_coupon():
    old = {"object": "discount", "coupon": coupon(percent_off=None, amount_off=500, currency="usd"), "start": CREATED}

    found = facts(sdk.Discount, discounts=None, discount=old)

    assert [(fact.part, fact.amount_off) for fact in found] == [("LOYAL", sdk.Money(500, "USD"))]


def test_the_single_discount_and_the_list_count_once():
    assert len(facts(sdk.Discount, discounts=[discount()], discount=discount())) == 1


@pytest.mark.parametrize("on", [{"discounts": ["di_0", "di_1"]}, {"items": listed(item(discounts=["di_1"]))}])
def test_a_discount_that_is_shown_counts_where_a_list_names_it_by_its_id_alone(on):
    old = discount(source=None, coupon=coupon(), subscription_item="si_1" if "items" in on else None)

    found = {fact.part: fact for fact in facts(sdk.Discount, discount=old, **on)}

    assert found["di_1"].percent_off == Decimal("12.5")
    assert found["di_1"].item == ("si_1" if "items" in on else None)
    assert set(found) == ({"di_0", "di_1"} if "discounts" in on else {"di_1"})


def test_a_discount_on_an_item_names_the_item():
    found = facts(sdk.Discount, items=listed(item(discounts=[discount(subscription_item="si_1")])))

    assert [fact.item for fact in found] == ["si_1"]


def test_a_discount_that_is_only_an_id_is_known_to_exist():
    found = facts(sdk.Discount, discounts=["di_9"])

    assert [(fact.part, fact.coupon, fact.percent_off) for fact in found] == [("di_9", None, None)]


def test_an_expanded_customer_is_the_same_reference():
    found = facts(sdk.Subscription, customer={"id": "cus_7", "object": "customer", "name": "x"})

    assert found[0].account == sdk.Ref("customers", "cus_7")


def limited(*products: str, **terms: Any) -> dict[str, Any]:
    source = {"type": "coupon", "coupon": coupon(applies_to={"products": list(products)}, **terms)}
    return discount(source=source)


TWO_PRODUCTS = listed(
    item(quantity=1),
    item(id="si_2", quantity=2, price=price(id="price_2", product="prod_2", unit_amount_decimal="500")),
    item(id="si_3", quantity=1, price=price(id="price_3", product={"id": "prod_2"}, unit_amount_decimal="2000")),
)


def test_a_coupon_for_certain_products_reduces_their_items_alone():
    found = facts(sdk.Discount, items=TWO_PRODUCTS, discounts=[limited("prod_2", "prod_9")])

    assert [(fact.part, fact.item, fact.percent_off) for fact in found] == [
        ("di_1@si_2", "si_2", Decimal("12.5")),
        ("di_1@si_3", "si_3", Decimal("12.5")),
    ]


def test_an_amount_off_certain_products_is_shared_by_what_their_items_cost():
    found = facts(
        sdk.Discount,
        items=TWO_PRODUCTS,
        discounts=[limited("prod_2", percent_off=None, amount_off=1000, currency="usd")],
    )

    assert [(fact.item, fact.amount_off) for fact in found] == [
        ("si_2", sdk.Money(333, "USD")),
        ("si_3", sdk.Money(667, "USD")),
    ]


def test_a_coupon_for_products_that_are_not_subscribed_to_reduces_nothing():
    assert facts(sdk.Discount, items=TWO_PRODUCTS, discounts=[limited("prod_9")]) == []


def test_a_coupon_for_certain_products_on_an_item_of_another_reduces_nothing():
    other = {**limited("prod_1"), "id": "di_2"}
    on_items = listed(item(discounts=[limited("prod_2")]), item(id="si_2", discounts=[other]))

    assert [fact.item for fact in facts(sdk.Discount, items=on_items)] == ["si_2"]


@pytest.mark.parametrize("none", [None, {"products": []}])
def test_a_coupon_without_products_reduces_all(none):
    source = {"type": "coupon", "coupon": coupon(applies_to=none)}

    found = facts(sdk.Discount, items=TWO_PRODUCTS, discounts=[discount(source=source)])

    assert [(fact.part, fact.item) for fact in found] == [("di_1", None)]
