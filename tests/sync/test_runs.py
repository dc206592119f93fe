"""Who may begin a run, and who may end it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import event

from kizuna.errors import ConfigError, LeaseLost
from kizuna.storage import connections
from kizuna.sync.files.load import Loader
from kizuna.sync.run import Syncer
from kizuna.sync.writer import Wrote
from tests.support.toys import Bench, bench, host


def test_a_worker_that_lost_its_lease_cannot_end_the_run(toy: Bench, syncer: Syncer) -> None:
    run_id = syncer.queue("toy")
    asleep = syncer.take(run_id, "one")
    syncer.take(run_id, "two")

    with pytest.raises(LeaseLost):
        asyncio.run(syncer.abandon(run_id, asleep, ValueError()))

    assert toy.rows("SELECT state, ended_at FROM sync_run") == [("running", None)]


def test_a_run_given_up_says_which_kind_of_fault_and_quotes_nothing(toy: Bench, syncer: Syncer) -> None:
    run_id = syncer.queue("toy")
    lease = syncer.take(run_id, "one")

    asyncio.run(syncer.abandon(run_id, lease, ValueError("a secret")))

    ((state, error),) = toy.rows("SELECT state, error FROM sync_run")
    assert state == "failed"
    assert "ValueError" in error
    assert "secret" not in error


def test_an_offline_connection_is_not_synced_and_says_what_it_takes(toy: Bench, syncer: Syncer) -> None:
    with toy.database.write() as sql:
        connections.add(sql, "files", "toy", {"base_url": "notaurl"}, {}, True, 0)

    with pytest.raises(ConfigError, match="offline"):
        syncer.queue("files")


def test_the_loop_goes_on_while_the_end_of_a_run_waits_for_the_database(sqlite_url: str) -> None:
    with bench(sqlite_url) as toy:
        syncer = Syncer(toy.database, host(), toy.deriver)
        run_id = syncer.queue("toy")
        lease = syncer.take(run_id, "one")
        event.listen(
            toy.database.engine, "begin", lambda sql: sql.exec_driver_sql("PRAGMA busy_timeout=500"), insert=True
        )
        locked = sqlite3.connect(str(toy.database.url.database), isolation_level=None)
        locked.execute("BEGIN IMMEDIATE")

        async def released_by_the_loop() -> None:
            ending = asyncio.ensure_future(syncer.abandon(run_id, lease, ValueError()))
            await asyncio.sleep(0)
            locked.execute("ROLLBACK")
            await ending

        asyncio.run(released_by_the_loop())

        locked.close()
        syncer.close()
        assert toy.rows("SELECT state FROM sync_run") == [("failed",)]


def test_a_load_that_breaks_off_has_an_end(toy: Bench, tmp_path: Path) -> None:
    many = tmp_path / "firms.ndjson"
    many.write_text("\n".join(json.dumps({"id": str(number), "name": f"Firm {number}"}) for number in range(2_500)))

    def stop(_: Wrote) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Loader(toy.database, host(), toy.deriver).load("toy", "firms", many, stop)

    assert toy.rows("SELECT state, ended_at IS NULL FROM sync_run") == [("failed", False)]
    assert toy.rows("SELECT COUNT(*) FROM source_record") == [(2_000,)]


def test_a_load_of_large_records_is_committed_in_bounded_batches(sqlite_url: str, tmp_path: Path) -> None:
    large = tmp_path / "firms.json"
    large.write_text(json.dumps([{"id": str(number), "name": "x" * 1_500_000} for number in range(4)]))
    batches: list[int] = []

    with bench(sqlite_url) as toy:
        Loader(toy.database, host(), toy.deriver).load("toy", "firms", large, lambda wrote: batches.append(wrote.read))

    assert batches == [3, 1]
