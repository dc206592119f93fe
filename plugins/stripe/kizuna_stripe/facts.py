"""What Stripe says beyond the facts every billing system has; each kind is kept as a fact of this plugin."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from kizuna import sdk


class CustomerDiscount(sdk.Fact, frozen=True, kw_only=True):
    """A discount on a customer: it reduces what is billed of every subscription that has none of its own."""

    kind: ClassVar[str] = "stripe_customer_discount"

    account: sdk.Ref
    coupon: str | None = None
    promotion_code: str | None = None
    percent_off: Decimal | None = None
    amount_off: sdk.Money | None = None
    duration: sdk.DiscountDuration | None = None
    products: tuple[str, ...] = ()  # Stripe's ids of those it is for; none: for all
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class InvoicePayment(sdk.Fact, frozen=True, kw_only=True):
    """Which payment settled which invoice, and how much of it: several for one invoice where it was paid in parts."""

    kind: ClassVar[str] = "stripe_invoice_payment"

    invoice: sdk.Ref | None = None
    payment: sdk.Ref | None = None  # the payment intent or the charge; None when it was paid outside of Stripe
    outside: bool = False  # reported by hand: a bank transfer, cash
    status: str | None = None  # open, paid, canceled
    requested: sdk.Money | None = None
    paid: sdk.Money | None = None
    paid_at: datetime | None = None
    canceled_at: datetime | None = None
    created_at: datetime | None = None


class PaymentIntent(sdk.Fact, frozen=True, kw_only=True):
    """The will to pay an amount, through as many attempts (charges) as it takes."""

    kind: ClassVar[str] = "stripe_payment_intent"

    account: sdk.Ref | None = None
    payment: sdk.Ref | None = None  # the latest charge
    amount: sdk.Money | None = None
    received: sdk.Money | None = None
    status: str | None = None
    failure: str | None = None
    canceled_at: datetime | None = None
    cancel_reason: str | None = None
    created_at: datetime | None = None


class Dispute(sdk.Fact, frozen=True, kw_only=True):
    """A payment that its payer's bank took back, or inquires about."""

    kind: ClassVar[str] = "stripe_dispute"

    payment: sdk.Ref | None = None
    amount: sdk.Money | None = None
    status: str | None = None
    reason: str | None = None
    answer_by: datetime | None = None
    refundable: bool = False
    created_at: datetime | None = None


class BalanceTransaction(sdk.Fact, frozen=True, kw_only=True):
    """What moved on the account's balance, and what Stripe kept of it."""

    kind: ClassVar[str] = "stripe_balance_transaction"

    source: sdk.Ref | None = None  # where it is a charge, a refund or a dispute
    category: str | None = None
    type: str | None = None
    amount: sdk.Money | None = None
    fee: sdk.Money | None = None
    net: sdk.Money | None = None
    exchange_rate: Decimal | None = None
    available_at: datetime | None = None
    created_at: datetime | None = None


class Schedule(sdk.Fact, frozen=True, kw_only=True):
    """A plan of how a subscription changes."""

    kind: ClassVar[str] = "stripe_schedule"

    account: sdk.Ref | None = None
    subscription: sdk.Ref | None = None  # also the one it was released from
    status: str | None = None  # not_started, active, completed, released, canceled
    at_end: str | None = None  # release, cancel
    phase_starts_at: datetime | None = None
    phase_ends_at: datetime | None = None
    ended_at: datetime | None = None
    created_at: datetime | None = None


class SchedulePhaseItem(sdk.Fact, frozen=True, kw_only=True):
    """One item of one phase of a schedule; ``part`` is the phase's and the item's place: ``1/0``."""

    kind: ClassVar[str] = "stripe_schedule_item"

    schedule: sdk.Ref
    price: sdk.Ref | None = None
    quantity: Decimal | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    trial_ends_at: datetime | None = None
