"""Questions about records set aside."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from kizuna.storage.tables import evidence as t

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


def payloads(sql: Connection, connection: str | None = None, stream: str | None = None) -> Sequence[Row[Any]]:
    """What is set aside, in the order it came: connection, stream, id, payload."""
    columns = (
        t.QUARANTINE.c.id,
        t.CONNECTION.c.name.label("connection"),
        t.QUARANTINE.c.stream,
        t.QUARANTINE.c.payload,
    )
    found = _narrowed(select(*columns).select_from(_joined()), connection, stream)
    return sql.execute(found.order_by(t.QUARANTINE.c.id)).all()


def settle(sql: Connection, numbers: Collection[int], run_id: str) -> None:
    """These rows leave the quarantine, except those that this run has just set aside again."""
    same = t.QUARANTINE.c.id.in_(list(numbers)) & (t.QUARANTINE.c.run_id != run_id)
    sql.execute(t.QUARANTINE.delete().where(same))


def _joined() -> Any:
    return t.QUARANTINE.join(t.CONNECTION, t.CONNECTION.c.id == t.QUARANTINE.c.connection_id)


def _narrowed(found: Any, connection: str | None, stream: str | None) -> Any:
    if connection is not None:
        found = found.where(t.CONNECTION.c.name == connection)
    if stream is not None:
        found = found.where(func.lower(t.QUARANTINE.c.stream) == stream.casefold())
    return found
