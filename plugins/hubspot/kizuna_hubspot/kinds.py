"""The kinds of CRM objects that are read: which properties and associations are asked for, how changes are found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from kizuna import sdk
from kizuna_hubspot import payloads


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of object; ``name`` is the API's collection, ``type_id`` what webhooks call it: those of contacts, companies,
    deals and tickets were seen in recorded answers, the others are from documentation only (:func:`type_ids` corrects them).

    ``modified`` is the property that moves with every change: contacts have one of their own.
    """

    name: str
    type_id: str
    properties: tuple[str, ...]
    associations: tuple[str, ...] = ()
    modified: str = "hs_lastmodifieddate"


def fields(payload: type[sdk.Payload], *also: str) -> tuple[str, ...]:
    """The properties a mapping reads and those kept beside them in the raw payload."""
    return (*(field.name for field in msgspec.structs.fields(payload)), *also)


def engagement_fields(word: str, *also: str) -> tuple[str, ...]:
    """The properties all engagements share and those of one kind of them."""
    shared = ("hs_timestamp", "hs_createdate", "hs_lastmodifieddate", "hubspot_owner_id")
    own = (name for name in fields(payloads.EngagementProperties) if name.startswith(f"hs_{word}_"))
    return (*shared, *own, *also)


_AROUND = ("companies", "contacts", "deals", "tickets")

COMPANIES = Kind(
    name="companies",
    type_id="0-2",
    properties=fields(payloads.CompanyProperties, "hs_lead_status", "closedate", "total_revenue", "hs_num_open_deals"),
)
CONTACTS = Kind(
    name="contacts",
    type_id="0-1",
    properties=fields(payloads.ContactProperties, "hs_lead_status", "hs_email_bounce", "notes_last_contacted"),
    associations=("companies",),
    modified="lastmodifieddate",
)
DEALS = Kind(
    name="deals",
    type_id="0-3",
    properties=fields(
        payloads.DealProperties,
        "amount_in_home_currency",
        "hs_exchange_rate",
        "hs_arr",
        "hs_mrr",
        "hs_tcv",
        "hs_acv",
        "hs_forecast_amount",
        "hs_manual_forecast_category",
        "hs_priority",
    ),
    associations=("companies", "contacts"),
)
LINE_ITEMS = Kind(
    name="line_items",
    type_id="0-8",
    properties=fields(payloads.LineItemProperties, "discount", "hs_recurring_billing_period", "hs_mrr", "hs_arr"),
    associations=("deals",),
)
PRODUCTS = Kind(
    name="products", type_id="0-7", properties=fields(payloads.ProductProperties, "hs_cost_of_goods_sold", "createdate")
)
TICKETS = Kind(
    name="tickets",
    type_id="0-5",
    properties=fields(payloads.TicketProperties, "content", "hs_resolution"),
    associations=("companies", "contacts"),
)
NOTES = Kind(
    name="notes", type_id="0-46", properties=engagement_fields("note", "hs_attachment_ids"), associations=_AROUND
)
CALLS = Kind(
    name="calls",
    type_id="0-48",
    properties=engagement_fields("call", "hs_call_disposition", "hs_call_recording_url"),
    associations=_AROUND,
)
EMAILS = Kind(
    name="emails", type_id="0-49", properties=engagement_fields("email", "hs_email_headers"), associations=_AROUND
)
MEETINGS = Kind(
    name="meetings",
    type_id="0-47",
    properties=engagement_fields("meeting", "hs_meeting_location"),
    associations=_AROUND,
)
TASKS = Kind(
    name="tasks",
    type_id="0-27",
    properties=engagement_fields("task", "hs_task_priority", "hs_task_type"),
    associations=_AROUND,
)
FEEDBACK = Kind(
    name="feedback_submissions",
    type_id="0-19",
    properties=fields(payloads.FeedbackProperties),
    associations=("companies", "contacts", "tickets"),
)
COMMUNICATIONS = Kind(
    name="communications",
    type_id="0-18",
    properties=engagement_fields("communication", "hs_communication_logged_from"),
    associations=_AROUND,
)
LEADS = Kind(
    name="leads", type_id="0-136", properties=fields(payloads.LeadProperties), associations=("companies", "contacts")
)
QUOTES = Kind(
    name="quotes",
    type_id="0-14",
    properties=fields(
        payloads.QuoteProperties,
        "hs_payment_status",
        "hs_esign_enabled",
        "hs_esign_num_signers_required",
        "hs_esign_num_signers_completed",
    ),
    associations=("companies", "contacts", "deals"),
)
INVOICES = Kind(
    name="invoices",
    type_id="0-53",
    properties=fields(payloads.InvoiceProperties, "hs_lastmodifieddate"),
    associations=("companies", "contacts", "deals"),
)
SUBSCRIPTIONS = Kind(
    name="subscriptions",
    type_id="0-69",
    properties=fields(
        payloads.SubscriptionProperties, "hs_last_payment_amount", "hs_next_payment_amount", "hs_lastmodifieddate"
    ),
    associations=("companies", "contacts", "deals"),
)

KINDS = (
    COMPANIES,
    CONTACTS,
    DEALS,
    LINE_ITEMS,
    PRODUCTS,
    TICKETS,
    NOTES,
    CALLS,
    EMAILS,
    MEETINGS,
    TASKS,
    COMMUNICATIONS,
    LEADS,
    QUOTES,
    INVOICES,
    SUBSCRIPTIONS,
    FEEDBACK,
)

WITH_AMOUNTS = frozenset({"companies", "deals", "line_items", "products", "quotes", "invoices", "subscriptions"})
"""Kinds whose records have amounts that may name no currency."""


_TYPE_ID = re.compile(r"[0-9]+-[0-9]+")


def type_ids(corrected: str = "") -> Mapping[str, str]:
    """The type id of every kind, those ``corrected`` (``calls=0-48 meetings=0-47``) in place of the documented ones.

    Raises ValueError for a kind that is not read, for what is no type id, and when two kinds would have the same.
    """
    found = {kind.name: kind.type_id for kind in KINDS}
    for word in corrected.split():
        name, _, type_id = word.partition("=")
        if name not in found or not _TYPE_ID.fullmatch(type_id):
            raise ValueError(f"{word!r} is no kind with its type id; write calls=0-48 meetings=0-47")
        found[name] = type_id
    twice = [name for name, type_id in found.items() if list(found.values()).count(type_id) > 1]
    if twice:
        raise ValueError(f"{' and '.join(twice)} have the same type id; give each its own")
    return found
