"""Questions about what the vault holds: wrapped data keys and sealed secrets, as bytes that mean nothing here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from kizuna import clock
from kizuna.storage.instants import micros
from kizuna.storage.tables import secrets as t


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A connection's data key, wrapped under the master key of that fingerprint."""

    connection_id: int
    master_id: str
    wrapped: bytes = field(repr=False)


def data_key(sql: Connection, connection_id: int, *, held: bool = False) -> WrappedKey | None:
    """The connection's data key; None before its first secret. ``held`` keeps others from changing it meanwhile."""
    found = select(t.DATA_KEY).where(t.DATA_KEY.c.connection_id == connection_id)
    row = sql.execute(found.with_for_update() if held else found).first()
    return None if row is None else WrappedKey(row.connection_id, row.master_id, row.wrapped)


def data_keys(sql: Connection) -> list[WrappedKey]:
    """Every data key, by connection."""
    rows = sql.execute(select(t.DATA_KEY).order_by(t.DATA_KEY.c.connection_id))
    return [WrappedKey(row.connection_id, row.master_id, row.wrapped) for row in rows]


def keep_data_key(sql: Connection, key: WrappedKey, at: int) -> WrappedKey:
    """The key that stands: this one, or the one that another process kept first."""
    row = {"master_id": key.master_id, "wrapped": key.wrapped, "updated_at": at}
    sql.execute(_insert(sql, t.DATA_KEY).values(connection_id=key.connection_id, **row).on_conflict_do_nothing())
    standing = data_key(sql, key.connection_id, held=True)
    assert standing is not None
    return standing


def rewrap(sql: Connection, key: WrappedKey, at: int) -> None:
    """The connection's data key under another master key."""
    same = t.DATA_KEY.c.connection_id == key.connection_id
    sql.execute(t.DATA_KEY.update().where(same).values(master_id=key.master_id, wrapped=key.wrapped, updated_at=at))


def sealed(sql: Connection, connection_id: int, setting: str) -> bytes | None:
    """The sealed secret of that setting."""
    same = (t.SEALED_SECRET.c.connection_id == connection_id) & (t.SEALED_SECRET.c.setting == setting)
    return sql.execute(select(t.SEALED_SECRET.c.sealed).where(same)).scalar()


def keep_sealed(sql: Connection, connection_id: int, setting: str, value: bytes, at: int) -> None:
    """The sealed secret of that setting, in place of an earlier one."""
    row = {"sealed": value, "updated_at": at}
    statement = _insert(sql, t.SEALED_SECRET).values(connection_id=connection_id, setting=setting, **row)
    sql.execute(statement.on_conflict_do_update(index_elements=["connection_id", "setting"], set_=row))


def take_turn(sql: Connection, connection_id: int, holder: str, lasts: int) -> bool:
    """Whether the holder may renew the connection's secrets now, for so many microseconds; others may not meanwhile."""
    now = _now(sql)
    free = t.DATA_KEY.c.renewing_until.is_(None) | (t.DATA_KEY.c.renewing_until <= now)
    mine = (t.DATA_KEY.c.connection_id == connection_id) & free
    taken = t.DATA_KEY.update().where(mine).values(renewing_by=holder, renewing_until=now + lasts)
    return sql.execute(taken).rowcount == 1


def end_turn(sql: Connection, connection_id: int, holder: str) -> None:
    """The holder is done, unless the turn has passed to another already."""
    mine = (t.DATA_KEY.c.connection_id == connection_id) & (t.DATA_KEY.c.renewing_by == holder)
    sql.execute(t.DATA_KEY.update().where(mine).values(renewing_by=None, renewing_until=None))


def moments(sql: Connection) -> dict[tuple[int, str], int]:
    """(connection id, setting) → when the secret was sealed last, in microseconds."""
    rows = sql.execute(select(t.SEALED_SECRET.c.connection_id, t.SEALED_SECRET.c.setting, t.SEALED_SECRET.c.updated_at))
    return {(row.connection_id, row.setting): row.updated_at for row in rows}


def forget(sql: Connection, connection_id: int, setting: str) -> None:
    """The sealed secret of that setting is no longer there."""
    same = (t.SEALED_SECRET.c.connection_id == connection_id) & (t.SEALED_SECRET.c.setting == setting)
    sql.execute(t.SEALED_SECRET.delete().where(same))


def remove(sql: Connection, connection_id: int) -> int:
    """How many secrets of the connection were forgotten, together with its data key."""
    sql.execute(t.DATA_KEY.delete().where(t.DATA_KEY.c.connection_id == connection_id))
    return sql.execute(t.SEALED_SECRET.delete().where(t.SEALED_SECRET.c.connection_id == connection_id)).rowcount


def _now(sql: Connection) -> int:
    """Microseconds since 1970 by one clock for all workers: the server's, or this machine's, where they all are."""
    if sql.dialect.name == "sqlite":
        return micros(clock.now())
    return int(sql.execute(select(func.extract("epoch", func.clock_timestamp()) * 1_000_000)).scalar_one())


def _insert(sql: Connection, table: Any) -> Any:
    dialect: Any = sqlite if sql.dialect.name == "sqlite" else postgresql
    return dialect.insert(table)
