"""A run finishes, alone on its key, and ends the way its slices say; on SQLite and on PostgreSQL."""

import asyncio
import subprocess
import sys
from contextlib import asynccontextmanager

import pytest

from kizuna.errors import ConfigError, StorageError, UnknownName
from kizuna.jobs import EngineSettings, RunState, open_engine, run_inline
from tests.jobs.counting import TABLES, Counting

LIMIT_S = 60.0
QUICK = EngineSettings(poll_s=0.05)


@pytest.fixture
def counting(database_url):
    """The counting job over an empty database."""
    counting = Counting(database_url)
    TABLES.create_all(counting.database)
    yield counting
    counting.database.dispose()


@asynccontextmanager
async def opened(counting, settings=QUICK, **limits):
    """An engine that knows the counting job."""
    jobs = [counting.job(**limits)]
    async with open_engine(
        counting.database_url, jobs, acquire_lease=counting.acquire_lease, settings=settings
    ) as engine:
        yield engine


def test_a_run_finishes_and_sums_up_its_slices(counting):
    async def scenario():
        async with opened(counting) as engine:
            run_id = await engine.submit("count", "crm", args={"total": 12, "pages": 5})
            return await engine.wait(run_id, timeout_s=LIMIT_S)

    run = asyncio.run(scenario())

    assert (run.state, run.counts, run.slices, run.takeovers) == (RunState.DONE, {"pages": 12}, 3, 0)
    assert counting.pages("crm") == list(range(1, 13))


def test_two_runs_of_one_key_never_overlap_and_runs_of_two_keys_do(counting):
    async def scenario():
        async with opened(counting) as engine:
            for number in range(1, 4):
                args = {"total": 10 * number, "pages": 3, "page_s": 0.005}
                for key in ("crm", "desk"):
                    await engine.submit("count", key, run_id=f"{key}-{number}", args=args)
            return [await engine.wait(f"{key}-{n}", timeout_s=LIMIT_S) for n in (1, 2, 3) for key in ("crm", "desk")]

    runs = asyncio.run(scenario())

    assert [run.state for run in runs] == [RunState.DONE] * 6
    assert counting.overlaps == []
    assert counting.pages("crm") == counting.pages("desk") == list(range(1, 31))


def test_submitting_a_run_id_again_changes_nothing(counting):
    async def scenario():
        async with opened(counting) as engine:
            for _ in range(3):
                await engine.submit("count", "crm", run_id="crm-1")
            await engine.wait("crm-1", timeout_s=LIMIT_S)
            await engine.submit("count", "crm", run_id="crm-1", args={"total": 99})
            return await engine.runs()

    runs = asyncio.run(scenario())

    assert [(run.run_id, run.key, run.state) for run in runs] == [("crm-1", "crm", RunState.DONE)]
    assert counting.pages("crm") == list(range(1, 11))


def test_a_cancelled_run_is_interrupted_in_its_slice(counting):
    async def scenario():
        async with opened(counting) as engine:
            await engine.submit("count", "crm", run_id="crm-1", args={"page_s": 3600})
            while (await engine.status("crm-1")).state is RunState.QUEUED or not counting.at_work:
                await asyncio.sleep(0.02)
            cancelled = await engine.cancel("crm-1")
            async with asyncio.timeout(LIMIT_S):
                while counting.at_work:
                    await asyncio.sleep(0.02)
            return cancelled

    run = asyncio.run(scenario())

    assert run.state is RunState.CANCELLED
    assert counting.pages("crm") == []


def test_a_refusal_ends_the_run_with_its_reason(counting):
    run = asyncio.run(outcome(counting, how="is refused"))

    assert (run.state, run.reason) == (RunState.FAILED, "the key was revoked; connect again")


def test_a_passing_fault_is_tried_again(counting):
    run = asyncio.run(outcome(counting, how="fails twice"))

    assert (run.state, run.counts) == (RunState.DONE, {"pages": 10})


def test_a_slice_that_takes_too_long_is_stopped_and_tried_again(counting):
    async def scenario():
        async with opened(counting, slice_timeout_s=0.2) as engine:
            await engine.submit("count", "crm", run_id="crm-1", args={"page_s": 3600})
            async with asyncio.timeout(LIMIT_S):
                while (run := await engine.status("crm-1")).reason is None:
                    await asyncio.sleep(0.05)
            await engine.cancel("crm-1")
            return run

    run = asyncio.run(scenario())

    assert (run.state, run.reason) == (RunState.RUNNING, "TimeoutError")


def test_a_schedule_submits_one_run_a_turn(counting):
    async def scenario():
        async with opened(counting) as engine:
            engine.schedule("count", "crm", every_s=86_400)
            async with asyncio.timeout(LIMIT_S):
                while not (runs := await engine.runs(key="crm")) or not runs[0].state.final:
                    await asyncio.sleep(0.05)
            engine.schedule("count", "crm", every_s=86_400)
            await asyncio.sleep(1.2)
            return await engine.runs(key="crm")

    runs = asyncio.run(scenario())

    assert [(run.job, run.key, run.state) for run in runs] == [("count", "crm", RunState.DONE)]


def test_a_command_runs_a_job_inline_and_the_loop_stays_usable(counting):
    async def scenario():
        run = await run_inline(
            counting.database_url,
            [counting.job()],
            "count",
            "crm",
            args={"total": 3},
            acquire_lease=counting.acquire_lease,
            settings=QUICK,
        )
        return run, await asyncio.to_thread(counting.pages, "crm")

    run, pages = asyncio.run(scenario())

    assert (run.state, pages) == (RunState.DONE, [1, 2, 3])


def test_old_runs_are_forgotten(counting):
    async def scenario():
        async with opened(counting) as engine:
            await engine.submit("count", "crm", run_id="crm-1")
            await engine.wait("crm-1", timeout_s=LIMIT_S)
        async with (
            opened(counting, settings=EngineSettings(poll_s=0.05, keep_runs_days=0)) as engine,
            asyncio.timeout(LIMIT_S),
        ):
            while await engine.runs():
                await asyncio.sleep(0.05)

    asyncio.run(scenario())

    assert counting.pages("crm") == list(range(1, 11))


def test_unknown_jobs_runs_and_second_engines_are_refused(counting):
    async def scenario():
        async with opened(counting) as engine:
            with pytest.raises(UnknownName, match="did you mean 'count'"):
                await engine.submit("cuont", "crm")
            with pytest.raises(UnknownName, match="no run named 'crm-9'"):
                await engine.status("crm-9")
            with pytest.raises(ConfigError, match="open in this process already"):
                async with opened(counting):
                    pass

    asyncio.run(scenario())


@pytest.mark.parametrize("url", ["sqlite:///no/such/folder/kizuna.db", "postgresql://kizuna@127.0.0.1:1/kizuna"])
def test_a_database_out_of_reach_is_an_error_of_ours(url):
    async def scenario():
        async with open_engine(url, []):
            pass

    with pytest.raises(StorageError, match="cannot use its database"):
        asyncio.run(scenario())


def test_importing_the_port_does_not_load_the_engine():
    program = "import sys, kizuna, kizuna.jobs; print('dbos' in sys.modules, 'sqlalchemy' in sys.modules)"

    printed = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout

    assert printed.split() == ["False", "False"]


async def outcome(counting, **args):
    """The end of one run with these arguments."""
    async with opened(counting) as engine:
        return await engine.wait(await engine.submit("count", "crm", args=args), timeout_s=LIMIT_S)
