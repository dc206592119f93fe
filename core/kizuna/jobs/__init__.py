"""Durable background runs: submitted once, finished in spite of crashes, never two of one key at a time.

The rest of Kizuna knows jobs, slices and runs; which engine keeps them is known to this package alone, and it is loaded
only when an engine is opened.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from kizuna.jobs.port import (
    AcquireLease,
    Claim,
    Engine,
    EngineSettings,
    Job,
    RunState,
    RunStatus,
    Scalar,
    Slice,
    SliceContext,
    SliceOutcome,
)

__all__ = [
    "AcquireLease",
    "Claim",
    "Engine",
    "EngineSettings",
    "Job",
    "RunState",
    "RunStatus",
    "Scalar",
    "Slice",
    "SliceContext",
    "SliceOutcome",
    "open_engine",
    "run_inline",
]


@asynccontextmanager
async def open_engine(
    database_url: str,
    jobs: Sequence[Job],
    *,
    executor_id: str | None = None,
    acquire_lease: AcquireLease | None = None,
    working: bool = True,
    settings: EngineSettings | None = None,
) -> AsyncIterator[Engine]:
    """An engine over the database that belongs to ``database_url``; one at a time in a process.

    Opening it takes up what this executor id left unfinished. ``working=False`` submits and watches but runs nothing.
    Without ``acquire_lease`` an epoch is the number of times the run was taken up, which grows all the same.
    `ConfigError` when the executor id belongs to a live process, the database is not supported, or an engine is open;
    `StorageError` when the database cannot be used.
    """
    # Only here: the engine's library takes half a second to load.
    from kizuna.jobs.durable import open_durable

    async with open_durable(
        database_url,
        jobs,
        executor_id=executor_id,
        acquire_lease=acquire_lease,
        working=working,
        settings=settings or EngineSettings(),
    ) as engine:
        yield engine


async def run_inline(
    database_url: str,
    jobs: Sequence[Job],
    job: str,
    key: str,
    *,
    args: Mapping[str, Scalar] | None = None,
    acquire_lease: AcquireLease | None = None,
    settings: EngineSettings | None = None,
) -> RunStatus:
    """One run from submission to its end, for a command that waits; interrupted, it cancels the run.

    Over PostgreSQL any worker may do the work; this process helps while it waits.
    """
    async with open_engine(database_url, jobs, acquire_lease=acquire_lease, settings=settings) as engine:
        run_id = await engine.submit(job, key, args=args)
        try:
            return await engine.wait(run_id)
        except asyncio.CancelledError:
            await engine.cancel(run_id)
            raise
