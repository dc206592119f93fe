"""Every address of the simulated account answers as the official description of the API says, and says no more."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema.protocols import Validator

from kizuna.sandbox import Native
from kizuna_stripe.sandbox.lists import NAMES
from plugins.stripe.tests.served import Account, account
from tests.support.described import checks, complaints

# What the description leaves out and recorded answers of 2026 hold: its object → the fields.
RECORDED = {"product": ("type",), "recurring": ("trial_period_days",)}
WHOLE = {"limit": "100"}
EMPTY = {"disputes", "subscription_schedules"}


@pytest.fixture(scope="module")
def official(samples: Path) -> dict[str, Validator]:
    folder = samples / "stripe" / "openapi"
    api = json.loads((folder / "stripe-openapi-2026-05-27.dahlia.json").read_bytes())
    objects = json.loads((folder / "stripe-objects.jsonschema.json").read_bytes())["components"]["schemas"]
    for name, fields in RECORDED.items():
        objects[name]["properties"] |= {field: {} for field in fields}
    count_lists(objects)
    return checks({"paths": {path: api["paths"][path] for path in api["paths"] if path.startswith("/v1/")}}, objects)


def count_lists(node: Any) -> None:
    """Lets the lists inside objects tell how long they are, as those recorded do."""
    for inner in node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ():
        count_lists(inner)
    if isinstance(node, dict) and {"data", "has_more", "url"} <= set(node.get("properties", ())):
        node["properties"]["total_count"] = {"type": "integer"}


@pytest.fixture(scope="module")
def stripe() -> Iterator[Account]:
    """An account with a ledger, in which a customer was deleted and a subscription has more items than are shown."""
    with account(ledger=True) as served:
        state = served.state
        state.delete("account", state.live("customers")[3].id)
        long = state.live("subscriptions")[0]
        rows = [{**long.payload["items"]["data"][0], "id": f"si_long{place:02}"} for place in range(12)]
        kept = {"id": long.id, "data": rows}
        now = state.now()
        state.put(Native(stream="subscription_items", id=long.id, payload=kept, created_at=now, updated_at=now))
        yield served


def test_every_collection_is_as_described(stripe: Account, official: dict[str, Validator]) -> None:
    found, empty = {}, set()
    for name in NAMES:
        status = {"status": "all"} if name == "subscriptions" else {}
        answer = stripe.get(f"/v1/{name}", **WHOLE, **status)
        found[name] = complaints(official[f"/v1/{name}"], answer)
        if not answer["data"]:
            empty.add(name)

    assert {name: said for name, said in found.items() if said} == {}
    assert empty == EMPTY


def test_every_single_object_is_as_described(stripe: Account, official: dict[str, Validator]) -> None:
    found = {}
    for name in set(NAMES) - EMPTY:
        answer = stripe.get(f"/v1/{name}/{stripe.state.live(name)[-1].id}")
        found[name] = complaints(official[f"/v1/{name}/{{}}"], answer)

    assert {name: said for name, said in found.items() if said} == {}


def test_what_stands_inside_and_beside_objects_is_as_described(stripe: Account, official: dict[str, Validator]) -> None:
    state = stripe.state
    subscription, invoice = state.live("subscriptions")[0].id, state.live("invoices")[0].id
    owner = state.live("tax_ids")[0].payload["customer"]
    deleted = next(record.id for record in state.stream("customers") if not record.live)
    event = stripe.get("/v1/events", limit="1")["data"][0]["id"]
    asked: dict[str, tuple[str, dict[str, str]]] = {
        "/v1/subscription_items": ("/v1/subscription_items", {"subscription": subscription}),
        "/v1/invoices/{}/lines": (f"/v1/invoices/{invoice}/lines", {}),
        "/v1/customers/{}/tax_ids": (f"/v1/customers/{owner}/tax_ids", {}),
        "/v1/customers/{}": (f"/v1/customers/{deleted}", {}),
        "/v1/account": ("/v1/account", {}),
        "/v1/events": ("/v1/events", WHOLE),
        "/v1/events/{}": (f"/v1/events/{event}", {}),
    }

    answers = {described: stripe.get(path, **query) for described, (path, query) in asked.items()}

    assert {path: said for path, given in answers.items() if (said := complaints(official[path], given))} == {}
    assert len(answers["/v1/subscription_items"]["data"]) == 10
    assert answers["/v1/customers/{}"]["deleted"] is True


@pytest.mark.parametrize(
    ("collection", "wanted"),
    [
        ("subscriptions", ("customer", "latest_invoice", "discounts.source.coupon", "items.data.price.product")),
        ("invoices", ("customer", "discounts")),
        ("charges", ("customer", "refunds")),
        ("prices", ("product", "tiers")),
        ("customers", ("tax_ids", "subscriptions")),
    ],
)
def test_expanded_objects_are_as_described(
    collection: str, wanted: tuple[str, ...], stripe: Account, official: dict[str, Validator]
) -> None:
    one = stripe.state.live(collection)[-1].id

    answer = stripe.get(f"/v1/{collection}/{one}", **{"expand[]": list(wanted)})

    assert "error" not in answer
    assert complaints(official[f"/v1/{collection}/{{}}"], answer) == {}


def test_a_description_that_is_not_kept_is_noticed(stripe: Account, official: dict[str, Validator]) -> None:
    customer = stripe.get("/v1/customers", limit="1")["data"][0]

    wrong = {
        name: bool(complaints(official["/v1/customers/{}"], {**customer, name: value}))
        for name, value in {"created": "today", "shoe_size": 42, "tax_exempt": "sometimes", "name": "Aoi"}.items()
    }

    assert wrong == {"created": True, "shoe_size": True, "tax_exempt": True, "name": False}
