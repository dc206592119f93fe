"""Questions about match models: which there are, which is in force."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, select

from kizuna.errors import UnknownName
from kizuna.identity.models import BUILT_IN, MatchModel, read, written
from kizuna.storage import direct
from kizuna.storage.tables.identity import MATCH_MODEL

_read = lru_cache(maxsize=4)(read)


@dataclass(frozen=True, slots=True)
class StoredModel:
    """One version: when it was made (microseconds) and came into force, and what it was learned from."""

    model: MatchModel
    created_at: int | None
    activated_at: int | None
    learned_from: Mapping[str, Any]


def active(sql: Connection) -> MatchModel:
    """The model in force: the one activated last, else the built-in one."""
    latest = """
        SELECT version, body FROM match_model WHERE activated_at IS NOT NULL ORDER BY activated_at DESC LIMIT 1
    """
    found = direct.rows(sql, latest, {})
    return BUILT_IN if not found or found[0][0] == BUILT_IN.version else _read(found[0][1])


def add(sql: Connection, model: MatchModel, learned_from: Mapping[str, Any], now: int) -> None:
    """A new version; it is not in force yet."""
    row = {
        "version": model.version,
        "body": written(model),
        "learned_from": json.dumps(learned_from),
        "created_at": now,
    }
    sql.execute(MATCH_MODEL.insert().values(row))


def every(sql: Connection) -> list[StoredModel]:
    """The built-in model and all that were learned, the oldest first."""
    rows = {row.version: row for row in sql.execute(select(MATCH_MODEL).order_by(MATCH_MODEL.c.created_at))}
    own = rows.pop(BUILT_IN.version, None)
    learned = [
        StoredModel(read(row.body), row.created_at, row.activated_at, json.loads(row.learned_from))
        for row in rows.values()
    ]
    return [StoredModel(BUILT_IN, None, own.activated_at if own else None, {}), *learned]


def activate(sql: Connection, version: str, now: int) -> MatchModel:
    """The model of that version, in force from now on. Raises UnknownName."""
    stored = {one.model.version: one.model for one in every(sql)}
    if version not in stored:
        raise UnknownName("match model", version, list(stored))
    same = MATCH_MODEL.c.version == version
    if not sql.execute(MATCH_MODEL.update().where(same).values(activated_at=now)).rowcount:
        add(sql, BUILT_IN, {}, now)
        sql.execute(MATCH_MODEL.update().where(same).values(activated_at=now))
    return stored[version]
