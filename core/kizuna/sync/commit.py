"""One batch, one transaction: evidence, facts, quarantine, bookmark and outbox together or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from kizuna.errors import TransientError
from kizuna.failpoints import failpoint
from kizuna.model.facts import CustomField, kind_of
from kizuna.sdk import Bookmark
from kizuna.storage import connections, dictionaries, drift, evidence, field_rules, runs, written
from kizuna.storage.bulk import Taken
from kizuna.storage.database import Database
from kizuna.storage.evidence import Head
from kizuna.storage.runs import Lease
from kizuna.sync.prepare import Rejected
from kizuna.sync.rows import Origin, Rows

MAPPING_VERSION = "1"


class Overtaken(TransientError):
    """Another writer changed a record between reading its head and writing it: prepare the batch again."""

    def __init__(self) -> None:
        super().__init__("Another writer holds these records; they are read again.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a batch is written: the connection and stream, the run and its lease, the dictionary for payloads."""

    database: Database
    connection: str
    connection_id: int
    stream: str
    run_id: str
    lease: Lease | None
    compress: Callable[[bytes], bytes]
    dictionary_id: int
    rule_id: int = 0  # the latest change of the stream's field rules, by which its facts are made

    @property
    def origin(self) -> Origin:
        """What of it stands on the rows."""
        return Origin(self.connection, self.connection_id, self.stream, self.run_id, self.compress, self.dictionary_id)


@dataclass(slots=True)
class Batch:
    """What one transaction carries. ``heads``: what was stored of its records when the rows were made."""

    rows: Rows
    rejected: list[Rejected]
    unchanged: int
    heads: dict[int, Head]
    bookmark: Bookmark | None
    pages: int
    quarantined_before: set[str]
    fields: list[drift.SeenField] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)

    @property
    def read(self) -> int:
        """How many records came, understood or not."""
        return self.unchanged + self.rows.records + len(self.rejected)


def commit(place: Place, batch: Batch, now: int) -> frozenset[str]:
    """The kinds of facts the stream has given so far, this batch included, after its commit.

    Raises LeaseLost when another worker has taken the run over, Overtaken when a record, or the rules for its fields,
    changed meanwhile, Unfit when the database cannot hold one of the values.
    """
    try:
        with place.database.write(relaxed=True) as sql:
            if place.lease is not None:
                runs.hold_lease(sql, place.lease, now)
            _hold_rules(sql, place)
            _hold_dictionary(sql, place)
            _check(sql, batch)
            erased = batch.rows.erased()
            forgotten = {**written.merged_into(sql, erased), **erased}  # who was merged into them goes along
            kinds = batch.rows.kinds | connections.kinds_of(sql, place.connection_id, place.stream)
            if place.rule_id:
                kinds |= {kind_of(CustomField)}  # also when the latest rules keep none: older values are to go
            _write(sql, batch, kinds, now)
            _account(sql, place, batch, kinds, now)
            evidence.erase(sql, place.connection_id, place.stream, forgotten)
            dictionaries.retire(sql, place.connection_id, place.stream, forgotten, now)
            failpoint("batch.written")
    except Taken as error:
        raise Overtaken from error
    failpoint("batch.committed")
    return frozenset(kinds)


def _hold_rules(sql: Connection, place: Place) -> None:
    """The rules for custom fields stand as they did when the batch was mapped, and do so until it is committed."""
    if field_rules.held(sql, place.connection_id, place.stream) != place.rule_id:
        raise Overtaken


def _hold_dictionary(sql: Connection, place: Place) -> None:
    """The dictionary that the payloads are made small with stands, and does so until they are committed."""
    if not dictionaries.stands(sql, place.dictionary_id):
        raise Overtaken


def _check(sql: Connection, batch: Batch) -> None:
    """The records still stand as they did when the batch was prepared."""
    known = {rid: head.version_no for rid, head in batch.heads.items()}
    if known and written.lock_heads(sql, known) != known:
        raise Overtaken


def _write(sql: Connection, batch: Batch, kinds: Collection[str], now: int) -> None:
    rows, replaced = batch.rows, list(batch.heads)
    astray: set[int] = set()  # records whose merge was told or taken back, and those they led to before
    if replaced:
        said_before = written.dated_parts(sql, replaced, kinds)
        evidence.keep_versions(sql, replaced)
        astray = written.forget(sql, replaced, kinds)
        written.wipe_current(sql, replaced)
        _close_history(batch, said_before)
    evidence.add_records(sql, rows.evidence)
    rows.facts.write(sql)
    astray |= written.add_aliases(sql, rows.aliases)
    runs.post(sql, rows.rids() | astray, now)


def _close_history(batch: Batch, before: set[tuple[int, str, str]]) -> None:
    """A dated part the record no longer says ends with an empty row."""
    history = batch.rows.facts.history
    still = {(row[0], row[1], row[2]) for row in history}
    times = batch.rows.times()
    for rid, kind, part in before - still:
        history.append((rid, kind, part, batch.heads[rid].version_no + 1, *times[rid], None))


def _account(sql: Connection, place: Place, batch: Batch, kinds: Collection[str], now: int) -> None:
    """Quarantine, drift, counters and the bookmark: the rest of the same transaction."""
    rows = batch.rows
    evidence.quarantine(sql, _set_aside(place, batch.rejected, now))
    # Only what was written is cured: an older version shown again says nothing of the newer one set aside.
    cured = batch.quarantined_before.intersection(rows.whole) - {bad.source_id for bad in batch.rejected}
    evidence.release(sql, place.connection_id, place.stream, cured)
    drift.record(sql, place.connection_id, place.stream, place.run_id, batch.fields, rows.unmapped, now)
    counts = {
        "pages": batch.pages,
        "read": batch.read,
        "written": rows.records - rows.deleted,
        "unchanged": batch.unchanged,
        "deleted": rows.deleted,
        "quarantined": len(batch.rejected),
    }
    runs.count_stream(sql, place.run_id, place.stream, now, counts)
    values: dict[str, Any] = {"kinds": json.dumps(sorted(kinds)), "state": "reading", **batch.state}
    if batch.bookmark is not None:
        values["bookmark"] = json.dumps(batch.bookmark)
    connections.save_stream(sql, place.connection_id, place.stream, now, **values)


def _set_aside(place: Place, rejected: Sequence[Rejected], now: int) -> list[dict[str, Any]]:
    by_id = {bad.source_id: bad for bad in rejected}  # one row a record, the last word stands
    return [
        {
            "connection_id": place.connection_id,
            "stream": place.stream,
            "source_id": bad.source_id,
            "reason": bad.reason,
            "field": bad.field,
            "payload": bad.raw,
            "version": bad.told[0],
            "deleted": bad.told[1],
            "mapping_version": MAPPING_VERSION,
            "run_id": place.run_id,
            "at": now,
        }
        for bad in by_id.values()
    ]
