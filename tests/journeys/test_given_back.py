"""What a connector began at its vendor is given back when its run is cancelled or everything is read again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, cast

import pytest

from kizuna import sdk
from kizuna.jobs import RunState, RunStatus
from kizuna.sandbox import SandboxState, Served
from kizuna.storage import connections, runs
from kizuna.sync import tidying
from kizuna.sync.service import engine, submit
from kizuna.sync.tidying import Tidying, give_back
from tests.support.worlds import EXECUTOR, Kizuna, kizuna, shown, world

NEVER = 1_000_000


@pytest.fixture
def served() -> Iterator[Served]:
    with world("salesforce", companies=5) as playing:
        playing.state("salesforce").memory["page_rows"] = 3  # so that something is left for jobs
        yield playing


@pytest.fixture
def one(database_url: str, served: Served) -> Iterator[Kizuna]:
    with kizuna(database_url, served) as made:
        with made.parts.database.write() as sql:
            stored = connections.get(sql, "salesforce")
            connections.configure(sql, stored.id, {**stored.settings, "bulk_from_rows": 1}, stored.secrets, 0)
        yield made


def test_a_cancelled_run_leaves_no_job_behind_and_the_next_one_reads_all(one: Kizuna, served: Served) -> None:
    state = served.state("salesforce")
    state.memory["job_looks"] = NEVER

    asyncio.run(cancelled(one, state))

    assert state.memory["jobs_made"] != []
    assert state.memory["jobs"] == {}
    assert held(one) == []
    state.memory["no_bulk"] = {"Contact"}  # a job's state is asked for once in ten seconds
    assert asyncio.run(read(one)).state is RunState.DONE
    assert one.living("salesforce") == shown(served, "salesforce", ["Contact"])


def test_reading_everything_again_deletes_the_jobs_of_the_load_it_replaces(one: Kizuna, served: Served) -> None:
    state = served.state("salesforce")
    state.memory["job_looks"] = NEVER
    asyncio.run(left_behind(one, state))
    left, state.memory["no_bulk"] = dict(state.memory["jobs"]), {"Contact"}

    run = asyncio.run(read(one, full=True))

    assert left
    assert run.state is RunState.DONE
    assert state.memory["jobs"] == {}


def test_the_jobs_that_a_second_run_goes_on_with_are_left_to_it(one: Kizuna, served: Served) -> None:
    state, syncer = served.state("salesforce"), one.parts.syncer
    state.memory["job_looks"] = NEVER
    asyncio.run(left_behind(one, state))
    jobs, named = dict(state.memory["jobs"]), bookmarks(one)
    second = syncer.queue("salesforce", streams=("Contact",))
    syncer.take(second, "another")

    asyncio.run(syncer.tidying.after("salesforce"))
    kept = (dict(state.memory["jobs"]), bookmarks(one))
    end(one, second)
    asyncio.run(syncer.tidying.after("salesforce"))

    assert jobs
    assert kept == (jobs, named)
    assert (state.memory["jobs"], held(one)) == ({}, [])


def test_a_run_that_begins_while_jobs_are_given_back_keeps_its_bookmark(
    one: Kizuna, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, syncer = served.state("salesforce"), one.parts.syncer
    state.memory["job_looks"] = NEVER
    asyncio.run(left_behind(one, state))
    named = bookmarks(one)

    async def given_back(line: sdk.Transport, closed: dict[str, sdk.Closed]) -> list[str]:
        syncer.take(syncer.queue("salesforce", streams=("Contact",)), "another")
        return await give_back(line, closed)

    monkeypatch.setattr(tidying, "give_back", given_back)
    asyncio.run(syncer.tidying.after("salesforce"))

    assert bookmarks(one) == named


def test_giving_back_takes_no_longer_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidying, "WITHIN_S", 0.05)
    closed = sdk.Closed(asks=(sdk.Ask(path="/jobs/1", method="DELETE"),), bookmark=None)

    done = asyncio.run(give_back(cast("sdk.Transport", Silent()), {"a": closed}))

    assert done == []


def test_a_refusal_does_not_keep_the_next_request_from_being_sent() -> None:
    line = Refusing()
    asks = tuple(sdk.Ask(path=f"/jobs/{number}", method="DELETE") for number in (1, 2))

    done = asyncio.run(give_back(cast("sdk.Transport", line), {"a": sdk.Closed(asks=asks, bookmark=None)}))

    assert (done, line.asked) == (["a"], ["/jobs/1", "/jobs/2"])


class Silent:
    """A line on which nothing is ever answered."""

    async def send(self, ask: sdk.Ask) -> sdk.Answer:
        await asyncio.Event().wait()
        raise AssertionError(ask.path)


class Refusing:
    """A line on which everything is refused."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def send(self, ask: sdk.Ask) -> sdk.Answer:
        self.asked.append(ask.path)
        raise sdk.DegradedError("not there")


async def cancelled(one: Kizuna, state: SandboxState) -> None:
    """A first load that is cancelled while jobs of it are under way and named by bookmarks."""
    async with engine(one.parts, executor_id=EXECUTOR) as opened:
        run_id = await submit(opened, one.parts, "salesforce", streams=("Contact",), trigger="command")
        async with asyncio.timeout(60):
            while not await asyncio.to_thread(held, one):
                await asyncio.sleep(0.1)
        await opened.cancel(run_id)


async def left_behind(one: Kizuna, state: SandboxState) -> None:
    """A first load that is cancelled, its jobs left where they are."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Tidying, "_after", cast("Any", _left))
        await cancelled(one, state)


async def read(one: Kizuna, *, full: bool = False) -> RunStatus:
    """A run of the same stream, at its end."""
    async with engine(one.parts, executor_id=EXECUTOR) as opened:
        run_id = await submit(opened, one.parts, "salesforce", full=full, streams=("Contact",), trigger="command")
        return await opened.wait(run_id, timeout_s=120)


def end(one: Kizuna, run_id: str) -> None:
    """A run ended as one that nobody works on."""
    with one.parts.database.write() as sql:
        runs.end_run(sql, run_id, "failed", "ended by the test", 1)


def held(one: Kizuna) -> list[str]:
    """The streams whose bookmark names jobs."""
    return sorted(name for name, bookmark in bookmarks(one).items() if (bookmark or {}).get("jobs"))


def bookmarks(one: Kizuna) -> dict[str, dict[str, Any] | None]:
    """Where the streams stand."""
    with one.parts.database.read() as sql:
        stored = connections.get(sql, "salesforce")
        known = connections.streams(sql, stored.id)
    return {name: stream.bookmark for name, stream in known.items()}


async def _left(_: Tidying, name: str) -> None:
    """Nothing is given back."""
