"""Every version of every record that is kept, in an order in which each record's versions stand together."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, text

from kizuna.storage.bulk import among, numbers


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of a record as evidence holds it; ``current``: it is the newest."""

    rid: int
    source_id: str
    version_no: int
    version: int
    hash: int
    deleted: str | None
    known_at: int
    dictionary_id: int
    payload: bytes
    current: bool  # 1 or 0 from SQL


def versions(
    sql: Connection, connection_id: int, stream: str, chunk: int, *, current_only: bool = False
) -> Iterator[list[Kept]]:
    """A stream's versions in lists of about ``chunk``, a record's versions never parted, oldest first."""
    last: int | None = None
    while rids := _next_rids(sql, connection_id, stream, chunk, last):
        last = rids[-1]
        yield _of(sql, connection_id, stream, rids[0], last, current_only=current_only)


def of_records(sql: Connection, rids: Collection[int]) -> list[Kept]:
    """Every version of these records, a record's together, oldest first."""
    names = "{0}.version_no, {0}.version, {0}.hash, {0}.deleted, {0}.known_at, {0}.dictionary_id, {0}.payload"
    statement = text(f"""
        SELECT r.rid, r.source_id, {names.format("r")}, 1 AS newest FROM source_record r WHERE {among(sql, "r.rid")}
        UNION ALL
        SELECT v.rid, r.source_id, {names.format("v")}, 0 AS newest
        FROM source_version v JOIN source_record r ON r.rid = v.rid WHERE {among(sql, "v.rid")}
        ORDER BY 1, 3
    """)
    return [Kept(*row) for row in sql.execute(statement, {"rids": numbers(sql, rids)}).all()]


def _next_rids(sql: Connection, connection_id: int, stream: str, chunk: int, last: int | None) -> list[int]:
    after = "" if last is None else "AND rid > :last"
    statement = text(f"""
        SELECT rid FROM source_record WHERE connection_id = :connection AND stream = :stream {after}
        ORDER BY rid LIMIT :chunk
    """)
    bound = {"connection": connection_id, "stream": stream, "chunk": chunk, **({} if last is None else {"last": last})}
    return list(sql.execute(statement, bound).scalars())


def _of(sql: Connection, connection_id: int, stream: str, first: int, last: int, *, current_only: bool) -> list[Kept]:
    names = "version_no, version, hash, deleted, known_at, dictionary_id, payload"
    mine = "r.connection_id = :connection AND r.stream = :stream AND r.rid BETWEEN :first AND :last"
    prefixed = ", ".join(f"{{}}.{name}" for name in names.split(", "))
    older = f"""
        UNION ALL
        SELECT v.rid, r.source_id, {prefixed.replace("{}", "v")}, 0 AS newest
        FROM source_record r JOIN source_version v ON v.rid = r.rid WHERE {mine}
    """
    statement = text(f"""
        SELECT r.rid, r.source_id, {prefixed.replace("{}", "r")}, 1 AS newest FROM source_record r WHERE {mine}
        {"" if current_only else older}
        ORDER BY 1, 3
    """)
    bound = {"connection": connection_id, "stream": stream, "first": first, "last": last}
    return [Kept(*row) for row in sql.execute(statement, bound).all()]
