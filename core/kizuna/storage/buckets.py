"""Questions about what each token has left to spend: a bucket that fills up again as time goes by."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select, text

from kizuna.storage.tables import serving as t

SECOND_MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class Terms:
    """How much a bucket holds, and how much of it comes back each second."""

    size: int
    restored_per_s: int

    def at(self, remaining: int, since: int, now: int) -> int:
        """What remains at ``now`` of what remained at ``since``, in microseconds; a clock set back restores nothing."""
        restored = max(0, now - since) * self.restored_per_s // SECOND_MICROS
        return min(self.size, remaining + restored)


def remaining(sql: Connection, token_id: str, terms: Terms, now: int) -> int:
    """What the token has left; a full bucket where nothing was ever written of it."""
    row = sql.execute(select(t.BUCKET).where(t.BUCKET.c.token_id == token_id)).first()
    return terms.size if row is None else terms.at(row.remaining, row.at, now)


def settle(sql: Connection, token_id: str, spent: int, terms: Terms, now: int) -> int:
    """What the token has left after a process spent so much of it; processes that write at once wait for each other."""
    sql.execute(
        text(
            "INSERT INTO api_bucket (token_id, remaining, at) VALUES (:token, :size, :now) ON CONFLICT (token_id) DO NOTHING"
        ),
        {"token": token_id, "size": terms.size, "now": now},
    )
    same = t.BUCKET.c.token_id == token_id
    row = sql.execute(select(t.BUCKET).where(same).with_for_update()).one()
    left = terms.at(row.remaining, row.at, now) - spent
    sql.execute(t.BUCKET.update().where(same).values(remaining=left, at=max(row.at, now)))
    return left
