"""What the desk has defined: service levels with what became of them, statuses, brands, forms, custom fields."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from kizuna.sandbox import Native
from kizuna.sandbox.records import Ticket
from kizuna_zendesk.sandbox.ids import BRAND, EVENTS_A_TICKET, FORM, METRIC_EVENT, stamp

MADE = datetime.fromisoformat("2019-04-01T00:00:00+00:00")
POLICY, POLICY_NAME = 25, "Priority support"
TARGETS_MIN = {"urgent": 60, "high": 240}
"""The first reply is promised for these priorities only."""

STATUS_IDS = {
    "new": 6_130_869_105_430,
    "open": 6_130_869_105_434,
    "pending": 6_130_869_105_436,
    "hold": 6_130_869_105_438,
    "solved": 6_130_869_105_440,
}
PARTS = (
    ("brands", BRAND, ("Main brand", "Second brand")),
    ("ticket_forms", FORM, ("Default ticket form", "Returns")),
)
FIELDS = {
    "ticket_fields": (("tagger", "Product area", None), ("text", "Order number", None)),
    "user_fields": (("text", "Nickname", "nickname"), ("checkbox", "Newsletter", "newsletter")),
    "organization_fields": (("dropdown", "Support plan", "support_plan"), ("date", "Customer since", "customer_since")),
}


FIELD_IDS = {
    stream: tuple(METRIC_EVENT // 2 + sum(map(ord, stream)) * 100 + place for place in range(len(fields)))
    for stream, fields in FIELDS.items()
}


def custom_fields(record: Ticket) -> list[dict[str, Any]]:
    """The ticket's custom fields as the account defines them: each stands there, filled or not."""
    area, order = FIELD_IDS["ticket_fields"]
    invoices = "area_invoices" if record.team == "Billing desk" else None
    return [{"id": area, "value": invoices}, {"id": order, "value": None}]


def status_id(status: str) -> int:
    """The id of the status as the account defines it; a closed ticket keeps that of solved."""
    return STATUS_IDS.get(status, STATUS_IDS["solved"])


def definitions() -> Iterator[Native]:
    """Statuses, fields and policies; only the first policy makes promises that tickets are held to."""
    for category, own in STATUS_IDS.items():
        label = "On-hold" if category == "hold" else category.capitalize()
        yield _defined(
            "custom_statuses",
            own,
            status_category=category,
            agent_label=label,
            end_user_label=label,
            default=True,
            active=True,
        )
    for stream, first, names in PARTS:
        for place, name in enumerate(names):
            of_brand = {"subdomain": name.lower().replace(" ", "-")} if stream == "brands" else {}
            yield _defined(stream, first + place, name=name, active=True, default=place == 0, **of_brand)
    for stream, fields in FIELDS.items():
        for place, (type_, title, key) in enumerate(fields):
            choices = [{"id": 1, "name": "Invoices", "value": "area_invoices"}] if type_ == "tagger" else []
            own = FIELD_IDS[stream][place]
            named = {} if key is None else {"key": key}
            yield _defined(stream, own, type=type_, title=title, **named, custom_field_options=choices, active=True)
    promises = [
        {"priority": priority, "metric": "first_reply_time", "target": target, "business_hours": False}
        for priority, target in TARGETS_MIN.items()
    ]
    rest = [{"priority": "low", "metric": "first_reply_time", "target": 2880, "business_hours": True}]
    filter_: dict[str, list[Any]] = {"all": [], "any": []}
    yield _defined("sla_policies", POLICY, title=POLICY_NAME, position=1, filter=filter_, policy_metrics=promises)
    yield _defined("sla_policies", POLICY + 1, title="Everybody else", position=2, filter=filter_, policy_metrics=rest)


def kept_or_broken(record: Ticket) -> Iterator[Native]:
    """The events of the promise to reply: applied, perhaps broken, and fulfilled by the first reply."""
    target_min = TARGETS_MIN.get(record.priority or "")
    if target_min is None:
        return
    policy = {"id": POLICY, "title": POLICY_NAME, "description": None}
    yield _event(record, 0, "activate", record.created_at)
    applied = {"target": target_min, "business_hours": False, "policy": policy}
    yield _event(record, 1, "apply_sla", record.created_at, sla=applied)
    due, replied = record.created_at + timedelta(minutes=target_min), record.first_reply_at
    if replied is not None and replied > due:
        yield _event(record, 2, "breach", due, deleted=False)
    if replied is not None:
        yield _event(record, 3, "fulfill", replied)


def _event(record: Ticket, place: int, type_: str, at: datetime, **more: Any) -> Native:
    own = METRIC_EVENT + record.number * EVENTS_A_TICKET + place
    payload = {
        "id": own,
        "ticket_id": int(record.id),
        "metric": "reply_time",
        "instance_id": 1,
        "type": type_,
        "time": stamp(at),
        **more,
    }
    return Native(stream="ticket_metric_events", id=str(own), payload=payload, created_at=at, updated_at=at)


def _defined(stream: str, own: int, **fields: Any) -> Native:
    payload = {"id": own, **fields, "created_at": stamp(MADE), "updated_at": stamp(MADE)}
    return Native(stream=stream, id=str(own), payload=payload, created_at=MADE, updated_at=MADE)
