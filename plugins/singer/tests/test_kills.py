"""Kizuna killed at any moment of a tap's sync: nothing is lost, nothing doubled, the STATE is never ahead of its records."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kizuna.jobs import RunState
from plugins.singer.tests.shop import Shop, customer, invoice, shop
from tests.faults.processes import KILLED, LIMIT_S
from tests.support.project import PROJECT
from tests.support.worlds import EXECUTOR, Kizuna

CUSTOMERS, INVOICES = 130, 70
POINTS = ["page.received:4", "batch.written:2", "batch.committed:2"]
FURTHER = [
    pytest.param(point, marks=pytest.mark.nightly) for point in ("batch.prepared:2", "stream.complete", "run.ending")
]


@pytest.fixture
def made(tmp_path: Path) -> Shop:
    made = shop(tmp_path)
    made.put("customers", *(customer(number, minute=number) for number in range(CUSTOMERS)))
    made.put("invoices", *(invoice(number, number % CUSTOMERS) for number in range(INVOICES)))
    made.config["state_every"] = 7
    return made


def killed_at(point: str, url: str, run_id: str) -> None:
    """The run begun in a process of its own, until that point kills it."""
    command = [sys.executable, "-m", "plugins.singer.tests.child", url, EXECUTOR, "shop", run_id]
    environ = os.environ | {"PYTHONPATH": str(PROJECT), "KIZUNA_FAILPOINT": point}
    done = subprocess.run(command, cwd=PROJECT, env=environ, capture_output=True, timeout=LIMIT_S, check=False)
    assert done.returncode == KILLED, f"the process never came by {point}"


def stored(kizuna: Kizuna) -> list[tuple[object, ...]]:
    return kizuna.rows("SELECT stream, source_id, hash, deleted, version_no FROM source_record ORDER BY 1, 2")


def state_of(kizuna: Kizuna) -> str | None:
    """The replication key's value in the bookmark of the customers, None where there is no STATE yet."""
    found = kizuna.rows("SELECT bookmark FROM stream WHERE name = 'customers'")
    mark = json.loads(str(found[0][0])) if found and found[0][0] else {}
    changed: str | None = ((mark.get("state") or {}).get("bookmarks", {}).get("customers") or {}).get("changed")
    return changed


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[object, ...]]:
    """What a sync comes to that nobody disturbs."""
    folder = tmp_path_factory.mktemp("quiet")
    quiet = shop(folder)
    quiet.put("customers", *(customer(number, minute=number) for number in range(CUSTOMERS)))
    quiet.put("invoices", *(invoice(number, number % CUSTOMERS) for number in range(INVOICES)))
    with quiet.connected(f"sqlite:///{folder / 'quiet.db'}") as kizuna:
        kizuna.sync("shop")
        return stored(kizuna)


@pytest.mark.parametrize("point", [*POINTS, *FURTHER])
def test_a_first_load_killed_at_a_point_ends_as_if_nothing_had_happened(
    point: str, database_url: str, made: Shop, undisturbed: list[tuple[object, ...]]
) -> None:
    with made.connected(database_url) as kizuna:
        run_id = kizuna.queue("shop")
        killed_at(point, database_url, run_id)
        state, before = state_of(kizuna), {row[1] for row in stored(kizuna) if row[0] == "customers"}
        covered = {
            str(number) for number in range(CUSTOMERS) if state and customer(number, minute=number)["changed"] <= state
        }

        run = kizuna.finish("shop", run_id)

        assert covered <= before
        assert run.state is RunState.DONE
        assert stored(kizuna) == undisturbed
        assert kizuna.not_as_rebuilt() == []


def test_a_kill_goes_on_at_the_state_that_was_committed(sqlite_url: str, made: Shop) -> None:
    made.config["state_every"] = 1
    with made.connected(sqlite_url) as kizuna:
        run_id = kizuna.queue("shop")
        killed_at("batch.committed:3", sqlite_url, run_id)
        committed, starts = state_of(kizuna), len(made.seen())

        kizuna.finish("shop", run_id)

        states = [start["state"] for start in made.seen()[starts:]]
        assert committed is not None
        assert {"bookmarks": {"customers": {"changed": committed}}} in states


def test_what_vanished_while_a_pass_was_killed_is_found_by_the_next(sqlite_url: str, made: Shop) -> None:
    with made.connected(sqlite_url) as kizuna:
        kizuna.sync("shop")
        made.put("invoices", *(invoice(number) for number in range(1, INVOICES)))
        run_id = kizuna.queue("shop")
        killed_at("batch.committed", sqlite_url, run_id)
        kizuna.finish("shop", run_id)

        kizuna.sync("shop")

        gone = kizuna.rows("SELECT source_id FROM source_record WHERE deleted IS NOT NULL")
        assert gone == [("0",)]
