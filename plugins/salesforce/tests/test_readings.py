"""The reading as a state machine: what is asked, what is taken, where a run goes on after a crash."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kizuna import sdk
from kizuna_salesforce.readings import Keyset

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
READING = Keyset(sobject="Contact", wanted=("Id", "IsDeleted", "Secret__c", "SystemModstamp"), version="62.0")
FIELDS = {"fields": [{"name": name} for name in ("Id", "IsDeleted", "SystemModstamp", "Unread")], "queryable": True}
EVERYTHING = "SELECT Id, IsDeleted, SystemModstamp FROM Contact ORDER BY SystemModstamp ASC, Id ASC"
NEWEST = "SELECT Id, SystemModstamp FROM Contact ORDER BY SystemModstamp DESC LIMIT 1"


def answer(body: Any, status: int = 200, at: datetime = NOW) -> sdk.Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return sdk.Answer(status=status, body=content, headers={}, asked_at=at)


def row(number: int, second: int) -> dict[str, Any]:
    return {
        "Id": f"003dM00000000{number:02}AAA",
        "SystemModstamp": f"2026-02-01T00:{second // 60:02}:{second % 60:02}.000+0000",
    }


def page(*rows: dict[str, Any], following: str | None = None) -> sdk.Answer:
    said: dict[str, Any] = {"totalSize": 9, "done": following is None, "records": list(rows)}
    return answer(said | ({"nextRecordsUrl": following} if following else {}))


def refused(code: str) -> sdk.Answer:
    return answer([{"errorCode": code, "message": "…"}], 400)


def asked(turn: sdk.Turn) -> str:
    """The query asked, or the path when it is no query."""
    assert turn.ask is not None
    return dict(turn.ask.params).get("q", turn.ask.path)


def ids(turn: sdk.Turn) -> list[str]:
    return [json.loads(bytes(record.raw))["Id"] for record in turn.records]


def told(turn: sdk.Turn, said: sdk.Answer, reading: Keyset = READING) -> sdk.Turn:
    assert turn.ask is not None
    return reading.turn(turn.state, turn.ask, said)


def begun(bookmark: sdk.Bookmark | None = None, *, now: datetime = NOW, full: bool = False) -> sdk.Turn:
    return READING.begin(bookmark, sdk.Start(now=now, full=full))


def reading_rows() -> sdk.Turn:
    """A first load at its first query for rows; the newest row was changed at second 30."""
    return told(told(begun(), answer(FIELDS)), page(row(9, 30)))


def loaded() -> sdk.Bookmark:
    """The bookmark after a first load whose newest change was at second 30."""
    turn = told(reading_rows(), page(row(1, 10), row(9, 30)))
    assert turn.bookmark is not None
    return turn.bookmark


def test_the_object_is_described_before_it_is_queried():
    turn = begun()

    assert asked(turn) == "/services/data/v62.0/sobjects/Contact/describe"


def test_only_fields_that_the_org_has_are_asked_for():
    turn = reading_rows()

    assert asked(turn) == EVERYTHING
    assert turn.ask is not None
    assert turn.ask.path == "/services/data/v62.0/queryAll"


def test_a_first_load_notes_the_newest_change_before_it_begins():
    turn = told(begun(), answer(FIELDS))

    assert asked(turn) == NEWEST


def test_an_empty_object_is_read_whole_with_one_question():
    turn = told(told(begun(), answer(FIELDS)), page())

    assert (turn.ask, turn.records, turn.whole) == (None, (), True)


def test_an_object_whose_newest_row_is_malformed_is_read_all_the_same():
    turn = told(told(begun(), answer(FIELDS)), page({"Id": [["spoilt"]], "SystemModstamp": [["spoilt"]]}))
    last = told(turn, page(row(1, 10)))

    assert asked(turn) == EVERYTHING
    assert (ids(last), last.ask, last.whole) == (["003dM0000000001AAA"], None, True)


def test_pages_follow_the_locator_and_the_next_is_asked_with_the_records():
    first = told(reading_rows(), page(row(1, 10), row(2, 10), following="/services/data/v62.0/query/0r8-2000"))
    last = told(first, page(row(9, 30)))

    assert (ids(first), asked(first)) == (
        ["003dM0000000001AAA", "003dM0000000002AAA"],
        "/services/data/v62.0/query/0r8-2000",
    )
    assert (ids(last), last.ask, last.whole) == (["003dM0000000009AAA"], None, True)


def test_the_watermark_moves_only_when_the_pass_is_complete():
    first = told(reading_rows(), page(row(1, 10), following="/next"))
    last = told(first, page(row(9, 30)))

    assert first.bookmark is not None
    assert "watermark" not in first.bookmark
    assert last.bookmark is not None
    assert last.bookmark["watermark"] == "2026-02-01T00:00:30Z"


def test_a_later_pass_asks_ten_minutes_back_and_describes_no_more():
    turn = begun(loaded())

    assert asked(turn) == EVERYTHING.replace(" ORDER", " WHERE SystemModstamp >= 2026-01-31T23:50:30Z ORDER")


def test_the_lookback_ends_once_it_has_passed_since_the_newest_change_was_seen():
    later = NOW + timedelta(minutes=11)

    turn = told(begun(loaded(), now=later), page(row(9, 30)))
    following = begun(turn.bookmark, now=later)

    assert "SystemModstamp >= 2026-02-01T00:00:30Z " in asked(following)


def test_the_lookback_begins_again_with_a_newer_change():
    settled = told(begun(loaded(), now=NOW + timedelta(minutes=11)), page(row(9, 30))).bookmark

    turn = told(begun(settled), page(row(9, 30), row(3, 40)))

    assert "SystemModstamp >= 2026-01-31T23:50:40Z " in asked(begun(turn.bookmark))


def test_a_later_pass_does_not_claim_to_be_whole():
    turn = told(begun(loaded()), page(row(9, 30)))

    assert (turn.ask, turn.whole) == (None, False)


def test_a_crash_in_a_first_load_goes_on_behind_the_last_row_ties_told_apart_by_id():
    crashed = told(reading_rows(), page(row(1, 10), row(2, 10), following="/next"))

    turn = begun(crashed.bookmark)

    assert asked(turn) == EVERYTHING.replace(
        " ORDER",
        " WHERE ((SystemModstamp = 2026-02-01T00:00:10Z AND Id > '003dM0000000002AAA')"
        " OR SystemModstamp > 2026-02-01T00:00:10Z) ORDER",
    )


def test_after_a_crash_in_a_first_load_the_watermark_ends_where_the_load_began():
    crashed = told(reading_rows(), page(row(1, 10), following="/next"))

    turn = told(begun(crashed.bookmark), page(row(9, 30), row(3, 50)))

    assert turn.bookmark is not None
    assert turn.bookmark["watermark"] == "2026-02-01T00:00:30Z"


def test_after_a_crash_behind_the_last_row_a_first_load_is_complete():
    crashed = told(reading_rows(), page(row(9, 30), following="/next"))

    turn = told(begun(crashed.bookmark), page())

    assert turn.bookmark is not None
    assert turn.bookmark["watermark"] == "2026-02-01T00:00:30Z"


def test_after_a_crash_in_a_later_pass_the_watermark_ends_at_the_break():
    crashed = told(begun(loaded()), page(row(3, 40), following="/next"))

    resumed = begun(crashed.bookmark)
    turn = told(resumed, page(row(4, 50)))

    assert "Id > '003dM0000000003AAA'" in asked(resumed)
    assert turn.bookmark is not None
    assert turn.bookmark["watermark"] == "2026-02-01T00:00:40Z"


def test_a_row_changed_during_a_first_load_does_not_move_the_position_past_others():
    crashed = told(reading_rows(), page(row(1, 10), row(2, 3000), following="/next"))

    assert "Id > '003dM0000000001AAA'" in asked(begun(crashed.bookmark))


def test_a_page_before_the_position_is_refused():
    first = told(reading_rows(), page(row(2, 20), following="/next"))

    with pytest.raises(sdk.PageError, match="not in the order"):
        told(first, page(row(1, 10)))


def test_a_full_reading_begins_at_the_beginning():
    turn = begun(loaded(), full=True)

    assert turn.ask is not None
    assert turn.ask.path.endswith("/describe")


def test_fields_are_described_again_after_a_day():
    turn = begun(loaded(), now=NOW + timedelta(days=1))

    assert asked(turn) == "/services/data/v62.0/sobjects/Contact/describe"


def test_a_field_that_has_become_readable_is_read_in_all_records():
    described = begun(loaded(), now=NOW + timedelta(days=1))
    more = {"fields": [*FIELDS["fields"], {"name": "Secret__c"}]}

    turn = told(told(described, answer(more)), page(row(9, 30)))

    assert (
        asked(turn)
        == "SELECT Id, IsDeleted, Secret__c, SystemModstamp FROM Contact ORDER BY SystemModstamp ASC, Id ASC"
    )


def test_a_field_that_has_gone_is_left_out_and_nothing_read_again():
    described = begun(loaded(), now=NOW + timedelta(days=1))
    less = {"fields": [{"name": "Id"}, {"name": "SystemModstamp"}]}

    turn = told(described, answer(less))

    assert asked(turn).startswith("SELECT Id, SystemModstamp FROM Contact WHERE SystemModstamp >=")


def test_a_field_that_vanishes_while_reading_is_found_by_describing_again():
    turn = told(begun(loaded()), refused("INVALID_FIELD"))

    assert asked(turn) == "/services/data/v62.0/sobjects/Contact/describe"


def test_a_field_refused_over_and_over_is_a_fault_of_ours():
    turn = told(told(begun(loaded()), refused("INVALID_FIELD")), answer(FIELDS))
    turn = told(told(turn, refused("INVALID_FIELD")), answer(FIELDS))

    with pytest.raises(sdk.RefusedError, match="INVALID_FIELD"):
        told(turn, refused("INVALID_FIELD"))


def test_an_expired_locator_is_replaced_by_a_query_behind_the_position():
    first = told(reading_rows(), page(row(1, 10), following="/next"))

    turn = told(first, refused("INVALID_QUERY_LOCATOR"))

    assert "Id > '003dM0000000001AAA'" in asked(turn)


def test_a_query_that_times_out_is_asked_for_less_and_less():
    turn = told(reading_rows(), refused("QUERY_TIMEOUT"))
    limits = []
    for _ in range(3):
        limits.append(asked(turn).rpartition(" LIMIT ")[2])
        turn = told(turn, refused("QUERY_TIMEOUT"))

    assert [*limits, asked(turn).rpartition(" LIMIT ")[2]] == ["2000", "1000", "500", "250"]
    with pytest.raises(sdk.TransientError, match="times out"):
        told(turn, refused("QUERY_TIMEOUT"))


def test_a_limited_query_is_followed_by_the_next_until_one_is_short():
    turn = told(reading_rows(), refused("QUERY_TIMEOUT"))
    for _ in range(3):
        turn = told(turn, refused("QUERY_TIMEOUT"))

    full = told(turn, page(*(row(1, 10) for _ in range(250))))
    short = told(full, page(row(9, 30)))

    assert asked(full).endswith("SystemModstamp > 2026-02-01T00:00:10Z) ORDER BY SystemModstamp ASC, Id ASC LIMIT 250")
    assert (short.ask, short.whole) == (None, True)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b'{"done": true}', b'[{"Id": "003"}]', b'{"records": [], "done": false}', b'{"records": {}}'],
)
def test_an_answer_that_is_no_page_is_refused(body: bytes):
    with pytest.raises(sdk.PageError):
        told(reading_rows(), answer(body))


def test_a_page_that_leads_back_to_itself_is_refused():
    first = told(reading_rows(), page(row(1, 10), following="/services/data/v62.0/query/0r8-2000"))

    with pytest.raises(sdk.PageError, match="itself"):
        told(first, page(row(1, 10), following="/services/data/v62.0/query/0r8-2000"))


def test_a_row_without_id_or_stamp_is_handed_on_and_moves_nothing():
    turn = told(reading_rows(), page(row(1, 10), {"Name": "?"}, following="/next"))

    assert len(turn.records) == 2
    assert turn.bookmark is not None
    assert turn.bookmark["id"] == "003dM0000000001AAA"


def test_an_object_that_may_not_be_queried_is_degraded():
    with pytest.raises(sdk.DegradedError, match="grant"):
        told(begun(), answer({**FIELDS, "queryable": False}))


def test_an_object_without_system_modstamp_goes_by_its_last_modification():
    fields = {"fields": [{"name": "Id"}, {"name": "LastModifiedDate"}]}
    reading = Keyset(sobject="Contact", wanted=("Id", "LastModifiedDate", "SystemModstamp"), version="62.0")

    turn = told(reading.begin(None, sdk.Start(now=NOW)), answer(fields), reading)

    assert asked(turn) == "SELECT Id, LastModifiedDate FROM Contact ORDER BY LastModifiedDate DESC LIMIT 1"


def test_a_bookmark_of_another_version_begins_anew():
    turn = begun({"watermark": ["nonsense"]})

    assert turn.ask is not None
    assert turn.ask.path.endswith("/describe")


def test_a_limited_query_of_several_pages_is_followed_by_the_next_too():
    turn = told(reading_rows(), refused("QUERY_TIMEOUT"))
    assert asked(turn).endswith(" LIMIT 2000")

    first = told(turn, page(*(row(1, 10) for _ in range(1000)), following="/next"))
    second = told(first, page(*(row(2, 11) for _ in range(1000))))

    assert asked(second).endswith(
        "SystemModstamp > 2026-02-01T00:00:11Z) ORDER BY SystemModstamp ASC, Id ASC LIMIT 2000"
    )
    assert second.whole is False


def test_a_limited_query_that_shows_no_way_on_proves_nothing_absent():
    turn = told(reading_rows(), refused("QUERY_TIMEOUT"))
    for _ in range(3):
        turn = told(turn, refused("QUERY_TIMEOUT"))

    last = told(turn, page(*(row(1, 3000) for _ in range(250))))

    assert (last.ask, last.whole) == (None, False)
