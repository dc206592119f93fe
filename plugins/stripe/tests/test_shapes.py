"""Every object of the sandbox against the official schema of the pinned version; the schema lies outside the project."""

from __future__ import annotations

import json
from collections import Counter

import jsonschema
import pytest
import referencing

from plugins.stripe.tests.served import account

SCHEMAS = {
    "customers": "customer",
    "products": "product",
    "prices": "price",
    "coupons": "coupon",
    "subscriptions": "subscription",
    "invoices": "invoice",
    "charges": "charge",
    "refunds": "refund",
    "credit_notes": "credit_note",
    "discounts": "discount",
    "tax_ids": "tax_id",
}


@pytest.fixture(scope="session")
def validators(samples):
    content = json.loads((samples / "stripe/openapi/stripe-objects.jsonschema.json").read_bytes())
    registry = referencing.Registry().with_resource(
        "urn:stripe", referencing.Resource.from_contents(content, default_specification=referencing.jsonschema.DRAFT7)
    )
    return {
        name: jsonschema.Draft7Validator({"$ref": f"urn:stripe#/components/schemas/{name}"}, registry=registry)
        for name in {*SCHEMAS.values(), "event", "deleted_customer"}
    }


def complaints(validator, found) -> list[str]:
    return [f"{error.json_path}: {error.message[:120]}" for error in validator.iter_errors(found)]


def test_every_object_is_what_the_official_schema_describes(validators):
    with account() as stripe:
        found: Counter[str] = Counter()
        for stream, schema in SCHEMAS.items():
            assert stripe.state.live(stream), stream
            for record in stripe.state.live(stream):
                found.update(f"{schema} {complaint}" for complaint in complaints(validators[schema], record.payload))

    assert dict(found) == {}


def test_expanded_objects_are_what_the_official_schema_describes(validators):
    with account() as stripe:
        subscriptions = stripe.get(
            "/v1/subscriptions", limit=100, status="all", **{"expand[]": "data.discounts.source.coupon"}
        )["data"]
        customers = stripe.get("/v1/customers", limit=100, **{"expand[]": "data.tax_ids"})["data"]

        found = [said for held in subscriptions for said in complaints(validators["subscription"], held)]
        found += [said for held in customers for said in complaints(validators["customer"], held)]

    assert found == []
    assert any(held["discounts"] for held in subscriptions)


def test_events_and_tombstones_are_what_the_official_schema_describes(validators):
    with account() as stripe:
        customer_id = stripe.state.live("customers")[0].id
        stripe.state.delete("account", customer_id)

        events = stripe.get("/v1/events", limit=100)["data"]
        found = [said for event in events for said in complaints(validators["event"], event)]
        found += complaints(validators["deleted_customer"], stripe.get(f"/v1/customers/{customer_id}"))

    assert found == []
    assert "customer.deleted" in {event["type"] for event in events}
