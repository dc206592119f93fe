"""Recorded answers of Stripe, unwrapped to single objects with the name of the collection they belong to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

COLLECTIONS = {
    "customer": "customers",
    "product": "products",
    "price": "prices",
    "plan": "prices",
    "subscription": "subscriptions",
    "invoice": "invoices",
    "charge": "charges",
    "refund": "refunds",
    "credit_note": "credit_notes",
    "invoice_payment": "invoice_payments",
    "payment_intent": "payment_intents",
    "dispute": "disputes",
    "balance_transaction": "balance_transactions",
    "subscription_schedule": "subscription_schedules",
}

# What a client sends, not what Stripe answers.
_NOT_ANSWERS = {"openapi/stripe-openapi-2026-05-27.dahlia.json", "openapi/stripe-openapi-GET-noexpand-subset.json"}


def recorded(samples: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every recorded object of a collection we read: where it was found, its collection, the object."""
    folder = samples / "stripe"
    for path in sorted(folder.rglob("*.json")):
        name = path.relative_to(folder).as_posix()
        if name in _NOT_ANSWERS or name.endswith("jsonschema.json") or "trigger-scenarios" in name:
            continue
        for found in _objects(_answers(json.loads(path.read_bytes()))):
            yield name, COLLECTIONS[found["object"]], found


def _answers(content: Any) -> list[Any]:
    """The answers in a file: recordings by verb and path, official fixtures by name, or the file itself."""
    if isinstance(content, dict) and isinstance(content.get("api"), dict):
        return [call["response"] for paths in content["api"].values() for call in _calls(paths)]
    if isinstance(content, dict) and isinstance(content.get("resources"), dict):
        return list(content["resources"].values())
    return [content]


def _calls(paths: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for call in paths.values():
        for one in call if isinstance(call, list) else [call]:
            if isinstance(one, dict) and "response" in one:
                yield one


def _objects(content: Any) -> Iterator[dict[str, Any]]:
    """Objects of our collections anywhere inside, the outer before the inner."""
    if isinstance(content, list):
        for element in content:
            yield from _objects(element)
    elif isinstance(content, dict):
        if str(content.get("object")) in COLLECTIONS:
            yield content
        for element in content.values():
            yield from _objects(element)
