"""Compression dictionaries that have to go: pieces of payloads stand in them, and a record of those was erased."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select, text

from kizuna.storage.bulk import among, numbers
from kizuna.storage.payloads import PLAIN
from kizuna.storage.tables import evidence as t


@dataclass(frozen=True, slots=True)
class Retired:
    """A dictionary that no payload may need any more; ``position``: the last source id of this pass that does not."""

    id: int
    connection_id: int
    stream: str
    position: str | None
    emptied_at: int | None


_RETIRED = select(
    t.DICTIONARY.c.id,
    t.DICTIONARY.c.connection_id,
    t.DICTIONARY.c.stream,
    t.DICTIONARY.c.position,
    t.DICTIONARY.c.emptied_at,
).where(t.DICTIONARY.c.retired_at.is_not(None))


@dataclass(frozen=True, slots=True)
class Small:
    """A stored payload, of a record (``version_no`` None) or of one of its versions."""

    rid: int
    version_no: int | None
    payload: bytes


def stands(sql: Connection, dictionary_id: int) -> bool:
    """Whether payloads may still be written with it; on PostgreSQL it stays so until the transaction ends."""
    if dictionary_id == PLAIN:
        return True
    mine = t.DICTIONARY.c.id == dictionary_id
    found = select(t.DICTIONARY.c.id).where(mine, t.DICTIONARY.c.retired_at.is_(None)).with_for_update(read=True)
    return sql.execute(found).first() is not None


def retire(sql: Connection, connection_id: int, stream: str, erased: Collection[int], at: int) -> None:
    """The stream's dictionaries that one of these records helped to train are not to be used from now on."""
    if not erased:
        return
    table = t.DICTIONARY.c
    mine = (table.connection_id == connection_id) & (table.stream == stream) & table.retired_at.is_(None)
    for key, sample in sql.execute(select(table.id, table.sample).where(mine)).all():
        if not set(erased).isdisjoint(array("q", sample)):
            sql.execute(t.DICTIONARY.update().where(table.id == key).values(retired_at=at))


def retired(sql: Connection) -> list[Retired]:
    """Those that are to go, the first of them first."""
    return [Retired(*row) for row in sql.execute(_RETIRED.order_by(t.DICTIONARY.c.id))]


def held(sql: Connection, dictionary_id: int) -> Retired | None:
    """One that is to go, held until the transaction ends; None when it is gone."""
    row = sql.execute(_RETIRED.where(t.DICTIONARY.c.id == dictionary_id).with_for_update()).first()
    return None if row is None else Retired(*row)


def advance(sql: Connection, dictionary_id: int, position: str) -> None:
    """No payload up to this source id needs it any more."""
    sql.execute(t.DICTIONARY.update().where(t.DICTIONARY.c.id == dictionary_id).values(position=position))


def emptied(sql: Connection, dictionary_id: int, at: int | None) -> None:
    """No payload was found to need it since that instant, None: one was; the next pass begins with the first record."""
    values = {"emptied_at": at, "position": None}
    sql.execute(t.DICTIONARY.update().where(t.DICTIONARY.c.id == dictionary_id).values(values))


def remove(sql: Connection, dictionary_id: int) -> None:
    """It is gone, and what it held of payloads with it."""
    sql.execute(t.DICTIONARY.delete().where(t.DICTIONARY.c.id == dictionary_id))


def next_records(sql: Connection, one: Retired, most: int) -> dict[int, str]:
    """Record id → source id of those that come next."""
    table = t.SOURCE_RECORD.c
    mine = (table.connection_id == one.connection_id) & (table.stream == one.stream)
    if one.position is not None:
        mine &= table.source_id > one.position
    found = select(table.rid, table.source_id).where(mine).order_by(table.source_id).limit(most)
    return dict(sql.execute(found).all())


def hold(sql: Connection, rids: Collection[int]) -> None:
    """These records are not replaced until the transaction ends.

    On PostgreSQL one that was replaced while this waited for it is not held: its new payload needs no dictionary that is
    to go, and the payload before is one of its versions, which the next statement sees.
    """
    if sql.dialect.name == "postgresql":
        statement = text(f"SELECT rid FROM source_record WHERE {among(sql, 'rid')} ORDER BY source_id FOR UPDATE")
        sql.execute(statement, {"rids": numbers(sql, rids)})


def needed(sql: Connection, dictionary_id: int, rids: Collection[int]) -> bool:
    """Whether a payload of these records or of their versions needs the dictionary."""
    # One statement for both tables: between two of them a payload could pass from the one to the other.
    statement = text(f"""
        SELECT rid FROM source_record WHERE {among(sql, "rid")} AND dictionary_id = :dictionary
        UNION ALL
        SELECT rid FROM source_version WHERE {among(sql, "rid")} AND dictionary_id = :dictionary
        LIMIT 1
    """)
    return sql.execute(statement, {"rids": numbers(sql, rids), "dictionary": dictionary_id}).first() is not None


def made_small(sql: Connection, dictionary_id: int, rids: Collection[int]) -> list[Small]:
    """The payloads of these records and of their versions that need the dictionary."""
    statement = text(f"""
        SELECT rid, NULL, payload FROM source_record
        WHERE {among(sql, "rid")} AND dictionary_id = :dictionary
        UNION ALL
        SELECT rid, version_no, payload FROM source_version
        WHERE {among(sql, "rid")} AND dictionary_id = :dictionary
    """)
    found = sql.execute(statement, {"rids": numbers(sql, rids), "dictionary": dictionary_id})
    return [Small(rid, version_no, bytes(payload)) for rid, version_no, payload in found]


def replace(sql: Connection, dictionary_id: int, payloads: Mapping[Small, bytes]) -> None:
    """These payloads as they are with that dictionary."""
    records = [
        {"dictionary": dictionary_id, "payload": payload, "rid": one.rid}
        for one, payload in payloads.items()
        if one.version_no is None
    ]
    versions = [
        {"dictionary": dictionary_id, "payload": payload, "rid": one.rid, "version_no": one.version_no}
        for one, payload in payloads.items()
        if one.version_no is not None
    ]
    values = "SET dictionary_id = :dictionary, payload = :payload WHERE rid = :rid"
    if records:
        sql.execute(text(f"UPDATE source_record {values}"), records)
    if versions:
        sql.execute(text(f"UPDATE source_version {values} AND version_no = :version_no"), versions)


def living(sql: Connection, rids: Collection[int]) -> int:
    """How many of these records are there, held until the transaction ends."""
    hold = " FOR UPDATE" if sql.dialect.name == "postgresql" else ""
    statement = text(f"SELECT rid FROM source_record WHERE {among(sql, 'rid')} AND deleted IS NULL{hold}")
    return len(sql.execute(statement, {"rids": numbers(sql, rids)}).all())


def samples(sql: Connection, connection_id: int, stream: str, most: int) -> list[tuple[int, int, bytes]]:
    """(record id, dictionary, payload) of some records of the stream that are there."""
    table = t.SOURCE_RECORD.c
    living = (table.connection_id == connection_id) & (table.stream == stream) & table.deleted.is_(None)
    found = select(table.rid, table.dictionary_id, table.payload).where(living).order_by(table.source_id).limit(most)
    return [(rid, key, bytes(payload)) for rid, key, payload in sql.execute(found)]
