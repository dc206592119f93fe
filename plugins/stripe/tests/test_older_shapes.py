"""The account in the shapes of older versions: what was recorded of them is there, and they say the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kizuna.sandbox import Served
from kizuna.storage import connections
from kizuna.storage.tables import METADATA
from plugins.stripe.tests.served import Account, account
from tests.support.worlds import Rows, kizuna, world

OLD, BASIL, NEWEST = "2024-06-20", "2025-03-31.basil", "2026-05-27.dahlia"
# Recorded fields that older versions still had.
NEVER = {"application_fee_amount", "created", "discount", "period_end", "period_start", "plan", "tax_percent"}


@pytest.fixture(scope="module")
def stripe() -> Iterator[Account]:
    with account() as served:
        yield served


def at(stripe: Account, version: str, path: str, **query: Any) -> Any:
    return stripe.http.get(path, params=query, headers={"Stripe-Version": version}).json()


def test_the_period_of_a_subscription_stands_where_its_version_has_it(stripe: Account) -> None:
    path = f"/v1/subscriptions/{stripe.state.live('subscriptions')[0].id}"

    old, new = at(stripe, OLD, path), at(stripe, NEWEST, path)

    item = new["items"]["data"][0]
    assert "current_period_start" not in new
    assert "current_period_start" not in old["items"]["data"][0]
    assert (old["current_period_start"], old["current_period_end"]) == (
        item["current_period_start"],
        item["current_period_end"],
    )


@pytest.mark.parametrize(
    ("version", "expand", "place"),
    [(OLD, "data.customer", "discount"), (BASIL, "data.discounts", "discounts")],
)
def test_the_coupon_of_a_discount_stands_in_it_before_clover(
    version: str, expand: str, place: str, stripe: Account
) -> None:
    page = at(stripe, version, "/v1/subscriptions", **{"limit": 100, "status": "all", "expand[]": expand})

    held = [found for one in page["data"] if (found := one[place])]
    discounts = [one[0] if isinstance(one, list) else one for one in held]
    assert discounts
    assert {one["coupon"]["object"] for one in discounts} == {"coupon"}
    assert not any("source" in one for one in discounts)


def test_a_charge_names_its_invoice_before_basil(stripe: Account) -> None:
    old = at(stripe, OLD, "/v1/charges", limit=100)["data"]

    assert any(one["invoice"] for one in old)
    assert not any("invoice" in one for one in at(stripe, BASIL, "/v1/charges", limit=100)["data"])


def test_events_keep_the_version_they_were_written_in(stripe: Account) -> None:
    assert at(stripe, OLD, "/v1/events", limit=20) == at(stripe, NEWEST, "/v1/events", limit=20)


@pytest.mark.parametrize(
    ("collection", "recording"),
    [
        ("subscriptions", "subscription_sub_fakefakefakefakefake0001.json"),
        ("invoices", "invoice_in_fakefakefakefakefake0004.json"),
        ("invoices.lines", "line_item_il_invoice_item_fakefakefakefakefake0001.json"),
    ],
)
def test_recorded_fields_of_old_objects_are_there(
    collection: str, recording: str, stripe: Account, samples: Path
) -> None:
    recorded = set(json.loads((samples / "stripe" / "dj-stripe-fixtures" / recording).read_bytes()))

    name, _, inside = collection.partition(".")
    shown = at(stripe, OLD, f"/v1/{name}", limit=1)["data"][0]
    shown = shown[inside]["data"][0] if inside else shown

    assert recorded - set(shown) - NEVER == set()


@pytest.fixture(scope="module")
def small() -> Iterator[Served]:
    with world("stripe", companies=6) as served:
        yield served


def said(served: Served, folder: Path, version: str) -> Rows:
    """What a connection that pins this version comes to know."""
    with kizuna(f"sqlite:///{folder / version}.db") as made:
        METADATA.create_all(made.parts.database.engine)
        endpoint = served.endpoints[0]
        settings = {**endpoint.settings, "api_version": version}
        with made.parts.database.write() as sql:
            connections.add(sql, "stripe", "stripe", settings, {"api_key": "env:KZ_STRIPE_API_KEY"}, False, 0)
        run = made.sync("stripe")[0]
        assert (run.reason, run.counts["quarantined"]) == (None, 0)
        return made.facts()


@pytest.fixture(scope="module")
def newest(small: Served, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    return said(small, tmp_path_factory.mktemp("newest"), NEWEST)


@pytest.mark.parametrize("version", [OLD, BASIL])
def test_an_older_version_says_the_same(version: str, small: Served, newest: Rows, tmp_path: Path) -> None:
    old = said(small, tmp_path, version)

    differing = {name for name, rows in newest.items() if rows != old[name]}
    assert differing == ({"fact_payment"} if version == OLD else set())  # a payment names its invoice there
    assert newest["fact_subscription"]
