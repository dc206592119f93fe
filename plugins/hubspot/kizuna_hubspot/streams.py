"""The streams of a HubSpot portal: kind, reading, payload and mapping of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeVar

from kizuna import sdk
from kizuna_hubspot import kinds, mapping, payloads
from kizuna_hubspot.kinds import Kind
from kizuna_hubspot.paths import Paths
from kizuna_hubspot.readings import ObjectReading, OwnerReading, PipelineReading, These

R = TypeVar("R", bound=payloads.CrmRecord)

_ENGAGED = "crm.objects.contacts.read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """What all streams of one portal share."""

    paths: Paths
    default_currency: str | None  # None: the portal is asked for its own
    lookback: timedelta
    custom_properties: bool
    commerce: bool = False
    type_ids: Mapping[str, str] = field(default_factory=kinds.type_ids)

    def streams(self) -> tuple[sdk.AnyStream, ...]:
        """Every stream; owners and stages first, because other records refer to them."""
        return (*self.reference(), *self.parties(), *self.work(), *self.engagements(), *self.extras(), *self.billing())

    def reference(self) -> tuple[sdk.AnyStream, ...]:
        return (
            owners(self.paths),
            pipelines(self.paths, "deals", "crm.objects.deals.read"),
            pipelines(self.paths, "tickets", "tickets"),
        )

    def parties(self) -> tuple[sdk.AnyStream, ...]:
        company = partial(mapping.company, default_currency=self.default_currency)
        return (
            self.objects(kinds.COMPANIES, payloads.Company, company, "crm.objects.companies.read", "company"),
            self.objects(kinds.CONTACTS, payloads.Contact, mapping.contact, "crm.objects.contacts.read", "contact"),
        )

    def work(self) -> tuple[sdk.AnyStream, ...]:
        deal = partial(mapping.deal, default_currency=self.default_currency)
        return (
            self.objects(kinds.DEALS, payloads.Deal, deal, "crm.objects.deals.read", "deal"),
            self.objects(kinds.TICKETS, payloads.Ticket, mapping.ticket, "tickets", "ticket"),
        )

    def engagements(self) -> tuple[sdk.AnyStream, ...]:
        payload = payloads.Engagement
        return (
            self.objects(kinds.MEETINGS, payload, mapping.meeting, _ENGAGED, "meeting"),
            self.objects(kinds.CALLS, payload, mapping.call, _ENGAGED, "call"),
            self.objects(kinds.EMAILS, payload, mapping.email, "sales-email-read", "email"),
            self.objects(kinds.NOTES, payload, mapping.note, _ENGAGED, "note"),
            self.objects(kinds.TASKS, payload, mapping.task, _ENGAGED, "task"),
        )

    def extras(self) -> tuple[sdk.AnyStream, ...]:
        """What many portals do not have or did not grant."""
        product = partial(mapping.product, default_currency=self.default_currency)
        line = partial(mapping.line_item, default_currency=self.default_currency)
        survey = "crm.objects.feedback_submissions.read"
        return (
            self.objects(kinds.PRODUCTS, payloads.Product, product, "e-commerce", "product", optional=True),
            self.objects(
                kinds.LINE_ITEMS, payloads.LineItem, line, "crm.objects.line_items.read", "line_item", optional=True
            ),
            self.objects(kinds.FEEDBACK, payloads.Feedback, mapping.feedback, survey, "feedback", optional=True),
            self.objects(
                kinds.COMMUNICATIONS,
                payloads.Engagement,
                mapping.communication,
                _ENGAGED,
                "communication",
                optional=True,
            ),
            self.objects(kinds.LEADS, payloads.Lead, mapping.lead, "crm.objects.leads.read", "lead", optional=True),
            self.objects(
                kinds.QUOTES,
                payloads.Quote,
                partial(mapping.quote, default_currency=self.default_currency),
                "crm.objects.quotes.read",
                "quote",
                optional=True,
            ),
        )

    def billing(self) -> tuple[sdk.AnyStream, ...]:
        """What HubSpot bills itself: not read by itself, because what a billing system shows too would count twice."""
        if not self.commerce:
            return ()
        invoice = partial(mapping.invoice, default_currency=self.default_currency)
        subscription = partial(mapping.subscription, default_currency=self.default_currency)
        scope = "crm.objects.subscriptions.read"
        return (
            self.objects(
                kinds.INVOICES, payloads.Invoice, invoice, "crm.objects.invoices.read", "invoice", optional=True
            ),
            self.objects(
                kinds.SUBSCRIPTIONS, payloads.Subscription, subscription, scope, "subscription", optional=True
            ),
        )

    def objects(
        self,
        kind: Kind,
        payload: type[R],
        meaning: Callable[[R], sdk.Said | Iterable[sdk.Said]],
        scope: str,
        also: str,
        *,
        optional: bool = False,
    ) -> sdk.Stream[R]:
        """One kind of CRM object."""
        asked = self.default_currency is None and kind.name in kinds.WITH_AMOUNTS
        reading = ObjectReading(self.paths, kind, self.lookback, self.custom_properties, company_currency=asked)
        return sdk.Stream(
            name=kind.name,
            payload=payload,
            map=mapping.whole(meaning),
            reading=reading,
            only=lambda named: These(reading, tuple(named)),
            key=mapping.record_key,
            version=mapping.touched_at,
            deleted=mapping.gone,
            also=(also, self.type_ids[kind.name]),
            scope=scope,
            optional=optional,
            sweep=True,
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
