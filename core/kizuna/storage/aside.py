"""Questions about records set aside."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select

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


_AS_READ = (
    (t.QUARANTINE.c.id == bindparam("read_id"))
    & (t.QUARANTINE.c.run_id == bindparam("read_run"))
    & (t.QUARANTINE.c.at == bindparam("read_at"))
)
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
