"""Syncs that nobody asks for: each connection in its turn, once over all processes, everything again from time to time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kizuna import clock, jobs
from kizuna.sandbox import Served
from kizuna.storage import connections, runs
from kizuna.storage.instants import micros
from kizuna.sync import schedule as scheduling
from kizuna.sync.schedule import Due, Schedule, working_schedule
from kizuna.sync.service import engine
from tests.support.worlds import EXECUTOR, Kizuna, kizuna, world

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTES, DAYS = timedelta(minutes=1), timedelta(days=1)
TRIGGERS = 'SELECT "trigger", "full", state FROM sync_run ORDER BY queued_at'
BEGUN_WITHIN_S = 60.0


class Submitted:
    """An engine that only remembers what it was given."""

    def __init__(self) -> None:
        self.runs: list[str | None] = []

    async def submit(self, job: str, key: str, *, run_id: str | None = None) -> str:
        self.runs.append(run_id)
        return run_id or ""


@pytest.fixture
def served() -> Iterator[Served]:
    with world("stripe", "zendesk", companies=4) as made:
        yield made


@pytest.fixture
def one(database_url: str, served: Served) -> Iterator[Kizuna]:
    with kizuna(database_url, served) as made:
        with made.parts.database.write() as sql:
            sql.exec_driver_sql(f"UPDATE connection SET created_at = {micros(NOW)}")
        yield made


def schedule(one: Kizuna, **limits: float) -> Schedule:
    one.parts.settings = replace(one.parts.settings, sync=replace(one.parts.settings.sync, **limits))
    return Schedule(one.parts, Submitted())  # type: ignore[arg-type]  # of the engine only submit is used


def at(moment: datetime, made: Schedule) -> list[tuple[str, bool]]:
    return [(due.connection, due.full) for due in made.due(moment)]


def begun(moment: datetime, made: Schedule) -> list[str]:
    with pytest.MonkeyPatch.context() as still:
        still.setattr(clock, "now", lambda: moment)
        return asyncio.run(made.look(moment))


def queued(one: Kizuna, name: str, moment: datetime, state: str = "complete", **wishes: Any) -> None:
    """A run of that connection was asked for at that moment and is over."""
    with pytest.MonkeyPatch.context() as still:
        still.setattr(clock, "now", lambda: moment)
        one.parts.syncer.queue(name, **wishes)
    end(one, state)


def end(one: Kizuna, state: str = "complete") -> None:
    with one.parts.database.write() as sql:
        for run in runs.unended(sql):
            runs.end_run(sql, run.id, state, None, micros(NOW))


def test_every_connection_is_read_once_in_each_turn(one: Kizuna) -> None:
    made = schedule(one, every_minutes=10)

    first = begun(NOW, made)
    while_at_work = at(NOW + 20 * MINUTES, made)
    end(one)
    within_the_turn = at(NOW, made)
    next_turn = at(NOW + 10 * MINUTES, made)

    assert len(first) == 2
    assert while_at_work == within_the_turn == []
    assert next_turn == [("stripe", False), ("zendesk", False)]
    assert {row[0] for row in one.rows(TRIGGERS)} == {"schedule"}


def test_two_processes_that_look_at_once_begin_one_run(one: Kizuna, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = schedule(one), schedule(one)
    seen: list[Due] = other.due(NOW)

    begun(NOW, mine)
    monkeypatch.setattr(Schedule, "due", lambda _self, _now: seen)  # the other looked before, and acts after
    again = begun(NOW, other)

    assert sorted(again) == sorted(due.run_id for due in seen)
    assert one.rows("SELECT count(*) FROM sync_run") == [(2,)]


def paced(one: Kizuna, name: str, every_minutes: float | None, full_every_days: float | None) -> None:
    """The connection is to be read by itself so often."""
    with one.parts.database.write() as sql:
        connections.set_schedule(sql, connections.get(sql, name).id, every_minutes, full_every_days, micros(NOW))


def test_a_connection_has_a_rhythm_of_its_own(one: Kizuna) -> None:
    made = schedule(one, every_minutes=10, full_every_days=0)
    paced(one, "stripe", 60, None)
    begun(NOW, made)
    end(one)

    soon, later = at(NOW + 10 * MINUTES, made), at(NOW + 60 * MINUTES, made)

    assert soon == [("zendesk", False)]
    assert later == [("stripe", False), ("zendesk", False)]


def test_a_new_rhythm_counts_from_the_last_whole_reading(one: Kizuna) -> None:
    made, last = schedule(one, every_minutes=0, full_every_days=0), NOW + 100 * DAYS
    paced(one, "stripe", 0, 7)
    queued(one, "stripe", last, full=True)

    paced(one, "stripe", 0, 30)
    sooner = [at(last + day * DAYS, made) for day in range(30)]
    then = at(last + 30 * DAYS, made)

    assert sooner == [[]] * 30
    assert then == [("stripe", True)]


def test_a_shorter_rhythm_counts_from_the_last_whole_reading_too(one: Kizuna) -> None:
    made, last = schedule(one, every_minutes=0, full_every_days=0), NOW + 100 * DAYS
    queued(one, "stripe", last, full=True)

    paced(one, "stripe", 0, 7)

    assert [at(last + day * DAYS, made) for day in (1, 6, 7)] == [[], [], [("stripe", True)]]


def test_a_new_rhythm_for_what_changed_counts_from_the_last_reading(one: Kizuna) -> None:
    made = schedule(one, every_minutes=0, full_every_days=0)
    paced(one, "stripe", 10, 0)
    begun(NOW, made)
    end(one)

    paced(one, "stripe", 60, 0)

    assert [at(NOW + minute * MINUTES, made) for minute in (1, 10, 59, 60)] == [[], [], [], [("stripe", False)]]


def test_a_reading_of_some_records_or_streams_takes_no_turn(one: Kizuna) -> None:
    made = schedule(one, every_minutes=10, full_every_days=0)
    queued(one, "stripe", NOW, streams=["customers"])
    queued(one, "stripe", NOW, trigger="webhook")

    assert ("stripe", False) in at(NOW + MINUTES, made)


@pytest.mark.parametrize("full", [False, True])
def test_a_reading_that_failed_is_not_counted_from(one: Kizuna, full: bool) -> None:
    made, last = schedule(one, every_minutes=0, full_every_days=0), NOW + 100 * DAYS
    paced(one, "stripe", 0 if full else 60, 7 if full else 0)
    queued(one, "stripe", last, "failed", full=full)

    assert at(last + MINUTES, made) == [("stripe", full)]


def test_turns_stay_where_they_are_on_the_clock_though_looks_come_late(one: Kizuna) -> None:
    made, looks_s = schedule(one, every_minutes=10, full_every_days=0), (0, 607, 1206, 1808, 2403)

    counts = []
    for look_s in looks_s:
        counts.append(len(begun(NOW + timedelta(seconds=look_s), made)))
        end(one)

    assert counts == [2] * 5


def test_a_connection_that_is_never_to_be_read_by_itself_is_left_alone(one: Kizuna) -> None:
    made = schedule(one, every_minutes=10, full_every_days=7)
    paced(one, "stripe", 0, 0)

    assert {name for name, _ in at(NOW + 30 * DAYS, made)} == {"zendesk"}


def test_a_connection_is_read_by_itself_though_no_other_is(one: Kizuna) -> None:
    made = schedule(one, every_minutes=0, full_every_days=0)
    paced(one, "stripe", None, 1)

    assert at(NOW + 30 * DAYS, made) == [("stripe", True)]


def test_a_connection_follows_the_settings_again(one: Kizuna) -> None:
    made = schedule(one, every_minutes=10, full_every_days=0)
    paced(one, "stripe", 0, 0)
    paced(one, "stripe", None, None)

    assert {name for name, _ in at(NOW, made)} == {"stripe", "zendesk"}


def test_what_is_switched_off_or_wants_a_person_is_left_alone(one: Kizuna) -> None:
    made = schedule(one)
    with one.parts.database.write() as sql:
        for name, state in (("stripe", "disabled"), ("zendesk", "needs_authorisation")):
            connections.set_state(sql, connections.get(sql, name).id, state, None, micros(NOW))

    assert at(NOW, made) == []


def test_everything_is_read_again_when_the_first_load_is_old(one: Kizuna) -> None:
    made = schedule(one, every_minutes=60, full_every_days=7)

    young = at(NOW + 6 * DAYS, made)
    old = at(NOW + 15 * DAYS, made)
    begun(NOW + 15 * DAYS, made)
    end(one)
    afterwards = at(NOW + 15 * DAYS, made)
    an_hour_later = at(NOW + 15 * DAYS + 60 * MINUTES, made)

    assert young == [("stripe", False), ("zendesk", False)]
    assert old == [("stripe", True), ("zendesk", True)]
    assert afterwards == []  # what changed was part of it
    assert an_hour_later == [("stripe", False), ("zendesk", False)]


def test_connections_that_were_made_together_are_not_read_whole_together(one: Kizuna) -> None:
    made = schedule(one, every_minutes=0, full_every_days=7)

    firsts = {
        name: next(day for day in range(30) if (name, True) in at(NOW + day * DAYS, made))
        for name in ("stripe", "zendesk")
    }

    assert len(set(firsts.values())) == 2
    assert all(7 <= day <= 14 for day in firsts.values())


def test_a_whole_reading_that_failed_is_tried_again_the_next_day_and_not_before(one: Kizuna) -> None:
    made = schedule(one, every_minutes=0, full_every_days=7)
    begun(NOW + 15 * DAYS, made)
    end(one, "failed")
    begun(NOW + 15 * DAYS + MINUTES, made)
    end(one, "failed")

    same_day = at(NOW + 15 * DAYS + 2 * MINUTES, made)
    next_day = at(NOW + 16 * DAYS, made)

    assert same_day == []
    assert next_day == [("stripe", True), ("zendesk", True)]


def test_runs_for_webhooks_do_not_hold_the_schedule_up(one: Kizuna) -> None:
    one.parts.syncer.queue("stripe", trigger="webhook")
    one.parts.syncer.queue("zendesk", trigger="command")

    assert at(NOW, schedule(one)) == [("stripe", False)]


def test_a_connector_that_stumbles_does_not_keep_the_others_from_their_turn(
    one: Kizuna, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, queue = schedule(one), one.parts.syncer.queue

    def stumbling(name: str, **wishes: Any) -> str:
        if name == "stripe":
            raise TypeError("a foreign mistake")
        return queue(name, **wishes)

    monkeypatch.setattr(one.parts.syncer, "queue", stumbling)

    assert len(begun(NOW, made)) == 1


def test_zero_is_never(one: Kizuna) -> None:
    assert at(NOW + 30 * DAYS, schedule(one, every_minutes=0, full_every_days=0)) == []
    assert at(NOW + 30 * DAYS, schedule(one, every_minutes=0, full_every_days=7)) == [
        ("stripe", True),
        ("zendesk", True),
    ]


def test_what_changed_at_the_vendor_is_seen_though_nobody_asks(
    one: Kizuna, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduling, "LOOK_EVERY_S", 0.2)
    schedule(one, full_every_days=0)

    async def scenario() -> list[jobs.RunStatus]:
        async with engine(one.parts, executor_id=EXECUTOR) as opened, working_schedule(one.parts, opened):
            while len(found := await opened.runs()) < 2 or not all(run.state.final for run in found):
                await asyncio.sleep(0.1)
            return list(found)

    found = asyncio.run(asyncio.wait_for(scenario(), BEGUN_WITHIN_S))

    assert [run.state for run in found] == [jobs.RunState.DONE] * 2
    assert one.living("stripe")["customers"]
    assert {row[0] for row in one.rows(TRIGGERS)} == {"schedule"}


def test_a_look_that_fails_does_not_end_the_schedule(one: Kizuna, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduling, "LOOK_EVERY_S", 0.01)
    looks: list[int] = []

    async def broken(_self: Schedule, _now: datetime) -> list[str]:
        looks.append(1)
        raise OSError(json.dumps("no"))

    monkeypatch.setattr(Schedule, "look", broken)

    async def scenario() -> None:
        async with working_schedule(one.parts, Submitted()):  # type: ignore[arg-type]  # nothing is submitted
            while len(looks) < 3:
                await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(scenario(), BEGUN_WITHIN_S))

    assert len(looks) >= 3
