"""Metrics in the API: a value, how it came about, and every row that is in it, down to the vendors' records."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from kizuna.graphql.labels import FINANCE, labelled, stated
from kizuna.graphql.paging import Connection
from kizuna.graphql.plan import PAGING, Argument, loaded
from kizuna.graphql.scalars import Date, DateTime, Decimal
from kizuna.graphql.types.billing import BillingSubscription
from kizuna.graphql.types.customers import Customer
from kizuna.graphql.types.identity import Language
from kizuna.graphql.types.records import SourceRecord
from kizuna.metrics.fills import METRICS


@strawberry.enum(description="A metric that subscriptions answer.")
class MetricKey(StrEnum):
    MRR = "mrr"
    ARR = "arr"
    ACTIVE_CUSTOMERS = "active_customers"
    ARPA = "arpa"
    CMRR = "cmrr"
    NRR = "nrr"
    GRR = "grr"
    LOGO_RETENTION = "logo_retention"
    EXPANDED_SHARE = "expanded_share"
    NRR_EX_PRICE = "nrr_ex_price"
    GROSS_MRR_CHURN = "gross_mrr_churn"
    NET_MRR_CHURN = "net_mrr_churn"
    LOGO_CHURN = "logo_churn"
    NET_NEW_MRR = "net_new_mrr"
    QUICK_RATIO = "quick_ratio"
    CLV = "clv"


assert {str(key) for key in MetricKey} == METRICS.keys()


@strawberry.enum(description="What a metric's value is counted in.")
class MetricUnit(StrEnum):
    MONEY = "money"
    RATIO = "ratio"
    COUNT = "count"


@strawberry.type(description="What a metric means. A formula that changes gets another version.")
class MetricDefinition:
    key: str = strawberry.field(description="The definition's key; several metrics may be fields of one definition.")
    version: int = strawberry.field(description="Its version.")
    title: str = strawberry.field(description="What it is called.")
    says: str = strawberry.field(description="What it tells, in a sentence.")
    formula: str = strawberry.field(description="The formula, by the names of its figures.")
    source: str | None = strawberry.field(description="Where the definition comes from, where it is not our own.")


@labelled(FINANCE)
@strawberry.type(description="A number that stands in a metric's formula.")
class MetricFigure:
    name: str = strawberry.field(description="Its name in the formula.")
    value: Decimal = strawberry.field(description="The number, exact.")


@labelled(FINANCE)
@strawberry.type(description="What one customer, or one subscription of it, has in a metric.")
class MetricRow:
    figures: list[MetricFigure] = strawberry.field(description="Its numbers; those of all rows sum to the metric's.")
    reason: str | None = strawberry.field(description="Why it moved, where it is a movement.")
    day: Date | None = strawberry.field(description="When it moved, where it is a movement.")
    customer: Customer | None = strawberry.field(description="The customer.")
    subscription: BillingSubscription | None = stated("The subscription, where it is about one.", FINANCE)
    records: list[SourceRecord] = strawberry.field(description="The vendors' records that say so.")


@labelled(FINANCE)
@strawberry.type(description="A customer or a subscription that is not in a metric.")
class MetricExclusion:
    id: strawberry.ID = strawberry.field(description="Which one.")
    reason: str = strawberry.field(
        description="Why: ended, trial, paused, missing_fx, negative_quantity, impossible_dates, status_unpaid and the like."
    )


@strawberry.type(description="A rate of exchange as it was loaded.")
class MetricRate:
    currency: str = strawberry.field(description="One unit of this currency ...")
    to: str = strawberry.field(description="... in units of this one; an amount may have been converted the other way.")
    day: Date = strawberry.field(description="From which day on.")
    rate: Decimal = strawberry.field(description="How many units.")
    provider: str | None = strawberry.field(description="Whose rate it is.")


IN = Argument(Language | None, "The language; English when left out.")


def told_by_the_question(*_: object) -> list[object]:
    raise AssertionError("answered where the metric is asked")


@strawberry.type(description="A metric as of a day, with how it came about.")
class MetricValue:
    key: MetricKey = strawberry.field(description="Which metric.")
    value: Decimal | None = stated("The value, not rounded; null with a reason, never 0, where there is none.", FINANCE)
    unit: MetricUnit = strawberry.field(description="What it is counted in.")
    currency: str | None = stated("The currency of an amount.", FINANCE)
    reason: str | None = stated(
        "Why there is no value: no_data, mixed_currencies, missing_fx, empty_cohort, zero_churn, no_losses.", FINANCE
    )
    coverage: Decimal | None = stated("The share of customers that could be counted.", FINANCE)
    policy: str = strawberry.field(description="The policy it was counted under.")
    as_of: Date = strawberry.field(description="At the end of this day, in the organisation's time zone.")
    since: Date | None = strawberry.field(description="Since the end of this day, where it is about a period.")
    known_at: DateTime | None = strawberry.field(description="As it was known then; null: as it is known now.")
    definition: MetricDefinition = loaded("What it means.", told_by_the_question, language=IN)
    sentence: str | None = loaded(
        "The value and its formula in words.", told_by_the_question, label=FINANCE, language=IN
    )
    figures: list[MetricFigure] | None = stated("The numbers in its formula.", FINANCE)
    rows: Connection[MetricRow] | None = loaded(
        "Every row that is in it.", told_by_the_question, label=FINANCE, **PAGING
    )
    rates: list[MetricRate] | None = stated(
        "The rates of exchange that amounts were converted at: balances of a day at its own, movements at the first day's.",
        FINANCE,
    )
    excluded: list[MetricExclusion] | None = stated("What is not in it, and why; the first thousand.", FINANCE)


@strawberry.type(description="A metric at the end of one day.")
class MetricPoint:
    as_of: Date = strawberry.field(description="The day.")
    since: Date | None = strawberry.field(description="The day before its period, where it is about one.")
    value: Decimal | None = stated("The value; null with a reason where there is none.", FINANCE)
    reason: str | None = stated("Why there is no value.", FINANCE)
