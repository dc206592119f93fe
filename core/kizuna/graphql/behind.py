"""What stands behind a figure: the customers, subscriptions and records that it names, read together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Protocol, TypeVar

from kizuna.graphql import loading
from kizuna.graphql.context import Context
from kizuna.graphql.paging import connection, page_of
from kizuna.graphql.selection import Chosen
from kizuna.graphql.types.billing import BillingSubscription
from kizuna.graphql.types.customers import Customer
from kizuna.graphql.types.records import SourceRecord
from kizuna.storage.answers import reading
from kizuna.storage.answers.ids import record_ids, subscription_id
from kizuna.storage.answers.shape import Order

Source = dict[str, Any]
ROWS = Order("metric rows", ("n",))


def entities(
    context: Context, below: Sequence[Chosen], name: str, type_: type[Any], ids: Collection[str]
) -> dict[str, Source]:
    """Id → customer, where the field of that name is selected."""
    field = _selected(below, name)
    if field is None or not ids:
        return {}
    return loading.entities(context, context.registry.by_class[type_], sorted(ids), field)


def facts(
    context: Context, below: Sequence[Chosen], name: str, type_: type[Any], ids: Collection[str]
) -> dict[str, Source]:
    """Id → record or fact, where the field of that name is selected."""
    field = _selected(below, name)
    if field is None or not ids:
        return {}
    return loading.nodes(context, context.registry.by_class[type_], sorted(ids), field)


def _selected(below: Sequence[Chosen], name: str) -> Chosen | None:
    return next((choice for choice in below if choice.name == name), None)


class Line(Protocol):
    """A row of an answer: whose it is, which subscription it is about, and the records that say so (record/version)."""

    @property
    def customer(self) -> str: ...
    @property
    def subscription(self) -> str | None: ...
    @property
    def sources(self) -> tuple[str, ...]: ...


T = TypeVar("T", bound=Line)


def lines(context: Context, field: Chosen, type_name: str, rows: Sequence[T], told: Callable[[T], Source]) -> Source:
    """A page of rows, each as ``told`` says it, with what is selected of its customer, subscription and records."""
    most, seal, given = context.limits.max_page_size, context.caller.seal, field.arguments
    page = page_of(ROWS, most, first=given["first"], after=given.get("after"), seal=seal)
    begins = 0 if page.position is None else int(page.position[0]) + 1
    listed = list(enumerate(rows))[begins : begins + page.size + 1]
    below, _ = loading.chosen_nodes(context, field, type_name)
    customers = entities(context, below, "customer", Customer, {row.customer for _, row in listed})
    bought = {subscription_id(row.subscription) for _, row in listed if row.subscription}
    subscriptions = facts(context, below, "subscription", BillingSubscription, bought)
    said = {key for _, row in listed for key in record_ids(row.sources)}
    records = facts(context, below, "records", SourceRecord, said)

    def made(row: T) -> Source:
        return {
            **told(row),
            "customer": customers.get(row.customer),
            "subscription": subscriptions.get(subscription_id(row.subscription)) if row.subscription else None,
            "records": [records[key] for key in record_ids(row.sources) if key in records],
        }

    page_rows = [reading.Row(made(row), starts={}, parent=(), position=(place,)) for place, row in listed]
    return connection(ROWS, page, page_rows, len(rows))
