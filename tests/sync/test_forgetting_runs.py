"""Runs that ended long ago are forgotten; the latest, and those that still tell when a stream was read, are not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import event, text

from kizuna import jobs, sdk
from kizuna.config import SyncLimits
from kizuna.storage import connections, ended_runs, runs
from kizuna.storage.instants import micros
from kizuna.sync import tending
from kizuna.sync.tending import Tending
from tests.support.toys import MORNING, Bench, host

DAY = timedelta(days=1)


def ran(toy: Bench, run_id: str, days_ago: float, *, ended: bool = True, connection_id: int = 1) -> None:
    """A run of that age, with the counters of one stream."""
    at = micros(MORNING - days_ago * DAY)
    with toy.database.write() as sql:
        runs.queue_run(sql, run_id, connection_id, "schedule", False, [], at)
        runs.count_stream(sql, run_id, "firms", at, {"pages": 1}, state="complete")
        if ended:
            runs.end_run(sql, run_id, "complete", None, at)


def kept(toy: Bench) -> list[str]:
    """The runs that are known, those whose counters are known among them."""
    known = {row[0] for row in toy.rows("SELECT id FROM sync_run")}
    assert known == {row[0] for row in toy.rows("SELECT run_id FROM run_stream")}
    return sorted(known)


def looks_after(toy: Bench, **limits: Any) -> Tending:
    """What forgets runs, with these settings."""
    return Tending(cast("jobs.Engine", None), "sync", toy.database, host(), SyncLimits(**limits))


def test_runs_that_ended_long_ago_are_forgotten_but_the_latest(toy: Bench) -> None:
    toy.connect("other")
    for run_id, days_ago in (("oldest", 300), ("older", 91), ("recent", 89), ("new", 1)):
        ran(toy, run_id, days_ago)
    ran(toy, "before the only one", 400, connection_id=2)
    ran(toy, "the only one", 300, connection_id=2)

    left = looks_after(toy).forget(MORNING)

    assert kept(toy) == ["new", "recent", "the only one"]
    assert not left


def test_the_run_that_read_a_stream_last_is_kept_however_old(toy: Bench) -> None:
    for run_id, days_ago in (("whole", 300), ("later", 200), ("new", 1)):
        ran(toy, run_id, days_ago)
    with toy.database.write() as sql:
        connections.save_stream(sql, 1, "firms", 0, last_complete_run="whole")

    looks_after(toy).forget(MORNING)

    assert kept(toy) == ["new", "whole"]


def test_a_run_that_has_not_ended_is_kept(toy: Bench) -> None:
    ran(toy, "stuck", 300, ended=False)
    ran(toy, "new", 1)

    looks_after(toy).forget(MORNING)

    assert kept(toy) == ["new", "stuck"]


def test_runs_outlive_the_turns_that_the_schedule_knows_by_them(toy: Bench) -> None:
    for run_id, days_ago in (("had", 100), ("new", 1)):
        ran(toy, run_id, days_ago)

    looks_after(toy, full_every_days=120.0).forget(MORNING)

    assert kept(toy) == ["had", "new"]


def test_a_page_at_a_time_is_forgotten(toy: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tending, "FORGET_AT_ONCE", 2)
    for number in range(4):
        ran(toy, f"run {number}", 300 - number)

    left = [looks_after(toy).forget(MORNING) for _ in range(2)]

    assert left == [True, False]
    assert kept(toy) == ["run 3"]


def test_an_ended_run_no_longer_lists_the_records_it_was_to_read(toy: Bench) -> None:
    these = {"firms": (sdk.Named(id="1"),)}
    with toy.database.write() as sql:
        runs.queue_run(sql, "ends", 1, "webhook", False, ["firms"], 1, these)
        runs.queue_run(sql, "given up", 1, "webhook", False, ["firms"], 2, these)

        runs.end_run(sql, "ends", "complete", None, 3)
        runs.give_up(sql, runs.Unended("given up", 1, "toy", "webhook"), "lost", 3)

    assert toy.rows("SELECT named FROM sync_run") == [(None,), (None,)]


def test_old_runs_are_found_by_index(toy: Bench) -> None:
    for number in range(300):
        ran(toy, f"run {number:03}", 300 - number)
    with toy.database.write() as sql:
        sql.execute(text("ANALYZE"))

    steps = plan_of_forgetting(toy, micros(MORNING - 250 * DAY))

    assert [step for step in steps if "SCAN" in step or "Seq Scan" in step] == []
    assert any("ix_sync_run_connection_id_queued_at" in step for step in steps)


def plan_of_forgetting(toy: Bench, before: int) -> list[str]:
    """The steps of forgetting that touch runs and their counters."""
    steps: list[str] = []
    sqlite = toy.database.dialect == "sqlite"

    def explain(_: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if "sync_run" not in statement and "run_stream" not in statement:
            return
        if not sqlite:  # whatever the size of the table: is there an index to go by?
            cursor.connection.execute("SET LOCAL enable_seqscan = off")
        plan = cursor.connection.execute(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{statement}", parameters)
        steps.extend(str(row[3 if sqlite else 0]) for row in plan)

    event.listen(toy.database.engine, "before_cursor_execute", explain)
    with toy.database.write() as sql:
        ended_runs.forget(sql, 1, before, 500)
    event.remove(toy.database.engine, "before_cursor_execute", explain)
    return steps
