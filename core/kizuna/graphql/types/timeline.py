"""The timeline: everything that happened with a customer, in one order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from kizuna.graphql.labels import FINANCE, PII, SUPPORT, labels_of
from kizuna.graphql.plan import SPAN, Argument, column, computed, named, one, shaped
from kizuna.graphql.scalars import DateTime
from kizuna.graphql.types import billing, support
from kizuna.graphql.types.node import LazyCustomer, LazyPerson, Node
from kizuna.graphql.types.records import SourceRecord
from kizuna.graphql.types.words import Department, Direction, TimelineKind
from kizuna.model.labels import Labels

_TYPES: dict[TimelineKind, type[Any]] = {
    TimelineKind.TICKET: support.Ticket,
    TimelineKind.SURVEY_RESPONSE: support.SurveyResponse,
    TimelineKind.SUBSCRIPTION: billing.BillingSubscription,
    TimelineKind.INVOICE: billing.Invoice,
    TimelineKind.PAYMENT: billing.Payment,
    TimelineKind.REFUND: billing.Refund,
    TimelineKind.CREDIT_NOTE: billing.CreditNote,
}


def of_kinds(kinds: Any) -> Labels:
    """What entries of these kinds tell of: what the things themselves do."""
    return frozenset(label for kind in kinds if kind in _TYPES for label in labels_of(_TYPES[kind]))


TIMELINE_ARGUMENTS = {
    **SPAN,
    "kinds": Argument(list[TimelineKind] | None, "Only these kinds.", needs=of_kinds),
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
    title: str | None = column("What it was about; of a touch between people only for who may read `pii`.", partly=PII)
    direction: Direction | None = column("Who turned to whom.")
    system: str = column("The key of the connector that knows it.")
    department: Department | None = computed("The department of ours that owns that system.", department_of, "system")
    connection: str = column("The name of the connection it came by.")
    about: Node | None = named("The thing itself: a ticket, an invoice, a call.", "about_id", partly=(FINANCE, SUPPORT))
    customer: LazyCustomer | None = one("Whose it is.")
    person: LazyPerson | None = one("Who of them it was.")
    record: SourceRecord | None = one("The record that says so.")
