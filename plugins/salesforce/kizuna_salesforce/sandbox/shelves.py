"""What readers can see of an object's rows, kept in the order of change until something changes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kizuna.sandbox import SandboxState, StoredRecord
from kizuna_salesforce.sandbox.matching import Row

RECYCLE_BIN = timedelta(days=15)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The visible rows of an object by (SystemModstamp, Id); good while ``revision`` stands and before ``until``."""

    revision: int
    until: datetime | None
    rows: Sequence[Row]
    stamps: Sequence[str] = field(repr=False)

    def since(self, stamp: str | None) -> Sequence[Row]:
        """The rows changed at or after ``stamp``."""
        return self.rows if stamp is None else self.rows[bisect_left(self.stamps, stamp) :]


def shelf(state: SandboxState, sobject: str) -> Shelf:
    """The rows as they are visible now; hidden are late versions, purged records and those too long in the bin."""
    kept: dict[str, Shelf] = state.memory.setdefault("shelves", {})
    now, collection = state.now(), state.stream(sobject)
    found = kept.get(sobject)
    if found is not None and found.revision == collection.revision and (found.until is None or now < found.until):
        return found
    rows: list[Row] = []
    until: datetime | None = None
    for record in collection:
        row, changes_at = _seen(state, record, now)
        if row is not None:
            rows.append(row)
        if changes_at is not None and (until is None or changes_at < until):
            until = changes_at
    rows.sort(key=lambda row: (row["SystemModstamp"], row["Id"]))
    made = Shelf(collection.revision, until, rows, [row["SystemModstamp"] for row in rows])
    kept[sobject] = made
    return made


def purge(state: SandboxState, sobject: str, source_id: str) -> None:
    """Deletes a record for good: even the recycle bin does not have it, only the log of deletions."""
    with state.lock:
        state.remove(sobject, source_id)
        purged: set[tuple[str, str]] = state.memory.setdefault("purged", set())
        purged.add((sobject, source_id))
        state.stream(sobject).revision += 1


def is_purged(state: SandboxState, record: StoredRecord, now: datetime) -> bool:
    """Whether the record has left the recycle bin."""
    if record.deleted_at is None:
        return False
    return (record.stream, record.id) in state.memory.get("purged", ()) or record.deleted_at + RECYCLE_BIN <= now


def _seen(state: SandboxState, record: StoredRecord, now: datetime) -> tuple[Row | None, datetime | None]:
    """The row as it is visible, and when that changes by itself."""
    if is_purged(state, record, now):
        return None, None
    version = record.seen_at(now)
    later = [pending.visible_at for pending in record.versions if pending.visible_at > now]
    if record.deleted_at is not None:
        later.append(record.deleted_at + RECYCLE_BIN)
    return (version.payload if version else None), min(later, default=None)
