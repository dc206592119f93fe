"""Records of the support desk, and what they say."""

from typing import Any

import msgspec

from kizuna import sdk
from kizuna_zendesk.streams import Wishes, streams

STREAMS = {stream.name: stream for stream in streams(Wishes())}
TICKET: dict[str, Any] = {
    "id": 35436,
    "status": "open",
    "subject": "Printer on fire",
    "type": "incident",
    "priority": "urgent",
    "via": {"channel": "email", "source": {"from": {}, "to": {}, "rel": None}},
    "requester_id": 11,
    "assignee_id": 12,
    "organization_id": 13,
    "tags": ["hot"],
    "due_at": None,
    "created_at": "2026-02-01T08:00:00Z",
    "updated_at": "2026-02-01T09:00:00Z",
    "generated_timestamp": 1769936460,
}
USER: dict[str, Any] = {
    "id": 11,
    "name": "  Mori Aya ",
    "email": "aya@harbor.example",
    "phone": "+81 3 1234 5678",
    "role": "end-user",
    "organization_id": 13,
    "external_id": "salesforce:003A",
    "locale": "ja",
    "active": True,
    "suspended": False,
    "tags": [],
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-02T00:00:00Z",
}
ORGANIZATION: dict[str, Any] = {
    "id": 13,
    "name": "Harbor",
    "domain_names": ["harbor.example", "harbor.test"],
    "external_id": None,
    "details": "",
    "tags": ["vip"],
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-02T00:00:00Z",
    "deleted_at": None,
}
METRICS: dict[str, Any] = {
    "id": 90,
    "ticket_id": 35436,
    "reopens": 1,
    "replies": 2,
    "reply_time_in_minutes": {"calendar": 30, "business": 12},
    "first_resolution_time_in_minutes": {"calendar": 90, "business": 60},
    "full_resolution_time_in_minutes": {"calendar": None, "business": None},
    "agent_wait_time_in_minutes": {"calendar": 5, "business": 5},
    "requester_wait_time_in_minutes": {"calendar": 61, "business": 40},
    "on_hold_time_in_minutes": None,
    "solved_at": "2026-02-01T09:30:00Z",
    "updated_at": "2026-02-01T09:30:00Z",
}
RATING: dict[str, Any] = {
    "id": 62,
    "score": "good",
    "comment": "fast",
    "ticket_id": 35436,
    "requester_id": 11,
    "assignee_id": 12,
    "created_at": "2026-02-02T00:00:00Z",
    "updated_at": "2026-02-03T00:00:00Z",
}
COMMENT: dict[str, Any] = {
    "id": 700,
    "type": "Comment",
    "ticket_id": 35436,
    "author_id": 11,
    "body": "It **burns**",
    "html_body": "<p>It <b>burns</b></p>",
    "plain_body": "It burns",
    "public": True,
    "via": {"channel": "email"},
    "created_at": "2026-02-01T08:00:00Z",
}


def said(stream: str, payload: dict[str, Any]) -> tuple[sdk.Said, ...]:
    """What the stream's mapping says of a payload."""
    found = STREAMS[stream]
    return found.said(msgspec.json.decode(msgspec.json.encode(payload), type=found.payload))


def read(stream: str, payload: dict[str, Any]) -> Any:
    """The payload as its stream reads it."""
    return msgspec.json.decode(msgspec.json.encode(payload), type=STREAMS[stream].payload)
