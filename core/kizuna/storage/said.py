"""What people have said of records, with whoever said it: decisions as they stand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from kizuna.storage import direct
from kizuna.storage.bulk import among, numbers


@dataclass(frozen=True, slots=True)
class Apart:
    """A standing decision that two records (``a`` < ``b``) are different; ``at`` in µs."""

    a: int
    b: int
    actor: str
    reason: str | None
    at: int


def different(sql: Connection, entity: str, rids: Collection[int]) -> list[Apart]:
    """The standing decisions that keep one of these records apart from another, the oldest first."""
    ways = " UNION ".join(
        f"""
        SELECT id, a, b, actor, reason, at FROM identity_decision
        WHERE entity = :entity AND verdict = 'different' AND revoked_at IS NULL AND {among(sql, end)}"""
        for end in ("a", "b")
    )
    found = direct.rows(sql, ways, {"entity": entity, "rids": numbers(sql, rids)})
    return [Apart(*row[1:]) for row in sorted(found)]
