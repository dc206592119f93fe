"""One batch, one transaction: evidence, facts, quarantine, bookmark and outbox together or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from kizuna.errors import PayloadError, TransientError
from kizuna.failpoints import failpoint
from kizuna.model.facts import CustomField, kind_of
from kizuna.sdk import Bookmark
from kizuna.storage import connections, drift, evidence, field_rules, runs, written
from kizuna.storage.bulk import Taken, Unfit
from kizuna.storage.database import Database
from kizuna.storage.evidence import Head
from kizuna.storage.fact_rows import target
from kizuna.storage.runs import Lease
from kizuna.sync.prepare import Rejected, Sorted, Understood

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


@dataclass(slots=True)
class Batch:
    """What one transaction carries."""

    sorted: Sorted
    heads: dict[int, Head]
    bookmark: Bookmark | None
    pages: int
    quarantined_before: set[str]
    fields: list[drift.SeenField] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)


def commit(place: Place, batch: Batch, now: int) -> frozenset[str]:
    """The kinds of facts the stream has given so far, this batch included, after its commit.

    Raises LeaseLost when another worker has taken the run over, Overtaken when a record, or the rules for its fields,
    changed meanwhile. A record whose facts fit no column moves to the quarantine.
    """
    rows = _rows(place, batch, now)
    try:
        with place.database.write(relaxed=True) as sql:
            if place.lease is not None:
                runs.hold_lease(sql, place.lease, now)
            _hold_rules(sql, place)
            _check(sql, batch)
            kinds = rows.kinds | connections.kinds_of(sql, place.connection_id, place.stream)
            if place.rule_id:
                kinds |= {kind_of(CustomField)}  # also when the latest rules keep none: older values are to go
            _write(sql, batch, rows, kinds, now)
            _account(sql, place, batch, kinds, now)
            failpoint("batch.written")
    except Taken as error:
        raise Overtaken from error
    except Unfit as error:
        if len(batch.sorted.changed) == 1:
            _refuse(batch, batch.sorted.changed[0], "the database cannot hold one of its values")
            return commit(place, batch, now)
        raise Overtaken from error
    failpoint("batch.committed")
    return kinds


@dataclass(slots=True)
class Rows:
    """A batch as rows."""

    facts: written.FactRows
    evidence: list[tuple[Any, ...]]
    aliases: list[dict[str, Any]]
    kinds: frozenset[str]


def _rows(place: Place, batch: Batch, now: int) -> Rows:
    rows = Rows(written.FactRows(place.connection), [], [], frozenset())
    kinds: set[str] = set()
    for record in list(batch.sorted.changed):
        try:
            _add(rows, kinds, place, batch, record, now)
        except PayloadError as error:
            _refuse(batch, record, str(error))
            return _rows(place, batch, now)
    rows.kinds = frozenset(kinds)
    return rows


def _add(rows: Rows, kinds: set[str], place: Place, batch: Batch, record: Understood, now: int) -> None:
    head = batch.heads.get(record.rid)
    version_no = head.version_no + 1 if head else 1
    said: set[tuple[str, str]] = set()
    if record.deleted is None:
        for fact in record.facts:
            kind = kind_of(type(fact))
            if (kind, fact.part) in said:
                raise PayloadError(f"the mapping says {kind} {fact.part!r} twice")
            said.add((kind, fact.part))
            rows.facts.add(fact, record.rid, version_no, record.version, now)
        kinds.update([kind for kind, _ in said])
    for merged in record.merged:
        kinds.add(written.MERGED)
        loser, winner = target(place.connection, merged.loser), target(place.connection, merged.winner)
        if loser != winner:
            alias = {"rid": loser, "winner_rid": winner, "loser_id": merged.loser.id}
            rows.aliases.append({**alias, "told_by": record.rid, "known_at": now})
    rows.evidence.append(
        (
            record.rid,
            place.connection_id,
            place.stream,
            record.source_id,
            record.version,
            record.hash,
            version_no,
            record.deleted,
            now,
            place.dictionary_id,
            place.compress(record.raw),
            place.run_id,
        )
    )


def _refuse(batch: Batch, record: Understood, reason: str) -> None:
    batch.sorted.changed.remove(record)
    batch.sorted.rejected.append(Rejected(record.source_id, reason, None, record.raw))


def _hold_rules(sql: Connection, place: Place) -> None:
    """The rules for custom fields stand as they did when the batch was mapped, and do so until it is committed."""
    if field_rules.held(sql, place.connection_id, place.stream) != place.rule_id:
        raise Overtaken


def _check(sql: Connection, batch: Batch) -> None:
    """The records still stand as they did when the batch was prepared."""
    known = {
        record.rid: batch.heads[record.rid].version_no for record in batch.sorted.changed if record.rid in batch.heads
    }
    if known and written.lock_heads(sql, known) != known:
        raise Overtaken


def _write(sql: Connection, batch: Batch, rows: Rows, kinds: frozenset[str], now: int) -> None:
    replaced = [record.rid for record in batch.sorted.changed if record.rid in batch.heads]
    astray: set[int] = set()  # records whose merge was told or taken back, and those they led to before
    if replaced:
        said_before = written.dated_parts(sql, replaced, kinds)
        evidence.keep_versions(sql, replaced)
        astray = written.forget(sql, replaced, kinds)
        written.wipe_current(sql, replaced)
        _close_history(rows, batch, said_before, now)
    evidence.add_records(sql, rows.evidence)
    rows.facts.write(sql)
    astray |= written.add_aliases(sql, rows.aliases)
    runs.post(sql, {record.rid for record in batch.sorted.changed} | astray, now)


def _close_history(rows: Rows, batch: Batch, before: set[tuple[int, str, str]], now: int) -> None:
    """A dated part the record no longer says ends with an empty row."""
    still = {(row[0], row[1], row[2]) for row in rows.facts.history}
    versions = {record.rid: record.version for record in batch.sorted.changed}
    for rid, kind, part in before - still:
        rows.facts.history.append((rid, kind, part, batch.heads[rid].version_no + 1, versions[rid], now, None))


def _account(sql: Connection, place: Place, batch: Batch, kinds: frozenset[str], now: int) -> None:
    """Quarantine, drift, counters and the bookmark: the rest of the same transaction."""
    found = batch.sorted
    evidence.quarantine(sql, _set_aside(place, found.rejected, now))
    # Only what was written is cured: an older version shown again says nothing of the newer one set aside.
    written_now = {record.source_id for record in found.changed if record.payload is not None}
    cured = batch.quarantined_before & written_now - {bad.source_id for bad in found.rejected}
    evidence.release(sql, place.connection_id, place.stream, cured)
    unmapped = {(said.field, said.value) for record in found.changed for said in record.unmapped}
    drift.record(sql, place.connection_id, place.stream, place.run_id, batch.fields, unmapped, now)
    deleted = sum(record.deleted is not None for record in found.changed)
    counts = {
        "pages": batch.pages,
        "read": found.read,
        "written": len(found.changed) - deleted,
        "unchanged": found.unchanged,
        "deleted": deleted,
        "quarantined": len(found.rejected),
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
            "mapping_version": MAPPING_VERSION,
            "run_id": place.run_id,
            "at": now,
        }
        for bad in by_id.values()
    ]
