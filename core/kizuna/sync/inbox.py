"""Working off the webhook inbox: what deliveries speak of is read from the vendor again, by an ordinary run.

A delivery is a hint and no more: it waits until a run of the streams it names has ended well and shows the change. The
run reads again just the records that are named, where their stream can (`kizuna.sync.named`), else what changed since
the bookmark; also where more than a hundred of one stream are named, which the changes show sooner, and where reading
them by name has failed before. It does so under the connection's lease and through the same writer as any sync, so that
the order of deliveries does not matter and one delivery too many reads nothing new. Deliveries of a connection that
arrive while a run is under way share the next one. Every step can be repeated: whatever dies between two of them, the
next look finds the delivery waiting, or its run ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from kizuna import clock, jobs, log
from kizuna.errors import ConfigError
from kizuna.failpoints import failpoint
from kizuna.jobs.idling import stretched
from kizuna.sdk import AnyStream
from kizuna.storage import connections, deliveries
from kizuna.storage.connections import StoredConnection
from kizuna.storage.database import Database
from kizuna.storage.deliveries import Kept
from kizuna.storage.instants import micros
from kizuna.storage.runs import Names
from kizuna.sync.named import Wanted
from kizuna.sync.offline import unchecked
from kizuna.sync.service import JOB, Service
from kizuna.sync.settling import Settling

LOOK_EVERY_S = 0.5
PAGE = 1_000
MOST_A_RUN = 50_000
"""Deliveries that share a run; it reads what changed since the bookmark, however many tell of it."""
KEPT_FOR = timedelta(days=30)
"""For so long a delivery that is done is known by its name."""
FORGET_EVERY_S = 3_600.0
ASTRAY = "The connector names a stream that it does not read; report it to its author."
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
    ids: tuple[int, ...]
    named: Names


@dataclass(frozen=True, slots=True)
class Inbox:
    """Deliveries handed to runs, and settled by how those ended; any number of processes may do it."""

    parts: Service
    engine: jobs.Engine
    database: Database

    async def look_on(self, stop: asyncio.Event) -> None:
        """Looks until told to stop, at once again while there is more; a look that fails is logged, and the next one comes."""
        loop = asyncio.get_running_loop()
        forget_at_s, looks = loop.time(), 0
        while not stop.is_set():
            more = False
            try:
                more = await self.look()
                looks = 0 if await asyncio.to_thread(self._any) else looks + 1
                if loop.time() >= forget_at_s:
                    left = await asyncio.to_thread(self.forget, clock.now())
                    more = more or left
                    forget_at_s = loop.time() + (0 if left else FORGET_EVERY_S)
            except Exception as error:  # noqa: BLE001  a border: deliveries go on coming in, and are looked at again
                _log.error("looking into the inbox failed", error)
            if not more:
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), stretched(LOOK_EVERY_S, looks))

    async def look(self) -> bool:
        """Deliveries whose run has ended are settled, those that are due are handed to a run; whether some are left."""
        settling = Settling(self.parts.database, self.database, PAGE)
        more = await asyncio.to_thread(settling.settle, clock.now())
        now = clock.now()
        for stored_id, stored in await asyncio.to_thread(self._free):
            group = await asyncio.to_thread(self._group, stored_id, stored, now)
            run_id = await asyncio.to_thread(self._begin, group, now) if group else None
            if group is not None and run_id is not None:
                await self.engine.submit(JOB, group.connection, run_id=run_id)
        return more

    def forget(self, now: datetime) -> bool:
        """Whether there may be more to forget; a page at a time, so that deliveries need not wait at the door."""
        failed_for = timedelta(days=self.parts.settings.webhooks.failed_days)
        with self.database.write() as sql:
            done = deliveries.forget(sql, "done", micros(now - KEPT_FOR), PAGE)
            failed = deliveries.forget(sql, "failed", micros(now - failed_for), PAGE)
            return PAGE in (done, failed)

    def _any(self) -> bool:
        """Whether a delivery waits or is read for."""
        with self.database.read() as sql:
            return any(deliveries.connections_in(sql, state) for state in ("reading", "waiting"))

    def _free(self) -> list[tuple[int, StoredConnection | None]]:
        """The connections of waiting deliveries that nothing is read of now; None for one that is no longer there."""
        with self.database.read() as sql:
            waiting = deliveries.connections_in(sql, "waiting")
            busy = set(deliveries.connections_in(sql, "reading")) if waiting else set()
        if not set(waiting) - busy:
            return []
        with self.parts.database.read() as sql:
            stored = {one.id: one for one in connections.all_of(sql)}
        return [(id_, stored.get(id_)) for id_ in waiting if id_ not in busy]

    def _group(self, stored_id: int, stored: StoredConnection | None, now: datetime) -> Group | None:
        """The connection's deliveries that are due, with the streams to read; those that cannot be read for have failed."""
        known, fault = self._streams(stored)
        ids: list[int] = []
        wanted = Wanted(frozenset(name for name, stream in known.items() if stream.only is not None))
        last: Kept | None = None
        while len(ids) < MOST_A_RUN:
            with self.database.read() as sql:
                page = deliveries.due(sql, stored_id, micros(now), PAGE, last)
            fit = [one for one in page if fault is None and all(hint.stream in known for hint in one.hints)]
            taken = {one.id for one in fit}
            self._fail([one.id for one in page if one.id not in taken], fault or ASTRAY, now)
            ids += [one.id for one in fit]
            for one in fit:
                wanted.add(one.hints, again=one.attempts > 0)
            if len(page) < PAGE:
                break
            last = page[-1]
        return Group(stored.name, wanted.streams(), tuple(ids), wanted.named()) if stored and ids else None

    def _streams(self, stored: StoredConnection | None) -> tuple[dict[str, AnyStream], str | None]:
        """The streams a connection reads, or why it reads none."""
        if stored is None:
            return {}, "Its connection is no longer there."
        try:
            connector = unchecked(self.parts.plugins.connector(stored.plugin), stored)
            return {stream.name: stream for stream in connector.streams()}, None
        except ConfigError as error:
            return {}, str(error)
        except Exception as error:  # noqa: BLE001  a border: the plugin is foreign code, the other connections go on
            return {}, f"The connector failed ({type(error).__name__}); `kizuna doctor` says more."

    def _begin(self, group: Group, now: datetime) -> str | None:
        """The id of a run for the group, which it now waits for; None when none can be begun."""
        try:
            run_id = self.parts.syncer.queue(
                group.connection, streams=group.streams, trigger="webhook", named=group.named
            )
        except ConfigError as error:
            self._fail(group.ids, str(error), now)
            return None
        failpoint("run.queued")
        for begin in range(0, len(group.ids), PAGE):
            with self.database.write() as sql:
                deliveries.begin(sql, group.ids[begin : begin + PAGE], run_id)
        return run_id

    def _fail(self, ids: Sequence[int], reason: str, now: datetime) -> None:
        for begin in range(0, len(ids), PAGE):
            with self.database.write() as sql:
                deliveries.end(sql, ids[begin : begin + PAGE], "failed", reason, micros(now))
