"""Later passes: the search for changes, what was archived or merged since."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from kizuna import sdk
from kizuna_hubspot.kinds import COMPANIES, CONTACTS
from plugins.hubspot.tests.answered import (
    BEFORE,
    DONE,
    NOW,
    asked,
    filters,
    opened,
    params,
    raw,
    reading,
    results,
    step,
)


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


def test_a_record_that_is_not_understood_goes_on_with_its_id_and_stops_no_search() -> None:
    machine = reading()
    bad = {"id": 10, "properties": [["spoilt"]]}
    body = {"results": [results(9)["results"][0], bad, results(11)["results"][0]], "paging": {"next": {"after": "3"}}}

    wanting = step(machine, opened(machine, DONE), body)
    turn = step(machine, wanting, {"results": []})

    assert asked(wanting).json == {"inputs": [{"id": "9"}, {"id": "11"}]}
    assert raw(turn.records[1]) == bad
    assert filters(turn)[-1] == ("hs_object_id", "GT", "11")


def test_a_row_without_an_id_is_passed_over_while_others_tell_where_to_go_on() -> None:
    machine = reading(COMPANIES)
    nameless = {"id": [["spoilt"]], "properties": {}}

    turn = step(machine, opened(machine, DONE), {"results": [results(9)["results"][0], nameless], "total": 5})

    assert len(turn.records) == 2
    assert filters(turn)[-1] == ("hs_object_id", "GT", "9")


def test_a_search_that_shows_no_id_at_all_and_goes_on_is_refused() -> None:
    machine = reading(COMPANIES)

    with pytest.raises(sdk.PageError, match="shows no id"):
        step(machine, opened(machine, DONE), {"results": [{"properties": {}}], "total": 5})


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
