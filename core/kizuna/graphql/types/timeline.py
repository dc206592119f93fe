"""The timeline: everything that happened with a customer, in one order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from kizuna.graphql.plan import SPAN, Argument, column, computed, named, one, shaped
from kizuna.graphql.scalars import DateTime
from kizuna.graphql.types.node import LazyCustomer, LazyPerson, Node
from kizuna.graphql.types.records import SourceRecord
from kizuna.graphql.types.words import Department, Direction, TimelineKind

TIMELINE_ARGUMENTS = {
    **SPAN,
    "kinds": Argument(list[TimelineKind] | None, "Only these kinds."),
    "systems": Argument(list[str] | None, "Only what these systems know."),
    "direction": Argument(Direction | None, "Only what went this way."),
}


def department_of(row: Mapping[str, Any], context: Any) -> str | None:
    """The department that owns the row's system, as its connector declares."""
    connector = context.plugins.connectors.get(row["system"])
    return None if connector is None else str(connector.department)


@shaped("timeline")
@strawberry.type(description="Something that happened.")
class TimelineEntry:
    id: strawberry.ID = column("What tells it from all others.")
    kind: TimelineKind = column("What it is.")
    at: DateTime = column("When it happened.")
    title: str | None = column("What it was about.")
    direction: Direction | None = column("Who turned to whom.")
    system: str = column("The key of the connector that knows it.")
    department: Department | None = computed("The department of ours that owns that system.", department_of, "system")
    connection: str = column("The name of the connection it came by.")
    about: Node | None = named("The thing itself: a ticket, an invoice, a call.", "about_id")
    customer: LazyCustomer | None = one("Whose it is.")
    person: LazyPerson | None = one("Who of them it was.")
    record: SourceRecord | None = one("The record that says so.")
