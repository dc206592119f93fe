"""First loads: the list, then the archived; what a crash, another bookmark or a malformed page does."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from kizuna import sdk
from kizuna_hubspot.kinds import COMPANIES
from plugins.hubspot.tests.answered import DONE, asked, opened, params, raw, reading, results, step


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
