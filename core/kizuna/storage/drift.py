"""Schema drift: the fields each stream has shown, and what changed in them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select
from sqlalchemy.dialects import postgresql, sqlite

from kizuna.storage.tables import evidence as t


@dataclass(frozen=True, slots=True)
class SeenField:
    """A path seen in payloads with the JSON types it had. ``change`` names how it differs from what was known."""

    path: str
    types: str
    before: str | None = None
    change: str | None = None  # new_field, type_change, vanished_field; None: nothing to tell, only to remember


def fields(sql: Connection, connection_id: int, stream: str) -> dict[str, str]:
    """Path → types known of a stream."""
    table = t.STREAM_FIELD
    same = (table.c.connection_id == connection_id) & (table.c.stream == stream)
    return dict(sql.execute(select(table.c.path, table.c.types).where(same)).all())


def record(
    sql: Connection,
    connection_id: int,
    stream: str,
    run_id: str,
    seen: Sequence[SeenField],
    unmapped: Collection[tuple[str, str]],
    now: int,
) -> None:
    """The fields remembered; what changed and which words are not mapped noted, each once."""
    key = {"connection_id": connection_id, "stream": stream}
    dialect: Any = sqlite if sql.dialect.name == "sqlite" else postgresql
    shown = [f for f in seen if f.change != "vanished_field"]
    if shown:
        rows = [{**key, "path": f.path, "types": f.types, "first_seen_at": now, "last_seen_at": now} for f in shown]
        statement = dialect.insert(t.STREAM_FIELD)
        newer = {"types": statement.excluded.types, "last_seen_at": now}
        names = ["connection_id", "stream", "path"]
        sql.execute(statement.on_conflict_do_update(index_elements=names, set_=newer), rows)
    changes = [(f.path, f.change, f.before, f.types) for f in seen if f.change]
    changes += [(path, "unmapped_value", None, value) for path, value in sorted(unmapped)]
    if changes:
        notes = [
            {**key, "path": path, "change": change, "before": before, "after": after, "run_id": run_id, "at": now}
            for path, change, before, after in changes
        ]
        sql.execute(dialect.insert(t.SCHEMA_DRIFT).on_conflict_do_nothing(), notes)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which changes: of one connection, of one stream, of one sort; of all where None."""

    connection_id: int | None = None
    stream: str | None = None
    change: str | None = None


def count(sql: Connection, wanted: Wanted) -> int:
    """How many changes there are."""
    return int(sql.execute(_narrowed(select(func.count()).select_from(_joined()), wanted)).scalar_one())


def latest(sql: Connection, wanted: Wanted, most: int) -> Sequence[Row[Any]]:
    """The changes, the latest first: connection, stream, path, change, before, after, at."""
    table = t.SCHEMA_DRIFT.c
    columns = (table.stream, table.path, table.change, table.before, table.after, table.at)
    found = select(t.CONNECTION.c.name.label("connection"), *columns).select_from(_joined())
    return sql.execute(_narrowed(found, wanted).order_by(table.at.desc(), table.id.desc()).limit(most)).all()


def _joined() -> Any:
    return t.SCHEMA_DRIFT.join(t.CONNECTION, t.CONNECTION.c.id == t.SCHEMA_DRIFT.c.connection_id)


def _narrowed(found: Select[Any], wanted: Wanted) -> Select[Any]:
    table = t.SCHEMA_DRIFT.c
    for column, value in (
        (table.connection_id, wanted.connection_id),
        (table.stream, wanted.stream),
        (table.change, wanted.change),
    ):
        if value is not None:
            found = found.where(column == value)
    return found
