"""Objects in the shapes of older versions: a caller gets what the version it pins had.

Events stay as they are: Stripe writes them in the version of the account, whatever a caller pins.
Sources: https://docs.stripe.com/changelog/basil, https://docs.stripe.com/changelog/clover (read 2026-05).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from kizuna.sandbox import SandboxState
from kizuna.sandbox.records import Charge
from kizuna_stripe.sandbox.ids import beside
from kizuna_stripe.sandbox.objects.common import Json

BASIL, CLOVER = "2025-03-31", "2025-09-30"

Reshape = Callable[[Json, SandboxState], Json]


def aged(body: bytes, version: str, state: SandboxState) -> bytes:
    """The JSON of an answer as it is written for that version; the newest shapes from clover on."""
    if version >= CLOVER:
        return body
    with state.lock:
        return msgspec.json.encode(_aged(msgspec.json.decode(body), version, state))


def _aged(node: Any, version: str, state: SandboxState) -> Any:
    if isinstance(node, list):
        return [_aged(one, version, state) for one in node]
    if not isinstance(node, dict) or node.get("object") == "event":
        return node
    kind = str(node.get("object"))
    for since, shapes in ((CLOVER, _BEFORE_CLOVER), (BASIL, _BEFORE_BASIL)):
        if version < since and kind in shapes:
            node = shapes[kind](node, state)
    return {name: _aged(value, version, state) for name, value in node.items()}


def _without(node: Json, gone: Iterable[str], **more: Any) -> Json:
    left_out = frozenset(gone)
    return {**{name: value for name, value in node.items() if name not in left_out}, **more}


def _discount(node: Json, state: SandboxState) -> Json:
    """A discount with its whole coupon inside."""
    source = node.get("source")
    if source is None:
        return node
    coupon = source["coupon"]
    found = state.find("coupons", coupon) if isinstance(coupon, str) else None
    return _without(node, ["source"], coupon=found.payload if found is not None else coupon)


def _subscription(node: Json, state: SandboxState) -> Json:
    """A subscription with one period for all its items and one discount."""
    if node.get("items") is None:
        return node
    items, discounts = node["items"]["data"], node["discounts"]
    held = discounts[0] if discounts else None
    found = state.find("discounts", held) if isinstance(held, str) else None
    return _without(
        node,
        ("discounts", "billing_mode", "billing_schedules", "managed_payments"),
        current_period_start=min((item["current_period_start"] for item in items), default=node["created"]),
        current_period_end=max((item["current_period_end"] for item in items), default=node["created"]),
        discount=found.payload if found is not None else held,
        quantity=items[0]["quantity"] if len(items) == 1 else None,
    )


def _item(node: Json, _state: SandboxState) -> Json:
    return _without(node, ("current_period_start", "current_period_end"))


def _invoice(node: Json, state: SandboxState) -> Json:
    """An invoice that names its subscription, its charge and its taxes at the top."""
    if "status" not in node:
        return node
    details = (node["parent"] or {}).get("subscription_details") or {}
    charge = _settling(state).get(node["id"])
    gone = ("parent", "total_taxes", "total_pretax_credit_amounts", "amount_overpaid", "customer_account")
    return _without(
        node,
        gone,
        charge=charge,
        discount=None,
        paid=node["status"] == "paid",
        payment_intent=beside("pi_", charge) if charge else None,
        subscription=details.get("subscription"),
        subscription_details={"metadata": details.get("metadata")},
        tax=sum(tax["amount"] for tax in node["total_taxes"]) if node["total_taxes"] else None,
        total_tax_amounts=[_tax(tax) for tax in node["total_taxes"]],
        transfer_data=None,
    )


def _line(node: Json, state: SandboxState) -> Json:
    """A line that names its subscription, item and price at the top."""
    of_item = node["parent"]["subscription_item_details"]
    origin: Mapping[str, Any] = of_item or node["parent"]["invoice_item_details"]
    price = state.find("prices", node["pricing"]["price_details"]["price"])
    return _without(
        node,
        ("parent", "pricing", "taxes", "subtotal", "quantity_decimal"),
        amount_excluding_tax=node["subtotal"],
        invoice_item=origin.get("invoice_item"),
        plan=None,
        price=price.payload if price is not None else None,
        proration=origin["proration"],
        proration_details=origin["proration_details"],
        subscription=origin["subscription"],
        subscription_item=origin.get("subscription_item"),
        tax_amounts=[_tax(tax) for tax in node["taxes"]],
        tax_rates=[],
        type="subscription" if of_item else "invoiceitem",
        unit_amount_excluding_tax=node["pricing"]["unit_amount_decimal"],
    )


def _tax(tax: Mapping[str, Any]) -> Json:
    return {
        "amount": tax["amount"],
        "inclusive": tax["tax_behavior"] == "inclusive",
        "tax_rate": tax["tax_rate_details"]["tax_rate"],
        "taxability_reason": tax["taxability_reason"],
        "taxable_amount": tax["taxable_amount"],
    }


def _charge(node: Json, state: SandboxState) -> Json:
    found = state.records["charge"].get(node["id"])
    return {**node, "invoice": found.invoice_id if isinstance(found, Charge) else None}


def _intent(node: Json, state: SandboxState) -> Json:
    return {**node, "invoice": _charge({"id": node["latest_charge"]}, state)["invoice"]}


def _credit_note(node: Json, _state: SandboxState) -> Json:
    refunds = node["refunds"]
    gone = ("refunds", "total_taxes", "post_payment_amount", "pre_payment_amount", "customer_account")
    return _without(node, gone, refund=refunds[0]["refund"] if refunds else None, tax_amounts=[])


def _settling(state: SandboxState) -> Mapping[str, str]:
    """Invoice → its last charge; found once a revision."""
    revision = state.stream("charges").revision
    held = state.memory.get("settling")
    if held is None or held[0] != revision:
        charges = (one for one in state.of_kind("charge") if isinstance(one, Charge))
        in_time = sorted(charges, key=lambda one: one.created_at)
        by_invoice = {one.invoice_id: one.id for one in in_time if one.invoice_id is not None}
        held = state.memory["settling"] = (revision, by_invoice)
    found: Mapping[str, str] = held[1]
    return found


_BEFORE_CLOVER: Mapping[str, Reshape] = {"discount": _discount}
_BEFORE_BASIL: Mapping[str, Reshape] = {
    "subscription": _subscription,
    "subscription_item": _item,
    "invoice": _invoice,
    "line_item": _line,
    "charge": _charge,
    "payment_intent": _intent,
    "credit_note": _credit_note,
}
