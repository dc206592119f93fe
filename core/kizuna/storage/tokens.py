"""Questions about API tokens: what is kept of each, never the token itself."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects import postgresql, sqlite

from kizuna.storage.tables import operations as t


@dataclass(frozen=True, slots=True)
class StoredToken:
    """What is kept of a token; instants in microseconds."""

    id: str
    name: str
    digest: str
    scopes: tuple[str, ...]
    role: str
    labels: tuple[str, ...]
    created_at: int
    expires_at: int | None
    last_used_at: int | None
    revoked_at: int | None


def add(
    sql: Connection,
    token_id: str,
    name: str,
    digest: str,
    scopes: Collection[str],
    role: str,
    labels: Collection[str],
    at: int,
    expires_at: int | None,
) -> None:
    """A new token."""
    row = {"id": token_id, "name": name, "digest": digest, "scopes": json.dumps(sorted(scopes)), "role": role}
    more = {"labels": json.dumps(sorted(labels)), "created_at": at, "expires_at": expires_at}
    sql.execute(t.TOKEN.insert().values(**row, **more))


def get(sql: Connection, token_id: str) -> StoredToken | None:
    """The token of that id."""
    row = sql.execute(select(t.TOKEN).where(t.TOKEN.c.id == token_id)).first()
    return None if row is None else _token(row)


def all_of(sql: Connection) -> list[StoredToken]:
    """Every token, the oldest first."""
    return [_token(row) for row in sql.execute(select(t.TOKEN).order_by(t.TOKEN.c.created_at, t.TOKEN.c.id))]


def revoke(sql: Connection, token_id: str, at: int) -> bool:
    """Whether a standing token of that id was taken back."""
    standing = (t.TOKEN.c.id == token_id) & t.TOKEN.c.revoked_at.is_(None)
    return sql.execute(t.TOKEN.update().where(standing).values(revoked_at=at)).rowcount == 1


def used(sql: Connection, token_id: str, at: int) -> None:
    """The moment of its last use noted."""
    sql.execute(t.TOKEN.update().where(t.TOKEN.c.id == token_id).values(last_used_at=at))


def pepper(sql: Connection) -> str | None:
    """The secret that digests are made with, None before the first token."""
    return sql.execute(select(t.STATE.c.value).where(t.STATE.c.key == PEPPER)).scalar()


def keep_pepper(sql: Connection, value: str) -> str:
    """The secret that stands: this one, or the one that another process kept first."""
    dialect: Any = sqlite if sql.dialect.name == "sqlite" else postgresql
    sql.execute(dialect.insert(t.STATE).values(key=PEPPER, value=value).on_conflict_do_nothing())
    return str(sql.execute(select(t.STATE.c.value).where(t.STATE.c.key == PEPPER)).scalar_one())


PEPPER = "token_pepper"


def _token(row: Row[Any]) -> StoredToken:
    return StoredToken(
        row.id,
        row.name,
        row.digest,
        tuple(json.loads(row.scopes)),
        row.role,
        tuple(json.loads(row.labels)),
        row.created_at,
        row.expires_at,
        row.last_used_at,
        row.revoked_at,
    )
