"""Leading one stream: pages gathered into batches, batches written in a thread, the end noted."""

from __future__ import annotations

import asyncio
import json
import time
from bisect import bisect_left
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec

from kizuna import clock
from kizuna.config import SyncLimits
from kizuna.errors import AuthError, DegradedError, KizunaError, LeaseLost, PageError, QuotaError, TransientError
from kizuna.failpoints import failpoint
from kizuna.sdk import AnyStream, Bookmark, Record, Start, Transport
from kizuna.storage import connections, evidence, runs
from kizuna.storage.evidence import Head
from kizuna.storage.instants import micros, moment
from kizuna.sync.prepare import VANISHED
from kizuna.sync.preparing.fresh import Fresh, Line
from kizuna.sync.preparing.preparers import NOBODY, Preparers
from kizuna.sync.reader import Page, pages
from kizuna.sync.writer import Gathered, StreamWriter, Wrote
from kizuna.sync.writes import Writes

BATCH_RECORDS = 5_000
AHEAD, AHEAD_PREPARED = 1, 2
"""Batches under way while the next is gathered: one being written, and one being prepared by another process."""
WORTH_BYTES = 500_000
"""A first load that brings so much at once is worth another process to prepare it."""
QUOTA_PAUSE_S = 900.0
UNSWEPT = (
    "The whole listing was interrupted, so that what is gone could not be told from it; nothing was deleted. "
    "`kizuna sync --full` looks again."
)
SWEEP_SHARE_MOST = 0.5
SWEEP_ALWAYS = 20
"""A sweep that would delete more than this share (and more than this many) is taken for the vendor's mistake."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What has just happened to a stream, for whoever watches."""

    connection: str
    stream: str
    state: str  # reading, complete, degraded, failed, waiting
    wrote: Wrote = field(default_factory=Wrote)
    reason: str | None = None


Observer = Callable[[Progress], None]


@dataclass(slots=True)
class Budget:
    """How much a slice may still read; shared by the streams of a run."""

    pages: int
    until_s: float

    def spent(self) -> bool:
        """Whether it is time to stop at the next committed batch."""
        return self.pages <= 0 or time.monotonic() >= self.until_s


@dataclass(slots=True)
class StreamRun:
    """One stream of one run in this process. ``unbroken``: every page since the beginning went through this object.

    It ends with a pause of which nobody knows how long it takes, unless the stream's listing is steady.
    """

    connection: str
    stream: AnyStream
    writer: StreamWriter
    executor: Executor
    observe: Observer
    unbroken: bool
    full: bool = False  # everything is asked for again
    believed: bool = False  # an administrator asked for that, and takes a listing at its word however much it lacks
    limits: SyncLimits = field(default_factory=SyncLimits)
    preparers: Preparers = NOBODY
    line: Line | None = None  # how another process would make the stream; None when it could not
    state: str = "reading"
    reason: str | None = None
    paused_s: float = 0.0  # the daily share is used up: how long to leave the vendor alone
    total: Wrote = field(default_factory=Wrote)

    async def read(self, transport: Transport, bookmark: Bookmark | None, start: Start, budget: Budget) -> None:
        """Reads until the stream or the budget ends; afterwards ``state`` says how it stands.

        Raises AuthError and LeaseLost, which concern the whole run; every other fault stays with this stream.
        """
        self.paused_s = 0.0
        try:
            told = msgspec.structs.replace(start, unbroken=self.unbroken)
            await self._read(transport, bookmark, told, budget)
        except (AuthError, LeaseLost):
            raise
        except DegradedError as error:
            hint = f" It needs: {self.stream.scope}." if self.stream.scope else ""
            await self._settle("degraded", f"{error}{hint}")
        except QuotaError as error:
            self.paused_s = error.retry_after_s or QUOTA_PAUSE_S
            self._pause(error)
        except (TransientError, PageError) as error:
            self._pause(error)
        except KizunaError as error:
            await self._settle("failed", str(error))

    async def _read(self, transport: Transport, bookmark: Bookmark | None, start: Start, budget: Budget) -> None:
        # A pass from the beginning stays one from its first batch on, also when that holds no bookmark yet.
        anew: dict[str, Any] = {} if bookmark else {"bookmark": None}
        gathered, since_s = Gathered(state=anew), time.monotonic()
        if self.writer.listed_since is None and self._is_whole():
            self.writer.listed_since = micros(clock.now())
        writes = Writes()
        try:
            async with aclosing(pages(self.stream.reading, transport, bookmark, start)) as asked:
                while True:
                    try:
                        page = await anext(asked)
                    except KizunaError:
                        # The fault is of the page that did not come: what came before it is whole, and stays.
                        await writes.done()
                        await self._write_any(gathered)
                        raise
                    failpoint("page.received")
                    budget.pages -= 1
                    gathered.add(page.records, page.bookmark, page.asked_at)
                    if self.line is not None and self.writer.is_first_load and gathered.size_bytes >= WORTH_BYTES:
                        self.preparers.warm()
                    if page.last:
                        await writes.done()
                        await self._end(gathered, page, start)
                        return
                    if self._full(gathered, since_s):
                        prepared = self._asked(gathered)
                        await writes.fewer_than(AHEAD if prepared is None else AHEAD_PREPARED)
                        writes.begin(partial(self._write, gathered, prepared))
                        gathered, since_s = Gathered(), time.monotonic()
                    if page.bookmark is not None and budget.spent():
                        break  # only where the next slice can go on: answers without a bookmark would be asked for again
        except BaseException:
            await writes.done()
            raise
        await writes.done()
        await self._write_any(gathered)

    def _pause(self, error: KizunaError) -> None:
        self.unbroken = self.unbroken and self.stream.steady
        self._note("waiting", str(error))

    def _is_whole(self) -> bool:
        """Whether this is a listing of all there is, asked for as such: what proves absence proves presence too."""
        return self.full and self.unbroken and self.stream.sweep

    def _full(self, gathered: Gathered, since_s: float) -> bool:
        """Whether what is gathered makes a batch: large enough, or old enough."""
        waited_s = time.monotonic() - since_s
        large = gathered.size_bytes >= self.limits.batch_bytes or len(gathered.records) >= BATCH_RECORDS
        return large or waited_s >= self.limits.batch_seconds

    async def _end(self, gathered: Gathered, page: Page, start: Start) -> None:
        sweeps = page.whole and self.stream.sweep and self.unbroken
        end: Bookmark | None = None
        if sweeps and not self.writer.is_first_load:
            # A bookmark of its end would say that the pass found what is gone, also when a kill comes before it did.
            end, gathered.bookmark = gathered.bookmark, None
        await self._write(gathered)
        if sweeps:
            refusal = None if self.writer.nameless else await self._sweep(page)
            if end is not None:
                await self._write(Gathered(bookmark=end))
            if refusal:
                await self._settle("degraded", refusal)
                return
        if page.whole and self.unbroken:
            await self._in_thread(self.writer.note_vanished_fields)
        unswept = self.full and page.whole and self.stream.sweep and not self.unbroken
        await self._settle("complete", UNSWEPT if unswept else None)

    async def _sweep(self, page: Page) -> str | None:
        """What the whole listing no longer shows is gone; a reason instead when that would be too much to believe."""
        stale, living = await self._in_thread(self._stale)
        if not self.believed and len(stale) > SWEEP_ALWAYS and len(stale) > SWEEP_SHARE_MOST * living:
            return (
                f"{len(stale)} of {living} records were missing from the whole listing; none was deleted. "
                "If that is true, run `kizuna sync --full`, which takes the listing at its word."
            )
        for begin in range(0, len(stale), BATCH_RECORDS):
            gone = [
                Record(raw=b"{}", id=head.source_id, deleted=VANISHED, version=moment(head.version))
                for head in stale[begin : begin + BATCH_RECORDS]
            ]
            swept = Gathered()
            swept.add(gone, None, page.asked_at)
            swept.pages = 0
            await self._write(swept)
        return None

    def _stale(self) -> tuple[list[Head], int]:
        place = self.writer.place
        with place.database.read() as sql:
            seen, living, gone = sorted(self.writer.seen), 0, []
            for rid in evidence.living(sql, place.connection_id, self.stream.name):
                living += 1
                place_in_seen = bisect_left(seen, rid)
                if place_in_seen == len(seen) or seen[place_in_seen] != rid:
                    gone.append(rid)
            heads = evidence.heads(sql, gone)
        return sorted(heads.values(), key=lambda head: head.source_id), living

    def _asked(self, gathered: Gathered) -> Future[Fresh | None] | None:
        """The batch being prepared by another process, where there is one and nothing is stored of the stream yet."""
        if self.line is None or not self.writer.first:
            return None
        self.preparers.warm()
        return self.preparers.ask(self.writer.job(self.line, gathered)) if self.preparers.wait(0) else None

    async def _write(self, gathered: Gathered, prepared: Future[Fresh | None] | None = None) -> None:
        done = await asyncio.wrap_future(prepared) if prepared else None
        wrote = await self._in_thread(lambda: self.writer.write(gathered, done))
        self.total = self.total.plus(wrote)
        self.observe(Progress(self.connection, self.stream.name, "reading", wrote))

    async def _write_any(self, gathered: Gathered) -> None:
        if gathered.pages:
            await self._write(gathered)

    async def _settle(self, state: str, reason: str | None) -> None:
        await self._in_thread(lambda: self._save(state, reason))
        if state == "complete":
            failpoint("stream.complete")
        self._note(state, reason)

    def _save(self, state: str, reason: str | None) -> None:
        place, now = self.writer.place, micros(clock.now())
        values: dict[str, Any] = {"state": state, "reason": reason, "kinds": json.dumps(sorted(self.writer.kinds))}
        if state == "complete":
            values |= {"last_complete_at": now, "last_complete_run": place.run_id}
        with place.database.write() as sql:
            if place.lease is not None:
                runs.hold_lease(sql, place.lease, now)
            connections.save_stream(sql, place.connection_id, self.stream.name, now, **values)
            runs.count_stream(sql, place.run_id, self.stream.name, now, {}, state=state, reason=reason)

    def _note(self, state: str, reason: str | None) -> None:
        self.state, self.reason = state, reason
        self.observe(Progress(self.connection, self.stream.name, state, reason=reason))

    async def _in_thread(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.executor, work)
