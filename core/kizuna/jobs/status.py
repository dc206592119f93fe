"""From the engine's rows to the words of the port."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from kizuna.jobs.port import RunState, RunStatus
from kizuna.jobs.run import Ending, SliceRecord

STATES: Final[Mapping[str, RunState]] = {
    "ENQUEUED": RunState.QUEUED,
    "DELAYED": RunState.QUEUED,
    "PENDING": RunState.RUNNING,
    "SUCCESS": RunState.DONE,
    "ERROR": RunState.FAILED,
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": RunState.PARKED,
    "CANCELLED": RunState.CANCELLED,
}


class Row(Protocol):
    """What is read of the engine's row of a run."""

    workflow_id: str
    input: Any
    output: Any
    error: Exception | None
    executor_id: str | None
    recovery_attempts: int | None
    created_at: int | None
    completed_at: int | None

    @property
    def status(self) -> str: ...


def read_status(row: Row, slices: Sequence[SliceRecord] = ()) -> RunStatus:
    """The run of a row; while it has not ended its counts are those of the slices given."""
    job, key = row.input["args"][:2]
    ending = _ending(row, slices)
    return RunStatus(
        run_id=row.workflow_id,
        job=job,
        key=key,
        state=RunState(ending["state"]),
        counts=ending["counts"],
        slices=ending["slices"],
        takeovers=max(0, (row.recovery_attempts or 0) - 1),
        executor_id=row.executor_id,
        reason=ending["reason"],
        submitted_at=_instant(row.created_at or 0),
        finished_at=_instant(row.completed_at) if row.completed_at is not None else None,
    )


def _ending(row: Row, slices: Sequence[SliceRecord]) -> Ending:
    state = STATES[row.status]
    if state is RunState.DONE:
        ending: Ending = row.output
        return ending
    counts: Counter[str] = Counter()
    for record in slices:
        counts.update(record["counts"])
    finished = sum(1 for record in slices if not record["fault"])
    return {"state": str(state), "reason": _reason(row, state, slices), "counts": dict(counts), "slices": finished}


def _reason(row: Row, state: RunState, slices: Sequence[SliceRecord]) -> str | None:
    if state is RunState.PARKED:
        return "Its workers died before it could begin; look at their logs, then start a new run."
    if state is RunState.FAILED:
        return f"The job engine gave the run up ({type(row.error).__name__}); start a new one."
    return slices[-1]["reason"] if slices else None


def _instant(epoch_ms: int) -> datetime:
    return datetime.fromtimestamp(epoch_ms / 1000, UTC)
