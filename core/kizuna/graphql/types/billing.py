"""What is paid."""

from __future__ import annotations

import strawberry

from kizuna.graphql.labels import FINANCE, labelled
from kizuna.graphql.paging import Connection
from kizuna.graphql.plan import Argument, column, one, pages, shaped
from kizuna.graphql.scalars import DateTime, Decimal, Money
from kizuna.graphql.types.catalogue import Price, Product
from kizuna.graphql.types.node import LazyCustomer, Node
from kizuna.graphql.types.records import SourceRecord
from kizuna.graphql.types.words import DiscountDuration, Interval, InvoiceStatus, PaymentStatus, SubscriptionStatus


@labelled(FINANCE)
@shaped("subscription", "subscription")
@strawberry.type(description="A recurring agreement as the billing system runs it.")
class BillingSubscription(Node):
    status: SubscriptionStatus = column("Where it stands.")
    currency: str | None = column("The currency it is billed in.")
    started_at: DateTime | None = column("When it began.")
    trial_starts_at: DateTime | None = column("When its trial began.")
    trial_ends_at: DateTime | None = column("When its trial ends.")
    cancel_requested_at: DateTime | None = column("When the customer asked to cancel.")
    cancels_at: DateTime | None = column("When it will end, as it stands now.")
    ended_at: DateTime | None = column("When it ended.")
    period_starts_at: DateTime | None = column("When the current period began.")
    period_ends_at: DateTime | None = column("When the current period ends.")
    paused_from: DateTime | None = column("When collection was paused.")
    paused_until: DateTime | None = column("When collection resumes.")
    paused: bool = column("Whether collection is paused although the status stays.")
    cancel_reason: str | None = column("Why it was cancelled.")
    created_at: DateTime | None = column("When it was made.")
    system: str = column("The key of the connector that knows it.")
    items: Connection[SubscriptionItem] = pages("What is paid for.")
    discounts: Connection[Discount] = pages("The reductions in force.")
    invoices: Connection[Invoice] = pages(
        "The invoices made for it, the newest first.",
        status=Argument(list[InvoiceStatus] | None, "Only invoices that stand so."),
    )
    customer: LazyCustomer | None = one("Whose it is.")
    record: SourceRecord | None = one("The record that says so.")


@labelled(FINANCE)
@shaped("subscription_item", "subscription_item")
@strawberry.type(description="One recurring line of a subscription.")
class SubscriptionItem(Node):
    name: str | None = column("What it is.")
    quantity: Decimal | None = column("How many.")
    unit_price: Money | None = column("What one unit costs.")
    interval: Interval = column("The unit of its period.")
    interval_count: int = column("How many of those units a period has.")
    metered: bool = column("Whether use is counted.")
    period_starts_at: DateTime | None = column("When the current period began.")
    period_ends_at: DateTime | None = column("When the current period ends.")
    product: Product | None = one("The product it is for.")
    price: Price | None = one("The price it is billed by.")
    record: SourceRecord | None = one("The record that says so.")


@labelled(FINANCE)
@shaped("discount", "discount")
@strawberry.type(description="A reduction in force on a subscription or one of its items.")
class Discount(Node):
    item: str | None = column("The item's id in its system when it holds for one only.")
    coupon: str | None = column("The coupon it comes from.")
    percent_off: Decimal | None = column("The reduction, in percent.")
    amount_off: Money | None = column("The reduction, as an amount.")
    duration: DiscountDuration | None = column("How long it lasts.")
    starts_at: DateTime | None = column("When it begins.")
    ends_at: DateTime | None = column("When it ends.")
    record: SourceRecord | None = one("The record that says so.")


@labelled(FINANCE)
@shaped("invoice", "invoice")
@strawberry.type(description="A demand for payment.")
class Invoice(Node):
    number: str | None = column("Its number.")
    status: InvoiceStatus = column("Where it stands.")
    total: Money | None = column("What it comes to.")
    subtotal: Money | None = column("What it comes to without tax.")
    tax: Money | None = column("The tax in it.")
    due: Money | None = column("What is to be paid.")
    paid: Money | None = column("What has been paid.")
    remaining: Money | None = column("What is still to be paid.")
    reason: str | None = column("Why it was made.")
    attempts: int | None = column("How often payment was tried.")
    issued_at: DateTime | None = column("When it was issued.")
    due_at: DateTime | None = column("When it is due.")
    paid_at: DateTime | None = column("When it was paid.")
    created_at: DateTime | None = column("When it was made.")
    system: str = column("The key of the connector that knows it.")
    lines: Connection[InvoiceLine] = pages("Its lines.")
    payments: Connection[Payment] = pages("The attempts to pay it, the newest first.")
    credit_notes: Connection[CreditNote] = pages("What was taken back of it.")
    subscription: BillingSubscription | None = one("The subscription it is for.")
    customer: LazyCustomer | None = one("Whose it is.")
    record: SourceRecord | None = one("The record that says so.")


@labelled(FINANCE)
@shaped("invoice_line", "invoice_line")
@strawberry.type(description="One line of an invoice.")
class InvoiceLine(Node):
    description: str | None = column("What it is for.")
    quantity: Decimal | None = column("How many.")
    amount: Money | None = column("What it comes to.")
    discount: Money | None = column("What discounts take off it.")
    period_starts_at: DateTime | None = column("When the period it pays for begins.")
    period_ends_at: DateTime | None = column("When the period it pays for ends.")
    proration: bool = column("Whether it corrects a period for a change within it.")
    product: Product | None = one("The product it is for.")
    price: Price | None = one("The price it is billed by.")
    record: SourceRecord | None = one("The record that says so.")


@labelled(FINANCE)
@shaped("payment", "payment")
@strawberry.type(description="One attempt to pay.")
class Payment(Node):
    amount: Money | None = column("How much.")
    refunded: Money | None = column("How much of it was given back.")
    status: PaymentStatus = column("Where it stands.")
    failure: str | None = column("Why it failed.")
    method: str | None = column("How it was paid.")
    disputed: bool = column("Whether they dispute it.")
    at: DateTime | None = column("When it was tried.")
    system: str = column("The key of the connector that knows it.")
    refunds: Connection[Refund] = pages("What was given back of it.")
    invoice: Invoice | None = one("The invoice it pays.")
    customer: LazyCustomer | None = one("Whose it is.")
    record: SourceRecord | None = one("The record that says so.")


@labelled(FINANCE)
@shaped("refund", "refund")
@strawberry.type(description="Money given back.")
class Refund(Node):
    amount: Money | None = column("How much.")
    status: PaymentStatus = column("Where it stands.")
    reason: str | None = column("Why.")
    at: DateTime | None = column("When.")
    system: str = column("The key of the connector that knows it.")
    payment: Payment | None = one("The payment it gives back.")
    customer: LazyCustomer | None = one("Whose it is.")
    record: SourceRecord | None = one("The record that says so.")


@labelled(FINANCE)
@shaped("credit_note", "credit_note")
@strawberry.type(description="An invoice taken back in part or whole.")
class CreditNote(Node):
    number: str | None = column("Its number.")
    amount: Money | None = column("How much.")
    status: str | None = column("The system's own word for where it stands.")
    reason: str | None = column("Why.")
    at: DateTime | None = column("When.")
    system: str = column("The key of the connector that knows it.")
    invoice: Invoice | None = one("The invoice it takes back.")
    customer: LazyCustomer | None = one("Whose it is.")
    record: SourceRecord | None = one("The record that says so.")
