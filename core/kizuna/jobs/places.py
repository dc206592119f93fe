"""Where the engine keeps its state: a disposable file beside a SQLite file, a schema of its own in PostgreSQL."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.pool import ConnectionPoolEntry

from kizuna.errors import ConfigError
from kizuna.storage.pool import ClosingPool

SCHEMA = "kizuna_jobs"

# A host that vanished is noticed after about 5 + 3 x 2 seconds instead of the two hours of the system's default.
KEEPALIVES = {"keepalives_idle": "5", "keepalives_interval": "2", "keepalives_count": "3"}
SERVER_KEEPALIVES = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"


@dataclass(frozen=True, slots=True)
class Place:
    """An open place for the engine: ``file`` for SQLite, ``url`` for PostgreSQL; ``close`` gives it back."""

    database: sa.Engine
    file: Path | None
    url: URL
    close: Callable[[], None]


def open_place(database_url: str) -> Place:
    """The engine's place for a Kizuna database; `ConfigError` for a database other than SQLite or PostgreSQL."""
    url = sa.make_url(database_url)
    backend = url.get_backend_name()
    if backend == "sqlite":
        return _beside_file(url)
    if backend in ("postgresql", "postgres"):
        return _in_schema(url)
    raise ConfigError(f"The job engine runs on SQLite and PostgreSQL, not on {backend!r}; correct the database URL.")


def jobs_file(data_file: Path) -> Path:
    """The engine's file of a data file: ``kizuna.jobs.db`` beside ``kizuna.db``; it may be deleted while nothing runs."""
    return data_file.with_name(f"{data_file.stem}.jobs.db")


def postgres_dsn(url: URL) -> str:
    """The URL as libpq understands it, password included, watching over its connection."""
    return url.set(drivername="postgresql").update_query_dict(KEEPALIVES).render_as_string(hide_password=False)


def _beside_file(url: URL) -> Place:
    if not url.database or url.database == ":memory:":
        folder = tempfile.TemporaryDirectory(prefix="kizuna-jobs-")
        file, cleanup = Path(folder.name) / "memory.jobs.db", folder.cleanup
    else:
        file, cleanup = jobs_file(Path(url.database)), _nothing
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    url_of_file = URL.create("sqlite", database=str(file))
    database = sa.create_engine(url_of_file, poolclass=ClosingPool, pool_size=20, max_overflow=0)
    sa.event.listen(database, "connect", _prepare_sqlite)

    def close() -> None:
        database.dispose()
        cleanup()

    return Place(database, file, url, close)


def _in_schema(url: URL) -> Place:
    database = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        poolclass=ClosingPool,
        pool_size=20,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={"application_name": "kizuna jobs", "connect_timeout": 10, **KEEPALIVES},
    )
    return Place(database, None, url, database.dispose)


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    # A write lock is taken when a transaction begins, so that two workers cannot both read and then both claim.
    connection.isolation_level = "IMMEDIATE"
    for pragma in ("busy_timeout = 30000", "foreign_keys = ON", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _nothing() -> None:
    """A temporary folder is removed; a file beside the data stays."""
