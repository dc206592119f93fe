"""How far the stored records of a stream have been mapped again since the rules for its custom fields changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

from kizuna.model.facts import CustomField, kind_of
from kizuna.storage.bulk import among, delete, numbers
from kizuna.storage.tables import custom as t
from kizuna.storage.tables import evidence, facts

CUSTOM = kind_of(CustomField)
TOUCHED = ("account", "person", CUSTOM)
"""The kinds of facts that rules for custom fields can change."""


@dataclass(frozen=True, slots=True)
class Remap:
    """One stream being mapped again; ``ended_at`` is None while records wait."""

    connection_id: int
    connection: str
    plugin: str
    stream: str
    rule_id: int
    position: str | None
    done: int
    total: int
    failed: int
    asked_at: int
    ended_at: int | None


def ask(sql: Connection, connection_id: int, stream: str, rule_id: int, at: int) -> None:
    """Every stored record of the stream is to be mapped again, from the first; one that was under way begins anew."""
    mine = (evidence.SOURCE_RECORD.c.connection_id == connection_id) & (evidence.SOURCE_RECORD.c.stream == stream)
    total = sql.execute(select(func.count()).select_from(evidence.SOURCE_RECORD).where(mine)).scalar_one()
    values: dict[str, Any] = {
        **{"rule_id": rule_id, "position": None, "done": 0, "total": total, "failed": 0},
        **{"asked_at": at, "ended_at": None if total else at},
    }
    dialect: Any = sqlite if sql.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(t.FIELD_REMAP).values(connection_id=connection_id, stream=stream, **values)
    sql.execute(statement.on_conflict_do_update(index_elements=["connection_id", "stream"], set_=values))


def listed(sql: Connection, *, waiting: bool = False, connection_id: int | None = None) -> list[Remap]:
    """Every stream that was ever to be mapped again, or only those that wait; the earliest first."""
    table, names = t.FIELD_REMAP, evidence.CONNECTION.c
    found = select(table, names.name.label("connection"), names.plugin).join(
        evidence.CONNECTION, names.id == table.c.connection_id
    )
    if waiting:
        found = found.where(table.c.ended_at.is_(None))
    if connection_id is not None:
        found = found.where(table.c.connection_id == connection_id)
    return [_remap(row) for row in sql.execute(found.order_by(table.c.asked_at, table.c.connection_id, table.c.stream))]


def advance(sql: Connection, remap: Remap, position: str, done: int, failed: int) -> None:
    """So many more records are mapped, up to this one."""
    values = {"position": position, "done": remap.done + done, "failed": remap.failed + failed}
    sql.execute(t.FIELD_REMAP.update().where(_same(remap)).values(values))


def end(sql: Connection, remap: Remap, at: int) -> None:
    """No record of the stream waits any more."""
    sql.execute(t.FIELD_REMAP.update().where(_same(remap)).values(ended_at=at))


def next_records(sql: Connection, remap: Remap, most: int) -> dict[int, str]:
    """The records that come next with their ids, in the order of these; no rebuild begins before the transaction ends."""
    if sql.dialect.name == "postgresql":
        sql.execute(text("LOCK TABLE source_record IN ROW SHARE MODE"))
    table = evidence.SOURCE_RECORD
    mine = (table.c.connection_id == remap.connection_id) & (table.c.stream == remap.stream)
    if remap.position is not None:
        mine &= table.c.source_id > remap.position
    found = select(table.c.rid, table.c.source_id).where(mine).order_by(table.c.source_id).limit(most)
    return dict(sql.execute(found).all())


def forget(sql: Connection, rids: Collection[int]) -> None:
    """What rules for custom fields can change of these records is gone, its history too."""
    for kind in TOUCHED:
        delete(sql, facts.FACTS[kind], "rid", rids)
    statement = text(f"DELETE FROM fact_history WHERE {among(sql, 'rid')} AND kind = '{CUSTOM}'")
    sql.execute(statement, {"rids": numbers(sql, rids)})


def _same(remap: Remap) -> Any:
    return (t.FIELD_REMAP.c.connection_id == remap.connection_id) & (t.FIELD_REMAP.c.stream == remap.stream)


def _remap(row: Row[Any]) -> Remap:
    return Remap(**{name: getattr(row, name) for name in Remap.__dataclass_fields__})
