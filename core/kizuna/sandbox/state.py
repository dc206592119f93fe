"""A running sandbox's memory: what the vendor holds, how it changed, and the neutral verbs that change it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Any, Protocol

import msgspec

from kizuna.errors import UnknownName
from kizuna.sandbox.clock import VirtualClock
from kizuna.sandbox.records import (
    Account,
    Activity,
    Charge,
    Contract,
    Coupon,
    CreditNote,
    Deal,
    Invoice,
    Lead,
    Person,
    Price,
    Product,
    Record,
    Refund,
    StaffMember,
    Subscription,
    Ticket,
)
from kizuna.sandbox.store import Change, Collection, Native, Payload, StoredRecord, Verb, Version
from kizuna.sandbox.views import SystemView
from kizuna.sandbox.webhooks import WebhookDisorder, WebhookEndpoint

KINDS: Mapping[type[Any], str] = {
    StaffMember: "staff",
    Product: "product",
    Price: "price",
    Coupon: "coupon",
    Account: "account",
    Person: "person",
    Lead: "lead",
    Deal: "deal",
    Contract: "contract",
    Activity: "activity",
    Ticket: "ticket",
    Subscription: "subscription",
    Invoice: "invoice",
    Charge: "charge",
    Refund: "refund",
    CreditNote: "credit_note",
}

# Records made by hand are numbered from here, beyond everything the world numbers.
FIRST_MADE_NUMBER = 1 << 39


class Representation(Protocol):
    """What the state asks of a vendor: how a neutral record looks there, and the marks deletes and merges leave."""

    def represent(self, record: Record, state: SandboxState, /) -> Iterable[Native]: ...
    def extras(self, state: SandboxState, /) -> Iterable[Native]: ...
    def deleted(self, record: StoredRecord, state: SandboxState, /) -> None: ...
    def merged(self, winner: StoredRecord, loser: StoredRecord, state: SandboxState, /) -> None: ...


class SandboxState:
    """Everything one simulated vendor remembers. Callable from any thread; ``memory`` is the vendor's own scratch pad.

    ``lateness`` is how long a change stays invisible to readers that ask with ``visible``.
    """

    def __init__(self, vendor: Representation, view: SystemView, clock: VirtualClock) -> None:
        self.vendor, self.view, self.clock = vendor, view, clock
        self.lock = RLock()
        self.lateness = timedelta(0)
        self.memory: dict[str, Any] = {}
        self.requests: Counter[str] = Counter()
        self.endpoints: dict[str, WebhookEndpoint] = {}
        self.disorder = WebhookDisorder()
        self.changes: list[Change] = []
        self.listeners: list[Callable[[Change], None]] = []
        self.collections: dict[str, Collection] = {}
        self.records: dict[str, dict[str, Record]] = {kind: {} for kind in KINDS.values()}
        self._natives: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}
        self._made = 0
        self._populating = True
        self._sequence = 0
        self._populate()

    def now(self) -> datetime:
        """The simulated present."""
        return self.clock.now()

    def wall_clock(self) -> datetime:
        """The real present, for signatures and tokens that the outside world checks."""
        return datetime.now(UTC)

    # -- reading -------------------------------------------------------------------------------------------------

    def stream(self, stream: str) -> Collection:
        """The collection of that name, empty when nothing was ever put in."""
        found = self.collections.get(stream)
        if found is None:
            found = self.collections[stream] = Collection(stream)
        return found

    def find(self, stream: str, source_id: str) -> StoredRecord | None:
        """The record with that id, deleted or not."""
        return self.stream(stream).by_id.get(source_id)

    def live(self, stream: str) -> list[StoredRecord]:
        """The records that are neither deleted nor merged away, in order of arrival."""
        return [record for record in self.stream(stream) if record.live]

    def neutral(self, kind: str, source_id: str) -> Record:
        """The neutral record behind a native id."""
        found = self.records.get(kind, {}).get(source_id)
        if found is None:
            raise UnknownName(f"{kind} in the {self.view.profile.key} sandbox", source_id, [])
        return found

    def of_kind(self, kind: str) -> list[Record]:
        """All neutral records of that kind."""
        return list(self.records.get(kind, {}).values())

    # -- neutral verbs -------------------------------------------------------------------------------------------

    def create(self, record: Record) -> str:
        """Add a neutral record (its ``id`` and ``number`` are given by ``fresh``) and return its id."""
        with self.lock:
            self._represent(record)
            return record.id

    def fresh(self, kind: str) -> tuple[str, int]:
        """A native id and number nobody has had yet, for a new record of that kind."""
        with self.lock:
            self._made += 1
            number = FIRST_MADE_NUMBER + self._made
            return self.view.profile.native_id(kind, number), number

    def change(self, kind: str, source_id: str, **fields: Any) -> Record:
        """Change fields of a neutral record now; what the vendor shows of it follows."""
        with self.lock:
            old = self.neutral(kind, source_id)
            new: Record = msgspec.structs.replace(old, **{"updated_at": self.now(), **fields})
            self._represent(new)
            return new

    def delete(self, kind: str, source_id: str) -> None:
        """Delete a neutral record and everything the vendor shows of it."""
        with self.lock:
            self.neutral(kind, source_id)
            del self.records[kind][source_id]
            for stream, native_id in self._natives.pop((kind, source_id), ()):
                self.remove(stream, native_id)

    def merge(self, kind: str, winner: str, loser: str) -> None:
        """Merge two accounts or people: what hung on the loser hangs on the winner, the loser is gone."""
        with self.lock:
            self.neutral(kind, winner)
            self.neutral(kind, loser)
            field = f"{kind}_id"
            for other_kind, held in self.records.items():
                for record in [record for record in held.values() if getattr(record, field, None) == loser]:
                    self.change(other_kind, record.id, **{field: winner})
            del self.records[kind][loser]
            won, lost = self._natives[(kind, winner)], self._natives.pop((kind, loser))
            heads = dict(won)
            for stream, native_id in lost:
                self.absorb(stream, heads.get(stream), native_id)

    # -- native writes (the vendor's own POST, PATCH, DELETE use these) --------------------------------------------

    def put(self, native: Native) -> StoredRecord:
        """Write a native record: a new one, or a new version when its payload differs."""
        with self.lock:
            collection = self.stream(native.stream)
            found = collection.by_id.get(native.id)
            if found is None:
                return self._insert(collection, native)
            found.customer, found.person = native.customer or found.customer, native.person or found.person
            if found.payload != native.payload:
                self._append(collection, found, native.payload, native.updated_at, "change")
            return found

    def rewrite(self, stream: str, source_id: str, **fields: Any) -> StoredRecord:
        """Set top-level fields of a stored payload now, as a new version."""
        with self.lock:
            collection = self.stream(stream)
            found = collection.by_id.get(source_id)
            if found is None:
                raise UnknownName(f"record of {stream}", source_id, [])
            self._append(collection, found, {**found.payload, **fields}, self.now(), "change")
            return found

    def remove(self, stream: str, source_id: str) -> None:
        """Tombstone a native record; nothing happens when it is gone already."""
        with self.lock:
            found = self.find(stream, source_id)
            if found is None or not found.live:
                return
            found.deleted_at = self.now()
            self.stream(stream).revision += 1
            before = found.payload
            self.vendor.deleted(found, self)
            self._log("delete", found, before, found.payload)

    def absorb(self, stream: str, winner_id: str | None, loser_id: str) -> None:
        """Tombstone a native record as merged into another of its stream."""
        with self.lock:
            found, winner = self.find(stream, loser_id), self.find(stream, winner_id or "")
            if found is None or winner is None:
                return self.remove(stream, loser_id)
            found.deleted_at, found.merged_into = self.now(), winner.id
            self.stream(stream).revision += 1
            before = found.payload
            self.vendor.merged(winner, found, self)
            self._log("merge", found, before, found.payload, winner.id)
            return None

    # -- inside --------------------------------------------------------------------------------------------------

    def _populate(self) -> None:
        for native in self.vendor.extras(self):
            self.put(native)
        for record in self.view.records():
            self._represent(record)
        self._populating = False

    def _represent(self, record: Record) -> None:
        key = (KINDS[type(record)], record.id)
        self.records[key[0]][key[1]] = record
        natives: Iterable[Native] = self.vendor.represent(record, self)
        written = tuple((stored.stream, stored.id) for stored in map(self.put, natives))
        kept = set(written)
        for stream, native_id in self._natives.get(key, ()):
            if (stream, native_id) not in kept:
                self.remove(stream, native_id)
        self._natives[key] = written

    def _insert(self, collection: Collection, native: Native) -> StoredRecord:
        self._sequence += 1
        visible_at = native.updated_at + self.lateness
        record = StoredRecord(
            native.stream,
            native.id,
            self._sequence,
            native.created_at,
            [Version(1, native.payload, native.updated_at, visible_at)],
            native.customer,
            native.person,
        )
        collection.by_id[native.id] = record
        collection.revision += 1
        self._log("create", record, None, native.payload)
        return record

    def _append(self, collection: Collection, record: StoredRecord, payload: Payload, at: datetime, verb: Verb) -> None:
        before = record.payload
        record.versions.append(Version(len(record.versions) + 1, payload, at, at + self.lateness))
        collection.revision += 1
        self._log(verb, record, before, payload)

    def _log(
        self, verb: Verb, record: StoredRecord, before: Payload | None, after: Payload, other: str | None = None
    ) -> None:
        if self._populating:
            return
        change = Change(
            sequence=len(self.changes) + 1,
            at=self.now(),
            verb=verb,
            stream=record.stream,
            id=record.id,
            before=before,
            after=after,
            other_id=other,
        )
        self.changes.append(change)
        for listener in self.listeners:
            listener(change)
