"""Which events a change causes, in the order in which Stripe writes them.

Source: https://docs.stripe.com/api/events/types (read 2026-05).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kizuna.sandbox import Change

Held = Mapping[str, Any]

_NAMES = {
    "customers": "customer",
    "products": "product",
    "prices": "price",
    "coupons": "coupon",
    "tax_ids": "customer.tax_id",
    "discounts": "customer.discount",
    "credit_notes": "credit_note",
    "refunds": "refund",
    "disputes": "charge.dispute",
    "subscription_schedules": "subscription_schedule",
}
# Collection → event by the status the object has come to; Stripe tells of no other turn of these.
_TURNED = {
    "invoice_payments": {"paid": "invoice_payment.paid"},
    "payment_intents": {
        "succeeded": "payment_intent.succeeded",
        "requires_payment_method": "payment_intent.payment_failed",
        "processing": "payment_intent.processing",
        "canceled": "payment_intent.canceled",
    },
}
_CHARGED = {"succeeded": "charge.succeeded", "failed": "charge.failed", "pending": "charge.pending"}
_INVOICED = {
    "paid": ("invoice.paid", "invoice.payment_succeeded"),
    "void": ("invoice.voided",),
    "uncollectible": ("invoice.marked_uncollectible",),
}


def types_of(change: Change) -> tuple[str, ...]:
    """The types of the events; none for what Stripe keeps to itself."""
    before, after = change.before or {}, change.after or {}
    verb = "delete" if change.verb == "merge" else change.verb
    if change.stream == "subscriptions":
        return _subscription(verb, before, after)
    if change.stream == "invoices":
        return _invoice(verb, before, after)
    if change.stream == "charges":
        return _charge(verb, before, after)
    if change.stream in _TURNED:
        return _turned(change.stream, before, after)
    name = _NAMES.get(change.stream)
    if name is None:
        return ()
    if change.stream == "credit_notes" and verb == "change" and after.get("status") != before.get("status"):
        return ("credit_note.voided",)
    if change.stream in {"credit_notes", "refunds"} and verb == "delete":
        return ()  # they cannot be deleted
    return (f"{name}.{ {'create': 'created', 'delete': 'deleted'}.get(verb, 'updated') }",)


def _turned(stream: str, before: Held, after: Held) -> tuple[str, ...]:
    created = ("payment_intent.created",) if stream == "payment_intents" and not before else ()
    if before.get("status") == after.get("status"):
        return created
    found = _TURNED[stream].get(str(after.get("status")))
    return (*created, found) if found else created


def _subscription(verb: str, before: Held, after: Held) -> tuple[str, ...]:
    if verb == "create":
        return ("customer.subscription.created",)
    was, now = before.get("status"), after.get("status")
    if verb == "delete" or was == now:
        # To delete is to cancel, and that has been told already.
        return () if verb == "delete" else ("customer.subscription.updated",)
    if now == "canceled":
        return ("customer.subscription.deleted",)
    turned = {("paused", True): "paused", ("paused", False): "resumed"}
    found = turned.get(("paused", now == "paused")) if "paused" in (was, now) else None
    return ("customer.subscription.updated", *([f"customer.subscription.{found}"] if found else ()))


def _invoice(verb: str, before: Held, after: Held) -> tuple[str, ...]:
    if verb == "delete":
        return ("invoice.deleted",)
    was, now = before.get("status", "draft"), after.get("status", "draft")
    found = ["invoice.created"] if verb == "create" else []
    if was == "draft" and now != "draft":
        found.append("invoice.finalized")
    if was != now:
        found.extend(_INVOICED.get(now, ()))
    return (*found, "invoice.updated") if verb != "create" else tuple(found)


def _charge(verb: str, before: Held, after: Held) -> tuple[str, ...]:
    if verb == "create":
        return (_CHARGED.get(str(after.get("status")), "charge.pending"),)
    if verb == "delete":
        return ()
    if after.get("amount_refunded", 0) > before.get("amount_refunded", 0):
        return ("charge.refunded",)
    turned = after.get("status") != before.get("status")
    return (_CHARGED.get(str(after.get("status")), "charge.updated") if turned else "charge.updated",)
