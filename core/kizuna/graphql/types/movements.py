"""What moved recurring revenue, in the API."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import strawberry

from kizuna.graphql.labels import FINANCE, labelled
from kizuna.graphql.plan import Argument, column, loaded, one, shaped
from kizuna.graphql.scalars import Date, Money
from kizuna.graphql.types.billing import BillingSubscription
from kizuna.graphql.types.catalogue import Product
from kizuna.graphql.types.node import LazyCustomer
from kizuna.graphql.types.records import SourceRecord
from kizuna.storage.answers.ids import record_id, record_ids, subscription_id
from kizuna.storage.answers.shape import micro_money


@strawberry.enum(description="How recurring revenue moved.")
class MovementKind(StrEnum):
    NEW = "new"
    EXPANSION = "expansion"
    CONTRACTION = "contraction"
    CHURN = "churn"
    REACTIVATION = "reactivation"
    IDENTITY = "identity"
    MIGRATION = "migration"


def parts(context: Any, rows: list[dict[str, Any]], field: Any) -> list[Any]:
    """The parts of each row's movement with what is selected of their subscriptions, products and records."""
    below = context.selection.below(field.nodes, "MovementPart")
    found = [part for row in rows for part in row["parts"]]
    bought = {subscription_id(part["subscription"]) for part in found}
    said = {record for part in found for record in record_ids(part.get("sources", ()))}
    sold = {_product(part) for part in found if _product(part)}
    subscriptions = context.behind.facts(context, below, "subscription", BillingSubscription, bought)
    products = context.behind.facts(context, below, "product", Product, {key for key in sold if key})
    records = context.behind.facts(context, below, "records", SourceRecord, said)

    def told(part: dict[str, Any], currency: str) -> dict[str, Any]:
        return {
            "reason": part["reason"],
            "amount": micro_money(str(part["micro"]), currency),
            "subscription": subscriptions.get(subscription_id(part["subscription"])),
            "product": products.get(_product(part) or ""),
            "records": [records[key] for key in record_ids(part.get("sources", ())) if key in records],
        }

    return [[told(part, row["currency"]) for part in row["parts"]] for row in rows]


def _product(part: dict[str, Any]) -> str | None:
    """The public id of the product that is kept under a number; a contract's number is none."""
    number = part["product"]
    return record_id("product", int(number)) if number.removeprefix("-").isdigit() else None


@labelled(FINANCE)
@strawberry.type(description="What one product of a subscription has in a movement.")
class MovementPart:
    reason: str = strawberry.field(description="Why.")
    amount: Money = strawberry.field(description="How much a month.")
    subscription: BillingSubscription | None = strawberry.field(description="Of which subscription.")
    product: Product | None = strawberry.field(description="Of which product.")
    records: list[SourceRecord] = strawberry.field(description="The vendors' records that say so.")


@labelled(FINANCE)
@shaped("movement")
@strawberry.type(description="A change of a customer's recurring revenue on one day, under Kizuna's own policy.")
class Movement:
    day: Date = column("The day, in the organisation's time zone.")
    kind: MovementKind = column("How it moved.")
    reason: str = column(
        "Why: first_subscription, trial_converted, contract_signed, seats, tier, product, product_removed, price_increase,"
        " price_decrease, term_change, discount_added, discount_ended, pause, resume, voluntary, involuntary, non_renewal."
    )
    amount: Money = column(
        "By how much a month; a loss is negative. 0 where only the customer, or the product, changed."
    )
    parts: list[MovementPart] = loaded("Product by product; they sum to the amount.", parts, "parts", "currency")
    customer: LazyCustomer | None = one("Whose revenue it is.")


MOVED = {
    "since": Argument(Date | None, "Only on this day or later."),
    "until": Argument(Date | None, "Only before this day."),
    "kinds": Argument(list[MovementKind] | None, "Only movements of these kinds."),
    "currency": Argument(str | None, "Only in this currency."),
}
