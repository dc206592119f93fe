"""Syncs that nobody asks for: what changed, every few minutes, and everything again, every few days.

A turn is a number made of the clock, and the id of its run is made of the turn, so that any number of processes may look
and one run comes of it, not before the last reading is as old as a turn is long: one that was asked for counts, and one of
another rhythm. A whole reading finds what no vendor tells of: records that were purged, fields that are computed.
"""

from __future__ import annotations

import asyncio
import hashlib
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from kizuna import clock, jobs
from kizuna import log as logs
from kizuna.errors import ConfigError
from kizuna.failpoints import failpoint
from kizuna.storage import connections, runs
from kizuna.storage.connections import StoredConnection
from kizuna.storage.instants import micros
from kizuna.sync.rhythm import DAY_S, Rhythm
from kizuna.sync.service import JOB, Service

LOOK_EVERY_S = 15.0
_MICROS = 1_000_000
_log = logs.named(__name__)


@asynccontextmanager
async def working_schedule(parts: Service, opened: jobs.Engine) -> AsyncIterator[None]:
    """Every connection is synced in its turn until the block ends."""
    schedule, stop = Schedule(parts, opened), asyncio.Event()
    working = asyncio.create_task(schedule.look_on(stop))
    try:
        yield
    finally:
        stop.set()  # and not cancelled: a thread may be at work in the database
        await asyncio.gather(working, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class Due:
    """A run whose turn has come; ``instead`` of another one, where that has failed."""

    run_id: str
    connection: str
    connection_id: int
    full: bool
    every_s: float
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """The turns of all connections; any number of processes may look."""

    parts: Service
    engine: jobs.Engine

    async def look_on(self, stop: asyncio.Event) -> None:
        """Looks until told to stop; a look that fails is logged, and the next one comes."""
        while not stop.is_set():
            try:
                await self.look(clock.now())
            except Exception as error:  # noqa: BLE001  a border: syncs that are asked for go on
                _log.error("looking at the schedule failed", error)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_EVERY_S)

    async def look(self, now: datetime) -> list[str]:
        """The ids of the runs that were begun: one for every connection whose turn it is and that is not at work."""
        begun = []
        for due in await asyncio.to_thread(self.due, now):
            if await asyncio.to_thread(self._queued, due):
                failpoint("run.queued")
                begun.append(await self.engine.submit(JOB, due.connection, run_id=due.run_id))
        return begun

    def due(self, now: datetime) -> list[Due]:
        """What is to be begun now."""
        with self.parts.database.read() as sql:
            stored = [one for one in connections.all_of(sql) if one.state == "active" and not one.offline]
            # Runs for webhooks come by the second where much is told; the engine lets a scheduled one wait its turn.
            unended = [run for run in runs.unended(sql) if run.trigger != "webhook"] if stored else []
            busy = {run.connection for run in unended}
            wanted = [found for one in stored if one.name not in busy for found in self._turns(one, now)]
            left = [one for one in wanted if not _had(sql, one) and not _early(sql, one, now)]
        # A connection's whole reading comes first; what changed is part of it.
        return list({one.connection: one for one in reversed(left)}.values())

    def _turns(self, stored: StoredConnection, now: datetime) -> list[Due]:
        rhythm, found = Rhythm.of(stored, self.parts.settings.sync), list[Due]()
        full_s, changes_s = rhythm.full_s, rhythm.changes_s
        old_s = (micros(now) - stored.created_at) / _MICROS
        # Until then its first load has read everything; connections that were made together do not begin together.
        if 0 < full_s <= old_s - _shift_s(stored, full_s):
            found.append(_due(stored, "full", full_s, now))
            found.append(_due(stored, "full", full_s, now, again=True))
        if changes_s > 0:
            found.append(_due(stored, "changes", changes_s, now))
        return found

    def _queued(self, due: Due) -> bool:
        try:
            self.parts.syncer.queue(due.connection, full=due.full, trigger="schedule", run_id=due.run_id)
        except ConfigError as error:  # switched off or taken away meanwhile, or its plugin is
            _log.warning("a scheduled sync cannot begin", connection=due.connection, reason=str(error))
            return False
        except Exception as error:  # noqa: BLE001  a border: the plugin is foreign code, the other connections go on
            _log.warning("a scheduled sync cannot begin", connection=due.connection, reason=type(error).__name__)
            return False
        return True


def _due(stored: StoredConnection, kind: str, every_s: float, now: datetime, *, again: bool = False) -> Due:
    """The run of the present turn; with ``again`` the one of the present day, in place of one that has failed."""
    # Connections do not all begin at once; the turns of one are as long as each other.
    turn = int((now.timestamp() + _shift_s(stored, every_s)) // every_s)
    named = f"{stored.id} {kind} {every_s:g} {turn}"
    first = Due(_run_id(named), stored.name, stored.id, kind == "full", every_s)
    if not again:
        return first
    return replace(first, run_id=_run_id(f"{named} {int(now.timestamp()) // DAY_S}"), instead=first.run_id)


def _had(sql: Connection, due: Due) -> bool:
    """Whether the turn was had, or is not to be had again: what it stands in for has not failed."""
    if runs.run(sql, due.run_id) is not None:
        return True
    if due.instead is None:
        return False
    first = runs.run(sql, due.instead)
    return first is None or first.state != "failed"


def _early(sql: Connection, due: Due, now: datetime) -> bool:
    """Whether the last such reading that has not failed is younger than a turn is long."""
    last = runs.last_queued(sql, due.connection_id, full=due.full)
    if last is None:
        return False
    # A look comes somewhat late in its turn; the next one is not to be later by as much again.
    late_s = min(LOOK_EVERY_S, due.every_s / 10)
    old_s = (micros(now) - last) / _MICROS
    return 0 <= old_s < due.every_s - late_s  # below zero the clock was set back: what it said then says nothing


def _shift_s(stored: StoredConnection, every_s: float) -> int:
    return zlib.crc32(f"{stored.id} {stored.name}".encode()) % max(1, int(every_s))


def _run_id(named: str) -> str:
    return f"run_{hashlib.blake2b(named.encode(), digest_size=16).hexdigest()}"
