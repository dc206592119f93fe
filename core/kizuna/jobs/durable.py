"""An open engine: it submits, follows and watches runs; see `kizuna.jobs.Engine` for what each call means."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta

import psycopg
import sqlalchemy.exc

from kizuna import clock, log
from kizuna.errors import ConfigError, StorageError, UnknownName
from kizuna.jobs import library
from kizuna.jobs.idling import Alarm
from kizuna.jobs.places import open_place
from kizuna.jobs.port import AcquireLease, Claim, EngineSettings, Job, RunStatus, Scalar
from kizuna.jobs.run import Ending, Execution, follow
from kizuna.jobs.schedules import Period, Schedules
from kizuna.jobs.seats import Seat, take_seat
from kizuna.jobs.status import STATES, read_status
from kizuna.jobs.takeover import Ledger, Running, Watch

_log = log.named(__name__)

# The library keeps one instance a process.
_one_a_process = threading.Lock()

FORGET_EVERY_S = 3600.0
FORGET_AT_ONCE = 500


@asynccontextmanager
async def open_durable(
    database_url: str,
    jobs: Sequence[Job],
    *,
    executor_id: str | None,
    acquire_lease: AcquireLease | None,
    working: bool,
    settings: EngineSettings,
) -> AsyncIterator[DurableEngine]:
    """An open engine, closed at the end of the context; see `kizuna.jobs.open_engine`."""
    with _alone(), library.quiet():
        with _explained():
            place = await asyncio.to_thread(open_place, database_url)
        try:
            with _explained():
                seat = await asyncio.to_thread(take_seat, place, executor_id, settings)
            try:
                engine = DurableEngine(seat, jobs, acquire_lease, settings)
                try:
                    with _explained():
                        await library.launch(
                            place, seat.executor_id, engine.follow, settings, engine.alarm, working=working
                        )
                    await engine.start()
                    yield engine
                finally:
                    await engine.close()
            finally:
                await asyncio.to_thread(seat.leave)
        finally:
            place.close()


@contextmanager
def _alone() -> Iterator[None]:
    if not _one_a_process.acquire(blocking=False):
        raise ConfigError("A job engine is open in this process already; share it, or close it first.")
    try:
        yield
    finally:
        _one_a_process.release()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, psycopg.Error, sqlalchemy.exc.SQLAlchemyError) as error:
        cause = type(error).__name__
        advice = "see that it runs and may be written to, then try again"
        raise StorageError(f"The job engine cannot use its database ({cause}); {advice}.") from error


class DurableEngine:
    """The open engine of this process."""

    def __init__(
        self, seat: Seat, jobs: Sequence[Job], acquire_lease: AcquireLease | None, settings: EngineSettings
    ) -> None:
        self._seat, self._settings, self._acquire_lease = seat, settings, acquire_lease
        self._jobs = {job.name: job for job in jobs}
        self._at_work: dict[asyncio.Task[object], Execution] = {}
        self._closing = False
        self.alarm = Alarm(busy=lambda: bool(self._at_work))
        self._schedules = Schedules(clock.now)
        self._watch = Watch(seat, Ledger(library.running, self._runs_at_work, self._hand_back), settings)
        self._chores: list[asyncio.Task[None]] = []

    @property
    def executor_id(self) -> str:
        return self._seat.executor_id

    async def submit(
        self, job: str, key: str, *, run_id: str | None = None, args: Mapping[str, Scalar] | None = None
    ) -> str:
        self._known(job)
        if not key:
            raise ConfigError(f"A run of {job} needs a key, such as the name of its connection; pass one.")
        run_id = run_id or f"{job}-{key}-{uuid.uuid4().hex}"
        await library.enqueue(run_id, job, key, args or {})
        self.alarm.call()
        return run_id

    async def wait(self, run_id: str, *, timeout_s: float | None = None) -> RunStatus:
        async with asyncio.timeout(timeout_s):
            # The run may be worked on by another process, so the database is the only place to look.
            while not (await self._brief(run_id)).state.final:  # noqa: ASYNC110
                await asyncio.sleep(self._settings.poll_s)
        return await self.status(run_id)

    async def status(self, run_id: str) -> RunStatus:
        row = await library.find(run_id)
        if row is None:
            raise UnknownName("run", run_id, ())
        slices = () if STATES[row.status] is STATES["SUCCESS"] else await library.slices_of(run_id)
        return read_status(row, slices)

    async def runs(self, *, key: str | None = None, limit: int = 50) -> Sequence[RunStatus]:
        rows = await library.newest(limit=limit if key is None else None)
        found = [read_status(row) for row in rows]
        return [run for run in found if key is None or run.key == key][:limit]

    async def cancel(self, run_id: str) -> RunStatus:
        await self._brief(run_id)
        await library.cancel(run_id)
        return await self.status(run_id)

    def schedule(self, job: str, key: str, every_s: float) -> None:
        self._known(job)
        if every_s < 1:
            raise ConfigError(
                f"{job} for {key}: a period of {every_s:g} seconds is too short; take at least one second."
            )
        self._schedules.add(Period(job, key, every_s))

    def unschedule(self, job: str, key: str) -> None:
        self._schedules.remove(job, key)

    async def follow(self, job: str, key: str, args: dict[str, Scalar]) -> Ending:
        """The body of every run, executed by the library on whichever worker took it up."""
        row = await library.current()
        known = self._jobs.get(job)
        if known is None:
            reason = f"This worker knows no job named {job!r}; upgrade the workers, then start a new run."
            return {"state": "failed", "reason": reason, "counts": {}, "slices": 0}
        dispatch = row.recovery_attempts or 1
        execution = Execution(
            known,
            Claim(job=job, key=key, run_id=row.workflow_id, executor_id=self.executor_id),
            args,
            dispatch=dispatch,
            acquire_lease=self._acquire_lease,
            still_mine=lambda: self._still_mine(row.workflow_id, dispatch),
        )
        with self._working_on(execution):
            return await follow(execution, library.StepJournal(), self._leave_when_closing)

    async def start(self) -> None:
        """Begins to watch, to submit what is scheduled, and to forget what is old."""
        self._watch.start()
        for chore in (self._tick, self._submit_due, self._forget):
            self._chores.append(asyncio.create_task(chore()))

    async def close(self) -> None:
        """Lets the slices at work end, for ``drain_s`` at most, and leaves their runs for others to continue."""
        self._closing = True
        library.expect_cancellations()
        for chore in self._chores:
            chore.cancel()
        for task, execution in self._at_work.items():
            if not execution.in_slice:
                task.cancel()
        if self._at_work:
            _, late = await asyncio.wait(set(self._at_work), timeout=self._settings.drain_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await asyncio.gather(*self._chores, return_exceptions=True)
        await asyncio.to_thread(self._watch.stop)
        self.alarm.set()
        await library.shut_down()

    async def _brief(self, run_id: str) -> RunStatus:
        row = await library.find(run_id)
        if row is None:
            raise UnknownName("run", run_id, ())
        return read_status(row)

    def _known(self, job: str) -> None:
        if job not in self._jobs:
            raise UnknownName("job", job, self._jobs)

    async def _still_mine(self, run_id: str, dispatch: int) -> bool:
        row = await library.find(run_id)
        return row is not None and (row.executor_id, row.recovery_attempts or 1) == (self.executor_id, dispatch)

    @contextmanager
    def _working_on(self, execution: Execution) -> Iterator[None]:
        task = asyncio.current_task()
        assert task is not None, "the library runs every body in a task"
        self._leave_when_closing()
        self._at_work[task] = execution
        try:
            yield
        finally:
            del self._at_work[task]
            self.alarm.call()  # the next run of its key may begin

    def _hand_back(self, run: Running) -> bool:
        queued = library.hand_back(run)
        self.alarm.call()
        return queued

    def _runs_at_work(self) -> set[str]:
        return {execution.claim.run_id for execution in list(self._at_work.values())}

    def _leave_when_closing(self) -> None:
        # A cancelled body records no end, so the run stays taken up, and is handed back once the seat is empty.
        if self._closing:
            raise asyncio.CancelledError

    async def _tick(self) -> None:
        while True:
            self._watch.tick()
            await asyncio.sleep(self._settings.beat_s)

    async def _submit_due(self) -> None:
        async def busy_keys() -> set[str]:
            return {row.queue_partition_key or "" for row in await library.newest(active_only=True)}

        async def submit(job: str, key: str, run_id: str) -> str:
            return await self.submit(job, key, run_id=run_id)

        await self._repeat("submitting what is due", 0.5, lambda: self._schedules.submit_due(busy_keys, submit))

    async def _forget(self) -> None:
        async def forget() -> None:
            keep_s = max(self._settings.keep_runs_days * 86_400, 2 * self._schedules.longest_s())
            before = clock.now() - timedelta(seconds=keep_s)
            while await library.forget(before, FORGET_AT_ONCE) == FORGET_AT_ONCE:
                _log.debug("old runs forgotten", count=FORGET_AT_ONCE)

        await self._repeat("forgetting old runs", FORGET_EVERY_S, forget)

    async def _repeat(self, what: str, every_s: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - the border of the task: the next turn comes whatever this one met.
                _log.error(f"{what} failed", error)
            await asyncio.sleep(every_s)
