"""A discount on a customer reduces the recurring revenue of each subscription that has none of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kizuna.model.money import MICRO
from kizuna.storage import connections
from kizuna.storage.tables import METADATA
from plugins.stripe.tests.objects import coupon, customer, discount, item, listed, price, subscription
from tests.support.worlds import Kizuna, kizuna

MONTHLY = 1_000


def plan(name: str, **fields: Any) -> dict[str, Any]:
    """A subscription of ten dollars a month."""
    each = price(unit_amount=MONTHLY, unit_amount_decimal=str(MONTHLY), currency="usd")
    items = listed(item(id=f"si_{name}", price=each, quantity=1))
    return subscription(id=f"sub_{name}", items=items, currency="usd", status="active", **fields)


def on_customer(**terms: Any) -> dict[str, Any]:
    """A discount on the customer, for ever."""
    held = coupon(**{"percent_off": None, "amount_off": None, "duration": "forever", **terms})
    return discount(id="di_customer", subscription=None, source={"type": "coupon", "coupon": held})


def own(percent: int) -> list[dict[str, Any]]:
    """A discount of the subscription's own."""
    held = coupon(id="OWN", percent_off=percent, duration="forever")
    return [discount(id="di_own", source={"type": "coupon", "coupon": held})]


@pytest.mark.parametrize(
    ("held", "plans", "expected"),
    [
        (None, [plan("a"), plan("b")], 2_000),
        (on_customer(percent_off=10), [plan("a", discounts=[]), plan("b", discounts=[])], 1_800),
        (on_customer(percent_off=10), [plan("a", discounts=own(50)), plan("b", discounts=[])], 1_400),
        (on_customer(amount_off=300, currency="usd"), [plan("a", discounts=[]), plan("b", discounts=[])], 1_400),
        (on_customer(amount_off=300, currency="jpy"), [plan("a", discounts=[])], 1_000),
        (on_customer(percent_off=10, duration="once"), [plan("a", discounts=[])], 1_000),
        (on_customer(percent_off=10, applies_to={"products": ["prod_9"]}), [plan("a", discounts=[])], 1_000),
    ],
)
def test_it_counts_for_subscriptions_without_one_of_their_own(
    database_url: str, tmp_path: Path, held: dict[str, Any] | None, plans: list[dict[str, Any]], expected: int
) -> None:
    with kizuna(database_url) as one:
        METADATA.create_all(one.parts.database.engine)
        with one.parts.database.write() as sql:
            connections.add(sql, "billing", "stripe", {}, {}, True, 0)

        taken(one, tmp_path, "subscriptions", plans)
        taken(one, tmp_path, "customers", [customer(discount=held)])

        assert recurring(one) == expected * MICRO
        assert one.not_as_rebuilt() == []


def test_it_ends_for_all_of_them_when_it_is_taken_off_the_customer(sqlite_url: str, tmp_path: Path) -> None:
    with kizuna(sqlite_url) as one:
        METADATA.create_all(one.parts.database.engine)
        with one.parts.database.write() as sql:
            connections.add(sql, "billing", "stripe", {}, {}, True, 0)
        taken(one, tmp_path, "customers", [customer(discount=on_customer(percent_off=10))])
        taken(one, tmp_path, "subscriptions", [plan("a", discounts=[])])
        before = recurring(one)

        taken(one, tmp_path, "customers", [customer(discount=None)])

        assert (before, recurring(one)) == (900 * MICRO, 1_000 * MICRO)


def taken(one: Kizuna, folder: Path, stream: str, records: list[dict[str, Any]]) -> None:
    """These records loaded from a file."""
    path = folder / f"{stream}.json"
    path.write_text(json.dumps(records))
    one.parts.loader().load("billing", stream, path)


def recurring(one: Kizuna) -> int:
    """The recurring revenue of the one customer, in millionths of a cent."""
    ((exact,),) = one.rows("SELECT exact FROM customer_money WHERE measure = 'mrr' AND currency = 'USD'")
    return int(str(exact))
