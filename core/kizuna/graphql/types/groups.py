"""Groups of customers, in the API: never merged, but summed."""

from __future__ import annotations

from typing import Any

import strawberry

from kizuna.graphql.labels import FINANCE, SUPPORT, labelled, stated
from kizuna.graphql.scalars import Money
from kizuna.graphql.types.words import Measure
from kizuna.storage import groups as stored
from kizuna.storage.answers.shape import micro_money
from kizuna.storage.groups import Group


@labelled(FINANCE)
@strawberry.type(description="A sum of money in one currency over a group.")
class GroupMoney:
    measure: Measure = strawberry.field(description="What was summed.")
    money: Money = strawberry.field(description="The sum.")


@strawberry.type(description="A customer and everybody below it, added up; currencies are never added.")
class CustomerGroup:
    top_id: strawberry.ID = strawberry.field(description="The highest customer above it; itself when there is none.")
    customer_count: int = strawberry.field(description="How many customers it is, this one included.")
    levels: int = strawberry.field(description="How many levels there are below it.")
    is_cut: bool = strawberry.field(
        description=f"Whether it goes deeper than the {stored.DEEPEST} levels that are followed."
    )
    record_count: int = strawberry.field(description="How many account records they are made of.")
    person_count: int = strawberry.field(description="How many people are known there, each counted once.")
    ticket_count: int | None = stated("How many tickets they have had.", SUPPORT)
    open_ticket_count: int | None = stated("How many of their tickets are neither solved nor closed.", SUPPORT)
    open_deal_count: int = strawberry.field(description="How many of their deals are open.")
    active_subscription_count: int | None = stated("How many of their subscriptions are active or past due.", FINANCE)
    money: list[GroupMoney] | None = strawberry.field(
        description="What they pay and might pay, by measure and currency."
    )


def groups(context: Any, rows: list[dict[str, Any]], _field: Any) -> list[Any]:
    """The group of each row's customer."""
    may_read = FINANCE not in context.sight.missing
    found = stored.groups(context.sql, list(dict.fromkeys(row["id"] for row in rows)), with_money=may_read)
    return [_told(found[row["id"]]) if row["id"] in found else None for row in rows]


def _told(group: Group) -> dict[str, Any]:
    money = [
        {"measure": measure, "money": micro_money(str(micro), currency)}
        for (measure, currency), micro in group.money.items()
    ]
    return {
        "top_id": group.top,
        "customer_count": group.customers,
        "levels": group.levels,
        "is_cut": group.is_cut,
        "record_count": group.records,
        "person_count": group.people,
        "ticket_count": group.tickets,
        "open_ticket_count": group.open_tickets,
        "open_deal_count": group.open_deals,
        "active_subscription_count": group.active_subscriptions,
        "money": money,
    }
