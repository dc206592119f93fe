"""What a portal defines: properties, pipelines with their stages, association types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kizuna_hubspot.kinds import KINDS, Kind

BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}
_SINGULAR = {"companies": "company"}

# The portal's own properties, beside HubSpot's.
_CUSTOM = {
    "companies": ("corporate_number", "vat_number", "customer_segment"),
    "contacts": ("department",),
}
_NEVER_DEFINED = frozenset(
    {"stripe_id", "stripe_customer_id", "zendesk_id", "zendesk_organization_id", "zendesk_user_id"}
)
_WITH_CREATEDATE = frozenset({"companies", "contacts", "deals", "tickets", "products", "line_items"})
_DATETIMES = frozenset(
    {
        "closedate",
        "closed_date",
        "createdate",
        "first_agent_reply_date",
        "hs_createdate",
        "hs_lastmodifieddate",
        "hs_meeting_end_time",
        "hs_meeting_start_time",
        "hs_submission_timestamp",
        "hs_timestamp",
        "lastmodifieddate",
        "notes_last_contacted",
    }
)
_NUMBERS = frozenset(
    {
        "amount",
        "annualrevenue",
        "associatedcompanyid",
        "hs_amount_billed",
        "hs_balance_due",
        "hs_call_duration",
        "hs_deal_stage_probability",
        "hs_discount_percentage",
        "hs_object_id",
        "hs_quote_amount",
        "hs_value",
        "numberofemployees",
        "price",
        "quantity",
        "time_to_close",
    }
)
_BOOLEANS = frozenset({"hs_email_optout", "hs_is_closed", "hs_is_closed_won"})

# HubSpot's own stages, and one that the portal made: its value is a number.
PARTNER_STAGE = "1084612053"
_STAGES = (
    ("subscriber", "Subscriber"),
    ("lead", "Lead"),
    ("marketingqualifiedlead", "Marketing Qualified Lead"),
    ("salesqualifiedlead", "Sales Qualified Lead"),
    ("opportunity", "Opportunity"),
    ("customer", "Customer"),
    ("evangelist", "Evangelist"),
    ("other", "Other"),
    (PARTNER_STAGE, "Partner"),
)

_FIELD_TYPES = {"datetime": "date", "number": "number", "bool": "booleancheckbox", "enumeration": "radio"}

DEFAULTS: Mapping[str, tuple[str, ...]] = {
    "companies": ("name", "domain"),
    "contacts": ("firstname", "lastname", "email"),
    "deals": ("dealname", "amount", "closedate", "pipeline", "dealstage"),
    "tickets": (
        "subject",
        "content",
        "hs_pipeline",
        "hs_pipeline_stage",
        "hs_ticket_category",
        "hs_ticket_priority",
    ),
    "products": ("name", "description", "price"),
}
"""The properties a reader gets who asks for none."""


def singular(kind: str) -> str:
    return _SINGULAR.get(kind) or kind.removesuffix("s")


def kind_named(word: str) -> Kind | None:
    """The kind a path names: by its collection, in the singular or by its type id."""
    return BY_NAME.get(word) or next((k for k in KINDS if word in (k.type_id, singular(k.name))), None)


def always(kind: Kind) -> tuple[str, ...]:
    """The properties every answer holds: when it was created, when modified, its id."""
    created = "createdate" if kind.name in _WITH_CREATEDATE else "hs_createdate"
    return (created, kind.modified, "hs_object_id")


def property_names(kind: Kind) -> tuple[str, ...]:
    """The names of all properties defined for a kind, sorted."""
    custom = _CUSTOM.get(kind.name, ())
    names = {*kind.properties, *custom, *always(kind)} - _NEVER_DEFINED
    return tuple(sorted(names))


def options(name: str) -> list[dict[str, Any]]:
    """The values a property may take, none where it may take any."""
    stages = _STAGES if name == "lifecyclestage" else ()
    return [
        {"label": label, "value": value, "displayOrder": place, "hidden": False}
        for place, (value, label) in enumerate(stages)
    ]


def type_of(name: str) -> str:
    if name == "lifecyclestage":
        return "enumeration"
    if name in _DATETIMES:
        return "datetime"
    if name in _NUMBERS:
        return "number"
    return "bool" if name in _BOOLEANS else "string"


def definition(kind: Kind, name: str) -> dict[str, Any]:
    """A property's definition as the properties API shows it."""
    own = name in _CUSTOM.get(kind.name, ())
    kept = "2024-01-10T09:00:00.000Z"
    return {
        "updatedAt": kept,
        "createdAt": kept,
        "name": name,
        "label": name.removeprefix("hs_").replace("_", " ").capitalize(),
        "type": type_of(name),
        "fieldType": _FIELD_TYPES.get(type_of(name), "text"),
        "description": "",
        "groupName": f"{singular(kind.name)}information",
        "options": options(name),
        "displayOrder": -1,
        "calculated": False,
        "externalOptions": False,
        "hasUniqueValue": False,
        "hidden": False,
        "hubspotDefined": not own,
        "modificationMetadata": {"archivable": own, "readOnlyDefinition": not own, "readOnlyValue": False},
        "formField": not name.startswith("hs_"),
        "dataSensitivity": "non_sensitive",
    }


@dataclass(frozen=True, slots=True)
class DealStage:
    """A stage of a deal pipeline; ``probability`` as HubSpot writes it."""

    id: str
    label: str
    probability: str

    @property
    def closed(self) -> bool:
        return self.probability in ("1.0", "0.0")


DEAL_STAGES: Mapping[str, DealStage] = {
    "qualification": DealStage("qualifiedtobuy", "Qualified To Buy", "0.2"),
    "discovery": DealStage("presentationscheduled", "Presentation Scheduled", "0.4"),
    "proposal": DealStage("decisionmakerboughtin", "Decision Maker Bought-In", "0.6"),
    "negotiation": DealStage("contractsent", "Contract Sent", "0.9"),
    "won": DealStage("closedwon", "Closed Won", "1.0"),
    "lost": DealStage("closedlost", "Closed Lost", "0.0"),
}
RENEWAL_STAGES: Mapping[str, DealStage] = {
    "qualification": DealStage("7041201", "Upcoming", "0.5"),
    "discovery": DealStage("7041202", "Contacted", "0.6"),
    "proposal": DealStage("7041203", "Offer Sent", "0.7"),
    "negotiation": DealStage("7041204", "Negotiating", "0.8"),
    "won": DealStage("7041205", "Renewed", "1.0"),
    "lost": DealStage("7041206", "Churned", "0.0"),
}
_TICKET_STAGES = (("1", "New", "OPEN"), ("2", "Waiting on contact", "OPEN"), ("3", "Waiting on us", "OPEN"))


def deal_pipelines() -> list[dict[str, Any]]:
    """The sales pipeline, whose ids are words, and one the portal added, whose ids are numbers."""
    return [
        _pipeline("default", "Sales Pipeline", 0, _deal_stages(DEAL_STAGES.values())),
        _pipeline("7041200", "Renewals", 1, _deal_stages(RENEWAL_STAGES.values())),
    ]


def ticket_pipelines() -> list[dict[str, Any]]:
    """The support pipeline every portal has."""
    named = (*_TICKET_STAGES, ("4", "Closed", "CLOSED"))
    stages = [
        _stage(key, label, order, {"ticketState": state, "isClosed": str(state == "CLOSED").lower()})
        for order, (key, label, state) in enumerate(named)
    ]
    return [_pipeline("0", "Support Pipeline", 0, stages)]


def _deal_stages(stages: Iterable[DealStage]) -> list[dict[str, Any]]:
    return [
        _stage(found.id, found.label, order, {"isClosed": str(found.closed).lower(), "probability": found.probability})
        for order, found in enumerate(stages)
    ]


def _stage(key: str, label: str, order: int, metadata: Mapping[str, str]) -> dict[str, Any]:
    return {
        "label": label,
        "displayOrder": order,
        "metadata": dict(metadata),
        "id": key,
        "createdAt": "1970-01-01T00:00:00Z",
        "updatedAt": "1970-01-01T00:00:00Z",
        "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
        "archived": False,
    }


def _pipeline(key: str, label: str, order: int, stages: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "label": label,
        "displayOrder": order,
        "id": key,
        "stages": stages,
        "createdAt": "1970-01-01T00:00:00Z",
        "updatedAt": "1970-01-01T00:00:00Z",
        "archived": False,
    }


# HubSpot's own association types: (from, to) -> the unlabeled one; with companies there is a primary one too.
_TYPE_IDS = {
    ("contacts", "companies"): 279,
    ("companies", "contacts"): 280,
    ("deals", "contacts"): 3,
    ("contacts", "deals"): 4,
    ("deals", "companies"): 341,
    ("companies", "deals"): 342,
    ("tickets", "contacts"): 16,
    ("contacts", "tickets"): 15,
    ("tickets", "companies"): 339,
    ("deals", "line_items"): 19,
    ("notes", "contacts"): 202,
    ("notes", "companies"): 190,
    ("notes", "deals"): 214,
    ("calls", "contacts"): 194,
    ("emails", "contacts"): 198,
    ("meetings", "contacts"): 200,
    ("tasks", "contacts"): 204,
}
_PRIMARY_IDS = {
    ("contacts", "companies"): 1,
    ("companies", "contacts"): 2,
    ("deals", "companies"): 5,
    ("companies", "deals"): 6,
    ("tickets", "companies"): 26,
}


def association_types(origin: str, to: str, *, primary: bool) -> Iterator[dict[str, Any]]:
    """The types of one association, as v4 shows them."""
    if primary and (origin, to) in _PRIMARY_IDS:
        yield {"category": "HUBSPOT_DEFINED", "typeId": _PRIMARY_IDS[origin, to], "label": "Primary"}
    yield {"category": "HUBSPOT_DEFINED", "typeId": _TYPE_IDS.get((origin, to), 449), "label": None}


def target_of(origin: str, type_id: object) -> str | None:
    """The kind on the other side of an association of HubSpot's own types, None when there is no such type."""
    types = (*_TYPE_IDS.items(), *_PRIMARY_IDS.items())
    return next((to for (kind, to), found in types if kind == origin and found == type_id), None)


def association_words(origin: str, to: str, *, primary: bool) -> list[str]:
    """The types of one association, as the list endpoint writes them: an id is repeated once a type."""
    word = f"{singular(origin)}_to_{singular(to)}"
    if (origin, to) not in _PRIMARY_IDS:
        return [word]
    return [word, f"{word}_unlabeled"] if primary else [f"{word}_unlabeled"]
