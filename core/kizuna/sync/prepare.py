"""From raw records to rows, without touching the database: decode, name, compare, map, compress."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from kizuna.errors import PayloadError
from kizuna.model.custom import FieldRule
from kizuna.model.facts import Fact, Merged, Unmapped
from kizuna.model.refs import content_hash, record_id
from kizuna.sdk import AnyStream, Record
from kizuna.storage.evidence import Head
from kizuna.storage.instants import micros
from kizuna.sync import custom
from kizuna.sync.reasons import in_words

_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
_LOOSE = msgspec.json.Decoder(dict[str, msgspec.Raw])
_REASON_MOST = 300
VANISHED = "vanished"
"""The reason of a tombstone that no vendor told: a whole listing lacked the record."""
NAMELESS = "?"
"""Begins the name of a record that could not be read far enough to know its id."""
Told = tuple[int | None, str | None]
"""What only its page said of a record: when it changed (µs), and why it is gone."""
NOTHING: Told = (None, None)


@dataclass(slots=True)
class Understood:
    """A record that could be decoded: its name, its version, and the decoded payload (None for a bare tombstone)."""

    rid: int
    source_id: str
    version: int
    hash: int
    deleted: str | None
    raw: bytes
    payload: Any
    facts: tuple[Fact, ...] = ()
    merged: tuple[Merged, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()
    told: Told = NOTHING

    def refused(self, reason: str) -> Rejected:
        """The record set aside for that reason."""
        return Rejected(self.source_id, reason, None, self.raw, self.told)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that could not be understood, with the reason in words and the path that failed."""

    source_id: str
    reason: str
    field: str | None
    raw: bytes
    told: Told = NOTHING


@dataclass(slots=True)
class Sorted:
    """The records of a batch, sorted by what is to be done with them."""

    changed: list[Understood] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    unchanged: int = 0
    seen: list[int] = field(default_factory=list)

    @property
    def read(self) -> int:
        """How many records came, understood or not."""
        return self.unchanged + len(self.changed) + len(self.rejected)


class Decoding:
    """Decodes and names the records of one stream of one connection."""

    def __init__(self, connection: str, stream: AnyStream, rules: tuple[FieldRule, ...] = ()) -> None:
        self.connection, self.stream, self.rules = connection, stream, rules
        self._decoder = msgspec.json.Decoder(stream.payload)

    def understood(self, record: Record, asked_at: datetime) -> Understood | Rejected:
        """The record named and dated, or why it is not understood. A record of ours never raises here."""
        raw = cleaned(bytes(record.raw))
        try:
            return self._understood(record, raw, asked_at)
        except Exception as error:  # noqa: BLE001  a border: the payload and the plugin's functions are foreign
            return rejected(raw, error, record.id, told_by_page(record))

    def _understood(self, record: Record, raw: bytes, asked_at: datetime) -> Understood:
        stream = self.stream
        if record.id is not None:
            payload, key = None, record.id
            version, deleted = record.version, record.deleted
        else:
            payload = self._decoder.decode(raw)
            key = stream.key(payload)
            version = record.version or stream.version(payload)
            deleted = record.deleted or stream.deleted(payload)
        if not key or key == "None":
            raise PayloadError("the record has no id", "id")
        return Understood(
            rid=record_id(self.connection, stream.name, key),
            source_id=key,
            version=micros(version or asked_at),
            hash=content_hash(raw),
            deleted=deleted,
            raw=raw,
            payload=payload,
            told=told_by_page(record),
        )

    def said(self, record: Understood) -> Understood | Rejected:
        """The record with all it says, or why its mapping failed."""
        if record.payload is None:
            return record
        try:
            everything = self.stream.said(record.payload)
            for said in custom.mapped(self.rules, record.raw, everything) if self.rules else everything:
                if isinstance(said, Fact):
                    record.facts += (said,)
                elif isinstance(said, Merged):
                    record.merged += (said,)
                else:
                    record.unmapped += (said,)
            return record
        except Exception as error:  # noqa: BLE001  a border: the plugin's mapping is foreign code
            return rejected(record.raw, error, record.source_id, record.told)

    def all_understood(self, records: Iterable[tuple[Record, datetime]]) -> tuple[list[Understood], list[Rejected]]:
        """The records that are understood, and those that are not; each comes with the moment it was asked for."""
        understood, failed = list[Understood](), list[Rejected]()
        for record, asked_at in records:
            found = self.understood(record, asked_at)
            (failed if isinstance(found, Rejected) else understood).append(found)  # type: ignore[arg-type]  # sorted by its type
        return understood, failed

    def all_said(self, records: Iterable[Understood]) -> tuple[list[Understood], list[Rejected]]:
        """The records with all they say, and those whose mapping failed."""
        mapped, failed = list[Understood](), list[Rejected]()
        for record in records:
            said = self.said(record)
            (failed if isinstance(said, Rejected) else mapped).append(said)  # type: ignore[arg-type]  # sorted by its type
        return mapped, failed


def newest(records: Iterable[Understood]) -> list[Understood]:
    """One of each record: the newest version, the last to arrive among equals."""
    by_rid: dict[int, Understood] = {}
    for record in records:
        held = by_rid.get(record.rid)
        if held is None or record.version >= held.version:
            by_rid[record.rid] = record
    return list(by_rid.values())


def differing(
    records: Collection[Understood], heads: Mapping[int, Head], stream: str, listed_since: int | None = None
) -> Sorted:
    """What is new or changed against what is stored; an older version never replaces a newer one.

    ``listed_since``: the records come from a whole listing begun at that instant, see :func:`replaces`.
    """
    found = Sorted()
    for record in records:
        found.seen.append(record.rid)
        head = heads.get(record.rid)
        if head is not None and (head.source_id != record.source_id or head.stream != stream):
            found.rejected.append(record.refused("its 64-bit id is taken by another record"))
        elif head is None or replaces(record, head, listed_since):
            found.changed.append(record)
        else:
            found.unchanged += 1
    return found


def replaces(record: Understood, head: Head, listed_since: int | None = None) -> bool:
    """Whether the record takes the place of what is stored.

    Older never does. The same content does not, unless it is deleted or restored. A restored record must be newer
    than its deletion, so that a late page cannot bring it back; one that had only vanished from a listing returns as
    soon as a listing shows it again.

    A whole listing is believed when it shows as alive what was known to be deleted before it began: some vendors stamp
    the deletion and not the restoring, so that a record nobody edits afterwards stays older than its tombstone for ever.
    """
    if listed_since is not None and head.deleted is not None and record.deleted is None:
        return record.version > head.version or head.deleted == VANISHED or head.known_at < listed_since
    if record.version < head.version:
        return False
    if head.deleted is not None and record.deleted is None:
        return record.version > head.version or head.deleted == VANISHED
    return record.hash != head.hash or record.deleted != head.deleted


def cleaned(raw: bytes) -> bytes:
    """The record without escaped NUL characters, which PostgreSQL's text cannot hold."""
    return _NUL.sub(rb"\1", raw) if b"\\u0000" in raw else raw


def told_by_page(record: Record) -> Told:
    """What only its page said of the record; a moment without a zone says nothing."""
    at, deleted = record.version, record.deleted
    if at is None and deleted is None:
        return NOTHING
    return None if at is None or at.tzinfo is None else micros(at), deleted


def rejected(raw: bytes, error: Exception, source_id: str | None = None, told: Told = NOTHING) -> Rejected:
    """The record set aside; the reason names fields and what was expected, never values."""
    path = getattr(error, "field", None)
    if isinstance(error, msgspec.ValidationError) and " - at `" in str(error):
        path = str(error).rpartition(" - at `")[2].rstrip("`")
    reason = in_words(error)
    return Rejected(source_id or loose_id(raw), reason[:_REASON_MOST], path, raw, told)


def loose_id(raw: bytes) -> str:
    """The id of a record that could not be decoded, else a name made from its content."""
    try:
        fields = _LOOSE.decode(raw)
        found = fields.get("id") or fields.get("Id")
        if found is not None:
            value = msgspec.json.decode(found)
            if isinstance(value, str | int) and value != "":
                return str(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    return f"{NAMELESS}{content_hash(raw) & (2**64 - 1):016x}"
