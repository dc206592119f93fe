"""A batch of which nothing is stored yet: from raw records to rows at one go, in this process or in another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kizuna.model.custom import FieldRule
from kizuna.sdk import Record
from kizuna.storage.connections import StoredConnection
from kizuna.sync.fields import Shown, shown_by
from kizuna.sync.prepare import Decoding, newest
from kizuna.sync.rows import Origin, Prepared, rows_of

Told = tuple[str | None, str | None, datetime | None]
"""What only the page could tell of a record: id, reason of a deletion, version."""


@dataclass(frozen=True, slots=True)
class Line:
    """A stream of a connection, told so that another process can make it: without secrets, by its plugin's entry point."""

    plugin: str
    connection: StoredConnection
    stream: str


@dataclass(slots=True)
class Job:
    """Raw records to be made into rows. ``asked``: (how many records, when their page was asked for), in order."""

    line: Line
    rules: tuple[FieldRule, ...]
    run_id: str
    dictionary: tuple[int, bytes] | None
    now: int  # microseconds
    raws: list[bytes] = field(default_factory=list)
    asked: list[tuple[int, datetime]] = field(default_factory=list)
    told: dict[int, Told] = field(default_factory=dict)  # by place in ``raws``

    def add(self, records: Sequence[tuple[Record, datetime]]) -> None:
        """These records, each with the moment its page was asked for."""
        for record, asked_at in records:
            if record.id is not None or record.deleted is not None or record.version is not None:
                self.told[len(self.raws)] = (record.id, record.deleted, record.version)
            if self.asked and self.asked[-1][1] == asked_at:
                self.asked[-1] = (self.asked[-1][0] + 1, asked_at)
            else:
                self.asked.append((1, asked_at))
            self.raws.append(bytes(record.raw))

    def records(self) -> Iterator[tuple[Record, datetime]]:
        """The records as they were added."""
        raws = enumerate(self.raws)
        for count, asked_at in self.asked:
            for _ in range(count):
                place, raw = next(raws)
                key, deleted, version = self.told.get(place, (None, None, None))
                yield Record(raw=raw, id=key, deleted=deleted, version=version), asked_at


@dataclass(slots=True)
class Fresh:
    """What came of the records: their rows, and the fields that a sample of them shows."""

    prepared: Prepared
    shown: Shown


def fresh(decoding: Decoding, origin: Origin, records: Iterator[tuple[Record, datetime]], now: int) -> Fresh:
    """The newest of each record as rows, as if none had ever been stored; ``now`` in microseconds."""
    understood, rejected = decoding.all_understood(records)
    shown = shown_by([record.raw for record in understood])
    unique = newest(understood)
    mapped, unmappable = decoding.all_said(unique)
    rows, unfit = rows_of(mapped, origin, {}, now)
    return Fresh(Prepared(rows, rejected, [*unmappable, *unfit], [record.rid for record in unique]), shown)
