"""A run that a process left between the database and the job engine is carried out, or ends with a reason."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from kizuna.errors import StorageError
from kizuna.jobs import Engine, RunState
from kizuna.jobs.places import SCHEMA, jobs_file
from kizuna.storage.database import Database
from kizuna.storage.schema import upgrade
from kizuna.sync import service
from kizuna.sync.service import JOB, engine
from tests.faults.processes import killed_at
from tests.faults.undisturbed import assert_undisturbed, outcome
from tests.support.worlds import EXECUTOR, Kizuna, kizuna, world

LIMIT_S = 60.0


def test_a_run_whose_process_died_before_the_engine_knew_it_is_carried_out(database_url: str, sqlite_url: str) -> None:
    quiet_url = sqlite_url.replace("kizuna.db", "quiet.db")
    with world("stripe", companies=8) as served, kizuna(quiet_url, served) as quiet:
        quiet.sync("stripe")
        with kizuna(database_url, served) as killed:
            killed_at("run.queued", database_url, "asking", "stripe")
            left = states(killed)

            asyncio.run(ended(killed))

            assert left == ["queued"]
            assert states(killed) == ["complete"]
            assert_undisturbed(killed, served, "stripe", outcome(quiet))


@pytest.mark.parametrize(
    ("database", "command"),
    [
        ("sqlite_url", ("serve", "--port", "0")),
        pytest.param("postgres_url", ("worker",), marks=pytest.mark.postgres),
    ],
)
def test_the_commands_that_stay_carry_out_what_they_find(
    database: str, command: tuple[str, ...], request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue(database)
    fresh = Database(url)
    upgrade(fresh)
    fresh.close()
    with world("stripe", companies=4) as served, kizuna(url, served) as left:
        left.queue("stripe")
        process = subprocess.Popen(
            [sys.executable, "-m", "kizuna", *command, "--database", url],
            env=os.environ | {"KIZUNA_SYNC_EVERY_MINUTES": "0"},
            stdout=subprocess.DEVNULL,
        )
        try:
            asyncio.run(until(lambda: states(left) == ["complete"]))
        finally:
            process.terminate()
            process.wait(LIMIT_S)

        assert states(left) == ["complete"]


def test_a_run_that_is_queued_while_the_engine_is_open_is_found(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LOOK_EVERY_S", 0.1)
    with world("stripe", companies=4) as served, kizuna(database_url, served) as found:

        async def scenario() -> None:
            async with engine(found.parts, executor_id=EXECUTOR):
                await asyncio.to_thread(found.queue, "stripe")
                await until(lambda: states(found) == ["complete"])

        asyncio.run(scenario())

        assert states(found) == ["complete"]


def test_a_run_goes_on_although_the_engines_file_was_deleted(sqlite_url: str) -> None:
    with world("stripe", companies=8) as served, kizuna(sqlite_url, served) as killed:
        run_id = killed.queue("stripe")
        killed_at("batch.committed:2", sqlite_url, EXECUTOR, "stripe", run_id)
        file = jobs_file_of(killed)
        for part in file.parent.glob(f"{file.name}*"):
            part.unlink()

        asyncio.run(ended(killed))

        assert states(killed) == ["complete"]


def test_a_cancelled_run_has_failed_and_says_what_to_do(database_url: str) -> None:
    with world("stripe", companies=4) as served, kizuna(database_url, served) as found:

        async def scenario() -> None:
            async with engine(found.parts, executor_id=EXECUTOR, working=False) as opened:
                run_id = await opened.submit(JOB, "stripe", run_id=found.queue("stripe"))
                await opened.cancel(run_id)

        asyncio.run(scenario())

        assert found.rows("SELECT state, error FROM sync_run") == [
            (
                "failed",
                "The run was cancelled. Start a new one with `kizuna sync stripe`; it goes on from the last committed batch.",
            )
        ]
        assert found.rows("SELECT COUNT(*) FROM sync_run WHERE ended_at IS NULL") == [(0,)]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("MAX_RECOVERY_ATTEMPTS_EXCEEDED", "Its workers died before it could begin; look at their logs"),
        ("ERROR", "The job engine gave the run up"),
    ],
)
def test_a_run_the_engine_gave_up_has_failed_and_says_why(database_url: str, status: str, reason: str) -> None:
    with world("stripe", companies=4) as served, kizuna(database_url, served) as found:
        run_id = asyncio.run(submitted(found))
        found.parts.syncer.take(run_id, "gone")
        tell_engine(found, run_id, status)

        async def scenario() -> RunState:
            async with engine(found.parts, executor_id=EXECUTOR) as opened:
                return (await opened.status(run_id)).state

        state = asyncio.run(scenario())

        ((told, error),) = found.rows("SELECT state, error FROM sync_run")
        assert state in (RunState.PARKED, RunState.FAILED)
        assert told == "failed"
        assert reason in str(error)
        assert "Start a new one with `kizuna sync stripe`" in str(error)
        assert found.rows("SELECT epoch FROM lease") == [(2,)]  # who still has it may not write any more


def test_a_command_that_waits_finds_the_reason_of_a_run_the_engine_gave_up(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cannot(*_: object) -> None:
        raise StorageError("The disk is full; make room.")

    with world("stripe", companies=4) as served, kizuna(database_url, served) as found:
        monkeypatch.setattr(found.parts.syncer, "slice", cannot)

        found.sync("stripe")

        ((state, error),) = found.rows("SELECT state, error FROM sync_run")
        assert state == "failed"
        assert str(error).startswith("The job engine gave the run up: The disk is full; make room. Start a new one")


def test_a_run_that_ended_stays_as_it_ended_when_it_is_taken_up_again(database_url: str) -> None:
    with world("stripe", companies=4) as served, kizuna(database_url, served) as found:
        found.sync("stripe")
        ((run_id, ended_at),) = found.rows("SELECT id, ended_at FROM sync_run")

        found.parts.syncer.take(str(run_id), "late")

        assert found.rows("SELECT state, ended_at FROM sync_run") == [("complete", ended_at)]


async def ended(found: Kizuna) -> None:
    """Returns when no run is without an end; nobody names a run to the engine."""
    async with engine(found.parts, executor_id=EXECUTOR):
        await until(lambda: found.rows("SELECT COUNT(*) FROM sync_run WHERE ended_at IS NULL") == [(0,)])


async def submitted(found: Kizuna) -> str:
    """The id of a run that waits with the engine, which is closed again."""
    async with engine(found.parts, executor_id=EXECUTOR, working=False) as opened:
        return await _submit(opened, found)


async def _submit(opened: Engine, found: Kizuna) -> str:
    return await opened.submit(JOB, "stripe", run_id=found.queue("stripe"))


async def until(true: Callable[[], bool]) -> None:
    """Returns when it has become true."""
    async with asyncio.timeout(LIMIT_S):
        while not await asyncio.to_thread(true):
            await asyncio.sleep(0.05)


def states(found: Kizuna) -> list[object]:
    """The states of the runs in the database."""
    return [state for (state,) in found.rows("SELECT state FROM sync_run ORDER BY queued_at")]


def tell_engine(found: Kizuna, run_id: str, status: str) -> None:
    """The engine's own row of a run changed, as the engine does it when it gives a run up."""
    url = found.parts.database.url
    on_sqlite = found.parts.database.dialect == "sqlite"
    database = sa.create_engine(f"sqlite:///{jobs_file_of(found)}" if on_sqlite else url)
    table = "workflow_status" if on_sqlite else f"{SCHEMA}.workflow_status"
    with database.begin() as sql:
        changed = sql.execute(
            sa.text(f"UPDATE {table} SET status = :status WHERE workflow_uuid = :run"),
            {"status": status, "run": run_id},
        )
        assert changed.rowcount == 1
    database.dispose()


def jobs_file_of(found: Kizuna) -> Path:
    """The engine's file beside the database's."""
    return jobs_file(Path(str(found.parts.database.url.database)))
