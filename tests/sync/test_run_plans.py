"""However many runs have ended, those under way and the last of a connection are found by indexes that hold few others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from kizuna.storage import runs
from kizuna.storage.database import Database
from tests.support.toys import Bench

ENDED = 2_000
INDEX = "ix_sync_run_unended"


def plan_of(database: Database, ask: Callable[[Connection], object]) -> list[str]:
    """The steps that touch the runs, by the name of what they go by."""
    steps: list[str] = []
    sqlite = database.dialect == "sqlite"

    def explain(_: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if "sync_run" not in statement:
            return
        if sqlite:
            plan = [row[3] for row in cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            steps.extend(step for step in plan if "SCAN sync_run" in step or "SEARCH sync_run" in step)
            return
        # Whatever the size of the table: is there an index to go by?
        cursor.connection.execute("SET LOCAL enable_seqscan = off")
        plan = [row[0] for row in cursor.connection.execute(f"EXPLAIN {statement}", parameters)]
        steps.extend(step for step in plan if " on sync_run" in step)

    event.listen(database.engine, "before_cursor_execute", explain)
    with database.read() as sql:
        ask(sql)
    event.remove(database.engine, "before_cursor_execute", explain)
    return steps


def test_runs_without_an_end_are_found_by_index(toy: Bench) -> None:
    with toy.database.write() as sql:
        for number in range(ENDED):
            runs.queue_run(sql, f"run_{number}", 1, "webhook", False, ["firms"], number)
        sql.execute(text("UPDATE sync_run SET ended_at = 1, state = 'complete' WHERE id <> 'run_7'"))
        sql.execute(text("ANALYZE"))

    with toy.database.read() as sql:
        found = [run.id for run in runs.unended(sql)]
    steps = plan_of(toy.database, runs.unended)

    assert found == ["run_7"]
    assert len(steps) == 1
    assert INDEX in steps[0]


@pytest.mark.parametrize("full", [False, True])
def test_the_last_reading_of_a_connection_is_found_by_index(toy: Bench, full: bool) -> None:
    with toy.database.write() as sql:
        for number in range(ENDED):
            runs.queue_run(sql, f"run_{number}", 1, "webhook", False, [], 1_000 + number)
        runs.queue_run(sql, "asked", 1, "command", True, [], 3)
        runs.queue_run(sql, "of_one_stream", 1, "command", True, ["firms"], 4)
        sql.execute(text("ANALYZE"))

    with toy.database.read() as sql:
        last = runs.last_queued(sql, 1, full=full)
    steps = plan_of(toy.database, lambda sql: runs.last_queued(sql, 1, full=full))

    assert last == 3
    assert len(steps) == 1
    assert "ix_sync_run_whole" in steps[0]
