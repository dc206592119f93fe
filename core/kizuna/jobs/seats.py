"""Seats: an executor id held by exactly one live process, and the judgement whether another's holder is gone.

On SQLite a seat is an exclusive lock on a small file, which the operating system lets go when the process dies. On
PostgreSQL it is a session advisory lock, which the server lets go when the connection dies, together with a beat: a
process that is stopped or unreachable keeps its lock but misses its beats.
"""

from __future__ import annotations

import hashlib
import re
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Protocol

import psycopg

from kizuna import log
from kizuna.errors import ConfigError
from kizuna.jobs.places import SCHEMA, SERVER_KEEPALIVES, Place, postgres_dsn
from kizuna.jobs.port import EngineSettings

_log = log.named(__name__)

SEATS_A_HOST = 64
# A worker that died a moment ago may still hold its lock until the server has noticed.
WAIT_FOR_OWN_SEAT_S = 12.0
WATCH_SLEEPERS_S = 30.0


class Seat(Protocol):
    """A held executor id."""

    executor_id: str

    def beat(self) -> None:
        """Tells the others that this process is alive."""
        ...

    def vacant(self, executor_id: str) -> AbstractContextManager[bool]:
        """True when the holder of another seat is gone; it cannot come back before the context ends."""
        ...

    def leave(self) -> None:
        """Gives the seat up, so that what is left of its work can be taken over at once."""
        ...


def take_seat(place: Place, executor_id: str | None, settings: EngineSettings) -> Seat:
    """A seat under the wanted id, or the first free one of this host; `ConfigError` when a live process has it."""
    if executor_id is not None and not re.fullmatch(r"[\w.:-]{1,128}", executor_id):
        raise ConfigError(f"The executor id {executor_id!r} may hold letters, digits and . : _ - only; choose another.")
    host = "local" if place.file else socket.gethostname()
    wanted = [executor_id] if executor_id else [f"{host}-{number}" for number in range(1, SEATS_A_HOST + 1)]
    patience_s = WAIT_FOR_OWN_SEAT_S if executor_id else 0.0
    deadline = time.monotonic() + patience_s
    while True:
        for name in wanted:
            seat = FileSeat.take(place.file, name) if place.file else PostgresSeat.take(place, name, settings)
            if seat is not None:
                return seat
        if time.monotonic() >= deadline:
            raise ConfigError(f"Another live process works as {wanted[0]!r}; give this one an executor id of its own.")
        time.sleep(0.5)


class FileSeat:
    """A seat on one machine: an exclusive lock on a file beside the engine's."""

    def __init__(self, jobs_file: Path, executor_id: str, lock: sqlite3.Connection) -> None:
        self.executor_id = executor_id
        self._jobs_file, self._lock = jobs_file, lock

    @classmethod
    def take(cls, jobs_file: Path, executor_id: str) -> FileSeat | None:
        """The seat, None when a live process holds it."""
        lock = _lock_file(jobs_file, executor_id)
        return cls(jobs_file, executor_id, lock) if lock else None

    def beat(self) -> None:
        """Nothing to do: the lock itself ends with the process."""

    @contextmanager
    def vacant(self, executor_id: str) -> Iterator[bool]:
        lock = _lock_file(self._jobs_file, executor_id)
        if lock is None:
            yield False
            return
        with closing(lock):
            yield True

    def leave(self) -> None:
        self._lock.close()


def _lock_file(jobs_file: Path, executor_id: str) -> sqlite3.Connection | None:
    """SQLite's own file lock, because it is the same on every system and ends with the process."""
    name = re.sub(r"[^\w.-]", "_", executor_id)
    path = jobs_file.with_name(f"{jobs_file.stem}.{name}.seat")
    lock = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        lock.close()
        return None
    return lock


class PostgresSeat:
    """A seat among any number of machines: a session advisory lock and a beat."""

    def __init__(self, dsn: str, executor_id: str, settings: EngineSettings, held: psycopg.Connection) -> None:
        self.executor_id = executor_id
        self._dsn, self._settings = dsn, settings
        self._held: psycopg.Connection | None = held
        self._probe: psycopg.Connection | None = None
        self._wake_until = time.monotonic()

    @classmethod
    def take(cls, place: Place, executor_id: str, settings: EngineSettings) -> PostgresSeat | None:
        """The seat, None when a live process holds it."""
        dsn = postgres_dsn(place.url)
        held = _connect(dsn, executor_id)
        _make_table(held)
        if not _try_lock(held, executor_id):
            held.close()
            return None
        seat = cls(dsn, executor_id, settings, held)
        seat.beat()
        return seat

    def beat(self) -> None:
        try:
            if self._held is None:
                # After a restart of the server: beat even while somebody else still probes our lock.
                self._held = _connect(self._dsn, self.executor_id)
                _try_lock(self._held, self.executor_id)
                _log.info("connected again", executor=self.executor_id)
            self._held.execute(_BEAT, (self.executor_id,))
            if time.monotonic() < self._wake_until:
                _end_sleepers(self._held, self._settings.stalled_after_s)
        except psycopg.Error as error:
            if self._held is not None:
                _log.warning("connection lost, trying again", executor=self.executor_id, error=type(error).__name__)
                _close(self._held)
            self._held = None

    @contextmanager
    def vacant(self, executor_id: str) -> Iterator[bool]:
        try:
            if self._probe is None:
                self._probe = _connect(self._dsn, f"{self.executor_id} watches")
            row = self._probe.execute(_AGE, (executor_id,)).fetchone()
            silent_s = float("inf") if row is None else float(row[0])
            lockable = silent_s > self._settings.dead_after_s
            locked = lockable and _try_lock(self._probe, executor_id)
            asleep = not locked and silent_s > self._settings.stalled_after_s
        except psycopg.Error:
            _close(self._probe)
            self._probe = None
            raise
        if asleep:
            # What is handed back next may wait for a row the sleeper has locked; the beats see to that meanwhile.
            self._wake_until = time.monotonic() + WATCH_SLEEPERS_S
        try:
            yield locked or asleep
        finally:
            if locked:
                self._probe.execute("SELECT pg_advisory_unlock(%s)", (_lock_number(executor_id),))

    def leave(self) -> None:
        try:
            if self._held is not None:
                self._held.execute(f"DELETE FROM {SCHEMA}.executor WHERE executor_id = %s", (self.executor_id,))
        except psycopg.Error as error:
            _log.warning("seat not given up", executor=self.executor_id, error=type(error).__name__)
        finally:
            _close(self._held)
            _close(self._probe)


_BEAT = (
    f"INSERT INTO {SCHEMA}.executor (executor_id, beat_at) VALUES (%s, clock_timestamp()) "
    "ON CONFLICT (executor_id) DO UPDATE SET beat_at = clock_timestamp()"
)
_AGE = f"SELECT extract(epoch FROM clock_timestamp() - beat_at) FROM {SCHEMA}.executor WHERE executor_id = %s"
_TABLE = f"CREATE TABLE IF NOT EXISTS {SCHEMA}.executor (executor_id text PRIMARY KEY, beat_at timestamptz NOT NULL)"
_FORGET = f"DELETE FROM {SCHEMA}.executor WHERE beat_at < clock_timestamp() - interval '1 day'"
# A process stopped in the middle of a transaction keeps its rows locked, the lease among them, from whoever replaces it.
# So while somebody sleeps, a session of ours is ended that waits for its client in a transaction and holds up another.
_END_SLEEPERS = """
    SELECT sleeper.pid, pg_terminate_backend(sleeper.pid)
    FROM pg_stat_activity AS sleeper
    WHERE sleeper.datname = current_database()
      AND starts_with(sleeper.application_name, 'kizuna')
      AND sleeper.xact_start IS NOT NULL
      AND sleeper.wait_event = 'ClientRead'
      AND sleeper.state_change < clock_timestamp() - make_interval(secs => %s)
      AND EXISTS (
        SELECT FROM pg_stat_activity AS waiting
        WHERE waiting.wait_event_type = 'Lock' AND sleeper.pid = ANY(pg_blocking_pids(waiting.pid))
      )
"""


def _end_sleepers(connection: psycopg.Connection, asleep_for_s: float) -> None:
    try:
        ended = connection.execute(_END_SLEEPERS, (asleep_for_s,)).fetchall()
    except psycopg.errors.InsufficientPrivilege:
        _log.warning("a sleeping session of another role holds a lock; let all workers use one role")
        return
    if ended:
        _log.warning("ended sessions of a sleeping worker", count=len(ended))


def _connect(dsn: str, name: str) -> psycopg.Connection:
    # A lost beat costs nothing, so no beat waits for the disk.
    options = f"{SERVER_KEEPALIVES} -c synchronous_commit=off -c statement_timeout=10000"
    return psycopg.connect(
        dsn, autocommit=True, connect_timeout=5, application_name=f"kizuna {name}"[:63], options=options
    )


def _make_table(connection: psycopg.Connection) -> None:
    with connection.transaction():
        # CREATE … IF NOT EXISTS of two sessions at once can still collide in the catalogue.
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_lock_number("schema"),))
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        connection.execute(_TABLE)
        connection.execute(_FORGET)


def _try_lock(connection: psycopg.Connection, executor_id: str) -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", (_lock_number(executor_id),)).fetchone()
    return row is not None and bool(row[0])


def _lock_number(executor_id: str) -> int:
    digest = hashlib.sha256(f"kizuna executor {executor_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _close(connection: psycopg.Connection | None) -> None:
    if connection is not None:
        connection.close()
