"""Values that are never evidence: who has said so, when and why, and whether it still holds."""

from __future__ import annotations

from sqlalchemy import Connection, select

from kizuna.identity.never import HOST, MAILBOX, NUMBER, Never
from kizuna.storage import direct
from kizuna.storage.tables import identity as t


def standing(sql: Connection) -> Never:
    """Everything that is blocked now."""
    found: dict[str, set[str]] = {MAILBOX: set(), HOST: set(), NUMBER: set()}
    for kind, value in direct.rows(sql, "SELECT kind, value FROM blocked_value WHERE lifted_at IS NULL", {}):
        found[kind].add(value)
    return Never(frozenset(found[MAILBOX]), frozenset(found[HOST]), frozenset(found[NUMBER]))


def add(sql: Connection, kind: str, value: str, reason: str | None, actor: str, at: int) -> int | None:
    """The number under which it stands; None when it is blocked already."""
    mine = (t.BLOCKED.c.kind == kind) & (t.BLOCKED.c.value == value) & t.BLOCKED.c.lifted_at.is_(None)
    if sql.execute(select(t.BLOCKED.c.id).where(mine)).first() is not None:
        return None
    row = {"kind": kind, "value": value, "reason": reason, "actor": actor, "at": at}
    key = sql.execute(t.BLOCKED.insert().values(row)).inserted_primary_key
    assert key is not None
    return int(key[0])


def lift(sql: Connection, number: int, actor: str, at: int) -> tuple[str, str] | None:
    """(kind, value) of what is no longer blocked; None when no standing one has that number."""
    mine = (t.BLOCKED.c.id == number) & t.BLOCKED.c.lifted_at.is_(None)
    row = sql.execute(select(t.BLOCKED.c.kind, t.BLOCKED.c.value).where(mine)).first()
    if row is None:
        return None
    sql.execute(t.BLOCKED.update().where(mine).values(lifted_at=at, lifted_by=actor))
    return row.kind, row.value
