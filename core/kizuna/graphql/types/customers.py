"""The customer: what all departments know, in one place."""

from __future__ import annotations

import strawberry

from kizuna.graphql.labels import FINANCE, PII, SUPPORT, labelled
from kizuna.graphql.paging import Connection
from kizuna.graphql.plan import SPAN, Argument, column, computed, loaded, one, pages, several, shaped
from kizuna.graphql.scalars import DateTime, Money
from kizuna.graphql.types.billing import BillingSubscription, CreditNote, Invoice, Payment, Refund
from kizuna.graphql.types.custom import NAMES, CustomField
from kizuna.graphql.types.groups import CustomerGroup, groups
from kizuna.graphql.types.movements import MOVED, Movement
from kizuna.graphql.types.node import Node
from kizuna.graphql.types.people import Person
from kizuna.graphql.types.provenance import Sourced
from kizuna.graphql.types.records import FIELDS, SourceRecord, Staff
from kizuna.graphql.types.sales import Contract, Deal
from kizuna.graphql.types.support import Engagement, SurveyResponse, Ticket
from kizuna.graphql.types.timeline import TIMELINE_ARGUMENTS, TimelineEntry, department_of
from kizuna.graphql.types.words import (
    ContractStatus,
    CustomerKind,
    DealStatus,
    Department,
    EngagementKind,
    InvoiceStatus,
    Measure,
    PaymentStatus,
    Priority,
    SubscriptionStatus,
    SurveyKind,
    TicketStatus,
)


@shaped("customer", "cus")
@strawberry.type(description="An organisation, or one person who buys, as all systems together know it.")
class Customer(Node):
    kind: CustomerKind = column("Whether it is an organisation or one person.")
    name: str | None = column("How it is called; who buys alone has a human name.", partly=PII)
    domain: str | None = column("Its main domain.")
    email: str | None = column("Its main address.", label=PII)
    phone: str | None = column("Its main telephone number.", label=PII)
    industry: str | None = column("What it does.")
    employees: int | None = column("How many work there.")
    annual_revenue: Money | None = column("What it earns in a year.")
    street: str | None = column("Street of its address; all parts of an address come from one record.", label=PII)
    city: str | None = column("City of its address.", label=PII)
    state: str | None = column("State or prefecture of its address.")
    postal_code: str | None = column("Postal code of its address.", label=PII)
    country: str | None = column("Country of its address.")
    corporate_number: str | None = column("Its registered number: 法人番号, VAT or tax id.", partly=PII)
    category: str | None = column("What a system calls it: customer, partner, prospect.")
    lifecycle_stage: str | None = column("How far a system says it has come.")
    systems: list[str] = column("The keys of the connectors that know it.")
    record_count: int = column("How many account records it is made of.", "records")
    first_seen_at: DateTime | None = column("When the first system began to know it.")
    last_activity_at: DateTime | None = column("When something last happened with it.")
    next_renewal_at: DateTime | None = column("When the first of its paid periods ends.", label=FINANCE)
    person_count: int = column("How many people are known there.", "people")
    ticket_count: int | None = column("How many tickets it has had.", "tickets", label=SUPPORT)
    open_ticket_count: int | None = column(
        "How many of its tickets are neither solved nor closed.", "open_tickets", label=SUPPORT
    )
    deal_count: int = column("How many deals it has had.", "deals")
    open_deal_count: int = column("How many of its deals are open.", "open_deals")
    subscription_count: int | None = column("How many subscriptions it has had.", "subscriptions", label=FINANCE)
    active_subscription_count: int | None = column(
        "How many of them are active or past due.", "active_subscriptions", label=FINANCE
    )
    invoice_count: int | None = column("How many invoices it has had.", "invoices", label=FINANCE)
    unpaid_invoice_count: int | None = column(
        "How many of them are open or given up.", "unpaid_invoices", label=FINANCE
    )
    money: list[CustomerMoney] | None = several(
        "What it pays and might pay, by measure and currency; currencies are never added."
    )
    owner: Staff | None = one("Who of us owns it, by the most trusted system.")
    owners: list[CustomerOwner] = several("Who of us owns it in each system, the most trusted first.")
    parent: Customer | None = one("The customer above it in its group.")
    children: Connection[Customer] = pages("The customers below it in its group.")
    group: CustomerGroup = loaded("It and everybody below it in its group, added up.", groups, "id")
    people: Connection[Person] = pages("The people known there.")
    records: Connection[SourceRecord] = pages("The account records it is made of.")
    deals: Connection[Deal] = pages(
        "Its deals, the newest first.", **SPAN, status=Argument(list[DealStatus] | None, "Only deals that stand so.")
    )
    contracts: Connection[Contract] = pages(
        "Its contracts, the newest first.",
        **SPAN,
        status=Argument(list[ContractStatus] | None, "Only contracts that stand so."),
    )
    tickets: Connection[Ticket] | None = pages(
        "Its tickets, the newest first.",
        **SPAN,
        status=Argument(list[TicketStatus] | None, "Only tickets that stand so."),
        priority=Argument(list[Priority] | None, "Only tickets so urgent."),
    )
    engagements: Connection[Engagement] = pages(
        "The touches with it, the newest first.",
        SUPPORT,
        **SPAN,
        kinds=Argument(list[EngagementKind] | None, "Only touches of these kinds."),
    )
    subscriptions: Connection[BillingSubscription] | None = pages(
        "Its subscriptions, the newest first.",
        **SPAN,
        status=Argument(list[SubscriptionStatus] | None, "Only subscriptions that stand so."),
    )
    movements: Connection[Movement] | None = pages("What moved its recurring revenue, the latest first.", **MOVED)
    invoices: Connection[Invoice] | None = pages(
        "Its invoices, the newest first.",
        **SPAN,
        status=Argument(list[InvoiceStatus] | None, "Only invoices that stand so."),
    )
    payments: Connection[Payment] | None = pages(
        "Its payments, the newest first.",
        **SPAN,
        status=Argument(list[PaymentStatus] | None, "Only payments that stand so."),
    )
    refunds: Connection[Refund] | None = pages("What it was given back, the newest first.", **SPAN)
    credit_notes: Connection[CreditNote] | None = pages("The credit notes it was given, the newest first.", **SPAN)
    surveys: Connection[SurveyResponse] | None = pages(
        "What it said of us, the newest first.",
        **SPAN,
        kinds=Argument(list[SurveyKind] | None, "Only surveys of these kinds."),
    )
    timeline: Connection[TimelineEntry] = pages(
        "Everything that happened with it, the newest first.", (FINANCE, SUPPORT), **TIMELINE_ARGUMENTS
    )
    provenance: list[Sourced] = several("Where each value comes from.", **FIELDS)
    custom_fields: list[CustomField] | None = several("The vendors' own fields that the administrator keeps.", **NAMES)


@labelled(FINANCE)
@shaped("customer_money")
@strawberry.type(description="A sum of money in one currency.")
class CustomerMoney:
    measure: Measure = column("What was summed.")
    money: Money = column("The sum.")


@shaped("owner")
@strawberry.type(description="Who of us owns a customer, as one system says.")
class CustomerOwner:
    system: str = column("The key of the connector that says so.")
    department: Department | None = computed("The department of ours that owns that system.", department_of, "system")
    is_primary: bool = column("Whether this is the one who stands as the customer's owner.")
    staff: Staff | None = one("Who it is; null while that person's own record has not arrived.")
