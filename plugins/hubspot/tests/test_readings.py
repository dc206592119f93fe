"""The readings as pure state machines: what is asked, what is taken, from where a crash goes on."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from kizuna import sdk
from kizuna_hubspot.kinds import COMPANIES, CONTACTS, DEALS, Kind
from kizuna_hubspot.paths import Paths
from kizuna_hubspot.readings import ObjectReading, OwnerReading, PipelineReading

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BEFORE = datetime(2026, 3, 1, 10, tzinfo=UTC)
START = sdk.Start(now=NOW + timedelta(seconds=20))  # our clock is ahead of HubSpot's
DONE = {"phase": "done", "until": "2026-03-01T10:00:00Z"}


def reading(kind: Kind = CONTACTS, *, custom: bool = False) -> ObjectReading:
    return ObjectReading(Paths(), kind, timedelta(minutes=10), custom)


def answer(body: Any, status: int = 200) -> sdk.Answer:
    headers = {"date": "Sun, 01 Mar 2026 12:00:00 GMT"}
    return sdk.Answer(status=status, body=json.dumps(body).encode(), headers=headers, asked_at=START.now)


def results(*ids: int, after: str | None = None, **around: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"results": [{"id": str(key), "properties": {}} for key in ids], **around}
    return {**body, "paging": {"next": {"after": after}}} if after else body


def asked(turn: sdk.Turn) -> sdk.Ask:
    assert turn.ask is not None
    return turn.ask


def params(turn: sdk.Turn) -> dict[str, str]:
    return dict(asked(turn).params)


def step(machine: sdk.Reading, turn: sdk.Turn, body: Any, status: int = 200) -> sdk.Turn:
    return machine.turn(turn.state, asked(turn), answer(body, status))


def opened(machine: ObjectReading, bookmark: sdk.Bookmark | None = None, **start: bool) -> sdk.Turn:
    return step(machine, machine.begin(bookmark, sdk.Start(now=START.now, **start)), results())


def raw(record: sdk.Record) -> Any:
    return msgspec.json.decode(record.raw)


def filters(turn: sdk.Turn) -> list[tuple[str, str, str]]:
    (group,) = asked(turn).json["filterGroups"]
    return [(each["propertyName"], each["operator"], each["value"]) for each in group["filters"]]


def test_a_first_load_lists_with_associations_and_then_the_archived() -> None:
    machine = reading()

    first = opened(machine)
    second = step(machine, first, results(1, 2, after="2"))
    third = step(machine, second, results(3))
    last = step(machine, third, results())

    assert asked(first).path == "/crm/v3/objects/contacts"
    assert (params(first)["limit"], params(first)["archived"], params(first)["associations"]) == (
        "100",
        "false",
        "companies",
    )
    assert params(second)["after"] == "2"
    assert [raw(record)["id"] for record in (*second.records, *third.records)] == ["1", "2", "3"]
    assert params(third)["archived"] == "true"
    assert last.ask is None
    assert last.whole
    assert last.bookmark == {"phase": "done", "until": "2026-03-01T12:00:00Z"}


def test_archived_records_of_a_first_load_are_tombstones_with_their_time() -> None:
    machine = reading(COMPANIES)
    archived = {"results": [{"id": "9", "archivedAt": "2026-02-01T00:00:00Z", "properties": {}}]}

    turn = step(machine, step(machine, opened(machine), results(1)), archived)

    (record,) = turn.records
    assert (record.deleted, record.version) == ("archived", datetime(2026, 2, 1, tzinfo=UTC))


def test_an_archived_loser_of_a_merge_is_no_deletion() -> None:
    machine = reading(COMPANIES)
    winner = {"results": [{"id": "1", "properties": {"hs_merged_object_ids": "9;10"}}]}

    turn = step(machine, step(machine, opened(machine), winner), results(9, 11))

    assert [record.deleted for record in turn.records] == ["merged", "archived"]


def test_a_pass_that_goes_on_after_a_crash_ends_as_the_one_that_began() -> None:
    machine = reading(COMPANIES)
    mark = step(machine, opened(machine), results(1, after="77")).bookmark

    resumed = opened(machine, json.loads(json.dumps(mark)))
    last = step(machine, step(machine, resumed, results(78)), results())

    assert params(resumed)["after"] == "77"
    assert last.whole
    assert last.bookmark == {"phase": "done", "until": "2026-03-01T12:00:00Z"}


def test_a_crash_in_the_archived_list_goes_on_there() -> None:
    machine = reading(COMPANIES)
    mark = step(machine, step(machine, opened(machine), results(1)), results(5, after="5")).bookmark

    resumed = opened(machine, json.loads(json.dumps(mark)))

    assert (params(resumed)["archived"], params(resumed)["after"]) == ("true", "5")


def test_changes_are_searched_by_id_in_a_window_closed_by_the_vendors_clock() -> None:
    machine = reading(COMPANIES)

    turn = opened(machine, DONE)

    assert asked(turn).path == "/crm/v3/objects/companies/search"
    assert asked(turn).family == "search"
    assert filters(turn) == [
        ("hs_lastmodifieddate", "GTE", str(int((BEFORE - timedelta(minutes=10)).timestamp() * 1000))),
        ("hs_lastmodifieddate", "LT", str(int(NOW.timestamp() * 1000))),
    ]
    assert asked(turn).json["sorts"] == [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
    assert asked(turn).json["limit"] == 200
    assert "after" not in asked(turn).json


def test_contacts_have_a_modification_property_of_their_own() -> None:
    turn = opened(reading(CONTACTS), DONE)

    assert filters(turn)[0][0] == "lastmodifieddate"


def test_a_search_goes_on_behind_the_last_id_in_the_same_window_compared_as_numbers() -> None:
    machine = reading(COMPANIES)
    first = opened(machine, DONE)

    second = step(machine, first, results(9, 10, 100, after="200", total=12000))

    assert filters(second) == [*filters(first), ("hs_object_id", "GT", "100")]
    assert "after" not in asked(second).json
    assert second.bookmark == {
        "phase": "search",
        "until": "2026-03-01T12:00:00Z",
        "since": "2026-03-01T10:00:00Z",
        "after": "100",
    }


def test_a_crash_in_a_search_goes_on_in_the_same_window() -> None:
    machine = reading(COMPANIES)
    first = opened(machine, DONE)
    mark = step(machine, first, results(9, after="200")).bookmark

    resumed = opened(machine, json.loads(json.dumps(mark)))

    assert filters(resumed) == [*filters(first), ("hs_object_id", "GT", "9")]


@pytest.mark.parametrize("ids", [(10, 9), (5, 5)])
def test_a_search_whose_ids_do_not_go_up_is_refused(ids: tuple[int, ...]) -> None:
    machine = reading(COMPANIES)
    turn = opened(machine, DONE)

    with pytest.raises(sdk.PageError, match="not sorted by id"):
        step(machine, turn, results(*ids))


def test_a_search_ends_by_its_total_when_it_names_no_next_page() -> None:
    machine = reading(COMPANIES)

    more = step(machine, opened(machine, DONE), results(9, total=2))
    end = step(machine, more, results(10, total=1))

    assert asked(more).path.endswith("/search")
    assert params(end)["archived"] == "true"


def test_only_what_was_archived_since_the_last_pass_is_taken() -> None:
    machine = reading(COMPANIES)
    swept = step(machine, opened(machine, DONE), results())
    archived = {
        "results": [
            {"id": "1", "archivedAt": "2026-03-01T09:49:59Z", "properties": {}},
            {"id": "2", "archivedAt": "2026-03-01T09:50:00Z", "properties": {}},
            {"id": "3", "archivedAt": "2026-03-01T11:00:00.000Z", "properties": {}},
        ]
    }

    turn = step(machine, swept, archived)

    assert [raw(record)["id"] for record in turn.records] == ["2", "3"]
    assert turn.bookmark == {
        "phase": "done",
        "until": "2026-03-01T12:00:00Z",
        "gone": {"1": 1772358599, "2": 1772358600, "3": 1772362800},
    }
    assert not turn.whole


def test_found_records_carry_their_associations_in_the_lists_shape() -> None:
    machine = reading()
    wanting = step(machine, opened(machine, DONE), results(501, 502))
    said = {
        "results": [
            {
                "from": {"id": "501"},
                "to": [
                    {
                        "toObjectId": 29022297485,
                        "associationTypes": [
                            {"category": "HUBSPOT_DEFINED", "typeId": 1, "label": "Primary"},
                            {"category": "HUBSPOT_DEFINED", "typeId": 279, "label": None},
                        ],
                    },
                    {
                        "toObjectId": "7",
                        "associationTypes": [{"category": "USER_DEFINED", "typeId": 37, "label": "Adviser"}],
                    },
                ],
            }
        ],
        "errors": [{"category": "OBJECT_NOT_FOUND", "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND"}],
        "numErrors": 1,
    }

    turn = step(machine, wanting, said, 207)

    assert asked(wanting).path == "/crm/v4/associations/contacts/companies/batch/read"
    assert asked(wanting).json == {"inputs": [{"id": "501"}, {"id": "502"}]}
    assert (wanting.records, wanting.bookmark) == ((), None)
    assert [raw(record).get("associations") for record in turn.records] == [
        {
            "companies": {
                "results": [
                    {"id": "29022297485", "type": "contact_to_company"},
                    {"id": "29022297485", "type": "contact_to_company_unlabeled"},
                    {"id": "7", "type": "Adviser"},
                ]
            }
        },
        None,
    ]
    assert turn.bookmark == {"phase": "archived", "until": "2026-03-01T12:00:00Z", "since": "2026-03-01T10:00:00Z"}


def test_what_completes_a_page_is_asked_ahead_and_the_next_page_after_it() -> None:
    machine = reading(DEALS)
    wanting = step(machine, opened(machine, DONE), results(501, 502, after="x"))

    second = step(machine, wanting, {"results": []})

    paths = [ask.path for ask in (asked(wanting), *wanting.ahead)]
    assert paths == [
        *(f"/crm/v4/associations/deals/{to}/batch/read" for to in DEALS.associations),
        "/crm/v3/objects/deals/search",
    ]
    assert (asked(second), *second.ahead) == wanting.ahead
    assert wanting.ahead[-1].json["filterGroups"][0]["filters"][-1]["value"] == "502"


def test_associations_that_do_not_fit_into_one_answer_are_asked_on() -> None:
    machine = reading()
    wanting = step(machine, opened(machine, DONE), results(501))
    part = {"from": {"id": "501"}, "to": [{"toObjectId": 1, "associationTypes": []}]}

    further = step(machine, wanting, {"results": [{**part, "paging": {"next": {"after": "x"}}}]})
    turn = step(machine, further, {"results": [{**part, "to": [{"toObjectId": 2}]}]})

    assert asked(further).json == {"inputs": [{"id": "501", "after": "x"}]}
    assert [each["id"] for each in raw(turn.records[0])["associations"]["companies"]["results"]] == ["1", "2"]


def test_an_association_read_that_failed_in_part_is_refused() -> None:
    machine = reading()
    wanting = step(machine, opened(machine, DONE), results(501))

    with pytest.raises(sdk.PageError, match="INTERNAL_ERROR"):
        step(machine, wanting, {"results": [], "errors": [{"category": "INTERNAL_ERROR"}]}, 207)


def test_a_listed_record_whose_associations_spilled_over_is_completed() -> None:
    machine = reading()
    few = {"id": "1", "properties": {}, "associations": {"companies": {"results": [{"id": "5", "type": "x"}]}}}
    many = {**few, "id": "2", "associations": {"companies": {"results": [], "paging": {"next": {"after": "9"}}}}}

    wanting = step(machine, opened(machine), {"results": [few, many]})
    turn = step(machine, wanting, {"results": [{"from": {"id": 2}, "to": [{"toObjectId": 6}]}]})

    assert asked(wanting).json == {"inputs": [{"id": "2"}]}
    assert raw(turn.records[0]) == few
    assert raw(turn.records[1])["associations"] == {
        "companies": {"results": [{"id": "6", "type": "contact_to_company_unlabeled"}]}
    }


def test_properties_the_portal_defined_are_asked_for_too() -> None:
    machine = reading(COMPANIES, custom=True)
    definitions = {
        "results": [{"name": "plan_tier", "hubspotDefined": False}, {"name": "about_us", "hubspotDefined": True}]
    }

    turn = step(machine, machine.begin(None, START), definitions)

    names = params(turn)["properties"].split(",")
    assert "plan_tier" in names
    assert "about_us" not in names


def test_properties_beyond_one_request_are_read_by_batch_and_written_into_the_record() -> None:
    machine = reading(COMPANIES, custom=True)
    definitions = {"results": [{"name": f"custom_{number:03}"} for number in range(150)]}

    first = step(machine, machine.begin(None, START), definitions)
    wanting = step(machine, first, {"results": [{"id": "1", "properties": {"name": "A"}}]})
    more = {"results": [{"id": "1", "properties": {"name": "B", "custom_149": "x"}}]}
    turn = step(machine, wanting, more)

    assert len(params(first)["properties"].split(",")) == 100
    assert asked(wanting).path == "/crm/v3/objects/companies/batch/read"
    assert "custom_149" in asked(wanting).json["properties"]
    assert raw(turn.records[0])["properties"] == {"name": "A", "custom_149": "x"}


def test_a_full_read_starts_over_whatever_the_bookmark() -> None:
    turn = opened(reading(), DONE, full=True)

    assert params(turn)["archived"] == "false"


def test_a_bookmark_of_another_shape_reads_everything_again() -> None:
    turn = opened(reading(), {"phase": "dreaming"})

    assert params(turn)["archived"] == "false"


@pytest.mark.parametrize("body", [{}, {"results": {}}, [], "nonsense"])
def test_a_malformed_page_is_refused(body: Any) -> None:
    machine = reading()
    turn = opened(machine)

    with pytest.raises(sdk.PageError):
        step(machine, turn, body)


def test_a_list_that_does_not_move_on_is_refused() -> None:
    machine = reading()
    second = step(machine, opened(machine), results(1, after="1"))

    with pytest.raises(sdk.PageError, match="same page token"):
        step(machine, second, results(1, after="1"))


def test_a_record_that_is_not_understood_does_not_hold_the_page_up() -> None:
    machine = reading()

    turn = step(machine, opened(machine), {"results": [{"id": "1", "properties": 7}, {"id": "2", "properties": {}}]})

    assert [raw(record)["id"] for record in turn.records] == ["1", "2"]


def test_owners_who_left_are_read_too() -> None:
    machine = OwnerReading(Paths("2026-09"))

    first = machine.begin(None, START)
    second = step(machine, first, results(1, after="1"))
    third = step(machine, second, results(2))
    last = step(machine, third, results(3))

    assert asked(first).path == "/crm/owners/2026-09"
    assert params(second)["after"] == "1"
    assert (params(third)["archived"], params(third).get("after")) == ("true", None)
    assert [len(turn.records) for turn in (second, third, last)] == [1, 1, 1]
    assert (last.ask, last.whole) == (None, True)


def test_owners_go_on_after_a_crash_and_start_over_in_the_next_pass() -> None:
    machine = OwnerReading(Paths())
    middle = step(machine, machine.begin(None, START), results(1, after="1"))
    archived = step(machine, middle, results(2))
    last = step(machine, archived, results(3))

    begun = [machine.begin(turn.bookmark, START) for turn in (middle, archived, last)]

    assert [(params(turn)["archived"], params(turn).get("after")) for turn in begun] == [
        ("false", "1"),
        ("true", None),
        ("false", None),
    ]


def test_pipelines_come_in_one_answer() -> None:
    machine = PipelineReading(Paths(), "tickets")

    turn = step(machine, machine.begin({}, START), results(0))

    assert (len(turn.records), turn.ask, turn.whole) == (1, None, True)


def test_what_changed_and_what_was_archived_tell_which_records_were_merged_into_them() -> None:
    machine = reading(COMPANIES)
    winner = {"id": "1", "updatedAt": "2026-03-01T11:00:00Z", "properties": {"hs_merged_object_ids": "7;1;x"}}
    archived = {"id": "2", "archivedAt": "2026-03-01T11:30:00Z", "properties": {"hs_merged_object_ids": "8"}}

    searched = step(machine, opened(machine, DONE), {"results": [winner], "total": 1})
    last = step(machine, searched, {"results": [archived]})

    assert [(record.id, record.deleted, record.version) for record in searched.records] == [
        (None, None, None),
        ("7", "merged", datetime(2026, 3, 1, 11, tzinfo=UTC)),
    ]
    assert [(raw(record)["id"], record.deleted) for record in last.records] == [("2", "archived"), ("8", "merged")]


def test_a_list_of_everything_tells_of_no_loser_one_by_one() -> None:
    machine = reading(COMPANIES)
    row = {"id": "1", "properties": {"hs_merged_object_ids": "7"}}

    turn = step(machine, opened(machine), {"results": [row]})

    assert [raw(record)["id"] for record in turn.records] == ["1"]
