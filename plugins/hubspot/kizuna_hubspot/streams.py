"""The streams of a HubSpot portal: kind, reading, payload and mapping of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import TypeVar

from kizuna import sdk
from kizuna_hubspot import kinds, mapping, payloads
from kizuna_hubspot.kinds import Kind
from kizuna_hubspot.paths import Paths
from kizuna_hubspot.readings import ObjectReading, OwnerReading, PipelineReading

R = TypeVar("R", bound=payloads.CrmRecord)


def streams(
    paths: Paths, *, default_currency: str, lookback: timedelta, custom_properties: bool
) -> tuple[sdk.AnyStream, ...]:
    """Every stream, owners and stages first: other records refer to them."""

    def objects(
        kind: Kind,
        payload: type[R],
        meaning: Callable[[R], sdk.Said | Iterable[sdk.Said]],
        *also: str,
        scope: str,
        optional: bool = False,
    ) -> sdk.Stream[R]:
        return sdk.Stream(
            name=kind.name,
            payload=payload,
            map=meaning,
            reading=ObjectReading(paths, kind, lookback, custom_properties),
            key=mapping.record_key,
            version=mapping.touched_at,
            deleted=mapping.gone,
            also=(*also, kind.type_id),
            scope=scope,
            optional=optional,
            sweep=True,
        )

    engaged = "crm.objects.contacts.read"
    return (
        owners(paths),
        pipelines(paths, "deals", "crm.objects.deals.read"),
        pipelines(paths, "tickets", "tickets"),
        objects(
            kinds.COMPANIES,
            payloads.Company,
            partial(mapping.company, default_currency=default_currency),
            "company",
            "accounts",
            scope="crm.objects.companies.read",
        ),
        objects(kinds.CONTACTS, payloads.Contact, mapping.contact, "contact", scope="crm.objects.contacts.read"),
        objects(
            kinds.DEALS,
            payloads.Deal,
            partial(mapping.deal, default_currency=default_currency),
            "deal",
            scope="crm.objects.deals.read",
        ),
        objects(kinds.TICKETS, payloads.Ticket, mapping.ticket, "ticket", scope="tickets"),
        objects(kinds.MEETINGS, payloads.Engagement, mapping.meeting, "meeting", scope=engaged),
        objects(kinds.CALLS, payloads.Engagement, mapping.call, "call", scope=engaged),
        objects(kinds.EMAILS, payloads.Engagement, mapping.email, "email", scope="sales-email-read"),
        objects(kinds.NOTES, payloads.Engagement, mapping.note, "note", scope=engaged),
        objects(kinds.TASKS, payloads.Engagement, mapping.task, "task", scope=engaged),
        objects(
            kinds.PRODUCTS,
            payloads.Product,
            partial(mapping.product, default_currency=default_currency),
            "product",
            scope="e-commerce",
            optional=True,
        ),
        objects(
            kinds.LINE_ITEMS,
            payloads.LineItem,
            partial(mapping.line_item, default_currency=default_currency),
            "line_item",
            scope="crm.objects.line_items.read",
            optional=True,
        ),
        objects(
            kinds.FEEDBACK,
            payloads.Feedback,
            mapping.feedback,
            "feedback",
            scope="crm.objects.feedback_submissions.read",
            optional=True,
        ),
    )


def owners(paths: Paths) -> sdk.Stream[payloads.Owner]:
    """Our staff. An archived owner is one who has left, not a deleted record."""
    return sdk.Stream(
        name="owners",
        payload=payloads.Owner,
        map=mapping.owner,
        reading=OwnerReading(paths),
        version=lambda record: sdk.instant(record.updated_at),
        also=("owner", "staff"),
        scope="crm.objects.owners.read",
    )


def pipelines(paths: Paths, kind: str, scope: str) -> sdk.Stream[payloads.Pipeline]:
    """The pipelines of deals or tickets: two collections, because their ids are given apart."""
    name = f"{kind.removesuffix('s')}_pipelines"
    return sdk.Stream(
        name=name,
        payload=payloads.Pipeline,
        map=mapping.pipeline,
        reading=PipelineReading(paths, kind),
        key=mapping.pipeline_key,
        version=lambda record: sdk.instant(record.updated_at),
        deleted=lambda record: "archived" if record.archived else None,
        also=(f"pipelines/{kind}",),
        scope=scope,
        sweep=True,
    )
