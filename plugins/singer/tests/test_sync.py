"""A tap's streams synced: whole, then only what changed; deletions, faults of the tap, and what is set aside."""

from __future__ import annotations

from pathlib import Path

import pytest

from kizuna.jobs import RunState
from plugins.singer.tests.shop import Shop, customer, invoice, shop
from tests.support.worlds import Kizuna

LIVING = "SELECT stream, source_id FROM source_record WHERE deleted IS NULL ORDER BY stream, source_id"
STATES = "SELECT stream, state, reason FROM run_stream ORDER BY stream"


@pytest.fixture
def made(tmp_path: Path) -> Shop:
    return shop(tmp_path)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kizuna.sdk.transport.BACKOFF_S", 0.01)


def sync(kizuna: Kizuna, **options: bool) -> RunState:
    (run,) = kizuna.sync("shop", **options)
    return run.state


def test_records_become_facts_and_amounts_keep_their_units(database_url: str, made: Shop) -> None:
    with made.connected(database_url) as kizuna:
        ended = sync(kizuna)

        assert ended is RunState.DONE
        assert kizuna.rows(LIVING) == [("customers", "1"), ("customers", "2"), ("invoices", "10")]
        assert kizuna.rows("SELECT name FROM fact_account ORDER BY name") == [("Firm 1",), ("Firm 2",)]
        assert kizuna.rows("SELECT total_minor, total_currency FROM fact_invoice") == [(1000, "EUR")]


def test_the_second_sync_begins_at_the_state_and_reads_only_what_changed(sqlite_url: str, made: Shop) -> None:
    with made.connected(sqlite_url) as kizuna:
        sync(kizuna)
        made.put("customers", customer(1, minute=1), customer(2, "Renamed", minute=5), customer(3, minute=6))

        sync(kizuna)

        state = next(start["state"] for start in reversed(made.seen()) if start["state"])
        assert state["bookmarks"]["customers"] == {"changed": "2026-02-01T10:02:00+00:00"}
        (counts,) = kizuna.rows(
            "SELECT read, written FROM run_stream WHERE stream = 'customers' ORDER BY updated_at DESC LIMIT 1"
        )
        assert counts == (2, 2)
        assert ("Renamed",) in kizuna.rows("SELECT name FROM fact_account")


def test_what_a_whole_table_no_longer_lists_is_gone(sqlite_url: str, made: Shop) -> None:
    made.put("invoices", invoice(10), invoice(11))
    with made.connected(sqlite_url) as kizuna:
        sync(kizuna)
        made.put("invoices", invoice(11))

        sync(kizuna)

        assert kizuna.rows("SELECT source_id, deleted FROM source_record WHERE stream = 'invoices' ORDER BY 1") == [
            ("10", "vanished"),
            ("11", None),
        ]
