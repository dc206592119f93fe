"""Stripe's objects for tests, written from its API reference: today's shapes, to be changed where a test says so."""

from __future__ import annotations

from typing import Any

import msgspec

from kizuna import sdk
from kizuna_stripe import Stripe, StripeSettings

CREATED = 1_767_225_600  # 2026-01-01T00:00:00Z
DAY_S = 86_400


def connector(*, ledger: bool = False) -> Stripe:
    return Stripe(StripeSettings(api_key=sdk.SecretStr("sk_test_kizuna"), ledger=ledger))


def stream(name: str) -> sdk.AnyStream:
    return next(stream for stream in connector(ledger=True).streams() if stream.name == name)


def said(name: str, payload: dict[str, Any]) -> tuple[sdk.Said, ...]:
    """All that a stream says of a payload, through the same decoding as in the engine."""
    found = stream(name)
    return found.said(msgspec.json.decode(msgspec.json.encode(payload), type=found.payload))


def only(name: str, payload: dict[str, Any], kind: type[Any]) -> Any:
    """The one fact of that kind which a stream says of a payload."""
    found = [fact for fact in said(name, payload) if isinstance(fact, kind)]
    assert len(found) == 1, found
    return found[0]


def customer(**fields: Any) -> dict[str, Any]:
    return {
        "id": "cus_1",
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": CREATED,
        "currency": "eur",
        "email": "billing@tanaka.example",
        "metadata": {},
        "name": "Tanaka Seiki K.K.",
        "phone": None,
        **fields,
    }


def price(**fields: Any) -> dict[str, Any]:
    return {
        "id": "price_1",
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": CREATED,
        "currency": "usd",
        "metadata": {},
        "nickname": None,
        "product": "prod_1",
        "recurring": {"interval": "month", "interval_count": 1, "meter": None, "usage_type": "licensed"},
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring",
        "unit_amount": 2000,
        "unit_amount_decimal": "2000",
        **fields,
    }


def item(**fields: Any) -> dict[str, Any]:
    return {
        "id": "si_1",
        "object": "subscription_item",
        "created": CREATED,
        "current_period_start": CREATED,
        "current_period_end": CREATED + 31 * DAY_S,
        "discounts": [],
        "metadata": {},
        "price": price(),
        "quantity": 3,
        "subscription": "sub_1",
        **fields,
    }


def listed(*data: Any, has_more: bool = False, url: str = "/v1/things") -> dict[str, Any]:
    return {"object": "list", "data": list(data), "has_more": has_more, "url": url}


def subscription(**fields: Any) -> dict[str, Any]:
    return {
        "id": "sub_1",
        "object": "subscription",
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "created": CREATED,
        "currency": "usd",
        "customer": "cus_1",
        "discounts": [],
        "ended_at": None,
        "items": listed(item()),
        "metadata": {},
        "pause_collection": None,
        "start_date": CREATED,
        "status": "active",
        "trial_end": None,
        "trial_start": None,
        **fields,
    }


def discount(**fields: Any) -> dict[str, Any]:
    return {
        "id": "di_1",
        "object": "discount",
        "start": CREATED,
        "end": None,
        "source": {"type": "coupon", "coupon": coupon()},
        "subscription": "sub_1",
        "subscription_item": None,
        **fields,
    }


def coupon(**fields: Any) -> dict[str, Any]:
    return {
        "id": "LOYAL",
        "object": "coupon",
        "amount_off": None,
        "currency": None,
        "duration": "forever",
        "duration_in_months": None,
        "percent_off": 12.5,
        **fields,
    }


def line(**fields: Any) -> dict[str, Any]:
    origin = {"subscription": "sub_1", "subscription_item": "si_1", "proration": False}
    return {
        "id": "il_1",
        "object": "line_item",
        "amount": 6000,
        "currency": "usd",
        "description": "3 × Team (at $20.00 / month)",
        "discounts": [],
        "parent": {
            "type": "subscription_item_details",
            "subscription_item_details": origin,
            "invoice_item_details": None,
        },
        "period": {"start": CREATED, "end": CREATED + 31 * DAY_S},
        "pricing": {
            "type": "price_details",
            "price_details": {"price": "price_1", "product": "prod_1"},
            "unit_amount_decimal": "2000",
        },
        "quantity": 3,
        **fields,
    }


def invoice(**fields: Any) -> dict[str, Any]:
    return {
        "id": "in_1",
        "object": "invoice",
        "amount_due": 6600,
        "amount_paid": 6600,
        "amount_remaining": 0,
        "attempt_count": 1,
        "billing_reason": "subscription_cycle",
        "created": CREATED,
        "currency": "usd",
        "customer": "cus_1",
        "due_date": None,
        "effective_at": CREATED + 3600,
        "lines": listed(line()),
        "number": "A1-0001",
        "parent": {
            "type": "subscription_details",
            "quote_details": None,
            "subscription_details": {"metadata": {}, "subscription": "sub_1"},
        },
        "status": "paid",
        "status_transitions": {"finalized_at": CREATED + 3600, "paid_at": CREATED + 7200, "voided_at": None},
        "subtotal": 6000,
        "total": 6600,
        "total_taxes": [{"amount": 400}, {"amount": 200}],
        **fields,
    }


def charge(**fields: Any) -> dict[str, Any]:
    return {
        "id": "ch_1",
        "object": "charge",
        "amount": 6600,
        "amount_captured": 6600,
        "amount_refunded": 0,
        "captured": True,
        "created": CREATED,
        "currency": "usd",
        "customer": "cus_1",
        "disputed": False,
        "failure_code": None,
        "outcome": {"reason": None, "type": "authorized"},
        "paid": True,
        "payment_method_details": {"type": "card", "card": {"brand": "visa"}},
        "refunded": False,
        "status": "succeeded",
        **fields,
    }
