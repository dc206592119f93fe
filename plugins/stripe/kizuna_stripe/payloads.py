"""Stripe's objects, as far as the mapping reads them: today's shapes and those before the version called basil.

Ids of other objects arrive bare or expanded (``Reference``); what Stripe may leave out or null has a default.
Which field moved where: https://docs.stripe.com/changelog/basil (read 2026-05).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from kizuna import sdk


class Expanded(sdk.Payload):
    """Another object where its id may stand instead."""

    id: str


Reference = str | Expanded | None


def id_of(reference: Reference) -> str | None:
    """The id behind a bare or an expanded reference, None when there is none."""
    return reference.id if isinstance(reference, Expanded) else reference or None


class Address(sdk.Payload):
    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None


class TaxId(sdk.Payload):
    type: str | None = None
    value: str | None = None


class TaxIds(sdk.Payload):
    data: tuple[TaxId, ...] = ()


class AppliesTo(sdk.Payload):
    products: tuple[str, ...] = ()


class Coupon(sdk.Payload):
    id: str
    percent_off: Decimal | None = None
    amount_off: Decimal | None = None
    currency: str | None = None
    duration: str | None = None
    applies_to: AppliesTo | None = None  # only where asked for

    def products(self) -> tuple[str, ...]:
        """The products it is for; none: for all."""
        return self.applies_to.products if self.applies_to else ()


class DiscountSource(sdk.Payload):
    coupon: str | Coupon | None = None


class Discount(sdk.Payload):
    id: str | None = None  # absent before 2020
    source: DiscountSource | None = None  # since clover
    coupon: str | Coupon | None = None  # before
    start: int | None = None
    end: int | None = None
    subscription_item: str | None = None
    promotion_code: Reference = None


class Customer(sdk.Payload):
    id: str
    object: Literal["customer"] = "customer"
    deleted: bool = False
    name: str | None = None
    business_name: str | None = None
    individual_name: str | None = None
    email: str | None = None
    phone: str | None = None
    description: str | None = None
    address: Address | None = None
    currency: str | None = None
    preferred_locales: list[str] | None = None
    tax_ids: TaxIds | None = None
    discount: str | Discount | None = None
    metadata: dict[str, Any] | None = None
    created: int | None = None


class Product(sdk.Payload):
    id: str
    object: Literal["product"] = "product"
    deleted: bool = False
    name: str | None = None
    description: str | None = None
    active: bool = True
    metadata: dict[str, Any] | None = None
    updated: int | None = None


class Recurring(sdk.Payload):
    interval: str | None = None
    interval_count: int | None = None
    usage_type: str | None = None


class Tier(sdk.Payload):
    up_to: int | None = None  # None: and all above
    unit_amount: Decimal | None = None
    unit_amount_decimal: Decimal | None = None
    flat_amount: Decimal | None = None
    flat_amount_decimal: Decimal | None = None


class Packages(sdk.Payload):
    divide_by: int
    round: str = "up"


class CurrencyOption(sdk.Payload):
    """What a price is in another currency than its own."""

    unit_amount: Decimal | None = None
    unit_amount_decimal: Decimal | None = None
    tiers: list[Tier] | None = None


class Price(sdk.Payload):
    """A price, or a plan as it was called before: the plan's own spellings stand at the end."""

    id: str
    object: Literal["price", "plan"] = "price"
    deleted: bool = False
    product: Reference = None
    nickname: str | None = None
    active: bool = True
    currency: str | None = None
    billing_scheme: str | None = None
    unit_amount: Decimal | None = None
    unit_amount_decimal: Decimal | None = None
    recurring: Recurring | None = None
    tiers_mode: str | None = None
    tiers: list[Tier] | None = None
    currency_options: dict[str, CurrencyOption] | None = None  # only where asked for
    transform_quantity: Packages | None = None
    amount: Decimal | None = None
    amount_decimal: Decimal | None = None
    interval: str | None = None
    interval_count: int | None = None
    usage_type: str | None = None
    transform_usage: Packages | None = None


class Item(sdk.Payload):
    id: str
    price: Price | None = None
    plan: Price | None = None  # before prices, and beside them
    quantity: int | None = None  # absent when metered
    discounts: list[str | Discount] | None = None
    current_period_start: int | None = None
    current_period_end: int | None = None
    deleted: bool = False


class Items(sdk.Payload):
    data: tuple[Item, ...] = ()


class PauseCollection(sdk.Payload):
    resumes_at: int | None = None


class CancellationDetails(sdk.Payload):
    reason: str | None = None
    feedback: str | None = None


class Subscription(sdk.Payload):
    id: str
    object: Literal["subscription"] = "subscription"
    customer: Reference = None
    status: str | None = None
    currency: str | None = None
    items: Items | None = None
    plan: Price | None = None  # the only line of a subscription older than items
    quantity: int | None = None
    discounts: list[str | Discount] | None = None
    discount: str | Discount | None = None
    start_date: int | None = None
    start: int | None = None  # before 2018
    created: int | None = None
    trial_start: int | None = None
    trial_end: int | None = None
    cancel_at: int | None = None
    cancel_at_period_end: bool = False
    canceled_at: int | None = None
    ended_at: int | None = None
    cancellation_details: CancellationDetails | None = None
    pause_collection: PauseCollection | None = None
    current_period_start: int | None = None  # before basil
    current_period_end: int | None = None


class SubscriptionDetails(sdk.Payload):
    subscription: Reference = None


class InvoiceParent(sdk.Payload):
    subscription_details: SubscriptionDetails | None = None


class Period(sdk.Payload):
    start: int | None = None
    end: int | None = None


class LineOrigin(sdk.Payload):
    """What a line came from: the item of a subscription, or an invoice item."""

    subscription: Reference = None
    subscription_item: str | None = None
    proration: bool = False


class LineParent(sdk.Payload):
    subscription_item_details: LineOrigin | None = None
    invoice_item_details: LineOrigin | None = None


class PriceDetails(sdk.Payload):
    price: Reference = None
    product: Reference = None


class Pricing(sdk.Payload):
    price_details: PriceDetails | None = None


class DiscountAmount(sdk.Payload):
    """What one discount takes off a line."""

    amount: int | None = None


class Line(sdk.Payload):
    id: str | None = None
    amount: int | None = None
    discount_amounts: list[DiscountAmount] | None = None
    currency: str | None = None
    description: str | None = None
    quantity: Decimal | None = None
    quantity_decimal: Decimal | None = None
    period: Period | None = None
    parent: LineParent | None = None
    pricing: Pricing | None = None
    subscription: Reference = None  # before basil, as the four below
    subscription_item: str | None = None
    proration: bool = False
    price: Price | None = None
    plan: Price | None = None


class Lines(sdk.Payload):
    data: tuple[Line, ...] = ()


class Tax(sdk.Payload):
    amount: int | None = None


class StatusTransitions(sdk.Payload):
    finalized_at: int | None = None
    paid_at: int | None = None


class PaidBy(sdk.Payload):
    """What paid: a payment intent, a charge, or a record of what was paid elsewhere."""

    type: str | None = None
    payment_intent: Reference = None
    charge: Reference = None


class PaymentTransitions(sdk.Payload):
    paid_at: int | None = None
    canceled_at: int | None = None


class InvoicePayment(sdk.Payload):
    id: str
    object: Literal["invoice_payment"] = "invoice_payment"
    invoice: Reference = None
    payment: PaidBy | None = None
    status: str | None = None
    amount_requested: int | None = None
    amount_paid: int | None = None
    currency: str | None = None
    status_transitions: PaymentTransitions | None = None
    created: int | None = None


class InvoicePayments(sdk.Payload):
    """What settled an invoice; only where asked for."""

    data: tuple[InvoicePayment, ...] = ()
    has_more: bool = False


class Invoice(sdk.Payload):
    id: str
    object: Literal["invoice"] = "invoice"
    deleted: bool = False
    customer: Reference = None
    number: str | None = None
    status: str | None = None
    paid: bool | None = None  # with closed and forgiven, what stood for the status before 2018
    closed: bool | None = None
    forgiven: bool | None = None
    billing_reason: str | None = None
    currency: str | None = None
    subtotal: int | None = None
    total: int | None = None
    tax: int | None = None
    total_taxes: list[Tax] | None = None
    total_tax_amounts: list[Tax] | None = None
    amount_due: int | None = None
    amount_paid: int | None = None
    amount_remaining: int | None = None
    attempt_count: int | None = None
    due_date: int | None = None
    effective_at: int | None = None
    status_transitions: StatusTransitions | None = None
    created: int | None = None
    date: int | None = None  # before 2019
    parent: InvoiceParent | None = None
    subscription: Reference = None
    lines: Lines | None = None
    payments: InvoicePayments | None = None


class CreditNote(sdk.Payload):
    id: str
    object: Literal["credit_note"] = "credit_note"
    customer: Reference = None
    invoice: Reference = None
    number: str | None = None
    amount: int | None = None
    currency: str | None = None
    status: str | None = None
    reason: str | None = None
    created: int | None = None
