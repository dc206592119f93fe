"""What is being sold and what was agreed."""

from __future__ import annotations

import strawberry

from kizuna.graphql.labels import FINANCE
from kizuna.graphql.paging import Connection
from kizuna.graphql.plan import column, one, pages, shaped
from kizuna.graphql.scalars import Date, DateTime, Decimal, Money
from kizuna.graphql.types.catalogue import Product
from kizuna.graphql.types.node import LazyCustomer, LazyPerson, Node
from kizuna.graphql.types.records import SourceRecord, Staff
from kizuna.graphql.types.words import ContractStatus, DealStatus, DealType


@shaped("deal", "deal")
@strawberry.type(description="An opportunity to sell something.")
class Deal(Node):
    name: str | None = column("How it is called.")
    status: DealStatus = column("Whether it is open, won or lost.")
    deal_type: DealType = column("What it is about.")
    stage: str | None = column("The stage, in the system's own word or id.")
    stage_label: str | None = column("The stage as the system's list of stages calls it.")
    pipeline: str | None = column("The pipeline, in the system's own word or id.")
    amount: Money | None = column("What it is worth.")
    probability: float | None = column("How likely it is won, 0 to 1.")
    closes_on: Date | None = column("When it is expected to close.")
    closed_at: DateTime | None = column("When it was won or lost.")
    source: str | None = column("Where it came from.")
    created_at: DateTime | None = column("When it was made.")
    updated_at: DateTime | None = column("When it was last changed.")
    system: str = column("The key of the connector that knows it.")
    owner: Staff | None = one("Who of us owns it.")
    lines: Connection[DealLine] = pages("Its lines.")
    customer: LazyCustomer | None = one("Whose it is.")
    person: LazyPerson | None = one("The contact it is with.")
    record: SourceRecord | None = one("The record that says so.")


@shaped("deal_line", "deal_line")
@strawberry.type(description="One line of a deal.")
class DealLine(Node):
    name: str | None = column("What it is.")
    code: str | None = column("The product's code.")
    quantity: Decimal | None = column("How many.")
    unit_price: Money | None = column("What one costs here.")
    list_price: Money | None = column("What one costs by the list.")
    total: Money | None = column("What the line comes to.")
    discount_percent: Decimal | None = column("The reduction, in percent.", label=FINANCE)
    interval_months: int | None = column("The period of a recurring line, in months.")
    starts_on: Date | None = column("When it begins.")
    ends_on: Date | None = column("When it ends.")
    product: Product | None = one("The product it is about.")
    record: SourceRecord | None = one("The record that says so.")


@shaped("contract", "contract")
@strawberry.type(description="An agreement with a term.")
class Contract(Node):
    number: str | None = column("Its number.")
    status: ContractStatus = column("Where it stands.")
    starts_on: Date | None = column("When the term begins.")
    ends_on: Date | None = column("When the term ends.")
    term_months: int | None = column("The length of the term, in months.")
    signed_at: DateTime | None = column("When it was signed.")
    value: Money | None = column("What it is worth.")
    created_at: DateTime | None = column("When it was made.")
    updated_at: DateTime | None = column("When it was last changed.")
    system: str = column("The key of the connector that knows it.")
    owner: Staff | None = one("Who of us owns it.")
    customer: LazyCustomer | None = one("Whose it is.")
    record: SourceRecord | None = one("The record that says so.")
