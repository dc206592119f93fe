"""The feed of events: thirty days of what changed, written as it happens, visible after the sandbox's lateness."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from kizuna.sandbox import Change, SandboxState, StoredRecord
from kizuna_stripe.sandbox.happenings import types_of
from kizuna_stripe.sandbox.ids import native_id
from kizuna_stripe.sandbox.objects.common import API_VERSION, moment

KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Happening:
    """One event: what, when, from when on readers see it, and its JSON."""

    id: str
    type: str
    created: int
    visible_at: datetime
    body: bytes


@dataclass(slots=True)
class Feed:
    """All events in order of time; hears of every change of the sandbox."""

    state: SandboxState
    happenings: list[Happening] = field(default_factory=list)
    by_change: dict[int, list[Happening]] = field(default_factory=dict)
    _place: dict[str, int] = field(default_factory=dict)

    def begin(self) -> None:
        """Tell of the last thirty days before the sandbox was opened, then of every change."""
        now = self.state.now()
        past = [(at, sequence, change) for sequence, (at, change) in enumerate(self._past(now - KEPT))]
        for at, _, change in sorted(past, key=lambda found: found[:2]):
            self._write(change, at, at)
        self.state.listeners.append(self)

    def __call__(self, change: Change) -> None:
        """Hear of a change."""
        self.by_change[change.sequence] = self._write(change, change.at, change.at + self.state.lateness)

    def visible(self, types: Collection[str], begin: int, end: int) -> Sequence[Happening]:
        """Events of those types (any, when there are none) created in [begin, end] that can be seen now, newest first."""
        now = self.state.now()
        begin = max(begin, moment(now - KEPT))
        found = []
        for happening in reversed(self.happenings):
            if happening.created < begin:
                break
            wanted = (not types or happening.type in types) and happening.created <= end
            if wanted and happening.visible_at <= now:
                found.append(happening)
        return found

    def find(self, event_id: str) -> Happening | None:
        """The event with that id while it is kept."""
        place = self._place.get(event_id)
        found = None if place is None else self.happenings[place]
        return found if found is not None and found.created >= moment(self.state.now() - KEPT) else None

    def _past(self, since: datetime) -> Iterator[tuple[datetime, Change]]:
        for collection in self.state.collections.values():
            for record in collection:
                if record.created_at >= since:
                    yield record.created_at, _told(record, "create", record.created_at)
                if record.updated_at > record.created_at and record.updated_at >= since:
                    yield record.updated_at, _told(record, "change", record.updated_at)

    def _write(self, change: Change, at: datetime, visible_at: datetime) -> list[Happening]:
        written = []
        for kind in types_of(change):
            number = len(self.happenings)
            found = Happening(
                native_id("event", number), kind, moment(at), visible_at, _body(number, kind, change, moment(at))
            )
            self._place[found.id] = number
            self.happenings.append(found)
            written.append(found)
        return written


def _told(record: StoredRecord, verb: Literal["create", "change"], at: datetime) -> Change:
    """A change that happened before the sandbox was opened."""
    before = None if verb == "create" else record.payload
    return Change(sequence=0, at=at, verb=verb, stream=record.stream, id=record.id, before=before, after=record.payload)


def _body(number: int, kind: str, change: Change, created: int) -> bytes:
    data: dict[str, Any] = {"object": change.after}
    if change.verb == "change" and change.before is not None and change.after is not None:
        after = change.after
        data["previous_attributes"] = {name: value for name, value in change.before.items() if after.get(name) != value}
    event = {
        "id": native_id("event", number),
        "object": "event",
        "api_version": API_VERSION,
        "created": created,
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }
    return msgspec.json.encode(event)
