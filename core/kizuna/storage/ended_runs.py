"""What is left of runs once they have ended: kept for a while, and of each stream for as long as it is the latest."""

from __future__ import annotations

from sqlalchemy import Connection, select

from kizuna.storage.tables import evidence
from kizuna.storage.tables import operations as t


def forget(sql: Connection, connection_id: int, before: int, most: int) -> int:
    """How many of the connection's ended runs that were queued before that instant are gone now, the oldest first.

    Its latest run stays, and for every stream the run that read it to its end last.
    """
    mine = t.RUN.c.connection_id == connection_id
    old = mine & (t.RUN.c.queued_at < before) & t.RUN.c.ended_at.is_not(None)
    found = select(t.RUN.c.id).where(old, t.RUN.c.id.not_in(_kept(sql, connection_id)))
    ids = list(sql.scalars(found.order_by(t.RUN.c.queued_at, t.RUN.c.id).limit(most)))
    if ids:
        sql.execute(t.RUN_STREAM.delete().where(t.RUN_STREAM.c.run_id.in_(ids)))
        sql.execute(t.RUN.delete().where(t.RUN.c.id.in_(ids)))
    return len(ids)


def _kept(sql: Connection, connection_id: int) -> list[str]:
    stream = evidence.STREAM.c
    told = select(stream.last_complete_run).where(
        stream.connection_id == connection_id, stream.last_complete_run.is_not(None)
    )
    latest = select(t.RUN.c.id).where(t.RUN.c.connection_id == connection_id).order_by(t.RUN.c.queued_at.desc())
    return sorted({*sql.scalars(told), *sql.scalars(latest.limit(1))})
