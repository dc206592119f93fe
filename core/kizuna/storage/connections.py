"""Questions about connections and their streams."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection as Sql
from sqlalchemy import Row, func, select
from sqlalchemy.dialects import postgresql, sqlite

from kizuna.errors import ConfigError, UnknownName
from kizuna.storage.tables import evidence as t


@dataclass(frozen=True, slots=True)
class StoredConnection:
    """A connection as the database holds it; ``secrets`` are references (``env:NAME``, ``file:PATH``), never values."""

    id: int
    name: str
    plugin: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, str]
    state: str
    offline: bool
    last_error: str | None
    created_at: int
    every_minutes: float | None = None  # how often it is read by itself; None as the settings say
    full_every_days: float | None = None


@dataclass(frozen=True, slots=True)
class StoredStream:
    """Where one stream stands."""

    name: str
    bookmark: dict[str, Any] | None
    state: str
    reason: str | None
    last_complete_at: int | None
    kinds: frozenset[str] = field(default_factory=frozenset)


def add(
    sql: Sql, name: str, plugin: str, settings: Mapping[str, Any], secrets: Mapping[str, str], offline: bool, at: int
) -> StoredConnection:
    """A new connection. Raises ConfigError when the name is taken."""
    if sql.execute(select(t.CONNECTION.c.id).where(t.CONNECTION.c.name == name)).first():
        raise ConfigError(f"A connection named {name!r} exists already; choose another with --name.")
    row = {
        "name": name,
        "plugin": plugin,
        "settings": json.dumps(dict(settings), ensure_ascii=False, sort_keys=True),
        "secrets": json.dumps(dict(secrets), ensure_ascii=False, sort_keys=True),
        "state": "active",
        "offline": offline,
        "created_at": at,
        "updated_at": at,
    }
    sql.execute(t.CONNECTION.insert().values(row))
    return get(sql, name)


def get(sql: Sql, name: str) -> StoredConnection:
    """The connection of that name. Raises UnknownName with the nearest one."""
    row = sql.execute(select(t.CONNECTION).where(t.CONNECTION.c.name == name)).first()
    if row is None:
        raise UnknownName("connection", name, sql.execute(select(t.CONNECTION.c.name)).scalars())
    return _connection(row)


def all_of(sql: Sql) -> list[StoredConnection]:
    """Every connection, the oldest first."""
    return [_connection(row) for row in sql.execute(select(t.CONNECTION).order_by(t.CONNECTION.c.id))]


def set_state(sql: Sql, connection_id: int, state: str, error: str | None, at: int) -> None:
    """The connection in a new state, with the error that put it there."""
    same = t.CONNECTION.c.id == connection_id
    sql.execute(t.CONNECTION.update().where(same).values(state=state, last_error=error, updated_at=at))


def configure(sql: Sql, connection_id: int, settings: Mapping[str, Any], secrets: Mapping[str, str], at: int) -> None:
    """The connection with other settings."""
    values = {"settings": json.dumps(dict(settings)), "secrets": json.dumps(dict(secrets)), "updated_at": at}
    sql.execute(t.CONNECTION.update().where(t.CONNECTION.c.id == connection_id).values(values))


def set_schedule(
    sql: Sql, connection_id: int, every_minutes: float | None, full_every_days: float | None, at: int
) -> None:
    """The connection is read by itself so often, in minutes and days; None as the settings say."""
    values = {"every_minutes": every_minutes, "full_every_days": full_every_days, "updated_at": at}
    sql.execute(t.CONNECTION.update().where(t.CONNECTION.c.id == connection_id).values(values))


def streams(sql: Sql, connection_id: int) -> dict[str, StoredStream]:
    """The streams of a connection that have been read, by name."""
    found = sql.execute(select(t.STREAM).where(t.STREAM.c.connection_id == connection_id))
    return {row.name: _stream(row) for row in found}


def kinds_of(sql: Sql, connection_id: int, name: str) -> frozenset[str]:
    """The kinds of facts a stream's records have given, its row held until the transaction ends."""
    found = select(t.STREAM.c.kinds).where(t.STREAM.c.connection_id == connection_id, t.STREAM.c.name == name)
    held = sql.execute(found.with_for_update()).scalar_one_or_none()
    return frozenset(json.loads(held)) if held else frozenset()


def save_stream(
    sql: Sql,
    connection_id: int,
    name: str,
    at: int,
    **values: Any,
) -> None:
    """The stream's row with these columns set (``bookmark`` and ``kinds`` as JSON text)."""
    dialect = sqlite if sql.dialect.name == "sqlite" else postgresql
    row = {"connection_id": connection_id, "name": name, "state": "new", "kinds": "[]", **values, "updated_at": at}
    statement = dialect.insert(t.STREAM).values(row)
    statement = statement.on_conflict_do_update(
        index_elements=["connection_id", "name"], set_={**values, "updated_at": at}
    )
    sql.execute(statement)


def replace_bookmark(
    sql: Sql, connection_id: int, name: str, known: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> None:
    """The stream's bookmark replaced, unless it is another one than is known by now."""
    same = (t.STREAM.c.connection_id == connection_id) & (t.STREAM.c.name == name)
    held = sql.execute(select(t.STREAM.c.bookmark).where(same).with_for_update()).scalar_one_or_none()
    if held is not None and json.loads(held) == known:
        sql.execute(t.STREAM.update().where(same).values(bookmark=None if new is None else json.dumps(new)))


def counts(sql: Sql) -> Sequence[Row[tuple[int, str, int, int]]]:
    """(connection id, stream, records, of them deleted) for every stream that holds any."""
    table = t.SOURCE_RECORD
    found = select(table.c.connection_id, table.c.stream, func.count(), func.count(table.c.deleted)).group_by(
        table.c.connection_id, table.c.stream
    )
    return sql.execute(found).all()


def _connection(row: Row[Any]) -> StoredConnection:
    return StoredConnection(
        row.id,
        row.name,
        row.plugin,
        json.loads(row.settings),
        json.loads(row.secrets),
        row.state,
        bool(row.offline),
        row.last_error,
        row.created_at,
        row.every_minutes,
        row.full_every_days,
    )


def _stream(row: Row[Any]) -> StoredStream:
    bookmark = json.loads(row.bookmark) if row.bookmark else None
    return StoredStream(
        row.name, bookmark, row.state, row.reason, row.last_complete_at, frozenset(json.loads(row.kinds))
    )
