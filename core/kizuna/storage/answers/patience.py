"""How long a statement may take: the server's own limit on PostgreSQL, an interruption on SQLite."""

from __future__ import annotations

import time

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

_STEPS = 20_000
"""SQLite looks at the clock every so many of its steps: a millisecond or so."""


def limit(sql: Connection, statement_s: float, deadline_s: float) -> None:
    """No statement of this transaction runs longer than ``statement_s``, none past the deadline (monotonic)."""
    if sql.dialect.name == "postgresql":
        left_s = max(0.001, min(statement_s, deadline_s - time.monotonic()))
        sql.execute(
            text(
                "SELECT set_config('statement_timeout', :limit, true), set_config('transaction_read_only', 'on', true)"
            ),
            {"limit": f"{int(left_s * 1000)}ms"},
        )
        return
    raw = sql.connection.driver_connection
    assert raw is not None
    watch = _Watch(statement_s, deadline_s)
    raw.set_trace_callback(watch.begins)
    raw.set_progress_handler(watch.is_up, _STEPS)


class _Watch:
    """Looks at the clock while SQLite works."""

    def __init__(self, statement_s: float, deadline_s: float) -> None:
        self.statement_s, self.deadline_s = statement_s, deadline_s
        self.until_s = deadline_s

    def begins(self, _: str) -> None:
        """A statement begins."""
        self.until_s = min(self.deadline_s, time.monotonic() + self.statement_s)

    def is_up(self) -> int:
        """Not 0 when the statement is to be broken off."""
        return int(time.monotonic() > self.until_s)


def unlimit(sql: Connection) -> None:
    """The limit of a pooled connection taken away; PostgreSQL's ends with its transaction."""
    raw = sql.connection.driver_connection
    if sql.dialect.name == "sqlite" and raw is not None:
        raw.set_progress_handler(None, 0)
        raw.set_trace_callback(None)


def is_aborted(error: DBAPIError) -> bool:
    """Whether the statement was not even tried, because an earlier one of the transaction had failed."""
    return getattr(error.orig, "sqlstate", None) == "25P02"


def ran_out(error: DBAPIError) -> bool:
    """Whether the database broke the statement off because its time was up."""
    original = error.orig
    return getattr(original, "sqlstate", None) == "57014" or getattr(original, "sqlite_errorname", "") == (
        "SQLITE_INTERRUPT"
    )
