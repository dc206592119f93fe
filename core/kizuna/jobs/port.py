"""The words of the job port: what a caller registers, what a slice is told and answers, what a run looks like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeAlias

Scalar: TypeAlias = str | int | float | bool | None
"""What a run may be given as an argument: it is stored by the engine, so no records and no secrets."""


class RunState(StrEnum):
    """Where a run is; the last four are final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    PARKED = "parked"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """True when nothing more will happen to the run."""
        return self not in (RunState.QUEUED, RunState.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who is about to work on a key: what `AcquireLease` turns into an epoch."""

    job: str
    key: str
    run_id: str
    executor_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceContext:
    """What one slice is told; ``epoch`` is what its transactions have to check.

    ``slice_number`` counts finished slices of the run from 1; ``attempt`` is above 1 when this slice was begun before, here
    or on a worker that died of it.
    """

    job: str
    key: str
    run_id: str
    executor_id: str
    epoch: int
    slice_number: int
    attempt: int
    args: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceOutcome:
    """What one slice answers: finished or not, how much, how long to wait before the next one.

    Outcomes are stored by the engine, so they hold counts and never records. ``failed`` ends the run with that reason.
    """

    done: bool
    counts: Mapping[str, int] = field(default_factory=dict)
    wait_s: float = 0.0
    failed: str | None = None


class Slice(Protocol):
    """A bounded piece of work (50 to 100 pages) that continues from the cursor in Kizuna's own database.

    It runs on the event loop that opened the engine; long computations belong in ``asyncio.to_thread``. What it raises
    decides what follows: `LeaseLost` and passing faults are tried again after a pause, other Kizuna errors end the run.
    """

    async def __call__(self, context: SliceContext, /) -> SliceOutcome: ...


class AcquireLease(Protocol):
    """Raises and returns the epoch of ``claim.key`` in Kizuna's database, in a transaction of its own.

    Called once each time a worker takes a run up. A batch transaction compares its epoch with the stored one and raises
    `LeaseLost` when they differ, which fences off a worker that slept through its own replacement.
    """

    async def __call__(self, claim: Claim, /) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A kind of work by name. A slice on which ``max_attempts`` workers died parks its run."""

    name: str
    run_slice: Slice
    slice_timeout_s: float = 900.0
    max_attempts: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStatus:
    """One run as the engine knows it; ``counts`` are the sums over its finished slices."""

    run_id: str
    job: str
    key: str
    state: RunState
    counts: Mapping[str, int]
    slices: int
    takeovers: int
    executor_id: str | None
    reason: str | None
    submitted_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """How often the engine looks, and after how long it gives a worker up; seconds unless named otherwise.

    ``poll_s`` and ``scan_s`` are those of a process with work; with none they become two seconds (`kizuna.jobs.idling`).
    The defaults let the run of a killed worker continue elsewhere in about two seconds, of a stopped one in about five.
    """

    poll_s: float = 0.25
    beat_s: float = 0.5
    scan_s: float = 0.5
    dead_after_s: float = 1.5
    stalled_after_s: float = 4.0
    loop_blocked_after_s: float = 60.0
    orphan_after_s: float = 15.0
    drain_s: float = 10.0
    concurrency: int = 16
    keep_runs_days: float = 14.0


class Engine(Protocol):
    """An open job engine: durable runs made of slices, never two of one key at a time."""

    @property
    def executor_id(self) -> str:
        """The name under which this process works; stable over restarts."""
        ...

    async def submit(
        self, job: str, key: str, *, run_id: str | None = None, args: Mapping[str, Scalar] | None = None
    ) -> str:
        """The id of the queued run; a ``run_id`` already known is left as it is. `UnknownName` for an unknown job."""
        ...

    async def wait(self, run_id: str, *, timeout_s: float | None = None) -> RunStatus:
        """The run once it is final; `TimeoutError` when that takes longer. Never call it inside a request."""
        ...

    async def status(self, run_id: str) -> RunStatus:
        """The run as it is now; `UnknownName` when there is none of that id."""
        ...

    async def runs(self, *, key: str | None = None, limit: int = 50) -> Sequence[RunStatus]:
        """The newest runs first, of one key or of all; counts only for finished ones."""
        ...

    async def cancel(self, run_id: str) -> RunStatus:
        """The run after it was told to stop; a slice at work is interrupted within about a second."""
        ...

    def schedule(self, job: str, key: str, every_s: float) -> None:
        """Submits the job for the key once every ``every_s`` seconds, over all workers together, from now on.

        Schedules live as long as the engine: every process declares them again when it opens. A turn that comes while a
        run of the key is queued or running is skipped.
        """
        ...

    def unschedule(self, job: str, key: str) -> None:
        """Ends a schedule in this process; nothing happens when there is none."""
        ...
