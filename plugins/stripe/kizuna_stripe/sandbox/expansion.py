"""Objects with the objects inside them that a caller asks for: ``expand[]=data.discounts.source.coupon``.

Source: https://docs.stripe.com/api/expanding_objects (read 2026-05).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kizuna.sandbox import SandboxState, StoredRecord
from kizuna_stripe.sandbox.faults import Refusal
from kizuna_stripe.sandbox.objects.common import Json, inside

DEPTH_MOST = 4

COUPON_PRODUCTS = "coupon products"
"""In the sandbox's memory: coupon → the products it is for; a coupon that is not there is for all."""

# Field → collection of the object behind its id. An object that is not simulated stays an id.
_BEHIND = {
    "customer": "customers",
    "product": "products",
    "price": "prices",
    "coupon": "coupons",
    "discounts": "discounts",
    "discount": "discounts",
    "subscription": "subscriptions",
    "latest_invoice": "invoices",
    "invoice": "invoices",
    "charge": "charges",
    "default_price": "prices",
}
_STAYS = frozenset({"payment_intent", "balance_transaction", "payment_method", "default_payment_method", "schedule"})

# Fields that only appear when they are asked for.
_INCLUDED = {
    ("customer", "tax_ids"),
    ("customer", "subscriptions"),
    ("price", "tiers"),
    ("price", "currency_options"),
    ("charge", "refunds"),
    ("coupon", "applies_to"),
    ("invoice", "payments"),
}


# Field → the collection and its field that names the object; what is not here are the refunds of a charge.
_OWNED = {
    "tax_ids": ("tax_ids", "customer"),
    "subscriptions": ("subscriptions", "customer"),
    "payments": ("invoice_payments", "invoice"),
}


def checked(paths: Sequence[str], *, of_list: bool) -> tuple[tuple[str, ...], ...]:
    """The steps of each path, without ``data.`` in front; Refusal for one that is too deep or not in the list."""
    found = []
    for path in paths:
        steps = tuple(path.split("."))
        if len(steps) > DEPTH_MOST:
            raise Refusal(
                400,
                f"You cannot expand more than {DEPTH_MOST} levels of a property. Property: {path}",
                code="property_expansion_max_depth",
                param="expand",
            )
        if of_list:
            if steps[0] != "data":
                raise _cannot(path)
            steps = steps[1:]
        if steps:
            found.append(steps)
    return tuple(found)


def expanded(payload: Json, paths: Sequence[tuple[str, ...]], state: SandboxState) -> Json:
    """A copy of the object with every path expanded."""
    copy = dict(payload)
    for steps in paths:
        _expand(copy, steps, state)
    return copy


def _expand(holder: Json, steps: tuple[str, ...], state: SandboxState) -> None:
    name, *deeper = steps
    if name not in holder:
        if (str(holder.get("object")), name) not in _INCLUDED:
            raise _cannot(".".join(steps))
        holder[name] = _included(holder, name, state)
        if holder[name] is None:
            del holder[name]
            return
    value = _opened(holder[name], name, state)
    if isinstance(value, str) and not deeper and name not in _STAYS and name not in _BEHIND:
        raise _cannot(name)
    holder[name] = value
    for inner in value if isinstance(value, list) else [value]:
        if deeper and isinstance(inner, dict):
            _expand(inner, tuple(deeper), state)


def _opened(value: Any, name: str, state: SandboxState) -> Any:
    """The value with its ids replaced by the objects behind them, copied so that the caller may change it."""
    if isinstance(value, list):
        return [_opened(inner, name, state) for inner in value]
    if isinstance(value, dict):
        return dict(value)
    if not isinstance(value, str) or name not in _BEHIND:
        return value
    found = state.find(_BEHIND[name], value)
    return dict(shown(found)) if found is not None else value


def shown(record: StoredRecord) -> Json:
    """The object as a retrieval gives it: three fields when it was deleted."""
    if record.live:
        return record.payload
    return {"id": record.id, "object": record.payload["object"], "deleted": True}


def _included(holder: Json, name: str, state: SandboxState) -> Any:
    object_id = holder["id"]
    if name in ("tiers", "currency_options"):
        return None  # no price of this world has tiers, or a second currency
    if name == "applies_to":
        products = state.memory.get(COUPON_PRODUCTS, {}).get(object_id)
        return {"products": list(products)} if products else None
    stream, field = _OWNED.get(name, ("refunds", "charge"))
    rows = [dict(row.payload) for row in owned(state, stream, field, object_id)]
    return inside(rows, f"/v1/{holder['object']}s/{object_id}/{name}")


def owned(state: SandboxState, stream: str, field: str, owner_id: str) -> list[StoredRecord]:
    """The living records of a stream whose ``field`` names the owner, in order of arrival; found once a revision."""
    collection = state.stream(stream)
    name = f"by owner: {stream}.{field}"
    held = state.memory.get(name)
    if held is None or held[0] != collection.revision:
        by_owner: dict[str, list[StoredRecord]] = {}
        for row in collection:
            if row.live:
                by_owner.setdefault(str(row.payload.get(field)), []).append(row)
        held = state.memory[name] = (collection.revision, by_owner)
    found: list[StoredRecord] = held[1].get(owner_id, [])
    return found


def _cannot(path: str) -> Refusal:
    return Refusal(400, f"This property cannot be expanded ({path}).", param="expand")
