"""DBOS Transact as far as Kizuna uses it: launch, steps, queue, takeover. No other module imports it.

Two functions here reach under its public interface. `hand_back`: the public ``resume_workflow`` would forget how often
the run was taken up, and could take a run from a worker that has just got it. `_waited_by`: the library polls its queue as
often in an idle process as in a busy one, and nothing public wakes it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from contextvars import Context
from datetime import datetime
from typing import Any, Final, TypeVar, cast

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, WorkflowStatus, _dbos
from dbos import error as dbos_error
from dbos._dbos import _get_dbos_instance

from kizuna.errors import LeaseLost
from kizuna.jobs.idling import Alarm
from kizuna.jobs.places import SCHEMA, Place
from kizuna.jobs.port import EngineSettings, Scalar
from kizuna.jobs.quiet import quieted
from kizuna.jobs.run import Ending, Mark, SliceRecord
from kizuna.jobs.takeover import Running

T = TypeVar("T")
Body = Callable[[str, str, dict[str, Scalar]], Coroutine[Any, Any, Ending]]
QUEUE: Final = "kizuna"
WORKFLOW: Final = "kizuna.run"
SLICE: Final = "slice"
# Runs are taken up only by workers of the same version. Raise it when `follow` records other steps in another order, and
# only after the runs of the old version have ended (or branch with DBOS.patch, which keeps them going).
WORKFLOW_VERSION: Final = "1"
# Deaths are counted slice by slice in run.py; this only ends what dies before its first slice begins.
DISPATCHES_AT_MOST: Final = 1000
ENGINE_THREADS: Final = 64
CALLERS_THREADS: Final = 32


class StepJournal:
    """The journal of the run whose body is executing: its records are the library's steps."""

    async def mark(self, work: Callable[[], Awaitable[Mark]]) -> Mark:
        async def step() -> Mark:
            return await work()

        return await DBOS.run_step_async({"name": "mark"}, step)

    async def slice(self, work: Callable[[], Awaitable[SliceRecord]]) -> SliceRecord:
        async def step() -> SliceRecord:
            return await work()

        # Preemptible: cancelling the run interrupts the slice instead of waiting for its end.
        return await DBOS.run_step_async({"name": SLICE, "preemptible": True}, step)

    async def sleep(self, seconds: float) -> None:
        await DBOS.sleep_async(seconds)


def quiet() -> AbstractContextManager[None]:
    """A context in which the library logs as Kizuna does; to be entered before `launch`."""
    no_faults = (
        dbos_error.DBOSAwaitedWorkflowCancelledError,
        dbos_error.DBOSWorkflowCancelledError,
        dbos_error.DBOSWorkflowConflictIDError,
    )
    return quieted("dbos", no_faults)


async def launch(
    place: Place, executor_id: str, body: Body, settings: EngineSettings, alarm: Alarm, *, working: bool
) -> None:
    """Starts the library on the running loop; the runs this executor id left behind are queued again.

    Its queue is looked at as ``alarm`` says.
    """

    async def run(job: str, key: str, args: dict[str, Scalar]) -> Ending:
        return await body(job, key, args)

    DBOS.workflow(name=WORKFLOW, max_recovery_attempts=DISPATCHES_AT_MOST)(run)
    config: DBOSConfig = {
        "name": "kizuna",
        "system_database_engine": place.database,
        "dbos_system_schema": SCHEMA,
        "executor_id": executor_id,
        "application_version": WORKFLOW_VERSION,
        # The default pickles: whoever can write its tables could run code here.
        "serializer": DBOSPortableJSONSerializer(),
        "log_level": "WARNING",
        "enable_otlp": False,
        "use_listen_notify": False,
        "max_executor_threads": ENGINE_THREADS,
        "scheduler_polling_interval_sec": 5.0,
        "notification_listener_polling_interval_sec": settings.poll_s,
    }
    DBOS(config=config)
    if not working:
        DBOS.listen_queues([])
    with _waited_by(alarm):
        DBOS.launch()
    await DBOS.register_queue_async(
        QUEUE,
        partition_concurrency=1,
        worker_concurrency=settings.concurrency,
        polling_interval_sec=settings.poll_s,
        on_conflict="always_update",
    )


@contextmanager
def _waited_by(alarm: Alarm) -> Iterator[None]:
    """The threads that look at the queue, started inside, wait by the alarm."""
    started = vars(_dbos)["queue_thread"]

    def look(stop: threading.Event, dbos: DBOS) -> None:
        alarm.ending_with(stop)
        started(cast("threading.Event", alarm), dbos)

    vars(_dbos)["queue_thread"] = look
    try:
        yield
    finally:
        vars(_dbos)["queue_thread"] = started


def expect_cancellations() -> None:
    """Before closing: from here on the library would warn of every run that is left to others."""
    logging.getLogger("dbos").setLevel(logging.ERROR)


async def shut_down() -> None:
    """Stops the library and gives the loop an executor of its own again, which the library had replaced."""
    with ThreadPoolExecutor(max_workers=1) as closing:
        destroy = asyncio.get_running_loop().run_in_executor(closing, lambda: DBOS.destroy(destroy_registry=True))
        await destroy
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(max_workers=CALLERS_THREADS))


async def outside(call: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """The answer to a call that is not part of the run it may be made from, so that no run records it as a step."""
    return await asyncio.get_running_loop().create_task(call(), context=Context())


async def enqueue(run_id: str, job: str, key: str, args: Mapping[str, Scalar]) -> None:
    """Queues a run behind the others of its key; nothing happens when the id is known."""
    await outside(
        lambda: DBOS.enqueue_workflow_with_options_async(
            {
                "workflow_name": WORKFLOW,
                "queue_name": QUEUE,
                "workflow_id": run_id,
                "queue_partition_key": key,
                "app_version": WORKFLOW_VERSION,
            },
            job,
            key,
            dict(args),
        )
    )


async def find(run_id: str) -> WorkflowStatus | None:
    """The library's row of a run."""
    return await outside(lambda: DBOS.get_workflow_status_async(run_id))


async def current() -> WorkflowStatus:
    """The library's row of the run whose body is executing, as it is now rather than as first recorded."""
    run_id = DBOS.workflow_id
    row = await find(run_id) if run_id else None
    if row is None:
        raise LeaseLost(f"Run {run_id} was deleted while a worker took it up.")
    return row


async def newest(*, active_only: bool = False, limit: int | None = None) -> Sequence[WorkflowStatus]:
    """The library's rows, newest first."""
    statuses: list[str] | None = ["ENQUEUED", "PENDING", "DELAYED"] if active_only else None
    return await outside(lambda: DBOS.list_workflows_async(name=WORKFLOW, status=statuses, limit=limit, sort_desc=True))


async def slices_of(run_id: str) -> Sequence[SliceRecord]:
    """The records of the slices a run has finished so far."""
    steps = await outside(lambda: DBOS.list_workflow_steps_async(run_id))
    return [step["output"] for step in steps if step["function_name"] == SLICE and step["output"]]


async def cancel(run_id: str) -> None:
    """Ends a run that has not ended; its slice is interrupted."""
    await outside(lambda: DBOS.cancel_workflow_async(run_id))


async def forget(before: datetime, at_most: int) -> int:
    """How many runs that ended before an instant were deleted."""
    rows = await outside(
        lambda: DBOS.list_workflows_async(
            name=WORKFLOW, completed_before=before.isoformat(), limit=at_most, load_input=False, load_output=False
        )
    )
    run_ids = [row.workflow_id for row in rows]
    if run_ids:
        await outside(lambda: DBOS.delete_workflows_async(run_ids))
    return len(run_ids)


def running() -> Sequence[Running]:
    """Every run a worker has taken up; called from a thread."""
    rows = DBOS.list_workflows(name=WORKFLOW, status="PENDING", load_input=False, load_output=False)
    return [Running(row.workflow_id, row.executor_id) for row in rows if row.executor_id]


def hand_back(run: Running) -> bool:
    """Queues a run again if it still belongs to that executor; its limit per key and its count of dispatches stay."""
    system = _get_dbos_instance()._sys_db  # noqa: SLF001 - see the docstring of this module
    return system.reenqueue_for_recovery(run.run_id, [run.executor_id], QUEUE)
