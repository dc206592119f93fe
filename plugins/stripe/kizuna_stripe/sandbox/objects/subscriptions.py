"""Subscriptions with their items and the discount in force on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from kizuna.sandbox import Native, SandboxState
from kizuna.sandbox.records import Coupon, Subscription, SubscriptionItem
from kizuna_stripe.sandbox.ids import native_id
from kizuna_stripe.sandbox.objects.common import SHOWN_INSIDE, Json, inside, moment, seconds

_FEEDBACK = frozenset(
    "customer_service low_quality missing_features other switched_service too_complex too_expensive unused".split()
)
DAYS_UNTIL_DUE = 30


def subscription(record: Subscription, state: SandboxState) -> Iterator[Native]:
    """The subscription, the discount in force on it, and its list of items where that is longer than is shown inside."""
    discount = _discount(record, state)
    items = [_item(item, record, state) for item in record.items]
    payload = subscription_object(record.id, record.account_id, record.currency, moment(record.created_at), items)
    payload |= {
        "billing_cycle_anchor": moment(record.billing_anchor_at),
        "cancel_at": None if record.ended_at else seconds(record.cancel_at),
        "cancel_at_period_end": record.cancel_at is not None and record.ended_at is None,
        "canceled_at": seconds(record.cancel_requested_at),
        "cancellation_details": _cancellation(record),
        "collection_method": record.collection,
        "days_until_due": DAYS_UNTIL_DUE if record.collection == "send_invoice" else None,
        "discounts": [discount.id] if discount else [],
        "ended_at": seconds(record.ended_at),
        "latest_invoice": record.latest_invoice_id,
        "pause_collection": _pause(record, state.now()),
        "start_date": moment(record.started_at),
        "status": record.status,
        "trial_end": seconds(record.trial_ends_at),
        "trial_start": seconds(record.trial_started_at),
    }
    # The discount first: whoever hears of the subscription may ask for it at once.
    if discount is not None:
        yield discount
    if len(items) > SHOWN_INSIDE:
        yield _native("subscription_items", record, {"data": items})
    yield _native("subscriptions", record, payload)


def subscription_object(
    subscription_id: str, customer_id: str, currency: str, created: int, items: Sequence[Json]
) -> Json:
    """An active subscription from now on, of which nothing else is known."""
    return {
        "id": subscription_id,
        "object": "subscription",
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": created,
        "billing_cycle_anchor_config": None,
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible", "updated_at": created},
        "billing_schedules": [],
        "billing_thresholds": None,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "created": created,
        "currency": currency.lower(),
        "customer": customer_id,
        "customer_account": None,
        "days_until_due": None,
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "ended_at": None,
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "items": inside(items, f"/v1/subscription_items?subscription={subscription_id}"),
        "latest_invoice": None,
        "livemode": False,
        "managed_payments": {"enabled": False},
        "metadata": {},
        "next_pending_invoice_item_invoice": None,
        "on_behalf_of": None,
        "pause_collection": None,
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "pending_invoice_item_interval": None,
        "pending_setup_intent": None,
        "pending_update": None,
        "schedule": None,
        "start_date": created,
        "status": "active",
        "test_clock": None,
        "transfer_data": None,
        "trial_end": None,
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
        "trial_start": None,
    }


def item_object(
    item_id: str, subscription_id: str, price: Mapping[str, Any], quantity: int, created: int, period: tuple[int, int]
) -> Json:
    """An item with its own period."""
    return {
        "id": item_id,
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": created,
        "current_period_end": period[1],
        "current_period_start": period[0],
        "discounts": [],
        "metadata": {},
        "price": dict(price),
        "quantity": quantity,
        "subscription": subscription_id,
        "tax_rates": [],
    }


def _item(item: SubscriptionItem, record: Subscription, state: SandboxState) -> Json:
    price = state.find("prices", item.price_id)
    assert price is not None  # a view gives prices before the subscriptions that need them
    period = (moment(record.period_start), moment(record.period_end))
    return item_object(item.id, record.id, price.payload, item.quantity, moment(item.created_at), period)


def _discount(record: Subscription, state: SandboxState) -> Native | None:
    begins, ends = record.coupon_from, record.coupon_until
    if record.coupon_id is None or begins is None or (ends is not None and ends <= state.now()):
        return None
    coupon = state.neutral("coupon", record.coupon_id)
    assert isinstance(coupon, Coupon)
    discount_id = native_id("discount", record.number)
    payload = discount_object(discount_id, record.account_id, record.id, record.coupon_id, moment(begins))
    payload["end"] = seconds(ends) if coupon.duration == "repeating" else None
    return Native(
        stream="discounts",
        id=discount_id,
        payload=payload,
        created_at=begins,
        updated_at=max(begins, record.updated_at),
    )


def discount_object(discount_id: str, customer_id: str, subscription_id: str, coupon_id: str, start: int) -> Json:
    """A coupon in force on a whole subscription, without an end."""
    return {
        "id": discount_id,
        "object": "discount",
        "checkout_session": None,
        "customer": customer_id,
        "customer_account": None,
        "end": None,
        "invoice": None,
        "invoice_item": None,
        "promotion_code": None,
        "source": {"coupon": coupon_id, "type": "coupon"},
        "start": start,
        "subscription": subscription_id,
        "subscription_item": None,
    }


def _cancellation(record: Subscription) -> Json:
    if record.cancel_requested_at is None:
        return {"comment": None, "feedback": None, "reason": None}
    against = record.cancel_reason == "payment_failed"
    return {
        "comment": record.cancel_comment,
        "feedback": record.cancel_reason if record.cancel_reason in _FEEDBACK else None,
        "reason": "payment_failed" if against else "cancellation_requested",
    }


def _pause(record: Subscription, now: datetime) -> Json | None:
    lasts = record.resumes_at is None or record.resumes_at > now
    if record.paused_from is None or record.ended_at is not None or not lasts:
        return None
    return {"behavior": "void", "resumes_at": seconds(record.resumes_at)}


def _native(stream: str, record: Subscription, payload: Json) -> Native:
    return Native(
        stream=stream, id=record.id, payload=payload, created_at=record.created_at, updated_at=record.updated_at
    )
