"""What was begun is finished by somebody, once, whoever dies, stops or deletes the engine's file meanwhile."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from kizuna.errors import ConfigError
from kizuna.jobs import EngineSettings, RunState, open_engine
from tests.jobs.counting import TABLES, Counting
from tests.support.project import PROJECT

LIMIT_S = 90.0
QUICK = EngineSettings(poll_s=0.05)
LONG = {"total": 60, "pages": 4, "page_s": 0.05}
IN_ORDER = list(range(1, 61))
LONGER = {**LONG, "total": 240}  # a second worker begins meanwhile, however busy the machine is
CUT_THE_ENGINE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND starts_with(application_name, 'kizuna ')
"""


@pytest.fixture
def counting(request):
    """The counting job over an empty database of the kind the test names."""
    counting = Counting(request.getfixturevalue(request.param))
    TABLES.create_all(counting.database)
    yield counting
    counting.database.dispose()


on_sqlite = pytest.mark.parametrize("counting", ["sqlite_url"], indirect=True)
on_postgres = pytest.mark.parametrize(
    "counting", [pytest.param("postgres_url", marks=pytest.mark.postgres)], indirect=True
)
on_both = pytest.mark.parametrize(
    "counting", ["sqlite_url", pytest.param("postgres_url", marks=pytest.mark.postgres)], indirect=True
)


@on_both
def test_a_run_whose_process_was_killed_continues_after_the_restart(counting):
    with worker(counting, "only") as process:
        submit(counting, "crm-1", LONG)
        await_pages(counting, at_least=10)
        process.kill()
        process.wait()

    run = finish(counting, "crm-1", executor_id="only")

    assert (run.state, run.takeovers) == (RunState.DONE, 1)
    assert counting.pages("crm") == IN_ORDER


@on_postgres
def test_a_run_whose_worker_was_killed_finishes_on_another(counting):
    with worker(counting, "first") as first:
        submit(counting, "crm-1", LONGER)
        await_pages(counting, at_least=10)
        with worker(counting, "second"):
            first.kill()
            killed_at, reached = time.monotonic(), len(counting.pages("crm"))
            await_pages(counting, at_least=reached + 1)
            print(f"taken over {time.monotonic() - killed_at:.2f} s after the kill")
            run = finish(counting, "crm-1", working=False)

    assert (run.state, run.takeovers, run.executor_id) == (RunState.DONE, 1, "second")
    assert counting.pages("crm") == list(range(1, 241))
    assert counting.executors("crm") == ["first", "second"]


@on_postgres
def test_a_stopped_worker_is_replaced_and_cannot_write_when_it_wakes(counting):
    for number in (1, 2, 3):
        counting.clear()
        run = replaced_while_stopped(
            counting, "before a transaction", run_id=f"crm-{number}", then=lambda: give_time_to(counting.refused)
        )
        if counting.refused():
            break
        # It noticed that it was replaced before it came to try, which proves nothing: once more.

    assert (run.state, run.takeovers, run.executor_id) == (RunState.DONE, 1, "second")
    assert counting.pages("crm") == IN_ORDER
    assert counting.executors("crm") == ["first", "second"]
    assert set(counting.refused()) == {"first"}


@on_postgres
def test_a_worker_stopped_with_rows_locked_does_not_hold_up_the_one_that_replaces_it(counting):
    run = replaced_while_stopped(counting, "in a transaction", then=lambda: None)

    assert (run.state, run.takeovers, run.executor_id) == (RunState.DONE, 1, "second")
    assert counting.pages("crm") == IN_ORDER
    assert counting.executors("crm") == ["first", "second"]


@on_postgres
def test_an_engine_whose_connections_are_cut_goes_on(counting):
    async def scenario():
        async with opened(counting, "only") as engine:
            await engine.submit("count", "crm", run_id="crm-1", args=LONG)
            for reached in (5, 25):
                while len(counting.pages("crm")) < reached:
                    await asyncio.sleep(0.02)
                with counting.database.connect() as connection:
                    connection.exec_driver_sql(CUT_THE_ENGINE)
            return await engine.wait("crm-1", timeout_s=LIMIT_S)

    run = asyncio.run(scenario())

    assert run.state is RunState.DONE
    assert counting.pages("crm") == IN_ORDER


@on_sqlite
def test_a_second_process_over_one_file_takes_over_from_the_first(counting):
    with worker(counting, None) as first:
        submit(counting, "crm-1", LONG)
        await_pages(counting, at_least=10)
        threading.Timer(1.0, first.kill).start()
        run = finish(counting, "crm-1")

    assert run.state is RunState.DONE
    assert counting.pages("crm") == IN_ORDER
    assert counting.executors("crm") == ["local-1", "local-2"]


@on_both
def test_a_run_that_kills_its_workers_is_parked(counting):
    submit(counting, "crm-1", {"how": "dies"})
    for _ in range(5):
        with worker(counting, "only", begin=False) as process:
            assert process.wait(timeout=LIMIT_S) == -signal.SIGKILL

    run = finish(counting, "crm-1", executor_id="only")

    assert run.state is RunState.PARKED
    assert run.reason.startswith("5 workers died in slice 1")


@on_sqlite
def test_deleting_the_engines_file_loses_nothing(counting, tmp_path):
    with worker(counting, "only") as process:
        submit(counting, "crm-1", LONG)
        await_pages(counting, at_least=10)
        process.kill()
        process.wait()
    # Its write-ahead log stays behind: what that says must not come back either.
    (tmp_path / "kizuna.jobs.db").unlink()
    submit(counting, "crm-2", LONG)

    run = finish(counting, "crm-2", executor_id="only")

    assert run.state is RunState.DONE
    assert counting.pages("crm") == IN_ORDER


@on_both
def test_closing_leaves_a_long_run_at_a_slice_for_the_next_to_continue(counting):
    async def scenario():
        async with opened(counting, "first") as engine:
            await engine.submit("count", "crm", run_id="crm-1", args=LONG)
            while len(counting.pages("crm")) < 10:
                await asyncio.sleep(0.02)
        reached = len(counting.pages("crm"))
        async with opened(counting, "second") as engine:
            return reached, await engine.wait("crm-1", timeout_s=LIMIT_S)

    reached, run = asyncio.run(scenario())

    assert reached % LONG["pages"] == 0
    assert (run.state, run.takeovers) == (RunState.DONE, 1)
    assert counting.pages("crm") == IN_ORDER


@on_both
def test_restarts_during_a_pause_are_not_held_against_a_run(counting):
    async def scenario():
        for _ in range(6):
            async with opened(counting, "only") as engine:
                await engine.submit("count", "crm", run_id="crm-1", args={"total": 6, "pages": 3, "wait_s": 10.0})
                while (await engine.status("crm-1")).slices == 0:
                    await asyncio.sleep(0.02)
        async with opened(counting, "only") as engine:
            return await engine.wait("crm-1", timeout_s=LIMIT_S)

    run = asyncio.run(scenario())

    assert (run.state, run.counts) == (RunState.DONE, {"pages": 6})
    assert counting.pages("crm") == [1, 2, 3, 4, 5, 6]


@on_both
def test_two_live_processes_cannot_work_under_one_name(counting, monkeypatch):
    monkeypatch.setattr("kizuna.jobs.seats.WAIT_FOR_OWN_SEAT_S", 0.0)

    with worker(counting, "only"), pytest.raises(ConfigError, match="Another live process works as 'only'"):
        submit(counting, "crm-1", LONG, executor_id="only")


@on_sqlite
def test_the_engines_file_is_durable_and_lies_beside_the_data(counting, tmp_path):
    submit(counting, "crm-1", LONG)

    file = sa.create_engine(f"sqlite:///{tmp_path / 'kizuna.jobs.db'}", poolclass=sa.NullPool)
    with file.connect() as connection:
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()

    assert mode == "wal"
    assert {file.name for file in tmp_path.glob("*.db")} == {"kizuna.db", "kizuna.jobs.db"}


def opened(counting, executor_id=None, *, working=True):
    """An engine over the counting job."""
    return open_engine(
        counting.database_url,
        [counting.job()],
        executor_id=executor_id,
        acquire_lease=counting.acquire_lease,
        working=working,
        settings=QUICK,
    )


def submit(counting, run_id, args, *, executor_id=None):
    """Queues a run, without working on it."""

    async def scenario():
        async with opened(counting, executor_id or "submitter", working=False) as engine:
            await engine.submit("count", "crm", run_id=run_id, args=args)

    asyncio.run(scenario())


def finish(counting, run_id, *, executor_id=None, working=True):
    """The run at its end."""

    async def scenario():
        async with opened(counting, executor_id, working=working) as engine:
            return await engine.wait(run_id, timeout_s=LIMIT_S)

    return asyncio.run(scenario())


def replaced_while_stopped(counting, where, *, then, run_id="crm-1"):
    """The end of a run whose first worker stops itself there, and wakes when the second has written."""
    with worker(counting, "first") as first:
        submit(counting, run_id, LONG | {"stops": where})
        await_pages(counting, at_least=8)
        with worker(counting, "second"):
            stopped_at = time.monotonic()
            await_pages(counting, at_least=9)
            print(f"taken over {time.monotonic() - stopped_at:.2f} s after the stop was seen")
            first.send_signal(signal.SIGCONT)
            run = finish(counting, run_id, working=False)
            then()
    return run


def give_time_to(look, most_s=15.0):
    """Returns when there is something to see, or when nothing more is to be expected."""
    deadline = time.monotonic() + most_s
    while not look() and time.monotonic() < deadline:
        time.sleep(0.02)


def await_pages(counting, *, at_least):
    """Returns when so many pages are committed."""
    deadline = time.monotonic() + LIMIT_S
    while len(counting.pages("crm")) < at_least:
        assert time.monotonic() < deadline, f"{len(counting.pages('crm'))} pages of {at_least}"
        time.sleep(0.02)


@contextmanager
def worker(counting, executor_id, *, begin=True):
    """A worker in a process of its own, killed at the end if it still lives."""
    command = [
        sys.executable,
        "-m",
        "tests.jobs.counting",
        counting.database_url,
        *([executor_id] if executor_id else []),
    ]
    environ = os.environ | {"PYTHONPATH": str(PROJECT)}
    process = subprocess.Popen(command, cwd=PROJECT, env=environ, stdout=subprocess.PIPE, text=True)
    try:
        if begin:
            await_start(process)
        yield process
    finally:
        process.kill()
        process.communicate()


def await_start(process):
    """Returns when the worker works."""
    assert process.stdout.readline().strip() == "working"
