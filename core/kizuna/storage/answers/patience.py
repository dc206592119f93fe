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
    raw.set_progress_handler(lambda: int(time.monotonic() > deadline_s), _STEPS)


def unlimit(sql: Connection) -> None:
    """The limit of a pooled connection taken away; PostgreSQL's ends with its transaction."""
    raw = sql.connection.driver_connection
    if sql.dialect.name == "sqlite" and raw is not None:
        raw.set_progress_handler(None, 0)


def is_aborted(error: DBAPIError) -> bool:
    """Whether the statement was not even tried, because an earlier one of the transaction had failed."""
    return getattr(error.orig, "sqlstate", None) == "25P02"


def ran_out(error: DBAPIError) -> bool:
    """Whether the database broke the statement off because its time was up."""
    original = error.orig
    return getattr(original, "sqlstate", None) == "57014" or getattr(original, "sqlite_errorname", "") == (
        "SQLITE_INTERRUPT"
    )
