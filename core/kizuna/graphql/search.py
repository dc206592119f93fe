"""Search: customers and people by name, domain and address."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import strawberry

from kizuna.graphql import loading
from kizuna.graphql.context import Context
from kizuna.graphql.errors import UserError
from kizuna.graphql.filters import TEXT_MOST
from kizuna.graphql.plan import column, one, shaped
from kizuna.graphql.selection import Chosen
from kizuna.graphql.types.customers import Customer
from kizuna.graphql.types.people import Person
from kizuna.storage.answers import reading, search
from kizuna.unify.survivorship import folded


@strawberry.enum(description="By what something was found.")
class Matched(StrEnum):
    NAME = "name"
    DOMAIN = "domain"
    EMAIL = "email"


@shaped("search_hit")
@strawberry.type(description="A customer or a person that was found.")
class SearchHit:
    matched: Matched = column("By what it was found.")
    text: str = column("The text that was found.")
    customer: Customer | None = one("The customer that was found; null when it is a person.")
    person: Person | None = one("The person that was found; null when it is a customer.")


def found(context: Context, query: str, first: int, chosen: Chosen) -> list[dict[str, Any]]:
    """The best hits, equal ones before those that begin so before those that contain it."""
    words = folded(query)
    most = context.limits.max_page_size
    if not 1 <= first <= most:
        raise UserError(f"`first` is {first}; it may be 1 to {most}.")
    if len(query) > TEXT_MOST:
        raise UserError(f"`query` is longer than {TEXT_MOST} characters.")
    if not words:
        return []
    plan = context.registry.by_shape["search_hit"]
    selected = context.selection.below(chosen.nodes, plan.type_name)
    wanted = loading.wanted(context, plan, selected)
    context.check()
    rows = reading.first(
        context.sql,
        wanted,
        search.BEST,
        reading.Page(first),
        [reading.Condition("", search.bound(words))],
    )[:first]
    loading.fill(context, plan, rows, selected)
    return [row.values for row in rows]
