"""One simulated vendor's records: every version, deletes, merges, and when each becomes visible."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import msgspec

Payload = dict[str, Any]
Verb = Literal["create", "change", "delete", "restore", "merge", "purge"]


class Native(msgspec.Struct, frozen=True, kw_only=True):
    """A record as the vendor shows it: the collection its API names, its id there, its payload.

    ``customer`` is the true company of a record that carries an account, ``person`` the true person of one that carries a
    person; both are what the truth file is made of, so leave them None on everything else.
    """

    stream: str
    id: str
    payload: Payload
    created_at: datetime
    updated_at: datetime
    customer: str | None = None
    person: str | None = None


class Version(msgspec.Struct, frozen=True):
    """A payload that stands from ``at`` and is shown to readers from ``visible_at``."""

    number: int
    payload: Payload
    at: datetime
    visible_at: datetime


@dataclass(slots=True)
class StoredRecord:
    """A record with its history; ``sequence`` is the order of arrival in the whole sandbox."""

    stream: str
    id: str
    sequence: int
    created_at: datetime
    versions: list[Version]
    customer: str | None = None
    person: str | None = None
    deleted_at: datetime | None = None
    merged_into: str | None = None
    _encoded: tuple[int, bytes] = (0, b"")

    @property
    def json(self) -> bytes:
        """The newest payload as JSON, encoded once a version: lists are joined from these."""
        if self._encoded[0] != len(self.versions):
            self._encoded = (len(self.versions), msgspec.json.encode(self.payload))
        return self._encoded[1]

    @property
    def payload(self) -> Payload:
        """The newest payload."""
        return self.versions[-1].payload

    @property
    def updated_at(self) -> datetime:
        """When the newest payload was written."""
        return self.versions[-1].at

    @property
    def live(self) -> bool:
        """Neither deleted nor merged away."""
        return self.deleted_at is None

    def seen_at(self, now: datetime) -> Version | None:
        """The newest version readers can see at ``now``, None when it has not surfaced yet."""
        for version in reversed(self.versions):
            if version.visible_at <= now:
                return version
        return None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the change log; ``before`` is the payload until then, ``other_id`` the winner of a merge."""

    sequence: int
    at: datetime
    verb: Verb
    stream: str
    id: str
    before: Payload | None
    after: Payload | None
    other_id: str | None = None


@dataclass(slots=True)
class Collection:
    """The records of one stream in order of arrival."""

    stream: str
    by_id: dict[str, StoredRecord] = field(default_factory=dict)
    revision: int = 0
    _sorted: dict[str, tuple[int, list[StoredRecord]]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[StoredRecord]:
        return iter(self.by_id.values())

    def __len__(self) -> int:
        return len(self.by_id)

    def ordered(self, name: str, key: Callable[[StoredRecord], Any]) -> Sequence[StoredRecord]:
        """All records, deleted ones too, sorted by ``key``; sorted once for each ``name`` until something changes."""
        cached = self._sorted.get(name)
        if cached is None or cached[0] != self.revision:
            cached = (self.revision, sorted(self.by_id.values(), key=key))
            self._sorted[name] = cached
        return cached[1]
