"""What is sold and paid: products, prices, coupons, subscriptions, invoices, charges, refunds, credit notes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec


class Product(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something we sell. ``kind``: plan · addon · service (one-off)."""

    id: str
    number: int
    name: str
    code: str
    kind: str
    description: str
    active: bool
    created_at: datetime
    updated_at: datetime


class Price(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one unit of a product costs each ``interval`` × ``interval_count`` (interval: month · year · once)."""

    id: str
    number: int
    product_id: str
    code: str
    currency: str
    unit_amount: int
    interval: str
    interval_count: int
    active: bool
    created_at: datetime
    updated_at: datetime


class Coupon(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A discount: either ``percent_off`` or ``amount_off`` minor units of ``currency``.

    ``duration``: once · repeating · forever; ``duration_months`` only when repeating.
    """

    id: str
    number: int
    name: str
    percent_off: Decimal | None
    amount_off: int | None
    currency: str | None
    duration: str
    duration_months: int | None
    created_at: datetime
    updated_at: datetime


class SubscriptionItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """``quantity`` units of a price in force on a subscription."""

    id: str
    number: int
    price_id: str
    product_id: str
    quantity: int
    created_at: datetime


class SubscriptionChange(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What happened to a subscription at ``at`` and what was in force from then on.

    ``kind``: start · trial_start · trial_end · upgrade · downgrade · pause · resume · discount_start · discount_end · past_due ·
    unpaid · recovered · cancel_request · cancel.
    ``mrr`` is the monthly recurring revenue from then on in minor units (no trial, pause or lapsed coupon counted), rounded half up.
    """

    kind: str
    at: datetime
    status: str
    items: tuple[SubscriptionItem, ...]
    mrr: int
    reason: str | None = None


class Subscription(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A subscription as it is now, with all that happened to it.

    ``status``: trialing · active · past_due · unpaid · paused · incomplete · incomplete_expired · canceled.
    ``cancel_requested_at`` is when it was asked for, ``cancel_at`` when it takes effect, ``ended_at`` when it really ended.
    ``collection`` is charge_automatically or send_invoice. The coupon is in force in [``coupon_from``, ``coupon_until``).
    """

    id: str
    number: int
    account_id: str
    status: str
    currency: str
    collection: str
    items: tuple[SubscriptionItem, ...]
    started_at: datetime
    trial_started_at: datetime | None
    trial_ends_at: datetime | None
    billing_anchor_at: datetime
    period_start: datetime
    period_end: datetime
    cancel_requested_at: datetime | None
    cancel_at: datetime | None
    ended_at: datetime | None
    cancel_reason: str | None
    cancel_comment: str | None
    paused_from: datetime | None
    resumes_at: datetime | None
    coupon_id: str | None
    coupon_from: datetime | None
    coupon_until: datetime | None
    latest_invoice_id: str | None
    history: tuple[SubscriptionChange, ...]
    created_at: datetime
    updated_at: datetime

    def items_at_start(self) -> tuple[SubscriptionItem, ...]:
        """What was first subscribed to."""
        return self.history[0].items

    def items_by(self, at: datetime) -> tuple[SubscriptionItem, ...]:
        """What was in force at that time."""
        return next((change.items for change in reversed(self.history) if change.at <= at), self.items_at_start())


class InvoiceLine(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A line of an invoice; ``amount`` is before discount and tax and negative for a credited part of a period."""

    id: str
    number: int
    price_id: str
    product_id: str
    item_id: str | None
    description: str
    quantity: int
    amount: int
    discount: int
    period_start: datetime
    period_end: datetime
    proration: bool


class Invoice(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A bill. ``status``: draft · open · paid · uncollectible · void; ``reason``: create · cycle · update · manual.

    total = subtotal - discount + tax; ``amount_remaining`` is what is still owed. ``code`` is the printed number.
    """

    id: str
    number: int
    account_id: str
    subscription_id: str | None
    code: str
    status: str
    reason: str
    currency: str
    lines: tuple[InvoiceLine, ...]
    subtotal: int
    discount: int
    tax: int
    total: int
    amount_paid: int
    amount_remaining: int
    attempts: int
    period_start: datetime
    period_end: datetime
    due_at: datetime | None
    finalized_at: datetime | None
    paid_at: datetime | None
    voided_at: datetime | None
    created_at: datetime
    updated_at: datetime


class Charge(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One attempt to collect. ``status``: succeeded · pending · failed; ``method``: card · bank_transfer."""

    id: str
    number: int
    account_id: str
    invoice_id: str | None
    currency: str
    amount: int
    amount_refunded: int
    status: str
    failure_code: str | None
    method: str
    card_brand: str | None
    card_last4: str | None
    created_at: datetime
    updated_at: datetime


class Refund(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Money given back on a charge. ``reason``: duplicate · fraudulent · requested_by_customer."""

    id: str
    number: int
    account_id: str
    charge_id: str
    currency: str
    amount: int
    reason: str | None
    status: str
    created_at: datetime
    updated_at: datetime


class CreditNote(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An invoice made smaller after the fact. ``reason``: duplicate · order_change · product_unsatisfactory."""

    id: str
    number: int
    account_id: str
    invoice_id: str
    code: str
    currency: str
    amount: int
    reason: str | None
    status: str
    created_at: datetime
    updated_at: datetime
