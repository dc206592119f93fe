"""Rules for custom fields: every change of them kept, the latest of a field stands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from kizuna.model.custom import FieldRule
from kizuna.model.enums import CustomForm
from kizuna.storage.tables import custom as t
from kizuna.storage.tables import evidence

UNMAP = "unmap"


@dataclass(frozen=True, slots=True)
class Standing:
    """The rules of a stream, and the number of its latest change (0: there was never a rule)."""

    rule_id: int
    rules: tuple[FieldRule, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the rule of one field; ``rule`` is None where the field was given up."""

    id: int
    connection: str
    stream: str
    path: str
    version: int
    action: str  # map, keep, unmap
    rule: FieldRule | None
    actor: str
    at: int


def standing(sql: Connection, connection_id: int, stream: str) -> Standing:
    """The rules of a stream as they stand, ordered by path."""
    rows = sql.execute(_of_stream(connection_id, stream)).all()
    latest = {row.path: row for row in rows}
    rules = tuple(rule for _, row in sorted(latest.items()) if (rule := _rule(row)) is not None)
    return Standing(max((row.id for row in rows), default=0), rules)


def held(sql: Connection, connection_id: int, stream: str) -> int:
    """The number of the stream's latest change; no other comes before this transaction ends."""
    if sql.dialect.name == "postgresql":
        same = evidence.CONNECTION.c.id == connection_id
        sql.execute(select(evidence.CONNECTION.c.id).where(same).with_for_update(read=True, key_share=True))
    mine = (t.FIELD_RULE.c.connection_id == connection_id) & (t.FIELD_RULE.c.stream == stream)
    return int(sql.execute(select(func.coalesce(func.max(t.FIELD_RULE.c.id), 0)).where(mine)).scalar_one())


def claim(sql: Connection, connection_id: int) -> None:
    """Waits for every transaction that works by the rules of the connection, and keeps others out until this one ends."""
    if sql.dialect.name == "postgresql":
        same = evidence.CONNECTION.c.id == connection_id
        sql.execute(select(evidence.CONNECTION.c.id).where(same).with_for_update())


def add(
    sql: Connection, connection_id: int, stream: str, path: str, rule: FieldRule | None, actor: str, at: int
) -> int:
    """The number of this change: the rule stands from now on, None gives the field up. Only after :func:`claim`."""
    mine = (t.FIELD_RULE.c.connection_id == connection_id) & (t.FIELD_RULE.c.stream == stream)
    versions = select(func.coalesce(func.max(t.FIELD_RULE.c.version), 0)).where(mine & (t.FIELD_RULE.c.path == path))
    row: dict[str, Any] = {
        "connection_id": connection_id,
        "stream": stream,
        "path": path,
        "version": int(sql.execute(versions).scalar_one()) + 1,
        "action": action_of(rule),
        "actor": actor,
        "at": at,
    }
    if rule is not None:
        row |= {"entity": rule.entity, "attribute": rule.attribute, "name": rule.name, "form": str(rule.form)}
        row |= {"currency": rule.currency, "choices": json.dumps(rule.choices, ensure_ascii=False)}
    key = sql.execute(t.FIELD_RULE.insert().values(row)).inserted_primary_key
    assert key is not None
    return int(key[0])


def latest(sql: Connection, connection_id: int, stream: str, path: str) -> int:
    """The number of the latest change of a field's rule, 0 when it never had one."""
    table = t.FIELD_RULE.c
    mine = (table.connection_id == connection_id) & (table.stream == stream) & (table.path == path)
    return int(sql.execute(select(func.coalesce(func.max(table.id), 0)).where(mine)).scalar_one())


def action_of(rule: FieldRule | None) -> str:
    """What a change to that rule is called."""
    return UNMAP if rule is None else "map" if rule.attribute else "keep"


def history(sql: Connection, connection_id: int | None = None, stream: str | None = None) -> list[Change]:
    """Every change, the latest first; of one connection, of one stream."""
    names = evidence.CONNECTION.c
    found = select(t.FIELD_RULE, names.name.label("connection")).join(
        evidence.CONNECTION, names.id == t.FIELD_RULE.c.connection_id
    )
    if connection_id is not None:
        found = found.where(t.FIELD_RULE.c.connection_id == connection_id)
    if stream is not None:
        found = found.where(t.FIELD_RULE.c.stream == stream)
    return [_change(row) for row in sql.execute(found.order_by(t.FIELD_RULE.c.id.desc()))]


def all_standing(sql: Connection, connection_id: int | None = None) -> list[Change]:
    """The change that stands of every field that has a rule, ordered by connection, stream and path."""
    latest: dict[tuple[str, str, str], Change] = {}
    for change in reversed(history(sql, connection_id)):
        latest[change.connection, change.stream, change.path] = change
    return [change for _, change in sorted(latest.items()) if change.rule is not None]


def _of_stream(connection_id: int, stream: str) -> Any:
    mine = (t.FIELD_RULE.c.connection_id == connection_id) & (t.FIELD_RULE.c.stream == stream)
    return select(t.FIELD_RULE).where(mine).order_by(t.FIELD_RULE.c.id)


def _change(row: Row[Any]) -> Change:
    return Change(row.id, row.connection, row.stream, row.path, row.version, row.action, _rule(row), row.actor, row.at)


def _rule(row: Row[Any]) -> FieldRule | None:
    if row.action == UNMAP:
        return None
    choices: Sequence[str] = json.loads(row.choices)
    return FieldRule(
        path=row.path,
        entity=row.entity,
        form=CustomForm(row.form),
        attribute=row.attribute,
        name=row.name,
        currency=row.currency,
        choices=tuple(choices),
    )
