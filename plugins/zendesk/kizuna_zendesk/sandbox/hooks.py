"""Webhooks: the events a change causes, in the vendor's envelope, signed as the vendor signs."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec

from kizuna.sandbox import Change, SandboxState, WebhookCall, WebhookEndpoint
from kizuna_zendesk.sandbox.ids import stamp

ACCOUNT_ID = 18_525_119
DOMAINS = {"tickets": "ticket", "users": "user", "organizations": "organization"}
GONE = {"ticket": "soft_deleted", "user": "deleted", "organization": "deleted"}
PREFIX = "zen:event-type:"
TOLD = ("status", "priority", "subject", "name", "email", "organization_id", "tags")
RENAMED = {"organization_id": "organization"}


def calls(change: Change, endpoint: WebhookEndpoint, state: SandboxState) -> Iterable[WebhookCall]:
    """The signed calls a change causes at an endpoint that asked for its events."""
    for place, (type_, subject, detail, event) in enumerate(events(change)):
        if endpoint.events and f"{PREFIX}{type_}" not in endpoint.events and type_ not in endpoint.events:
            continue
        body = msgspec.json.encode(
            {
                "type": f"{PREFIX}{type_}",
                "account_id": ACCOUNT_ID,
                "id": str(uuid5(NAMESPACE_URL, f"zendesk/{change.sequence}/{place}")),
                "time": stamp(change.at),
                "zendesk_event_version": "2022-11-06",
                "subject": subject,
                "detail": detail,
                "event": event,
            }
        )
        yield signed_call(body, endpoint, state)


def events(change: Change) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Type, subject, detail and event of everything a change means."""
    after = change.after or {}
    if change.stream == "ticket_events" and change.verb == "create":
        yield from _comments(after)
        return
    domain = DOMAINS.get(change.stream)
    if domain is None:
        return
    subject, detail = f"zen:{domain}:{change.id}", details(after)
    if change.verb == "create":
        yield f"{domain}.created", subject, detail, {}
    elif change.verb == "delete":
        yield f"{domain}.{GONE[domain]}", subject, detail, {}
    elif change.verb == "merge":
        yield f"{domain}.merged", subject, detail, {domain: {"id": change.other_id}}
    elif change.verb == "change":
        before = change.before or {}
        for field in TOLD:
            if field in after and before.get(field) != after[field]:
                told = {"current": after[field], "previous": before.get(field)}
                yield f"{domain}.{RENAMED.get(field, field)}_changed", subject, detail, told


def _comments(event: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    for child in event["child_events"]:
        if child["event_type"] == "Comment":
            author = {"id": str(child["author_id"] or 0)}
            comment = {"id": str(child["id"]), "body": child["body"], "is_public": child["public"], "author": author}
            ticket = {"id": str(event["ticket_id"])}
            yield "ticket.comment_added", f"zen:ticket:{event['ticket_id']}", ticket, {"comment": comment}


def details(payload: dict[str, Any]) -> dict[str, Any]:
    """The record in short: ids are text, and what is absent is «0» or nothing."""
    shown = ("id", "role", "email", "external_id", "status", "subject", "priority", "created_at", "updated_at")
    texts = {name: str(payload[name] or "") for name in shown if name in payload}
    ids = {name: str(payload[name] or 0) for name in payload if name.endswith("_id") and name != "external_id"}
    if "status" in texts:
        texts["status"] = texts["status"].upper()
    return {**texts, **ids}


def signed_call(body: bytes, endpoint: WebhookEndpoint, state: SandboxState) -> WebhookCall:
    """The call with the vendor's headers; the signature is over timestamp and body."""
    at = stamp(state.wall_clock()) or ""
    mac = hmac.new(endpoint.secret.encode(), at.encode() + body, hashlib.sha256)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Zendesk Webhook",
        "X-Zendesk-Account-Id": str(ACCOUNT_ID),
        "X-Zendesk-Webhook-Id": endpoint.id,
        "X-Zendesk-Webhook-Invocation-Id": hashlib.sha256(body).hexdigest()[:26].upper(),
        "X-Zendesk-Webhook-Signature": b64encode(mac.digest()).decode(),
        "X-Zendesk-Webhook-Signature-Timestamp": at,
    }
    return WebhookCall(headers, body)
