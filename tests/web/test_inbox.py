"""The inbox at volume: no statement looks through the table, one run serves all that wait, and the old is forgotten."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from kizuna import clock
from kizuna.config import WebhookLimits
from kizuna.sandbox import Served
from kizuna.sdk import Hint
from kizuna.storage import connections, deliveries
from kizuna.storage.database import Database
from kizuna.storage.deliveries import Arrival
from kizuna.storage.instants import micros
from kizuna.sync import inbox
from kizuna.sync.inbox import Inbox
from kizuna.sync.service import engine
from tests.support.webhooks import inbox_rows
from tests.support.worlds import EXECUTOR, Kizuna, kizuna, world

OLD = 3_000
NEW = 1_200


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with world("stripe", companies=3) as made:
        yield made


@pytest.fixture
def one(database_url: str, served: Served) -> Iterator[Kizuna]:
    with kizuna(database_url, served) as made:
        made.sync("stripe")
        yield made


@pytest.fixture
def opened(one: Kizuna) -> Iterator[Database]:
    made = deliveries.inbox(one.parts.database)
    yield made
    made.close()


def stripe(one: Kizuna) -> int:
    with one.parts.database.read() as sql:
        return connections.get(sql, "stripe").id


def arrive(opened: Database, connection_id: int, first: int, count: int, stream: str = "customers") -> None:
    """So many deliveries of the connection, all about one record that was deleted long ago."""
    now = micros(clock.now())
    hint = Hint(stream=stream, id="cus_none", event="", deleted=True)
    with opened.write() as sql:
        deliveries.keep(
            sql, [Arrival(connection_id, f"evt_{number:08}", (hint,), now) for number in range(first, first + count)]
        )


def age(opened: Database, days: int) -> None:
    """All that is in the inbox was done so long ago."""
    then = micros(clock.now() - timedelta(days=days))
    with opened.write() as sql:
        sql.execute(text("UPDATE webhook_delivery SET state = 'done', ended_at = :then"), {"then": then})
        sql.execute(text("ANALYZE"))


def fail(opened: Database, count: int, days: int) -> None:
    """So many of the deliveries that wait failed so long ago."""
    then = micros(clock.now() - timedelta(days=days))
    with opened.write() as sql:
        ids = [row.id for row in deliveries.latest(sql, count, "waiting")]
        deliveries.end(sql, ids, "failed", "It could not be read.", then)


def worked_off(one: Kizuna, opened: Database) -> None:
    """The inbox looked at until nothing waits and nothing is read."""

    async def scenario() -> None:
        async with engine(one.parts, executor_id=EXECUTOR) as jobs:
            working = Inbox(one.parts, jobs, opened)
            while inbox_rows(one.parts.database, LEFT) != [(0,)]:
                await working.look()
                await asyncio.sleep(0.05)
            while working.forget(clock.now()):
                pass

    asyncio.run(scenario())


LEFT = "SELECT count(*) FROM webhook_delivery WHERE state IN ('waiting', 'reading')"
STATES = "SELECT state, count(*) FROM webhook_delivery GROUP BY state ORDER BY state"
NEWEST = re.compile(r"ORDER BY webhook_delivery\.id DESC\s+LIMIT")


def watch(engine: Engine, found: dict[str, list[str]]) -> None:
    """From now on ``found`` learns each statement about deliveries, with the steps of its plan that read the table whole."""
    sqlite = engine.dialect.name == "sqlite"

    @event.listens_for(engine, "before_cursor_execute")
    def explain(_: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if many or statement in found or "webhook_delivery" not in statement or "CREATE" in statement:
            return
        if sqlite:
            plan = [row[3] for row in cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            found[statement] = [step for step in plan if step.startswith("SCAN webhook_delivery")]
            return
        # Whatever the size of the table, and without a word on how it is filled: is there an index to go by?
        cursor.connection.execute("SET LOCAL enable_seqscan = off")
        [[plan]] = cursor.connection.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters).fetchall()
        found[statement] = [node["Node Type"] for node in nodes(plan[0]["Plan"]) if scans(node)]


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def scans(node: dict[str, Any]) -> bool:
    if node["Node Type"] in ("Index Scan", "Index Only Scan", "Bitmap Index Scan"):
        return "Index Cond" not in node and str(node.get("Relation Name", "")) == "webhook_delivery"
    return node["Node Type"] == "Seq Scan" and node["Relation Name"] == "webhook_delivery"


def test_no_statement_about_deliveries_looks_through_the_table(one: Kizuna, opened: Database) -> None:
    arrive(opened, stripe(one), 0, OLD)
    age(opened, days=31)
    found: dict[str, list[str]] = {}
    watch(opened.engine, found)

    arrive(opened, stripe(one), OLD, 20)
    worked_off(one, opened)
    with opened.write() as sql:
        [row, *_] = deliveries.latest(sql, 5)
        deliveries.retry(sql, row.id, row.due_at)
        [kept] = deliveries.due(sql, stripe(one), row.due_at, 5)
        deliveries.wait(sql, [kept.id], row.due_at, None, attempts=1, looks=1)
        for state in deliveries.STATES:
            deliveries.latest(sql, 5, state)
        deliveries.states(sql, stripe(one))

    assert len(found) >= 12
    assert {statement: steps for statement, steps in found.items() if steps and not NEWEST.search(statement)} == {}


def test_one_run_serves_all_that_wait_and_the_old_is_forgotten_by_pages(
    one: Kizuna, opened: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive(opened, stripe(one), 0, OLD)
    age(opened, days=31)
    arrive(opened, stripe(one), OLD, NEW)
    monkeypatch.setattr(inbox, "PAGE", 500)

    worked_off(one, opened)

    assert inbox_rows(one.parts.database, STATES) == [("done", NEW)]
    assert one.rows("SELECT count(*) FROM sync_run WHERE trigger = 'webhook'") == [(1,)]


def test_what_failed_is_forgotten_after_the_time_that_is_set(
    one: Kizuna, opened: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "PAGE", 7)
    arrive(opened, stripe(one), 0, 20)
    fail(opened, 20, days=91)
    arrive(opened, stripe(one), 20, 5)
    fail(opened, 5, days=89)

    worked_off(one, opened)
    kept = inbox_rows(one.parts.database, STATES)
    one.parts.settings = replace(one.parts.settings, webhooks=WebhookLimits(failed_days=89))
    worked_off(one, opened)

    assert kept == [("failed", 5)]
    assert inbox_rows(one.parts.database, STATES) == []


def test_no_run_takes_more_than_it_may_and_the_next_goes_on(
    one: Kizuna, opened: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive(opened, stripe(one), 0, 50)
    monkeypatch.setattr(inbox, "PAGE", 10)
    monkeypatch.setattr(inbox, "MOST_A_RUN", 30)

    worked_off(one, opened)

    assert inbox_rows(one.parts.database, STATES) == [("done", 50)]
    assert one.rows("SELECT count(*) FROM sync_run WHERE trigger = 'webhook'") == [(2,)]


def test_deliveries_of_a_connection_that_is_gone_or_of_a_strange_stream_fail_alone(
    one: Kizuna, opened: Database
) -> None:
    arrive(opened, 77, 0, 3)
    arrive(opened, stripe(one), 0, 2, stream="dreams")
    arrive(opened, stripe(one), 2, 4)

    worked_off(one, opened)

    reasons = "SELECT state, reason, count(*) FROM webhook_delivery GROUP BY state, reason ORDER BY 1, 2"
    assert inbox_rows(one.parts.database, reasons) == [
        ("done", None, 4),
        ("failed", "Its connection is no longer there.", 3),
        ("failed", "The connector names a stream that it does not read; report it to its author.", 2),
    ]
