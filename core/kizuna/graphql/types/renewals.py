"""Renewals and committed revenue in the API."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from kizuna.graphql.labels import FINANCE, labelled, stated
from kizuna.graphql.paging import Connection
from kizuna.graphql.plan import PAGING, Argument, loaded
from kizuna.graphql.scalars import Date, Decimal
from kizuna.graphql.types.billing import BillingSubscription
from kizuna.graphql.types.customers import Customer
from kizuna.graphql.types.metrics import told_by_the_question
from kizuna.graphql.types.records import SourceRecord


@strawberry.enum(description="What has become of a term that ends.")
class RenewalState(StrEnum):
    RENEWED = "renewed"
    LOST = "lost"
    OPEN = "open"


@strawberry.enum(description="What is expected of a renewal that is open.")
class RenewalForecast(StrEnum):
    COMMITTED = "committed"
    BEST_CASE = "best_case"
    AT_RISK = "at_risk"
    LOST = "lost"
    UNKNOWN = "unknown"


@labelled(FINANCE)
@strawberry.type(description="A term that ends; values are of a year.")
class Renewal:
    ends: Date = strawberry.field(description="The first day after the term.")
    value: Decimal | None = stated("What was paid a year at its end.", FINANCE)
    renewed_value: Decimal | None = stated("What is paid a year since; null where it is not renewed.", FINANCE)
    renewed_on: Date | None = stated("When it was renewed.", FINANCE)
    declined_on: Date | None = stated("When the customer asked to end it.", FINANCE)
    state: RenewalState | None = stated("What has become of it.", FINANCE)
    forecast: RenewalForecast | None = stated("What is expected.", FINANCE)
    is_first: bool = strawberry.field(description="Whether it is the agreement's first term.")
    is_automatic: bool = strawberry.field(description="Whether it went on by itself.")
    customer: Customer | None = strawberry.field(description="Whose it is.")
    subscription: BillingSubscription | None = stated("The subscription; null for a contract.", FINANCE)
    records: list[SourceRecord] = strawberry.field(description="The vendors' records that say so.")


@labelled(FINANCE)
@strawberry.type(description="Value that is open, by what is expected of it.")
class ForecastValue:
    forecast: RenewalForecast = strawberry.field(description="What is expected.")
    value: Decimal = strawberry.field(description="How much a year.")


@labelled(FINANCE)
@strawberry.type(description="What is left of a year's revenue if it is renewed at one rate.")
class RenewalProjection:
    rate: str = strawberry.field(description="The rate, or `actual` for that of the terms of which it is known.")
    years: list[Decimal] = strawberry.field(description="Year by year, this one first.")


RATES = {
    "rates": Argument(list[Decimal] | None, "The rates to look at; 0.90, 0.85 and 0.80 when left out, at most ten."),
    "years": Argument(int | None, "For how many years, 1 to 20; 5 when left out."),
}


@strawberry.type(
    description="The terms that end in a period: of subscriptions billed for a year or more, and of contracts."
)
class RenewalReport:
    currency: str | None = stated("The currency.", FINANCE)
    reason: str | None = stated("Why there are no rates: empty_cohort, no_data, mixed_currencies.", FINANCE)
    due_count: int | None = stated("How many end.", FINANCE)
    renewed_count: int | None = stated("How many were renewed, with whatever value.", FINANCE)
    lost_count: int | None = stated("How many were not.", FINANCE)
    open_count: int | None = stated("How many are open.", FINANCE)
    logo_renewal_rate: Decimal | None = stated("The share of what is due that was renewed, by count.", FINANCE)
    gross_renewal_rate: Decimal | None = stated("By value, each at most what was due.", FINANCE)
    net_renewal_rate: Decimal | None = stated("By value, with growth.", FINANCE)
    on_time_share: Decimal | None = stated("The share of those renewed that were so in time.", FINANCE)
    open_value: list[ForecastValue] | None = stated("What is open, by forecast.", FINANCE)
    projection: list[RenewalProjection] | None = loaded(
        "What is left of today's yearly revenue year by year.", told_by_the_question, label=FINANCE, **RATES
    )
    rows: Connection[Renewal] | None = loaded("Term by term.", told_by_the_question, label=FINANCE, **PAGING)


@strawberry.type(description="Committed recurring revenue at the end of a month.")
class CommittedMonth:
    month: str = strawberry.field(description="The month: 2026-12.")
    cmrr: Decimal | None = stated(
        "Today's revenue with what is dated until then: signed, scheduled, cancelled.", FINANCE
    )
