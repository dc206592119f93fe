"""Questions about evidence: what is stored of a record, its versions, its quarantine, its dictionary."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects import postgresql, sqlite

from kizuna.storage.bulk import among, delete, insert, numbers, rows_of
from kizuna.storage.tables import evidence as t
from kizuna.storage.tables import facts


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a record without its payload."""

    version: int
    hash: int
    version_no: int
    deleted: str | None
    source_id: str
    stream: str
    known_at: int


RECORD_COLUMNS = (
    "rid",
    "connection_id",
    "stream",
    "source_id",
    "version",
    "hash",
    "version_no",
    "deleted",
    "known_at",
    "dictionary_id",
    "payload",
    "run_id",
)


def heads(connection: Connection, rids: Collection[int]) -> dict[int, Head]:
    """Record id → head, of those that are stored."""
    columns = ("rid", "version", "hash", "version_no", "deleted", "source_id", "stream", "known_at")
    return {row[0]: Head(*row[1:]) for row in rows_of(connection, t.SOURCE_RECORD, columns, rids)}


def has_records(connection: Connection, connection_id: int, stream: str) -> bool:
    """Whether anything of the stream is stored."""
    found = select(t.SOURCE_RECORD.c.rid).where(
        t.SOURCE_RECORD.c.connection_id == connection_id, t.SOURCE_RECORD.c.stream == stream
    )
    return connection.execute(found.limit(1)).first() is not None


def keep_versions(connection: Connection, rids: Collection[int]) -> None:
    """The current rows of these records copied to the versions, before they are replaced."""
    names = "rid, version_no, version, hash, deleted, known_at, dictionary_id, payload, run_id"
    statement = f"""
        INSERT INTO source_version ({names})
        SELECT {names} FROM source_record WHERE {among(connection, "rid")}
    """
    connection.execute(text(statement), {"rids": numbers(connection, rids)})


def erase(connection: Connection, connection_id: int, stream: str, records: Mapping[int, str]) -> None:
    """Nothing is left of what these records (id → source id) said before: no version, no dated fact, nothing set aside."""
    if records:
        delete(connection, t.SOURCE_VERSION, "rid", records)
        delete(connection, facts.HISTORY, "rid", records)
        release(connection, connection_id, stream, list(records.values()))


def living(connection: Connection, connection_id: int, stream: str) -> Iterator[int]:
    """The record ids of a stream that are not deleted."""
    found = select(t.SOURCE_RECORD.c.rid).where(
        t.SOURCE_RECORD.c.connection_id == connection_id,
        t.SOURCE_RECORD.c.stream == stream,
        t.SOURCE_RECORD.c.deleted.is_(None),
    )
    return connection.execute(found.execution_options(yield_per=10_000)).scalars()


def quarantine(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """These records set aside; one that is there already gets the newer reason and payload."""
    if not rows:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(t.QUARANTINE)
    columns = ("reason", "field", "payload", "version", "deleted", "mapping_version", "run_id", "at")
    renewed = {c: statement.excluded[c] for c in columns}
    key = ["connection_id", "stream", "source_id"]
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=renewed), list(rows))


def release(connection: Connection, connection_id: int, stream: str, source_ids: Collection[str]) -> None:
    """These records are understood now and leave the quarantine."""
    if source_ids:
        table = t.QUARANTINE
        same = (table.c.connection_id == connection_id) & (table.c.stream == stream)
        connection.execute(table.delete().where(same & table.c.source_id.in_(list(source_ids))))


def quarantined(connection: Connection, connection_id: int, stream: str) -> set[str]:
    """The ids of a stream's records in quarantine."""
    found = select(t.QUARANTINE.c.source_id).where(
        t.QUARANTINE.c.connection_id == connection_id, t.QUARANTINE.c.stream == stream
    )
    return set(connection.execute(found).scalars())


def latest_dictionary(connection: Connection, connection_id: int, stream: str) -> tuple[int, bytes] | None:
    """The id and content of the stream's newest dictionary that is not to go."""
    mine = (t.DICTIONARY.c.connection_id == connection_id) & (t.DICTIONARY.c.stream == stream)
    found = (
        select(t.DICTIONARY.c.id, t.DICTIONARY.c.content)
        .where(mine, t.DICTIONARY.c.retired_at.is_(None))
        .order_by(t.DICTIONARY.c.id.desc())
    )
    row = connection.execute(found.limit(1)).first()
    return None if row is None else (row[0], row[1])


def add_dictionary(
    connection: Connection, connection_id: int, stream: str, content: bytes, at: int, sample: Iterable[int]
) -> int:
    """The id of a newly stored dictionary, which was trained on the payloads of the records in ``sample``."""
    packed = array("q", sorted(set(sample))).tobytes()
    row = {"connection_id": connection_id, "stream": stream, "content": content, "sample": packed, "created_at": at}
    key = connection.execute(t.DICTIONARY.insert().values(row)).inserted_primary_key
    assert key is not None
    return int(key[0])


def dictionaries(connection: Connection) -> dict[int, bytes]:
    """Every dictionary by id."""
    return dict(connection.execute(select(t.DICTIONARY.c.id, t.DICTIONARY.c.content)).all())


def add_records(connection: Connection, rows: Collection[Sequence[Any]]) -> None:
    """Current rows added; their predecessors must be gone."""
    insert(connection, t.SOURCE_RECORD, RECORD_COLUMNS, rows)
