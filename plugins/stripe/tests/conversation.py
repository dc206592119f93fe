"""Both sides of a conversation with Stripe as values: answers to give, questions to look at."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import msgspec

from kizuna import sdk
from plugins.stripe.tests.objects import connector

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOON_S = int(NOON.timestamp())
START = sdk.Start(now=NOON)
AFTER_LISTING = {"phase": "events", "since": NOON_S, "known": []}


def reading(name: str) -> sdk.Reading:
    return next(stream.reading for stream in connector(ledger=True).streams() if stream.name == name)


def answer(body: object, status: int = 200, at: datetime = NOON) -> sdk.Answer:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return sdk.Answer(status=status, body=raw, headers={"date": format_datetime(at, usegmt=True)}, asked_at=at)


def missing(param: str = "id") -> sdk.Answer:
    return answer({"error": {"type": "invalid_request_error", "code": "resource_missing", "param": param}}, 404)


PINNED = connector().settings.api_version


def event(number: int, kind: str, held: dict, created: int = NOON_S, api_version: str | None = None) -> dict:
    return {
        "id": f"evt_{number}",
        "object": "event",
        "api_version": api_version,
        "type": kind,
        "created": created,
        "data": {"object": held},
    }


def asked(ask: sdk.Ask | None, name: str) -> list[str]:
    assert ask is not None
    return [value for found, value in ask.params if found == name]


def ids(turn: sdk.Turn) -> list[str]:
    return [record.id or msgspec.json.decode(record.raw)["id"] for record in turn.records]
