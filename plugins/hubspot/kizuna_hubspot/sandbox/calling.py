"""Webhooks: what changed, as signed deliveries of events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from kizuna.sandbox import Change, SandboxState, WebhookCall, WebhookEndpoint
from kizuna_hubspot.sandbox.definitions import BY_NAME, singular
from kizuna_hubspot.sandbox.rendering import PORTAL_ID
from kizuna_hubspot.webhooks import signature

APP_ID = 1160452
EVENTS_A_DELIVERY = 100
_NAMED = frozenset({"companies", "contacts", "deals", "tickets", "line_items", "products"})
_VERBS = {
    "create": "creation",
    "change": "propertyChange",
    "delete": "deletion",
    "merge": "merge",
    "restore": "restore",
}


def calls(change: Change, endpoint: WebhookEndpoint, state: SandboxState) -> Iterator[WebhookCall]:
    """The deliveries a change causes at an endpoint, signed with version 3."""
    found = [event for event in events(change) if not endpoint.events or event["subscriptionType"] in endpoint.events]
    for begin in range(0, len(found), EVENTS_A_DELIVERY):
        body = msgspec.json.encode(found[begin : begin + EVENTS_A_DELIVERY])
        stamp = str(int(state.wall_clock().timestamp() * 1000))
        headers = {
            "Content-Type": "application/json",
            "X-HubSpot-Signature-Version": "v1",
            "X-HubSpot-Signature-v3": signature(endpoint.secret, "POST", endpoint.url, body, stamp),
            "X-HubSpot-Request-Timestamp": stamp,
            "X-HubSpot-Timeout-Millis": "10000",
        }
        yield WebhookCall(headers, body)


def events(change: Change) -> Iterator[dict[str, Any]]:
    """The events of a change; a property's change is an event of its own."""
    kind = BY_NAME.get(change.stream)
    verb = _VERBS.get(change.verb)
    if kind is None or verb is None:
        return
    noun = singular(change.stream) if change.stream in _NAMED else "object"
    event: dict[str, Any] = {
        "eventId": change.sequence,
        "subscriptionId": 25,
        "portalId": PORTAL_ID,
        "appId": APP_ID,
        "occurredAt": int(change.at.timestamp() * 1000),
        "subscriptionType": f"{noun}.{verb}",
        "attemptNumber": 0,
        "objectId": int(change.id),
        "changeSource": "CRM_UI",
    }
    if noun == "object":
        event["objectTypeId"] = kind.type_id
    if verb == "propertyChange":
        before = (change.before or {}).get("properties", {})
        after: dict[str, Any] = (change.after or {}).get("properties", {})
        for name, value in after.items():
            if before.get(name) != value and name != kind.modified:
                yield {**event, "propertyName": name, "propertyValue": value}
    elif verb == "merge":
        winner = int(change.other_id or change.id)
        merged = {"primaryObjectId": winner, "mergedObjectIds": [int(change.id)], "newObjectId": winner}
        yield {**event, "objectId": winner, **merged}
    else:
        yield event
