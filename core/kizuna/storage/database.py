"""An open database: SQLite in one file, or PostgreSQL; transactions that say whether they write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from kizuna.errors import ConfigError
from kizuna.storage.pool import ClosingPool

Dialect = Literal["sqlite", "postgresql"]

BUSY_MS = 60_000
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    f"PRAGMA busy_timeout={BUSY_MS}",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-32768",
    "PRAGMA wal_autocheckpoint=16000",
)


class Database:
    """The engine and its two kinds of transactions. ``url`` is ``sqlite:///file.db`` or ``postgresql://…``."""

    def __init__(self, url: str) -> None:
        self.url = parsed(url)
        self.dialect: Dialect = "sqlite" if self.url.get_backend_name() == "sqlite" else "postgresql"
        self.engine = _sqlite(self.url) if self.dialect == "sqlite" else _postgresql(self.url)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database and writes nothing."""
        with self.engine.connect() as connection:
            yield connection
            connection.rollback()

    @contextmanager
    def write(self, *, relaxed: bool = False, durable: bool = False) -> Iterator[Connection]:
        """A transaction that commits at the end, or not at all.

        ``relaxed`` lets PostgreSQL answer before its log is on disk: only for batches whose cursor stands in the same
        transaction, so that a crash loses both together. ``durable`` waits for the disk on SQLite, too: for what cannot
        be had a second time.
        """
        with self.engine.connect().execution_options(kizuna_writes=True) as connection, ExitStack() as around:
            if durable and self.dialect == "sqlite":
                around.enter_context(_synchronous(connection))
            around.enter_context(connection.begin())
            if self.dialect == "postgresql" and (relaxed or durable):
                connection.execute(text(f"SET LOCAL synchronous_commit = {'on' if durable else 'off'}"))
            yield connection

    def close(self) -> None:
        """Every connection closed, one that a thread is still at work with when it comes back."""
        self.engine.dispose()


def parsed(url: str) -> URL:
    """The URL with the driver Kizuna uses. Raises ConfigError for anything but SQLite and PostgreSQL."""
    try:
        found = make_url(url)
    except ArgumentError as error:
        raise ConfigError(f"database: {url!r} is no URL; write sqlite:///file.db or postgresql://host/name.") from error
    backend = found.get_backend_name()
    if backend == "sqlite":
        return found.set(drivername="sqlite")
    if backend in ("postgresql", "postgres"):
        return found.set(drivername="postgresql+psycopg")
    raise ConfigError(f"database: {backend!r} is not supported; write sqlite:///file.db or postgresql://host/name.")


def _sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    in_file = url.database not in (None, "", ":memory:")
    engine = create_engine(
        url,
        poolclass=ClosingPool if in_file else None,
        connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(raw: Any, _: Any) -> None:
        # The driver must not open transactions by itself: ours begin below, so that a writer waits for its turn at
        # the start and never has to give up in the middle.
        raw.isolation_level = None
        for pragma in PRAGMAS:
            raw.execute(pragma)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("kizuna_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def _synchronous(connection: Connection) -> Iterator[None]:
    """A block in which a commit on SQLite outlasts a power cut; it begins and ends outside of a transaction."""
    raw: Any = connection.connection.driver_connection
    (before,) = raw.execute("PRAGMA synchronous").fetchone()
    raw.execute("PRAGMA synchronous=FULL")
    try:
        yield
    finally:
        raw.execute(f"PRAGMA synchronous={before}")


def _postgresql(url: URL) -> Engine:
    return create_engine(
        url,
        poolclass=ClosingPool,
        pool_size=8,
        max_overflow=8,
        pool_pre_ping=True,
        connect_args={
            "application_name": "kizuna",
            "keepalives_idle": 10,
            "keepalives_interval": 3,
            "keepalives_count": 3,
            "options": "-c timezone=UTC",
        },
    )
