"""Questions about records set aside."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select, text

from kizuna.storage.tables import evidence as t


@dataclass(frozen=True, slots=True)
class Aside:
    """One payload as it was read from the quarantine; a newer one in its row has another run or moment."""

    id: int
    run_id: str
    at: int
    payload: bytes = field(repr=False)
    version: int | None = None  # microseconds; this and the next as the page told them, where it did
    deleted: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """Some of the records set aside: those that all of this fits. ``reason`` is a part of it, in any case."""

    ids: tuple[int, ...] = ()
    connection: str | None = None
    stream: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """How many records of a stream are set aside for one reason."""

    connection: str
    stream: str
    reason: str
    records: int


_AS_READ = (
    (t.QUARANTINE.c.id == bindparam("read_id"))
    & (t.QUARANTINE.c.run_id == bindparam("read_run"))
    & (t.QUARANTINE.c.at == bindparam("read_at"))
)
_COUNT = text("""
    INSERT INTO quarantine_discarded (connection_id, stream, count, last_at)
    VALUES (:connection_id, :stream, :more, :at)
    ON CONFLICT (connection_id, stream)
    DO UPDATE SET count = quarantine_discarded.count + excluded.count, last_at = excluded.last_at
""")
_COLUMNS = (
    t.QUARANTINE.c.id,
    t.CONNECTION.c.name.label("connection"),
    t.QUARANTINE.c.stream,
    t.QUARANTINE.c.source_id,
    t.QUARANTINE.c.reason,
    t.QUARANTINE.c.field,
    t.QUARANTINE.c.at,
)


def count(sql: Connection, connection: str | None = None, stream: str | None = None) -> int:
    """How many records are set aside."""
    found = _narrowed(select(func.count()).select_from(_joined()), connection, stream)
    return int(sql.execute(found).scalar_one())


def latest(sql: Connection, most: int, connection: str | None = None, stream: str | None = None) -> Sequence[Row[Any]]:
    """The records set aside, the latest first: id, connection, stream, source_id, reason, field, at."""
    found: Select[Any] = _narrowed(select(*_COLUMNS).select_from(_joined()), connection, stream)
    return sql.execute(found.order_by(t.QUARANTINE.c.at.desc(), t.QUARANTINE.c.id.desc()).limit(most)).all()


def one(sql: Connection, number: int) -> Row[Any] | None:
    """One record set aside, with its payload as it came."""
    found: Select[Any] = select(*_COLUMNS, t.QUARANTINE.c.payload).select_from(_joined())
    return sql.execute(found.where(t.QUARANTINE.c.id == number)).first()


def streams(sql: Connection, connection: str | None = None) -> list[str]:
    """The streams of which something is set aside."""
    found = _narrowed(select(t.QUARANTINE.c.stream).select_from(_joined()).distinct(), connection, None)
    return list(sql.execute(found.order_by(t.QUARANTINE.c.stream)).scalars())


def held(sql: Connection, connection: str | None = None, stream: str | None = None) -> list[tuple[str, str]]:
    """The connections and streams of which something is set aside."""
    columns = (t.CONNECTION.c.name, t.QUARANTINE.c.stream)
    found = _narrowed(select(*columns).select_from(_joined()).distinct(), connection, stream)
    return [(name, of_stream) for name, of_stream in sql.execute(found.order_by(*columns))]


def page(sql: Connection, connection_id: int, stream: str, after: int, most: int) -> list[Aside]:
    """What is set aside of a stream, in the order it came: the rows behind that number, ``most`` of them."""
    names = ("id", "run_id", "at", "payload", "version", "deleted")
    same = (t.QUARANTINE.c.connection_id == connection_id) & (t.QUARANTINE.c.stream == stream)
    columns = [t.QUARANTINE.c[name] for name in names]
    found = select(*columns).where(same, t.QUARANTINE.c.id > after).order_by(t.QUARANTINE.c.id).limit(most)
    return [
        Aside(row.id, row.run_id, row.at, bytes(row.payload), row.version, row.deleted) for row in sql.execute(found)
    ]


def settle(sql: Connection, rows: Collection[Aside]) -> None:
    """These rows leave the quarantine, except where another payload has taken the place of the one read."""
    if rows:
        sql.execute(t.QUARANTINE.delete().where(_AS_READ), [_as_read(row) for row in rows])


def renew(sql: Connection, refused: Collection[tuple[Aside, str, str | None]], run_id: str) -> None:
    """These rows stay for the reason and field that were found now, except where another payload was set aside since."""
    if refused:
        new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("reason", "field", "run_id")}
        values = [
            {**_as_read(row), "new_reason": reason, "new_field": field, "new_run_id": run_id}
            for row, reason, field in refused
        ]
        sql.execute(t.QUARANTINE.update().where(_AS_READ).values(new), values)


def groups(sql: Connection, chosen: Chosen) -> list[Group]:
    """What is chosen, by connection, stream and reason."""
    columns = (t.CONNECTION.c.name, t.QUARANTINE.c.stream, t.QUARANTINE.c.reason)
    found = _fitting(select(*columns, func.count()).select_from(_joined()), chosen).group_by(*columns)
    return sorted(Group(*row) for row in sql.execute(found))


def newest(sql: Connection) -> int:
    """The number of the record that was set aside last; 0 when there is none."""
    return int(sql.execute(select(func.coalesce(func.max(t.QUARANTINE.c.id), 0))).scalar_one())


Place = tuple[int, str, str]
"""A stream: its connection's id and name, and its own."""


def chosen_page(sql: Connection, chosen: Chosen, after: int, until: int, most: int) -> list[tuple[Place, Aside]]:
    """What is chosen, with its stream and without its payload, by number: behind ``after``, up to ``until``."""
    names = ("id", "run_id", "at", "connection_id", "stream")
    columns = [*(t.QUARANTINE.c[name] for name in names), t.CONNECTION.c.name.label("connection")]
    found = _fitting(select(*columns).select_from(_joined()), chosen)
    found = found.where(t.QUARANTINE.c.id > after, t.QUARANTINE.c.id <= until).order_by(t.QUARANTINE.c.id).limit(most)
    return [
        ((row.connection_id, row.connection, row.stream), Aside(row.id, row.run_id, row.at, b""))
        for row in sql.execute(found)
    ]


def discard(sql: Connection, connection_id: int, stream: str, rows: Collection[Aside], at: int) -> int:
    """How many of these rows of a stream left the quarantine and are counted for ever.

    One whose place another payload has taken since it was read stays.
    """
    left = sql.execute(t.QUARANTINE.delete().where(_AS_READ), [_as_read(row) for row in rows]).rowcount
    sql.execute(_COUNT, {"connection_id": connection_id, "stream": stream, "more": left, "at": at})
    return left


def discarded(sql: Connection, connection: str | None = None, stream: str | None = None) -> int:
    """How many records set aside have been discarded, ever."""
    table = t.DISCARDED
    found = select(func.coalesce(func.sum(table.c["count"]), 0)).select_from(
        table.join(t.CONNECTION, t.CONNECTION.c.id == table.c.connection_id)
    )
    if connection is not None:
        found = found.where(t.CONNECTION.c.name == connection)
    if stream is not None:
        found = found.where(func.lower(table.c.stream) == stream.casefold())
    return int(sql.execute(found).scalar_one())


def _fitting(found: Any, chosen: Chosen) -> Any:
    found = _narrowed(found, chosen.connection, chosen.stream)
    if chosen.ids:
        found = found.where(t.QUARANTINE.c.id.in_(chosen.ids))
    if chosen.reason is not None:
        found = found.where(func.lower(t.QUARANTINE.c.reason).contains(chosen.reason.lower(), autoescape=True))
    return found


def _as_read(row: Aside) -> dict[str, Any]:
    return {"read_id": row.id, "read_run": row.run_id, "read_at": row.at}


def _joined() -> Any:
    return t.QUARANTINE.join(t.CONNECTION, t.CONNECTION.c.id == t.QUARANTINE.c.connection_id)


def _narrowed(found: Any, connection: str | None, stream: str | None) -> Any:
    if connection is not None:
        found = found.where(t.CONNECTION.c.name == connection)
    if stream is not None:
        found = found.where(func.lower(t.QUARANTINE.c.stream) == stream.casefold())
    return found
