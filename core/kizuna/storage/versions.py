"""Which state of the data one sees, told cheaply: the same text twice means that nothing was written in between."""

from __future__ import annotations

import secrets
import sqlite3
import threading

from sqlalchemy import text

from kizuna.storage.database import Database

_SNAPSHOT = text("SELECT pg_current_snapshot()::text || '@' || EXTRACT(EPOCH FROM pg_postmaster_start_time())")
"""Which transactions one sees: any that wrote, in whichever database of the server, makes another one of it.

After a restart the numbers of transactions may be those of a restored copy, hence when the server was started.
Source: https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT (read 2026-11-22).
"""


class Versions:
    """The version of the data, now; safe to use from many threads. Close it at the end.

    On PostgreSQL every process says the same. On SQLite it is only comparable within one process: a connection that is
    kept open counts the commits of all the others.
    Source: https://www.sqlite.org/pragma.html#pragma_data_version (read 2026-11-22).
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._watching: sqlite3.Connection | None = None
        self._mine = secrets.token_hex(8)
        self._lock = threading.Lock()

    def now(self) -> str:
        """The version; what is read afterwards is of this one or of a later one."""
        if self.database.dialect == "postgresql":
            with self.database.read() as sql:
                return str(sql.execute(_SNAPSHOT).scalar_one())
        with self._lock:
            if self._watching is None:
                path = self.database.url.database or ""
                self._watching = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            (count,) = self._watching.execute("PRAGMA data_version").fetchone()
        return f"{self._mine}:{count}"

    def close(self) -> None:
        """The connection that counts given back."""
        with self._lock:
            if self._watching is not None:
                self._watching.close()
                self._watching = None
