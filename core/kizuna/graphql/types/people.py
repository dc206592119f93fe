"""People: one human being as all systems know them."""

from __future__ import annotations

import strawberry

from kizuna.graphql.labels import FINANCE, PII, SUPPORT
from kizuna.graphql.paging import Connection
from kizuna.graphql.plan import SPAN, Argument, column, one, pages, several, shaped
from kizuna.graphql.scalars import DateTime
from kizuna.graphql.types.custom import NAMES, CustomField
from kizuna.graphql.types.node import LazyCustomer, Node
from kizuna.graphql.types.provenance import Sourced
from kizuna.graphql.types.records import FIELDS, SourceRecord
from kizuna.graphql.types.sales import Deal
from kizuna.graphql.types.support import Engagement, Ticket
from kizuna.graphql.types.timeline import TIMELINE_ARGUMENTS, TimelineEntry
from kizuna.graphql.types.words import DealStatus, EngagementKind, Priority, TicketStatus


@shaped("person", "per")
@strawberry.type(description="One human being at a customer, as all systems together know them.")
class Person(Node):
    name: str | None = column("How they are called.", label=PII)
    given_name: str | None = column("Their given name.", label=PII)
    family_name: str | None = column("Their family name.", label=PII)
    email: str | None = column("Their main address.", label=PII)
    phone: str | None = column("Their main telephone number.", label=PII)
    title: str | None = column("What they are.")
    department: str | None = column("Their department at the customer.")
    role: str | None = column("What a system calls them: contact, lead, end user.")
    country: str | None = column("Their country.")
    language: str | None = column("Their language.")
    active: bool = column("Whether some system still counts them as there.")
    systems: list[str] = column("The keys of the connectors that know them.")
    record_count: int = column("How many records they are made of.", "records")
    last_activity_at: DateTime | None = column("When something last happened with them.")
    customer: LazyCustomer | None = one("The customer they belong to before all others.")
    places: list[Place] = several("Every customer they belong to.")
    former_places: list[FormerPlace] = several("Where they have been and are no longer, the latest first.")
    records: Connection[SourceRecord] = pages("The records they are made of.")
    tickets: Connection[Ticket] | None = pages(
        "Their tickets, the newest first.",
        **SPAN,
        status=Argument(list[TicketStatus] | None, "Only tickets that stand so."),
        priority=Argument(list[Priority] | None, "Only tickets so urgent."),
    )
    engagements: Connection[Engagement] = pages(
        "The touches with them, the newest first.",
        SUPPORT,
        **SPAN,
        kinds=Argument(list[EngagementKind] | None, "Only touches of these kinds."),
    )
    deals: Connection[Deal] = pages(
        "The deals with them, the newest first.",
        **SPAN,
        status=Argument(list[DealStatus] | None, "Only deals that stand so."),
    )
    timeline: Connection[TimelineEntry] = pages(
        "Everything that happened with them, the newest first.", (FINANCE, SUPPORT), **TIMELINE_ARGUMENTS
    )
    provenance: list[Sourced] = several("Where each value comes from.", **FIELDS)
    custom_fields: list[CustomField] | None = several("The vendors' own fields that the administrator keeps.", **NAMES)


@shaped("place")
@strawberry.type(description="That a person belongs to a customer.")
class Place:
    customer: LazyCustomer | None = one("The customer.")
    is_primary: bool = column("Whether this is the one before all others.")
    labels: list[str] = column("What systems call the person there.")


@shaped("former_place")
@strawberry.type(description="That a person was at a customer, as one record said until it said so no more.")
class FormerPlace:
    customer: LazyCustomer | None = one("The customer; null when it is not there any more.")
    since: DateTime | None = column("Since when the record said so; null where that was before it was known.")
    until: DateTime = column("Until when, as its system dates the change.")
    record: SourceRecord | None = one("The record that said so.")
