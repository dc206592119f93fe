"""Which customers and in which order, as the API takes it."""

from __future__ import annotations

from enum import StrEnum

import strawberry
from sqlalchemy import Connection

from kizuna.graphql.attributes import labels_of_attribute
from kizuna.graphql.errors import UserError
from kizuna.graphql.labels import FINANCE, PII, SUPPORT, needed, wish
from kizuna.graphql.scalars import DateTime, Decimal
from kizuna.graphql.types.words import Attribute, CustomerKind, Measure
from kizuna.model.labels import NONE, Labels
from kizuna.storage.answers import customers
from kizuna.storage.answers.reading import Condition
from kizuna.storage.answers.shape import Order
from kizuna.storage.answers.veils import PUBLIC_NAME
from kizuna.unify.survivorship import folded

TEXT_MOST = 200
SYSTEMS_MOST = 20
CUSTOM_FIELDS_MOST = 10


@strawberry.enum(description="What customers can be sorted by.")
class CustomerSortKey(StrEnum):
    NAME = "name"
    LAST_ACTIVITY = "last_activity"
    NEXT_RENEWAL = "next_renewal"
    FIRST_SEEN = "first_seen"
    OPEN_TICKETS = "open_tickets"
    PEOPLE = "people"
    MRR = "mrr"
    INVOICED = "invoiced"
    PAID = "paid"
    UNPAID = "unpaid"
    PIPELINE = "pipeline"
    WON = "won"


_SORTED_BY: dict[CustomerSortKey, Labels] = {
    CustomerSortKey.OPEN_TICKETS: frozenset({SUPPORT}),
    **{
        key: frozenset({FINANCE})
        for key in CustomerSortKey
        if key in customers.MEASURES or key is CustomerSortKey.NEXT_RENEWAL
    },
}


def of_sort_key(key: CustomerSortKey) -> Labels:
    """What an order tells of."""
    return _SORTED_BY.get(key, NONE)


@strawberry.input(description="An order of customers.")
class CustomerSort:
    by: CustomerSortKey = strawberry.field(
        default=CustomerSortKey.NAME,
        description="What to sort by; one must be allowed to read it.",
        metadata=needed(of_sort_key),
    )
    descending: bool = strawberry.field(default=False, description="Whether the largest or latest comes first.")
    currency: str | None = strawberry.field(
        default=None, description="The currency of a sum of money, which only then can be sorted by."
    )


@strawberry.input(description="A wish for a sum of money. A customer without the sum counts as zero.")
class MoneyFilter:
    measure: Measure = strawberry.field(description="Which sum.")
    currency: str = strawberry.field(description="In which currency, ISO 4217.")
    at_least: Decimal | None = strawberry.field(default=None, description="At least so much, in major units.")
    at_most: Decimal | None = strawberry.field(default=None, description="At most so much, in major units.")


@strawberry.input(description="A wish for a custom field that is kept.")
class CustomFieldFilter:
    name: str = strawberry.field(description="The name it is kept under.")
    values: list[str] = strawberry.field(
        description="Its value is one of these, as `text` says it; amounts of money cannot be looked for."
    )


@strawberry.input(description="Which customers; all wishes must hold.")
class CustomerFilter:
    name_contains: str | None = strawberry.field(
        default=None, description="A part of the name; case and width do not matter."
    )
    kinds: list[CustomerKind] | None = strawberry.field(default=None, description="One of these kinds.")
    domains: list[str] | None = strawberry.field(default=None, description="Its main domain is one of these.")
    countries: list[str] | None = strawberry.field(default=None, description="Its country is one of these.")
    industries: list[str] | None = strawberry.field(default=None, description="Its industry is one of these.")
    categories: list[str] | None = strawberry.field(default=None, description="Its category is one of these.")
    lifecycle_stages: list[str] | None = strawberry.field(
        default=None, description="Its lifecycle stage is one of these."
    )
    systems: list[str] | None = strawberry.field(default=None, description="Every one of these systems knows it.")
    missing_systems: list[str] | None = strawberry.field(default=None, description="None of these systems knows it.")
    has_open_tickets: bool | None = wish("Whether a ticket is open.", SUPPORT)
    open_tickets_at_least: int | None = wish("At least so many tickets are open.", SUPPORT)
    has_active_subscription: bool | None = wish("Whether it pays for something.", FINANCE)
    has_unpaid_invoices: bool | None = wish("Whether an invoice is unpaid.", FINANCE)
    has_parent: bool | None = strawberry.field(default=None, description="Whether it stands below another in a group.")
    parent_id: strawberry.ID | None = strawberry.field(default=None, description="The customer above it.")
    last_activity_since: DateTime | None = strawberry.field(default=None, description="Something happened since then.")
    no_activity_since: DateTime | None = strawberry.field(default=None, description="Nothing happened since then.")
    renews_since: DateTime | None = wish("A paid period ends then or later.", FINANCE)
    renews_until: DateTime | None = wish("A paid period ends before then.", FINANCE)
    conflict_on: Attribute | None = wish(
        "Systems disagree on this field, which one must be allowed to read.", labels_of_attribute
    )
    money: MoneyFilter | None = wish("A sum of money lies in these bounds.", FINANCE)
    custom_fields: list[CustomFieldFilter] | None = wish("Custom fields have these values.", (FINANCE, SUPPORT, PII))


def customer_conditions(sql: Connection, wishes: CustomerFilter | None, missing: Labels = NONE) -> list[Condition]:
    """The conditions of a filter for who may not read these labels. Raises UserError for an amount that is no number and for more than anybody wishes."""
    if wishes is None:
        return []
    if len(wishes.name_contains or "") > TEXT_MOST:
        raise UserError(f"`nameContains` is longer than {TEXT_MOST} characters.")
    if len(wishes.systems or ()) + len(wishes.missing_systems or ()) > SYSTEMS_MOST:
        raise UserError(f"Name at most {SYSTEMS_MOST} systems.")
    if len(wishes.custom_fields or ()) > CUSTOM_FIELDS_MOST:
        raise UserError(f"Name at most {CUSTOM_FIELDS_MOST} custom fields.")
    given = {**vars(wishes), "money": vars(wishes.money) if wishes.money else None}
    given["custom_fields"] = [(one.name, one.values) for one in wishes.custom_fields or ()]
    if wishes.name_contains is not None:
        given["name_contains"] = folded(wishes.name_contains)
    try:
        return customers.conditions(sql, given, _name(missing))
    except (ArithmeticError, ValueError) as error:
        raise UserError('An amount in `money` is no number; write it as text, such as "1500.00".') from error


def customer_order(sort: CustomerSort | None, missing: Labels = NONE) -> tuple[Order, str, list[Condition]]:
    """The order with the join it needs, for who may not read these labels. Raises UserError when a sum of money has no currency."""
    wish = sort or CustomerSort()
    key = str(wish.by)
    if key in customers.MEASURES and not wish.currency:
        raise UserError(
            f"To sort by {wish.by.name}, say in which `currency`: sums of two currencies cannot be compared."
        )
    through, bound = customers.through_of(key, wish.currency)
    return customers.order_of(key, descending=wish.descending, name=_name(missing)), through, bound


def _name(missing: Labels) -> str:
    return PUBLIC_NAME if PII in missing else customers.NAME
