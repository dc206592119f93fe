"""Runs of which the database and the job engine tell different things: handed over once more, or settled.

A run stands in two places, written one after the other. A process killed between them leaves a run that nobody works on;
an engine that gives a run up does not tell the database. Looking at both, any process can bring the two together.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from kizuna import clock, jobs
from kizuna import log as logs
from kizuna.config import SyncLimits
from kizuna.derive import Deriver
from kizuna.derive.declared import declared_by
from kizuna.errors import UnknownName
from kizuna.plugins import Plugins
from kizuna.storage import connections, ended_runs, remaps, runs
from kizuna.storage.database import Database
from kizuna.storage.instants import micros
from kizuna.sync.mapping.remapping import finish
from kizuna.sync.recompress import recompress
from kizuna.sync.rhythm import Rhythm

REMAP_S = 10.0
RECOMPRESS_S = 10.0
FORGET_EVERY_S = 3_600.0
FORGET_AT_ONCE = 500
_log = logs.named(__name__)


async def _nothing(_: str) -> None:
    """Nothing is given back."""


@dataclass(frozen=True, slots=True)
class Tending:
    """What looking after runs needs; ``job`` is the engine's name for a sync."""

    engine: jobs.Engine
    job: str
    database: Database
    plugins: Plugins
    limits: SyncLimits = field(default_factory=SyncLimits)
    tidy: Callable[[str], Awaitable[None]] = _nothing  # what a connection holds at its vendor, given back
    zone: tzinfo = UTC  # the organisation's

    async def look(self) -> None:
        """Every run without an end is with the engine, or has an end; doing it twice, or in two processes, does it once."""
        for run in await asyncio.to_thread(self._unended):
            try:
                status = await self.engine.status(run.id)
            except UnknownName:
                await self.engine.submit(self.job, run.connection, run_id=run.id)
                _log.warning("run handed to the engine once more", run_id=run.id)
                continue
            if status.state.final and await asyncio.to_thread(self._give_up, run, _sentence(run, status)):
                await self.tidy(run.connection)

    async def look_on(self, every_s: float) -> None:
        """Looks again and again, until cancelled."""
        forget_at_s = time.monotonic()
        while True:
            await asyncio.sleep(every_s)
            await self.try_look()
            await self.try_remap()
            await self.try_recompress()
            if time.monotonic() >= forget_at_s:
                left = await self.try_forget()
                forget_at_s = time.monotonic() + (0.0 if left else FORGET_EVERY_S)

    async def try_look(self) -> None:
        """A look that fails is logged and not raised: the next one comes."""
        try:
            await self.look()
        except Exception as error:  # noqa: BLE001  a border: runs go on whether or not they are looked after
            _log.error("looking after runs failed", error)

    async def try_remap(self) -> None:
        """Some of the stored records mapped that still wait since a rule for a custom field changed; faults are logged."""
        try:
            await asyncio.to_thread(self._remap)
        except Exception as error:  # noqa: BLE001  a border: runs go on whether or not rules are carried out
            _log.error("mapping stored records again failed", error)

    async def try_recompress(self) -> None:
        """Some of the payloads made small anew whose dictionary knows of who was erased; faults are logged."""
        try:
            await asyncio.to_thread(recompress, self.database, within_s=RECOMPRESS_S)
        except Exception as error:  # noqa: BLE001  a border: runs go on whether or not dictionaries go
            _log.error("making stored payloads small anew failed", error)

    async def try_forget(self) -> bool:
        """Whether there may be more to forget of runs that ended long ago; faults are logged."""
        try:
            return await asyncio.to_thread(self.forget, clock.now())
        except Exception as error:  # noqa: BLE001  a border: runs go on whether or not old ones are forgotten
            _log.error("forgetting old runs failed", error)
            return False

    def forget(self, now: datetime) -> bool:
        """Whether there may be more of them: a page of each connection at a time, so that no sync waits for it."""
        with self.database.read() as sql:
            stored = connections.all_of(sql)
        forgotten = []
        for one in stored:
            # The schedule knows by its runs which turns were had, so that they outlive their turn.
            turn = timedelta(seconds=Rhythm.of(one, self.limits).longest_s())
            before = micros(now - max(timedelta(days=self.limits.runs_kept_days), 2 * turn))
            with self.database.write() as sql:
                forgotten.append(ended_runs.forget(sql, one.id, before, FORGET_AT_ONCE))
        return FORGET_AT_ONCE in forgotten

    def _remap(self) -> None:
        with self.database.read() as sql:
            if not remaps.listed(sql, waiting=True):
                return

        def merged(kept: str, absorbed: str) -> None:
            self.plugins.tell("kizuna_customers_merged", kept=kept, absorbed=absorbed)

        deriver = Deriver(self.database, declared_by(self.plugins, self.zone), merged=merged)
        finish(deriver, self.plugins, within_s=REMAP_S)

    def _unended(self) -> list[runs.Unended]:
        with self.database.read() as sql:
            return runs.unended(sql)

    def _give_up(self, run: runs.Unended, why: str) -> bool:
        with self.database.write() as sql:
            given_up = runs.give_up(sql, run, why, micros(clock.now()))
        if given_up:
            _log.warning("run settled as failed", run_id=run.id, reason=why)
            self.plugins.tell("kizuna_sync_finished", connection=run.connection, run=run.id, state="failed")
        return given_up


def _sentence(run: runs.Unended, status: jobs.RunStatus) -> str:
    """Why the run has failed, and what to do."""
    known = (status.reason or "no reason is known").rstrip(".")
    why = {
        jobs.RunState.CANCELLED: "The run was cancelled.",
        jobs.RunState.DONE: "The job engine saw the run end, the database did not, as after a restored backup.",
    }.get(status.state, f"The job engine gave the run up: {known}.")
    return f"{why} Start a new one with `kizuna sync {run.connection}`; it goes on from the last committed batch."
