"""A reading led by hand through the answers of a portal, and what it asks and takes."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from kizuna import sdk
from kizuna_hubspot.kinds import CONTACTS, Kind
from kizuna_hubspot.paths import Paths
from kizuna_hubspot.readings import ObjectReading

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BEFORE = datetime(2026, 3, 1, 10, tzinfo=UTC)
START = sdk.Start(now=NOW + timedelta(seconds=20))  # our clock is ahead of HubSpot's
DONE = {"phase": "done", "until": "2026-03-01T10:00:00Z"}


def reading(kind: Kind = CONTACTS, *, custom: bool = False) -> ObjectReading:
    return ObjectReading(Paths(), kind, timedelta(minutes=10), custom)


def answer(body: Any, status: int = 200) -> sdk.Answer:
    headers = {"date": "Sun, 01 Mar 2026 12:00:00 GMT"}
    return sdk.Answer(status=status, body=json.dumps(body).encode(), headers=headers, asked_at=START.now)


def results(*ids: int, after: str | None = None, **around: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"results": [{"id": str(key), "properties": {}} for key in ids], **around}
    return {**body, "paging": {"next": {"after": after}}} if after else body


def asked(turn: sdk.Turn) -> sdk.Ask:
    assert turn.ask is not None
    return turn.ask


def params(turn: sdk.Turn) -> dict[str, str]:
    return dict(asked(turn).params)


def step(machine: sdk.Reading, turn: sdk.Turn, body: Any, status: int = 200) -> sdk.Turn:
    return machine.turn(turn.state, asked(turn), answer(body, status))


def opened(machine: ObjectReading, bookmark: sdk.Bookmark | None = None, **start: bool) -> sdk.Turn:
    return step(machine, machine.begin(bookmark, sdk.Start(now=START.now, **start)), results())


def raw(record: sdk.Record) -> Any:
    return msgspec.json.decode(record.raw)


def filters(turn: sdk.Turn) -> list[tuple[str, str, str]]:
    (group,) = asked(turn).json["filterGroups"]
    return [(each["propertyName"], each["operator"], each["value"]) for each in group["filters"]]
