"""Questions about documents that callers name by the SHA-256 of their text."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from kizuna.storage.tables import serving as t


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document; ``added_at`` in microseconds. Without a name it was sent by a caller."""

    sha256: str
    document: str
    name: str | None
    trusted: bool
    added_at: int


def sha256_of(document: str) -> str:
    """The name of a document: the SHA-256 of its text in UTF-8, in hexadecimal digits."""
    return hashlib.sha256(document.encode()).hexdigest()


def get(sql: Connection, sha256: str) -> StoredDocument | None:
    """The document of that hash."""
    row = sql.execute(select(t.DOCUMENT).where(t.DOCUMENT.c.sha256 == sha256)).first()
    return None if row is None else _document(row)


def all_of(sql: Connection) -> list[StoredDocument]:
    """Every document, those an operator added first, by name."""
    order = (t.DOCUMENT.c.trusted.desc(), t.DOCUMENT.c.name, t.DOCUMENT.c.sha256)
    return [_document(row) for row in sql.execute(select(t.DOCUMENT).order_by(*order))]


def trust(sql: Connection, document: str, name: str, at: int) -> str:
    """The hash of a document that an operator adds, also where a caller had sent it before."""
    row = {"sha256": sha256_of(document), "document": document, "name": name, "trusted": True, "added_at": at}
    known = _insert(sql).values(**row)
    sql.execute(known.on_conflict_do_update(index_elements=["sha256"], set_={"name": name, "trusted": True}))
    return str(row["sha256"])


def remember(sql: Connection, document: str, at: int, most: int) -> None:
    """A document that a caller sent; of all such the newest ``most`` are kept."""
    row = {"sha256": sha256_of(document), "document": document, "trusted": False, "added_at": at}
    sql.execute(_insert(sql).values(**row).on_conflict_do_nothing())
    sent = select(t.DOCUMENT.c.sha256).where(~t.DOCUMENT.c.trusted)
    oldest = sent.order_by(t.DOCUMENT.c.added_at.desc(), t.DOCUMENT.c.sha256).limit(10**6).offset(most)
    sql.execute(delete(t.DOCUMENT).where(t.DOCUMENT.c.sha256.in_(oldest.scalar_subquery())))


def remove(sql: Connection, sha256: str) -> bool:
    """Whether there was a document of that hash, which now is gone."""
    return sql.execute(delete(t.DOCUMENT).where(t.DOCUMENT.c.sha256 == sha256)).rowcount == 1


def _document(row: Row[Any]) -> StoredDocument:
    return StoredDocument(row.sha256, row.document, row.name, row.trusted, row.added_at)


def _insert(sql: Connection) -> Any:
    dialect: Any = sqlite if sql.dialect.name == "sqlite" else postgresql
    return dialect.insert(t.DOCUMENT)
