"""What is read again and what never twice: partial answers, the archive, merged records, a page that repeats."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from kizuna import sdk
from kizuna_hubspot import mapping, payloads
from kizuna_hubspot.kinds import COMPANIES, CONTACTS, Kind
from kizuna_hubspot.paths import Paths
from kizuna_hubspot.readings import ObjectReading
from kizuna_hubspot.readings.place import REMEMBERED_AGAIN, REMEMBERED_GONE, Place

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
START = sdk.Start(now=NOW)
DONE = {"phase": "done", "until": "2026-03-01T10:00:00Z"}


def reading(kind: Kind = CONTACTS, *, custom: bool = False) -> ObjectReading:
    return ObjectReading(Paths(), kind, timedelta(minutes=10), custom)


def answer(body: Any) -> sdk.Answer:
    headers = {"date": "Sun, 01 Mar 2026 12:00:00 GMT"}
    return sdk.Answer(status=207, body=json.dumps(body).encode(), headers=headers, asked_at=NOW)


def rows(*ids: int, **around: Any) -> dict[str, Any]:
    return {"results": [{"id": str(key), "properties": {}} for key in ids], **around}


def fault(*ids: int, category: str = "INTERNAL_ERROR") -> dict[str, Any]:
    return {"category": category, "context": {"fromObjectId": [str(key) for key in ids]}}


def belongs(key: int, company: int) -> dict[str, Any]:
    return {"from": {"id": str(key)}, "to": [{"toObjectId": company}]}


def asked(turn: sdk.Turn) -> sdk.Ask:
    assert turn.ask is not None
    return turn.ask


def ids_asked(turn: sdk.Turn) -> list[str]:
    return [each["id"] for each in asked(turn).json["inputs"]]


def step(machine: sdk.Reading, turn: sdk.Turn, body: Any) -> sdk.Turn:
    return machine.turn(turn.state, asked(turn), answer(body))


def opened(machine: ObjectReading, bookmark: sdk.Bookmark | None = DONE) -> sdk.Turn:
    return step(machine, machine.begin(bookmark, START), rows())


def found(machine: ObjectReading, *ids: int) -> sdk.Turn:
    return step(machine, opened(machine), rows(*ids))


def archive(*ids: int) -> dict[str, Any]:
    stamp = "2026-03-01T11:00:00Z"
    return {"results": [{"id": str(key), "archivedAt": stamp, "properties": {}} for key in ids]}


def raw(record: sdk.Record) -> Any:
    return msgspec.json.decode(record.raw)


def test_records_a_batch_refused_are_asked_for_again_without_the_others() -> None:
    machine = reading()

    again = step(machine, found(machine, 1, 2), {"results": [belongs(1, 7)], "errors": [fault(2)]})
    turn = step(machine, again, {"results": [belongs(2, 8)]})

    assert ids_asked(again) == ["2"]
    assert again.records == ()
    assert [raw(each)["associations"]["companies"]["results"][0]["id"] for each in turn.records] == ["7", "8"]


def test_a_record_that_stays_refused_is_marked_and_asked_for_again_in_the_next_pass() -> None:
    machine = reading()
    turn = step(machine, found(machine, 1, 2), {"results": [belongs(1, 7)], "errors": [fault(2)]})

    for _ in range(2):
        turn = step(machine, turn, {"results": [], "errors": [fault(2)]})
    ended = step(machine, turn, archive())

    whole, lacking = (raw(record) for record in turn.records)
    assert "incomplete" not in whole
    assert lacking["incomplete"] == "associations with companies: INTERNAL_ERROR"
    assert ended.bookmark == {"phase": "done", "until": "2026-03-01T12:00:00Z", "again": ["2"]}


def test_a_record_that_is_refused_once_more_at_the_very_end_of_a_pass_is_asked_for_in_the_one_after() -> None:
    machine = reading()
    searched = step(machine, opened(machine, {**DONE, "again": ["2"]}), rows())
    turn = step(machine, step(machine, searched, archive()), rows(2))
    for _ in range(3):
        turn = step(machine, turn, {"results": [], "errors": [fault(2)]})
    assert turn.ask is None

    searched = step(machine, opened(machine, turn.bookmark), rows())

    assert ids_asked(step(machine, searched, archive())) == ["2"]


def test_an_incomplete_record_is_set_aside_with_the_reason() -> None:
    record = payloads.Contact(id="2", properties=payloads.ContactProperties(), incomplete="associations: BUSY")

    with pytest.raises(sdk.PayloadError, match="associations: BUSY"):
        mapping.whole(mapping.contact)(record)


def test_a_fault_that_names_no_record_concerns_those_not_answered() -> None:
    machine = reading()
    nothing = fault(3, category="OBJECT_NOT_FOUND")

    again = step(
        machine,
        found(machine, 1, 2, 3),
        {"results": [belongs(1, 7)], "errors": [{"category": "INTERNAL_ERROR"}, nothing]},
    )

    assert ids_asked(again) == ["2"]


def test_a_batch_of_which_nothing_is_answered_is_refused_as_a_whole() -> None:
    machine = reading()
    wanting = found(machine, 1, 2)

    with pytest.raises(sdk.PageError, match="INTERNAL_ERROR"):
        step(machine, wanting, {"results": [], "errors": [fault(1, 2)]})


def test_a_single_record_of_which_nothing_is_answered_is_set_aside_after_three_tries() -> None:
    machine = reading()
    turn = found(machine, 2)

    for _ in range(3):
        assert ids_asked(turn) == ["2"]
        turn = step(machine, turn, {"results": [], "errors": [fault(2)]})

    assert raw(turn.records[0])["incomplete"] == "associations with companies: INTERNAL_ERROR"
    assert dict(asked(turn).params)["archived"] == "true"


def test_a_record_without_associations_is_known_by_the_subcategory_too() -> None:
    machine = reading()
    nothing = {"subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND", "context": {"fromObjectId": ["2"]}}

    turn = step(machine, found(machine, 2), {"results": [], "errors": [nothing]})

    assert [raw(each) for each in turn.records] == [{"id": "2", "properties": {}}]


def test_properties_a_batch_refused_are_asked_for_again_too() -> None:
    machine = reading(COMPANIES, custom=True)
    definitions = {"results": [{"name": f"custom_{number:03}"} for number in range(150)]}
    listed = step(machine, step(machine, machine.begin(None, START), definitions), rows(1, 2))
    refusal = {"category": "INTERNAL_ERROR", "context": {"ids": ["2"]}}

    again = step(machine, listed, {**rows(1), "errors": [refusal]})

    assert ids_asked(again) == ["2"]
    assert asked(again).json["properties"] == asked(listed).json["properties"]


def test_a_thousand_properties_are_read_in_several_batches() -> None:
    machine = reading(COMPANIES, custom=True)
    definitions = {"results": [{"name": f"{'x' * 30}_{number:04}"} for number in range(1000)]}

    turn = step(machine, step(machine, machine.begin(None, START), definitions), rows(1))
    batches = []
    while not turn.records:
        batches.append(asked(turn).json["properties"])
        more = dict.fromkeys(batches[-1], "v")
        turn = step(machine, turn, {"results": [{"id": "1", "properties": more}]})

    assert max(len(json.dumps(names)) for names in batches) < 11_000
    assert len(raw(turn.records[0])["properties"]) == sum(map(len, batches)) > 900


def test_refused_records_of_the_pass_before_are_read_by_their_ids() -> None:
    machine = reading()
    searched = step(machine, opened(machine, {**DONE, "again": ["2"]}), rows())

    again = step(machine, searched, archive())
    wanting = step(machine, again, rows(2))
    ended = step(machine, wanting, {"results": [belongs(2, 8)]})

    assert asked(again).path == "/crm/v3/objects/contacts/batch/read"
    assert (again.bookmark or {})["phase"] == "again"
    (record,) = ended.records
    assert (raw(record)["id"], record.version) == ("2", None)
    assert ended.bookmark == {"phase": "done", "until": "2026-03-01T12:00:00Z"}


def test_what_the_archive_shows_no_more_was_restored_and_counts_as_changed_now() -> None:
    machine = reading(COMPANIES)
    searched = step(machine, opened(machine, {**DONE, "gone": {"5": 1772350000, "6": 1772350000}}), rows())

    again = step(machine, searched, archive(6))
    ended = step(machine, again, rows(5))

    assert ids_asked(again) == ["5"]
    (record,) = ended.records
    assert (raw(record)["id"], record.deleted, record.version) == ("5", None, NOW)
    assert (ended.bookmark or {})["gone"] == {"6": 1772362800}


def test_what_left_the_archive_for_good_is_not_answered_and_says_nothing() -> None:
    machine = reading(COMPANIES)
    searched = step(machine, opened(machine, {**DONE, "gone": {"5": 1772350000}}), rows())

    ended = step(machine, step(machine, searched, archive()), rows(errors=[fault(5, category="OBJECT_NOT_FOUND")]))

    assert (ended.ask, ended.records) == (None, ())
    assert ended.bookmark == {"phase": "done", "until": "2026-03-01T12:00:00Z"}


def test_a_crash_while_reading_again_goes_on_there() -> None:
    machine = reading(COMPANIES)
    searched = step(machine, opened(machine, {**DONE, "gone": {str(n): 1772350000 for n in range(120)}}), rows())
    first = step(machine, searched, archive())
    mark = step(machine, first, rows(1)).bookmark

    resumed = opened(machine, json.loads(json.dumps(mark)))

    assert len(ids_asked(first)) == 100
    assert len(ids_asked(resumed)) == 20
    assert not set(ids_asked(first)) & set(ids_asked(resumed))


def test_the_largest_bookmark_stays_under_eight_kilobytes() -> None:
    ids = [str(500_000_000_000 + n) for n in range(1000)]
    place = Place(
        "archived", NOW, NOW, "x" * 20, again=tuple(ids[:REMEMBERED_AGAIN]), gone=dict.fromkeys(ids, 1772362800)
    )

    full = place.having_refused(ids).having_met({"1": 1772362801})
    worst = msgspec.structs.replace(full, missing=tuple(full.gone))

    assert len(json.dumps(worst.bookmark())) < 8_192


def test_a_record_that_lists_its_own_id_among_the_merged_is_no_loser() -> None:
    machine = reading()
    winner = {"results": [{"id": "1", "properties": {"hs_all_contact_vids": "1;9"}}]}

    turn = step(machine, step(machine, opened(machine, None), winner), rows(1, 9))

    assert [record.deleted for record in turn.records] == ["archived", "merged"]


def test_a_search_that_repeats_its_page_is_refused() -> None:
    machine = reading(COMPANIES)
    second = step(machine, opened(machine), rows(9, paging={"next": {"after": "200"}}))

    with pytest.raises(sdk.PageError, match="not sorted by id"):
        step(machine, second, rows(9, paging={"next": {"after": "200"}}))


def test_only_the_latest_of_a_large_archive_are_remembered() -> None:
    machine = reading(COMPANIES)
    searched = step(machine, opened(machine), rows())
    stamps = {str(n): NOW - timedelta(minutes=n) for n in range(1, 301)}

    ended = step(
        machine,
        searched,
        {"results": [{"id": n, "archivedAt": at.isoformat(), "properties": {}} for n, at in stamps.items()]},
    )

    assert list((ended.bookmark or {})["gone"]) == [str(n) for n in range(REMEMBERED_GONE, 0, -1)]
