"""What is paid: products, prices, subscriptions, invoices, payments and what was given back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from kizuna.model.enums import DiscountDuration, Interval, InvoiceStatus, PaymentStatus, SubscriptionStatus
from kizuna.model.facts.base import Fact
from kizuna.model.money import Money
from kizuna.model.refs import Ref


class Product(Fact, frozen=True, kw_only=True):
    """Something we sell."""

    kind: ClassVar[str] = "product"

    name: str | None = None
    code: str | None = None
    description: str | None = None
    active: bool = True


class Price(Fact, frozen=True, kw_only=True):
    """What a product costs; ``unit_minor`` is in minor units and may have decimals."""

    kind: ClassVar[str] = "price"

    product: Ref | None = None
    nickname: str | None = None
    currency: str | None = None
    unit_minor: Decimal | None = None
    interval: Interval = Interval.ONCE
    interval_count: int = 1
    metered: bool = False
    tiered: bool = False
    active: bool = True


class Subscription(Fact, frozen=True, kw_only=True):
    """A recurring agreement as the billing system runs it; its items are facts of their own."""

    kind: ClassVar[str] = "subscription"
    dated: ClassVar[bool] = True

    account: Ref | None = None
    status: SubscriptionStatus = SubscriptionStatus.OTHER
    currency: str | None = None
    started_at: datetime | None = None
    trial_starts_at: datetime | None = None
    trial_ends_at: datetime | None = None
    cancel_requested_at: datetime | None = None
    cancels_at: datetime | None = None
    ended_at: datetime | None = None
    period_starts_at: datetime | None = None
    period_ends_at: datetime | None = None
    paused_from: datetime | None = None
    paused_until: datetime | None = None
    paused: bool = False  # collection is paused although the status stays
    cancel_reason: str | None = None
    created_at: datetime | None = None


class SubscriptionItem(Fact, frozen=True, kw_only=True):
    """One recurring line; ``part`` is the item's id. ``unit_minor`` is the price of one unit in minor units."""

    kind: ClassVar[str] = "subscription_item"
    dated: ClassVar[bool] = True

    parent: Ref  # the subscription
    product: Ref | None = None
    price: Ref | None = None
    name: str | None = None
    quantity: Decimal | None = None
    unit_minor: Decimal | None = None
    currency: str | None = None
    interval: Interval = Interval.MONTH
    interval_count: int = 1
    metered: bool = False
    period_starts_at: datetime | None = None
    period_ends_at: datetime | None = None


class Discount(Fact, frozen=True, kw_only=True):
    """A reduction in force on a subscription or one of its items; ``part`` is its id."""

    kind: ClassVar[str] = "discount"
    dated: ClassVar[bool] = True

    parent: Ref  # the subscription
    item: str | None = None  # the item's id when it holds for one only
    coupon: str | None = None
    percent_off: Decimal | None = None
    amount_off: Money | None = None
    duration: DiscountDuration | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class Invoice(Fact, frozen=True, kw_only=True):
    """A demand for payment."""

    kind: ClassVar[str] = "invoice"

    account: Ref | None = None
    parent: Ref | None = None  # the subscription, where there is one
    number: str | None = None
    status: InvoiceStatus = InvoiceStatus.OTHER
    total: Money | None = None
    subtotal: Money | None = None
    tax: Money | None = None
    due: Money | None = None
    paid: Money | None = None
    remaining: Money | None = None
    reason: str | None = None
    attempts: int | None = None
    issued_at: datetime | None = None
    due_at: datetime | None = None
    paid_at: datetime | None = None
    created_at: datetime | None = None


class InvoiceLine(Fact, frozen=True, kw_only=True):
    """One line of an invoice; ``part`` is the line's id, ``amount`` is before ``discount`` and tax."""

    kind: ClassVar[str] = "invoice_line"

    parent: Ref  # the invoice
    subscription: Ref | None = None
    subscription_item: str | None = None
    product: Ref | None = None
    price: Ref | None = None
    description: str | None = None
    quantity: Decimal | None = None
    amount: Money | None = None
    discount: Money | None = None  # what comes off the amount
    period_starts_at: datetime | None = None
    period_ends_at: datetime | None = None
    proration: bool = False


class Payment(Fact, frozen=True, kw_only=True):
    """One attempt to pay."""

    kind: ClassVar[str] = "payment"

    account: Ref | None = None
    parent: Ref | None = None  # the invoice, where the system says so
    amount: Money | None = None
    refunded: Money | None = None
    status: PaymentStatus = PaymentStatus.OTHER
    failure: str | None = None
    method: str | None = None
    disputed: bool = False
    at: datetime | None = None


class Refund(Fact, frozen=True, kw_only=True):
    """Money given back."""

    kind: ClassVar[str] = "refund"

    parent: Ref | None = None  # the payment
    amount: Money | None = None
    status: PaymentStatus = PaymentStatus.OTHER
    reason: str | None = None
    at: datetime | None = None


class CreditNote(Fact, frozen=True, kw_only=True):
    """An invoice taken back in part or whole."""

    kind: ClassVar[str] = "credit_note"

    account: Ref | None = None
    parent: Ref | None = None  # the invoice
    number: str | None = None
    amount: Money | None = None
    status: str | None = None
    reason: str | None = None
    at: datetime | None = None
