"""A record's key and version decide, not its arrival; bad records are set aside; nothing is written twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kizuna.errors import LeaseLost
from kizuna.plugins import load
from kizuna.sdk import Account, Record
from kizuna.storage import evidence, runs
from kizuna.storage.payloads import Payloads
from kizuna.sync.rebuild import rebuild
from kizuna.sync.writer import Gathered, StreamWriter
from tests.support.toys import MORNING, Bench, Toy, at

PAST = ("source_version", "fact_history", "fact_account", "quarantine")
ACME = {"id": "1", "name": "Acme", "site": "acme.jp", "at": at(0)}


def test_an_older_version_never_overwrites_a_newer_one(toy: Bench) -> None:
    toy.write({**ACME, "name": "New", "at": at(10)})

    wrote = toy.write({**ACME, "name": "Old", "at": at(5)})

    assert (wrote.written, wrote.unchanged) == (0, 1)
    assert toy.rows("SELECT name FROM fact_account") == [("New",)]


def test_the_same_content_rewrites_nothing(toy: Bench) -> None:
    toy.write(ACME)
    before = toy.rows("SELECT version_no, run_id FROM source_record")

    wrote = toy.write(ACME)

    assert (wrote.written, wrote.unchanged) == (0, 1)
    assert toy.rows("SELECT version_no, run_id FROM source_record") == before
    assert toy.rows("SELECT COUNT(*) FROM source_version") == [(0,)]


def test_a_changed_record_keeps_its_superseded_version(toy: Bench) -> None:
    toy.write(ACME)

    toy.write({**ACME, "name": "Acme KK", "at": at(1)})

    assert toy.rows("SELECT version_no FROM source_record") == [(2,)]
    assert toy.rows("SELECT version_no FROM source_version") == [(1,)]


def test_the_newest_of_one_record_in_a_page_stands(toy: Bench) -> None:
    toy.write({**ACME, "name": "Second", "at": at(2)}, {**ACME, "name": "First", "at": at(1)})

    assert toy.rows("SELECT name FROM fact_account") == [("Second",)]


def test_a_late_page_does_not_bring_a_deleted_record_back(toy: Bench) -> None:
    toy.write(ACME)
    toy.write({**ACME, "gone": True, "at": at(10)})

    toy.write({**ACME, "name": "Late", "at": at(9)}, {**ACME, "name": "Late", "at": at(10)})

    assert toy.rows("SELECT deleted FROM source_record") == [("deleted",)]
    assert toy.rows("SELECT COUNT(*) FROM fact_account") == [(0,)]
    assert toy.rows("SELECT COUNT(*) FROM customer") == [(0,)]


def test_a_restored_record_comes_back_when_it_is_newer_than_its_deletion(toy: Bench) -> None:
    toy.write({**ACME, "gone": True, "at": at(10)})

    toy.write({**ACME, "at": at(11)})

    assert toy.rows("SELECT deleted FROM source_record") == [(None,)]
    assert toy.rows("SELECT name FROM customer") == [("Acme",)]


def test_a_bad_record_is_set_aside_and_the_others_go_on(toy: Bench) -> None:
    wrote = toy.write(ACME, {"id": "2", "staff": "many"}, b'{"id": "3", "name": ', {"name": "no id"})

    assert (wrote.written, wrote.quarantined) == (1, 3)
    aside = toy.rows("SELECT source_id, field, reason FROM quarantine")
    found = {key: (field, reason) for key, field, reason in aside}
    assert found["2"][0] == "$.staff"
    assert "many" not in found["2"][1]


def test_a_record_that_is_understood_later_leaves_the_quarantine(toy: Bench) -> None:
    toy.write({"id": "2", "staff": "many"})

    toy.write({"id": "2", "staff": 5, "at": at(0)})

    assert toy.rows("SELECT COUNT(*) FROM quarantine") == [(0,)]
    assert toy.rows("SELECT employees FROM fact_account") == [(5,)]


def test_a_number_that_no_column_holds_sets_only_its_record_aside(toy: Bench) -> None:
    wrote = toy.write(ACME, {"id": "2", "name": "Big", "staff": 10**30, "at": at(0)})

    assert (wrote.written, wrote.quarantined) == (1, 1)
    assert toy.rows("SELECT reason FROM quarantine") == [("a number beyond 64 bits",)]


def test_nul_characters_are_taken_out_on_both_databases(toy: Bench) -> None:
    wrote = toy.write(b'{"id": "1", "name": "A\\u0000cme", "at": "2026-03-01T00:00:00Z"}')

    assert wrote.written == 1
    assert toy.rows("SELECT name FROM fact_account") == [("Acme",)]


def test_a_merge_told_by_the_vendor_makes_the_loser_an_alias(toy: Bench) -> None:
    toy.write(ACME, {"id": "2", "name": "Acme Inc", "site": "other.jp", "at": at(0)})
    toy.write({"id": "9", "title": "Help", "firm": "2", "at": at(0)}, stream="cases")

    toy.write({"id": "2", "name": "Acme Inc", "site": "other.jp", "gone": True, "merged_into": "1", "at": at(1)})

    assert toy.rows("SELECT name, records, tickets FROM customer") == [("Acme", 1, 1)]


def test_a_log_of_deletions_does_not_take_a_merge_back(toy: Bench) -> None:
    toy.write({"id": "1", "name": "Acme", "at": at(0)}, {"id": "2", "name": "Acme Inc", "at": at(0)})
    toy.write({"id": "2", "name": "Acme Inc", "gone": True, "merged_into": "1", "at": at(1)})
    gathered = Gathered()
    gathered.add([Record(raw=b"{}", id="2", deleted="deleted", version=MORNING + timedelta(days=1))], None, MORNING)

    wrote = toy.writer().write(gathered)

    assert (wrote.deleted, wrote.unchanged) == (0, 1)
    assert toy.rows("SELECT count(*) FROM record_alias") == [(1,)]


@pytest.mark.parametrize("reason", ["erased", "scrubbed"])
def test_nothing_is_left_of_what_a_record_said_that_is_to_be_forgotten(
    toy: Bench, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Account, "dated", True)
    toy.write({"id": "1", "name": "Hanako Yamada", "staff": 3, "at": at(0)})
    toy.write({"id": "1", "name": "Hanako Sato", "staff": 4, "at": at(1)})
    toy.write({"id": "1", "name": 5, "at": at(2)})
    kept = [toy.rows(f"SELECT count(*) > 0 FROM {table}") for table in PAST]
    gathered = Gathered()
    gathered.add([Record(raw=b"{}", id="1", deleted=reason, version=MORNING + timedelta(days=1))], None, MORNING)

    wrote = toy.writer().write(gathered)

    assert wrote.deleted == 1
    assert toy.rows("SELECT deleted FROM source_record") == [(reason,)]
    assert [bool(rows[0][0]) for rows in kept] == [True] * len(PAST)
    assert [toy.rows(f"SELECT count(*) FROM {table}") for table in PAST] == [[(0,)]] * len(PAST)
    plugins = load(allowed=[])
    plugins.connectors["toy"] = Toy
    assert rebuild(toy.deriver, plugins, check=True) == []


def test_who_was_merged_into_the_forgotten_is_forgotten_too(toy: Bench) -> None:
    toy.write({"id": "1", "name": "Hanako Sato", "at": at(0)}, {"id": "2", "name": "Hanako Yamada", "at": at(0)})
    toy.write({"id": "2", "name": "Hanako Yamada", "gone": True, "merged_into": "1", "at": at(1)})
    before = toy.rows("SELECT count(*) FROM source_version")
    gathered = Gathered()
    gathered.add([Record(raw=b"{}", id="1", deleted="erased", version=MORNING + timedelta(days=1))], None, MORNING)

    toy.writer().write(gathered)

    assert before == [(1,)]
    assert toy.rows("SELECT count(*) FROM source_version") == [(0,)]


def test_who_was_deleted_before_can_still_be_forgotten(toy: Bench) -> None:
    toy.write({"id": "1", "name": "Acme", "at": at(0)}, {"id": "2", "name": "Hanako Yamada", "at": at(0)})
    toy.write({"id": "2", "name": "Hanako Yamada", "gone": True, "merged_into": "1", "at": at(1)})
    gathered = Gathered()
    gathered.add([Record(raw=b"{}", id="2", deleted="erased", version=MORNING + timedelta(days=1))], None, MORNING)

    toy.writer().write(gathered)

    assert toy.rows("SELECT deleted FROM source_record WHERE source_id = '2'") == [("erased",)]
    assert toy.rows("SELECT count(*) FROM source_version") == [(0,)]


def test_the_bookmark_is_committed_with_the_batch_or_not_at_all(toy: Bench) -> None:
    with toy.database.write() as sql:
        old = runs.take_lease(sql, 1, "run_a", "one", 0)
        runs.take_lease(sql, 1, "run_a", "two", 0)
    gathered = Gathered()
    gathered.add([Record(raw=b'{"id": "1", "name": "Acme"}')], {"after": "1"}, MORNING)

    with pytest.raises(LeaseLost):
        toy.writer(lease=old).write(gathered)

    assert toy.rows("SELECT COUNT(*) FROM source_record") == [(0,)]
    assert toy.rows("SELECT COUNT(*) FROM stream") == [(0,)]


def test_new_fields_and_new_types_are_noted_once(toy: Bench) -> None:
    toy.write(ACME)

    toy.write({**ACME, "fax": "03", "at": at(1)}, {**ACME, "id": "2", "fax": "04", "crm": "x", "at": at(1)})
    toy.write({**ACME, "fax": 3, "at": at(2)})

    noted = toy.rows("SELECT path, change, before, after FROM schema_drift ORDER BY id")
    assert ("fax", "new_field", None, "string") in noted
    assert ("fax", "type_change", "string", "integer|string") in noted
    assert len(noted) == len(set(noted))


def test_payloads_come_back_as_they_were_sent(toy: Bench) -> None:
    firms = [{"id": str(n), "name": f"Firm {n}", "site": f"firm{n}.jp", "at": at(0)} for n in range(200)]
    toy.write(*firms)

    with toy.database.read() as sql:
        opened = Payloads(evidence.dictionaries(sql))
    stored = toy.rows("SELECT dictionary_id, payload FROM source_record WHERE source_id = '7'")
    assert b'"Firm 7"' in opened.opened(stored[0][0], bytes(stored[0][1]))
    assert stored[0][0] > 0


def test_an_older_version_shown_again_cures_nothing(toy: Bench) -> None:
    toy.write(ACME)
    toy.write({**ACME, "staff": "many", "at": at(2)})

    toy.write(ACME)

    assert toy.rows("SELECT source_id FROM quarantine") == [("1",)]


def test_what_another_writer_said_of_a_record_goes_with_its_deletion(toy: Bench) -> None:
    early = toy.writer()
    toy.write(ACME)
    gathered = Gathered()
    gathered.add([Record(raw=b'{"id": "1", "gone": true, "at": "2026-03-02T00:00:00Z"}')], None, MORNING)

    early.write(gathered)

    assert toy.rows("SELECT COUNT(*) FROM fact_account") == [(0,)]
    assert toy.rows("""SELECT kinds FROM stream""") == [('["account"]',)]


def test_a_mapping_that_says_one_thing_twice_sets_the_record_aside(toy: Bench) -> None:
    writer = toy.writer()
    double = replace(writer.stream, map=lambda _: [Account(name="A"), Account(name="B")])
    twice = StreamWriter(writer.place, double)
    gathered = Gathered()
    gathered.add([Record(raw=b'{"id": "1"}')], None, MORNING)

    wrote = twice.write(gathered)

    assert wrote.quarantined == 1
    assert toy.rows("SELECT reason FROM quarantine") == [("the mapping says account '' twice",)]
