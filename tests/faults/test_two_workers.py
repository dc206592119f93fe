"""When one of two workers is killed, the other takes its run over and finishes it."""

from __future__ import annotations

import asyncio
import subprocess
import time

import pytest

from kizuna.jobs import Engine, RunState, RunStatus
from kizuna.sandbox.faults import FaultPlan, FaultProfile
from kizuna.sync.service import JOB, engine
from tests.faults.processes import LIMIT_S, await_start, worker
from tests.faults.undisturbed import assert_undisturbed, outcome
from tests.support.worlds import Kizuna, kizuna, world

SLOW = FaultProfile("slow", {"slow": 1.0}, slow_s=0.15)


@pytest.mark.postgres
def test_a_sync_whose_worker_is_killed_finishes_on_the_other(postgres_url: str, sqlite_url: str) -> None:
    with world("zendesk", companies=20) as served, kizuna(sqlite_url, served) as quiet:
        quiet.sync("zendesk")
        expected = outcome(quiet)
        served.gateways[0].faults = FaultPlan(SLOW, 1)  # so that there is a middle to be killed in
        with kizuna(postgres_url, served) as killed, worker(postgres_url, "first") as first:
            await_start(first)
            with worker(postgres_url, "second") as second:
                await_start(second)

                run = asyncio.run(taken_over(killed, {"first": first, "second": second}))

            assert (run.state, run.takeovers) == (RunState.DONE, 1)
            assert_undisturbed(killed, served, "zendesk", expected)


async def taken_over(killed: Kizuna, workers: dict[str, subprocess.Popen[str]]) -> RunStatus:
    """The run at its end, after whoever had it was killed in its middle."""
    async with engine(killed.parts, executor_id="watcher", working=False) as watching:
        run_id = await watching.submit(JOB, "zendesk", run_id=killed.queue("zendesk"))
        began = await holder(watching, run_id, killed, committed=5)
        workers[began].kill()
        killed_at_s = time.monotonic()
        took = await holder(watching, run_id, killed, other_than=began)
        print(f"{took} took over {time.monotonic() - killed_at_s:.2f} s after {began} was killed")
        return await watching.wait(run_id, timeout_s=LIMIT_S)


async def holder(watching: Engine, run_id: str, killed: Kizuna, *, committed: int = 0, other_than: str = "") -> str:
    """Who holds the lease, once so many pages are committed and it is another than that one."""
    until_s = time.monotonic() + LIMIT_S
    while time.monotonic() < until_s:
        await asyncio.sleep(0.02)
        leases = killed.rows("SELECT executor FROM lease")
        pages = killed.rows("SELECT COALESCE(CAST(SUM(pages) AS INTEGER), 0) FROM run_stream")[0][0]
        assert isinstance(pages, int)
        if leases and leases[0][0] != other_than and pages >= committed:
            return str(leases[0][0])
    raise AssertionError(f"nobody took {run_id} over: {await watching.status(run_id)}")
