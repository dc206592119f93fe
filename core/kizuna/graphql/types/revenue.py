"""Metrics compared, grouped and followed over time, in the API."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from kizuna.graphql.labels import FINANCE, labelled, stated
from kizuna.graphql.paging import Connection
from kizuna.graphql.plan import PAGING, loaded
from kizuna.graphql.scalars import Decimal
from kizuna.graphql.types.billing import BillingSubscription
from kizuna.graphql.types.catalogue import Product
from kizuna.graphql.types.customers import Customer
from kizuna.graphql.types.metrics import MetricFigure, MetricValue, told_by_the_question
from kizuna.graphql.types.records import SourceRecord


@labelled(FINANCE)
@strawberry.type(description="What one customer, or one subscription of it, has in two answers.")
class MetricDifference:
    customer: Customer | None = strawberry.field(description="The customer.")
    subscription: BillingSubscription | None = stated("The subscription, where it is about one.", FINANCE)
    before: list[MetricFigure] | None = stated("Its numbers in the first answer.", FINANCE)
    after: list[MetricFigure] | None = stated("Its numbers in the second.", FINANCE)
    cause: str = strawberry.field(
        description="Why they differ. As it was known: learned, withdrawn, moved. Under policies, the answer that makes it:"
        " statuses, contracts, cancel, paused, metered, interval, discounts, definition."
    )
    records: list[SourceRecord] = strawberry.field(description="The vendors' records that say so.")


@labelled(FINANCE)
@strawberry.type(description="How much of a difference has one cause.")
class MetricCause:
    cause: str = strawberry.field(description="The cause.")
    figures: list[MetricFigure] = strawberry.field(description="By how much the formula's numbers differ for it.")


@strawberry.type(description="Two answers to one question, and where they differ, line by line.")
class MetricComparison:
    before: MetricValue = loaded("The first answer.", told_by_the_question)
    after: MetricValue = loaded("The second.", told_by_the_question)
    difference: Decimal | None = stated("The second less the first; null where one of them has no value.", FINANCE)
    by_cause: list[MetricCause] | None = stated("The differences of the formula's numbers by cause.", FINANCE)
    rows: Connection[MetricDifference] | None = loaded(
        "Every line that differs.", told_by_the_question, label=FINANCE, **PAGING
    )


@labelled(FINANCE)
@strawberry.type(description="A cohort so many months after its first.")
class CohortCell:
    month: int = strawberry.field(description="How many months after the first.")
    customer_count: int = strawberry.field(description="How many are still there, those who pause among them.")
    logo_retention: Decimal | None = strawberry.field(description="Their share.")
    nrr: Decimal | None = strawberry.field(description="What they pay over what they paid at the first month's end.")
    grr: Decimal | None = strawberry.field(description="The same without growth.")


@labelled(FINANCE)
@strawberry.type(description="The customers who first paid in one month.")
class RevenueCohort:
    cohort: str = strawberry.field(description="The month: 2026-03.")
    customer_count: int = strawberry.field(description="How many there are.")
    mrr: Decimal = strawberry.field(description="What they paid at its end, a month.")
    multiple_12: Decimal | None = strawberry.field(description="The same 12 months later over that; null before then.")
    multiple_24: Decimal | None = strawberry.field(description="24 months later; null before then.")
    cells: list[CohortCell] = strawberry.field(description="Month by month.")


@strawberry.type(description="Customers by the month in which they first paid.")
class RevenueCohorts:
    currency: str | None = stated("The currency.", FINANCE)
    reason: str | None = stated("Why there are none: no_data, mixed_currencies, missing_fx.", FINANCE)
    missing_fx_count: int | None = stated("How many customers are left out for a missing rate.", FINANCE)
    cohorts: list[RevenueCohort] | None = stated("The cohorts, the oldest first.", FINANCE)


@strawberry.enum(description="What customers are grouped by.")
class MetricGrouping(StrEnum):
    INDUSTRY = "industry"
    COUNTRY = "country"
    CATEGORY = "category"


@strawberry.type(description="A metric of one group of customers.")
class MetricGroup:
    group: str | None = strawberry.field(description="The group; null for those of whom it is not known.")
    customer_count: int | None = stated("How many customers are counted.", FINANCE)
    is_too_small: bool | None = stated("Whether they are too few to say anything: the group is not ranked.", FINANCE)
    value: Decimal | None = stated("The value; null with a reason where there is none.", FINANCE)
    currency: str | None = stated("The currency of money; the same in all groups.", FINANCE)
    coverage: Decimal | None = stated("The share of its customers that could be counted.", FINANCE)
    reason: str | None = stated("Why there is none.", FINANCE)


@labelled(FINANCE)
@strawberry.type(description="What became of one product in a period; amounts are of a month.")
class ProductRetention:
    product: Product | None = strawberry.field(description="The product; null for one that only a contract names.")
    customer_count: int = strawberry.field(description="How many pay for it at the end.")
    start: Decimal = strawberry.field(description="What was paid at the start.")
    end: Decimal = strawberry.field(description="What is paid at the end.")
    nrr: Decimal | None = strawberry.field(description="What those of the start pay for it at the end, over that.")
    grr: Decimal | None = strawberry.field(description="The same without growth.")
    growth: Decimal | None = strawberry.field(description="By how much it has grown over all.")
    migrated_in: Decimal = strawberry.field(description="What came from other products.")
    migrated_out: Decimal = strawberry.field(description="What went to other products.")


@labelled(FINANCE)
@strawberry.type(description="An industry and how many of its customers were lost.")
class IndustryRate:
    industry: str = strawberry.field(description="The industry.")
    rate: Decimal = strawberry.field(description="The share lost.")
    start: int = strawberry.field(description="How many there were.")
    lost: int = strawberry.field(description="How many were lost.")


@labelled(FINANCE)
@strawberry.type(description="In which industry most customers are lost.")
class IndustryChurn:
    highest: str | None = strawberry.field(description="The industry with the highest rate.")
    rate: Decimal | None = strawberry.field(description="Its rate.")
    reason: str | None = strawberry.field(description="Why there is none.")
    ranking: list[IndustryRate] = strawberry.field(description="All that are large enough, the highest rate first.")
    too_small: list[str] = strawberry.field(description="Those with too few customers to be ranked.")
    unknown_rate: Decimal | None = strawberry.field(description="The rate of customers without an industry.")


@labelled(FINANCE)
@strawberry.type(description="By how many percentage points discounts shrank at the first renewal.")
class DiscountReduction:
    customer_count: int = strawberry.field(description="How many customers had a second term.")
    mean_points: Decimal | None = strawberry.field(description="The mean.")
    weighted_points: Decimal | None = strawberry.field(
        description="The mean weighted by what a year of the second term is worth; null without one currency."
    )
    reason: str | None = strawberry.field(description="Why there is none.")
    excluded_count: int = strawberry.field(description="How many have no list price to compare with.")


@labelled(FINANCE)
@strawberry.type(description="What customers of three years and more pay a year, against their first contract.")
class ContractGrowth:
    customer_count: int = strawberry.field(description="How many there are.")
    mean_first: Decimal | None = strawberry.field(description="What they paid a year at first, on average.")
    mean_current: Decimal | None = strawberry.field(description="What they pay a year now, on average.")
    ratio_of_means: Decimal | None = strawberry.field(description="The one over the other.")
    mean_of_ratios: Decimal | None = strawberry.field(description="The mean of each one's own growth.")
    reason: str | None = strawberry.field(description="Why there is none.")


@strawberry.type(description="Five questions asked of every portfolio, over the twelve months before a day.")
class FiveQuestions:
    expanded_share: MetricValue = loaded("The share of customers who pay more than a year ago.", told_by_the_question)
    highest_churn: IndustryChurn | None = stated("The industry in which most are lost.", FINANCE)
    products: list[ProductRetention] | None = loaded(
        "Retention and growth of each product; null where several currencies are paid and none was chosen.",
        told_by_the_question,
        label=FINANCE,
    )
    first_renewal: DiscountReduction | None = stated("How discounts shrink at the first renewal.", FINANCE)
    long_standing: ContractGrowth | None = stated(
        "How contracts grow in three years; null where several currencies are paid and none was chosen.", FINANCE
    )
    missing_fx_count: int | None = stated(
        "How many customers a missing rate leaves out of the products and of three years.", FINANCE
    )
