"""A tap's streams synced: whole, then only what changed; deletions, faults of the tap, and what is set aside."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kizuna.jobs import RunState
from kizuna_singer import tap
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


def test_everything_again_takes_records_the_state_had_passed(sqlite_url: str, made: Shop) -> None:
    with made.connected(sqlite_url) as kizuna:
        sync(kizuna)
        made.put("customers", customer(1, "Corrected", minute=1), customer(2, minute=2))
        sync(kizuna)
        passed = kizuna.rows("SELECT name FROM fact_account ORDER BY name")

        sync(kizuna, full=True)

        assert passed == [("Firm 1",), ("Firm 2",)]
        assert kizuna.rows("SELECT name FROM fact_account ORDER BY name") == [("Corrected",), ("Firm 2",)]


def test_a_new_table_version_is_listed_anew_and_sweeps_what_it_lacks(sqlite_url: str, made: Shop) -> None:
    made.streams["customers"] |= {"version": 1, "activate_first": True}
    with made.connected(sqlite_url) as kizuna:
        sync(kizuna)
        made.streams["customers"]["version"] = 2
        made.put("customers", customer(2, minute=2), customer(3, minute=3))
        made.write()
        sync(kizuna)
        between = kizuna.rows(LIVING)

        sync(kizuna)

        assert ("customers", "1") in between
        assert kizuna.rows(LIVING) == [("customers", "2"), ("customers", "3"), ("invoices", "10")]


def test_a_slice_that_ends_leaves_the_tap_running_for_the_next(
    sqlite_url: str, made: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tap, "BATCH_BYTES", 500)
    monkeypatch.setattr(tap, "CHUNK_BYTES", 500)
    made.put("invoices", *(invoice(number) for number in range(30)))
    with made.connected(sqlite_url) as kizuna:
        run_id = kizuna.queue("shop")
        syncer = kizuna.parts.syncer
        lease = syncer.take(run_id, "tests")

        async def scenario() -> int:
            slices = 1
            while not (await syncer.slice(run_id, lease, pages=1)).done:
                slices += 1
            return slices

        slices = asyncio.run(scenario())

        assert slices > 5
        assert len(made.seen()) == 2
        assert kizuna.rows("SELECT stream, read FROM run_stream ORDER BY 1") == [("customers", 2), ("invoices", 30)]


def test_a_line_that_is_no_message_is_set_aside_and_nothing_is_swept_on_its_account(
    sqlite_url: str, made: Shop
) -> None:
    made.put("invoices", invoice(10), invoice(11))
    with made.connected(sqlite_url) as kizuna:
        sync(kizuna)
        made.put("invoices", invoice(11))
        made.config["faults"] = [{"stream": "invoices", "after": 1, "do": "garble", "line": '{"type": "RECO'}]
        made.write()

        sync(kizuna)

        ((reason, payload),) = kizuna.rows("SELECT reason, payload FROM quarantine")
        assert reason == "the tap wrote a line that is no Singer message"
        assert bytes(payload) == b'{"_sdc_malformed":"{\\"type\\": \\"RECO"}'  # type: ignore[call-overload]  # a blob
        assert ("invoices", "10") in kizuna.rows(LIVING)
        assert kizuna.rows("SELECT state FROM sync_run ORDER BY queued_at DESC LIMIT 1") == [("degraded",)]


def test_a_record_a_mapping_cannot_read_is_set_aside_and_taken_later(sqlite_url: str, made: Shop) -> None:
    made.put("invoices", invoice(10), {**invoice(11), "cents": "much"})
    with made.connected(sqlite_url) as kizuna:
        sync(kizuna)
        (refused,) = kizuna.rows("SELECT source_id, reason, field FROM quarantine")
        made.put("invoices", invoice(10), invoice(11))

        sync(kizuna)

        assert refused[0] == "11"
        assert refused[2] == "total"
        assert kizuna.rows("SELECT * FROM quarantine") == []
        assert kizuna.rows("SELECT count(*) FROM fact_invoice") == [(2,)]


def test_a_tap_that_fails_for_good_fails_its_stream_and_the_others_go_on(sqlite_url: str, made: Shop) -> None:
    made.config["faults"] = [{"stream": "invoices", "after": 0, "do": "die", "words": "403: no invoices for you"}]
    with made.connected(sqlite_url) as kizuna:
        ended = sync(kizuna)

        assert ended is RunState.FAILED
        (customers, invoices) = kizuna.rows(STATES)
        assert customers == ("customers", "complete", None)
        assert invoices[1] == "failed"
        assert "ended with exit code 1; KIZUNA_LOG_LEVEL=debug logs what it says" in str(invoices[2])
        assert "no invoices for you" not in str(kizuna.rows("SELECT error FROM sync_run"))


def test_streams_without_a_meaning_are_kept_as_evidence(sqlite_url: str, made: Shop) -> None:
    made.meaning = "[streams.customers]\n"
    with made.connected(sqlite_url) as kizuna:
        sync(kizuna)

        assert kizuna.rows(LIVING) == [("customers", "1"), ("customers", "2")]
        assert kizuna.rows("SELECT count(*) FROM fact_account") == [(0,)]


def test_records_without_keys_are_named_by_their_content_and_swept_when_they_change(
    sqlite_url: str, made: Shop
) -> None:
    made.streams["invoices"]["keys"] = []
    with made.connected(sqlite_url) as kizuna:
        sync(kizuna)
        sync(kizuna)
        unchanged = kizuna.rows("SELECT count(*) FROM source_record WHERE stream = 'invoices'")
        made.put("invoices", invoice(10, state="settled"))

        sync(kizuna)

        assert unchanged == [(1,)]
        assert kizuna.rows("SELECT status FROM fact_invoice") == [("paid",)]
        assert kizuna.rows("SELECT count(*) FROM source_record WHERE stream = 'invoices'") == [(2,)]


def test_what_was_synced_is_what_a_rebuild_gives(sqlite_url: str, made: Shop) -> None:
    with made.connected(sqlite_url) as kizuna:
        sync(kizuna)
        made.put("invoices")
        sync(kizuna)

        assert kizuna.not_as_rebuilt() == []
