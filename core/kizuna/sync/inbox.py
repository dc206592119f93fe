"""Working off the webhook inbox: what deliveries speak of is read from the vendor again, by an ordinary run.

A delivery is a hint and no more: it waits until a run of the streams it names has ended well and shows the change. The
run reads what changed since the bookmark, under the connection's lease and through the same writer as any sync, so that
the order of deliveries does not matter and one delivery too many reads nothing new. Deliveries of a connection that
arrive while a run is under way share the next one. Every step can be repeated: whatever dies between two of them, the
next look finds the delivery waiting, or its run ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection as Sql

from kizuna import clock, jobs, log
from kizuna.errors import ConfigError
from kizuna.failpoints import failpoint
from kizuna.model.refs import record_id
from kizuna.storage import connections, deliveries, evidence, runs
from kizuna.storage.connections import StoredConnection
from kizuna.storage.database import Database
from kizuna.storage.deliveries import Kept
from kizuna.storage.instants import micros
from kizuna.sync.offline import unchecked
from kizuna.sync.service import JOB, Service

LOOK_EVERY_S = 0.5
AT_ONCE = 500
LOOK_AGAIN_S = (15.0, 90.0)
"""After which pauses a change that a reading did not show is looked for again: some vendors show changes late."""
TRIES = 8
WAIT_S, WAIT_MOST_S = 5.0, 3_600.0
KEPT_FOR = timedelta(days=30)
"""For so long a delivery that is done is known by its name."""
FORGET_EVERY_S = 3_600.0
_log = log.named(__name__)


@asynccontextmanager
async def working_inbox(parts: Service, opened: jobs.Engine) -> AsyncIterator[Inbox]:
    """The inbox of the service's database, worked off until the block ends."""
    database = await asyncio.to_thread(deliveries.inbox, parts.database)
    inbox, stop = Inbox(parts, opened, database), asyncio.Event()
    working = asyncio.create_task(inbox.look_on(stop))
    try:
        yield inbox
    finally:
        stop.set()  # and not cancelled: a thread may be at work in the database
        await asyncio.gather(working, return_exceptions=True)
        database.close()


@dataclass(frozen=True, slots=True)
class Group:
    """The deliveries of one connection that share a run."""

    connection: str
    streams: tuple[str, ...]
    kept: tuple[Kept, ...]


@dataclass(frozen=True, slots=True)
class Inbox:
    """Deliveries handed to runs, and settled by how those ended; any number of processes may do it."""

    parts: Service
    engine: jobs.Engine
    database: Database

    async def look_on(self, stop: asyncio.Event) -> None:
        """Looks until told to stop; a look that fails is logged, and the next one comes."""
        loop = asyncio.get_running_loop()
        forget_at_s = loop.time()
        while not stop.is_set():
            try:
                await self.look()
                if loop.time() >= forget_at_s:
                    await asyncio.to_thread(self._forget, clock.now())
                    forget_at_s = loop.time() + FORGET_EVERY_S
            except Exception as error:  # noqa: BLE001  a border: deliveries go on coming in, and are looked at again
                _log.error("looking into the inbox failed", error)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_EVERY_S)

    async def look(self) -> None:
        """Deliveries whose run has ended are settled; those that are due are handed to a run."""
        await asyncio.to_thread(self._settle, clock.now())
        for group in await asyncio.to_thread(self._groups, clock.now()):
            run_id = await asyncio.to_thread(self._begin, group, clock.now())
            if run_id is not None:
                await self.engine.submit(JOB, group.connection, run_id=run_id)

    def _groups(self, now: datetime) -> list[Group]:
        with self.database.read() as sql:
            due = deliveries.due(sql, micros(now), AT_ONCE)
        if not due:
            return []
        with self.parts.database.read() as sql:
            stored = {one.id: one for one in connections.all_of(sql)}
        groups = []
        for connection_id in dict.fromkeys(kept.connection_id for kept in due):
            mine = [kept for kept in due if kept.connection_id == connection_id]
            one = stored.get(connection_id)
            try:
                groups += self._group(one, mine, now) if one else []
            except ConfigError as error:
                self._fail(mine, str(error), now)
            except Exception as error:  # noqa: BLE001  a border: the plugin is foreign code, the other connections go on
                self._fail(mine, f"The connector failed ({type(error).__name__}); `kizuna doctor` says more.", now)
            if one is None:
                self._fail(mine, "Its connection is no longer there.", now)
        return groups

    def _group(self, stored: StoredConnection, kept: Sequence[Kept], now: datetime) -> list[Group]:
        """The deliveries with the streams to read; those that name a stream the connector does not have have failed."""
        connector = unchecked(self.parts.plugins.connector(stored.plugin), stored)
        known = {stream.name for stream in connector.streams()}
        astray = [one for one in kept if not {hint.stream for hint in one.hints} <= known]
        self._fail(astray, "The connector names a stream that it does not read; report it to its author.", now)
        fit = tuple(one for one in kept if one not in astray)
        streams = {hint.stream for one in fit for hint in one.hints}
        return [Group(stored.name, tuple(sorted(streams)), fit)] if fit else []

    def _begin(self, group: Group, now: datetime) -> str | None:
        """The id of a run for the group, which it now waits for; None when none can be begun."""
        try:
            run_id = self.parts.syncer.queue(group.connection, streams=group.streams, trigger="webhook")
        except ConfigError as error:
            self._fail(group.kept, str(error), now)
            return None
        failpoint("run.queued")
        with self.database.write() as sql:
            deliveries.begin(sql, [kept.id for kept in group.kept], run_id)
        return run_id

    def _settle(self, now: datetime) -> None:
        with self.database.read() as sql:
            reading = deliveries.being_read(sql)
        by_run: dict[str, list[Kept]] = {}
        for kept in reading:
            by_run.setdefault(kept.run_id or "", []).append(kept)
        for run_id, group in by_run.items():
            with self.parts.database.read() as sql:
                run = runs.run(sql, run_id)
                if run is not None and run.ended_at is None:
                    continue
                reports = {report.stream: report for report in runs.stream_reports(sql, run_id)}
                names = {one.id: one.name for one in connections.all_of(sql)}
                seen = self._seen(sql, names, group)
            failpoint("webhook.read")
            states = {name: report.state for name, report in reports.items()}
            with self.database.write() as sql:
                for kept in group:
                    fault = _fault(run, states, kept)
                    self._decide(sql, kept, fault, kept.id in seen, now)
            failpoint("webhook.done")

    def _seen(self, sql: Sql, names: Mapping[int, str], group: Collection[Kept]) -> set[int]:
        """The deliveries of whose records something was written since they arrived."""
        wanted: dict[int, dict[int, bool]] = {}
        for kept in group:
            name = names.get(kept.connection_id, "")
            wanted[kept.id] = {record_id(name, hint.stream, hint.id): hint.deleted for hint in kept.hints}
        heads = evidence.heads(sql, list({rid for rids in wanted.values() for rid in rids}))
        shown = set()
        for kept in group:
            fresh = []
            for rid, deleted in wanted[kept.id].items():
                head = heads.get(rid)
                gone = head is None or head.deleted is not None
                fresh.append(gone if deleted else head is not None and head.known_at >= kept.received_at)
            if all(fresh):
                shown.add(kept.id)
        return shown

    def _decide(self, sql: Sql, kept: Kept, fault: str | None, seen: bool, now: datetime) -> None:
        at = micros(now)
        if fault is not None:
            attempts = kept.attempts + 1
            if attempts >= TRIES:
                deliveries.end(sql, kept, "failed", f"{fault} ({attempts} times)", at)
                return
            wait_s = min(WAIT_S * 2.0 ** (attempts - 1), WAIT_MOST_S)
            due_at = micros(now + timedelta(seconds=wait_s))
            deliveries.wait(sql, kept, due_at, fault, attempts=attempts, looks=kept.looks)
        elif seen or kept.looks >= len(LOOK_AGAIN_S):
            deliveries.end(sql, kept, "done", None if seen else "Nothing newer was read.", at)
        else:
            due_at = micros(now + timedelta(seconds=LOOK_AGAIN_S[kept.looks]))
            reason = "The vendor does not show the change yet."
            deliveries.wait(sql, kept, due_at, reason, attempts=kept.attempts, looks=kept.looks + 1)

    def _fail(self, group: Collection[Kept], reason: str, now: datetime) -> None:
        if group:
            with self.database.write() as sql:
                for kept in group:
                    deliveries.end(sql, kept, "failed", reason, micros(now))

    def _forget(self, now: datetime) -> None:
        with self.database.write() as sql:
            deliveries.forget(sql, micros(now - KEPT_FOR))


def _fault(run: object, states: Mapping[str, str], kept: Kept) -> str | None:
    """Why the run was no reading of what the delivery speaks of; None when it was one."""
    if run is None:
        return "The run that read its records is no longer known."
    unread = sorted({hint.stream for hint in kept.hints if states.get(hint.stream) != "complete"})
    if not unread:
        return None
    return getattr(run, "error", None) or f"Not read: {', '.join(unread)}."
