"""One durable run: slice after slice until one says that it is done.

What a `Journal` recorded is answered again, not done again, after a restart. So everything that depends on this worker
(the lease, the number of deaths, the clock) happens inside a recorded piece of work, and the rest is a pure function of
what was recorded.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypedDict

import psycopg
import sqlalchemy.exc

from kizuna import log
from kizuna.errors import KizunaError, LeaseLost, PageError, TransientError
from kizuna.jobs.port import AcquireLease, Claim, Job, RunState, Scalar, SliceContext, SliceOutcome

_log = log.named(__name__)

LONGEST_PAUSE_S = 60.0
# With pauses of 1, 2, 4 … 60 seconds: nine minutes for a database to come back, three seconds for a bug or a lease lost again and again.
PATIENCE_WITH_PASSING_FAULTS = 14
PATIENCE_WITH_THE_REST = 3
PASSING_FAULTS = (
    TransientError,
    PageError,
    OSError,
    sqlite3.OperationalError,
    psycopg.OperationalError,
    sqlalchemy.exc.OperationalError,
    sqlalchemy.exc.InterfaceError,
    sqlalchemy.exc.TimeoutError,
)


class SliceRecord(TypedDict):
    """What is kept of a slice; ``dispatch`` is the number of the worker's turn it ended in."""

    dispatch: int
    done: bool
    fault: bool
    counts: dict[str, int]
    wait_s: float
    state: str | None
    reason: str | None


class Mark(TypedDict):
    """In which dispatch the next slice was begun for the first time."""

    dispatch: int


class Ending(TypedDict):
    """What is kept of a run."""

    state: str
    reason: str | None
    counts: dict[str, int]
    slices: int


class Journal(Protocol):
    """The durable memory of one run."""

    async def mark(self, work: Callable[[], Awaitable[Mark]]) -> Mark:
        """The recorded mark, made now when there is none yet."""
        ...

    async def slice(self, work: Callable[[], Awaitable[SliceRecord]]) -> SliceRecord:
        """The recorded outcome of a slice, which is run now when there is none yet."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Sleeps until an instant that is recorded, so that a restart does not begin the pause again."""
        ...


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a run stands before a slice: its number, the dispatch it was first begun in, the faults just before."""

    number: int
    began: int
    faults: int


class Execution:
    """One worker's turn at one run; ``dispatch`` grows with every worker that takes it up."""

    def __init__(
        self,
        job: Job,
        claim: Claim,
        args: Mapping[str, Scalar],
        *,
        dispatch: int,
        acquire_lease: AcquireLease | None,
        still_mine: Callable[[], Awaitable[bool]],
    ) -> None:
        self.job, self.claim, self.args, self.dispatch = job, claim, args, dispatch
        self.in_slice = False
        self._acquire_lease, self._still_mine = acquire_lease, still_mine
        self._epoch: int | None = None

    async def mark(self) -> Mark:
        return {"dispatch": self.dispatch}

    async def slice(self, turn: Turn) -> SliceRecord:
        """Runs one slice and sorts what comes of it."""
        deaths = self.dispatch - turn.began
        if deaths >= self.job.max_attempts:
            reason = f"{deaths} workers died in slice {turn.number}; look at what it reads next, then start a new run."
            return self._record(state=RunState.PARKED, reason=reason)
        self.in_slice = True
        try:
            outcome = await self._attempt(turn, deaths)
        except Exception as error:  # noqa: BLE001 - the border to the job's code: whatever it raises is sorted
            return self._fault(error, turn)
        finally:
            self.in_slice = False
        failed = RunState.FAILED if outcome.failed is not None else None
        return self._record(outcome, state=failed, reason=outcome.failed)

    async def _attempt(self, turn: Turn, deaths: int) -> SliceOutcome:
        async with asyncio.timeout(self.job.slice_timeout_s):
            epoch = await self._lease()
            context = SliceContext(
                job=self.job.name,
                key=self.claim.key,
                run_id=self.claim.run_id,
                executor_id=self.claim.executor_id,
                epoch=epoch,
                slice_number=turn.number,
                attempt=1 + deaths + turn.faults,
                args=self.args,
            )
            return await self.job.run_slice(context)

    async def _lease(self) -> int:
        """The epoch of this turn, acquired once and again only after it was lost to a mistaken takeover."""
        if self._epoch is None:
            # A worker that was stopped just here must not take the lease away from the one that replaced it.
            if not await self._still_mine():
                raise LeaseLost(f"{self.claim.key}: run {self.claim.run_id} was taken over by another worker.")
            self._epoch = await self._acquire_lease(self.claim) if self._acquire_lease else self.dispatch
        return self._epoch

    def _fault(self, error: Exception, turn: Turn) -> SliceRecord:
        lost = isinstance(error, LeaseLost)
        if lost:
            self._epoch = None
        passing = isinstance(error, PASSING_FAULTS)
        reason = str(error) if isinstance(error, KizunaError) else type(error).__name__
        # Errors of our own say what, where and what to do; only of others the place matters.
        trace = None if passing or isinstance(error, KizunaError) else error
        _log.error("slice failed", trace, run_id=self.claim.run_id, job=self.job.name, reason=reason)
        if isinstance(error, KizunaError) and not (passing or lost):
            return self._record(state=RunState.FAILED, reason=reason)
        patience = PATIENCE_WITH_PASSING_FAULTS if passing else PATIENCE_WITH_THE_REST
        if turn.faults + 1 >= patience:
            return self._record(state=RunState.PARKED, reason=f"{reason} ({patience} times in a row)")
        return self._record(fault=True, reason=reason, wait_s=_pause_s(error, turn.faults))

    def _record(
        self,
        outcome: SliceOutcome | None = None,
        *,
        fault: bool = False,
        state: RunState | None = None,
        reason: str | None = None,
        wait_s: float = 0.0,
    ) -> SliceRecord:
        return {
            "dispatch": self.dispatch,
            "done": outcome is not None and outcome.done,
            "fault": fault,
            "counts": dict(outcome.counts) if outcome else {},
            "wait_s": outcome.wait_s if outcome else wait_s,
            "state": str(state) if state else None,
            "reason": reason,
        }


def _pause_s(error: Exception, faults: int) -> float:
    if isinstance(error, TransientError) and error.retry_after_s is not None:
        return error.retry_after_s
    return float(min(2**faults, LONGEST_PAUSE_S))


async def follow(execution: Execution, journal: Journal, stop_here: Callable[[], None]) -> Ending:
    """The end of a run, after all its slices; ``stop_here`` is called between slices and may raise to leave it to others."""
    counts: Counter[str] = Counter()
    finished = faults = 0
    began = (await journal.mark(execution.mark))["dispatch"]
    while True:
        stop_here()
        record = await journal.slice(partial(execution.slice, Turn(finished + 1, began, faults)))
        counts.update(record["counts"])
        faults = faults + 1 if record["fault"] else 0
        finished += not record["fault"] and record["state"] is None
        state = record["state"] or (RunState.DONE if record["done"] else None)
        if state is not None:
            return {"state": str(state), "reason": record["reason"], "counts": dict(counts), "slices": finished}
        began = record["dispatch"]
        if record["wait_s"] > 0:
            stop_here()
            await journal.sleep(record["wait_s"])
            # Restarts during a pause are nobody's fault: the slice is counted as begun only now.
            began = (await journal.mark(execution.mark))["dispatch"]
