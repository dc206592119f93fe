"""Users deleted for good."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from kizuna import sdk
from kizuna_zendesk.readings import CursorExport
from kizuna_zendesk.scrubbed import WithScrubbed

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
START = sdk.Start(now=NOW)
TOMORROW = sdk.Start(now=NOW + timedelta(days=1))
USERS = WithScrubbed(export=CursorExport(path="/users", items="users"))
LEFT = {"id": 9, "name": "Permanently Deleted User", "email": None, "active": False}
END = {"users": [{"id": 1}], "after_cursor": "A", "end_of_stream": True}


def answer(body: Any, status: int = 200) -> sdk.Answer:
    return sdk.Answer(status=status, body=json.dumps(body).encode(), headers={}, asked_at=NOW)


def bin_page(*rows: dict[str, Any], after: str | None = None) -> sdk.Answer:
    return answer({"deleted_users": rows, "meta": {"has_more": after is not None, "after_cursor": after}})


def follow(turn: sdk.Turn, given: sdk.Answer) -> sdk.Turn:
    assert turn.ask is not None
    return USERS.turn(turn.state, turn.ask, given)


def test_after_the_export_come_those_of_the_deleted_who_were_scrubbed():
    exported = follow(USERS.begin(None, START), answer(END))
    first = follow(exported, bin_page({"id": 8, "name": "Aya"}, LEFT, after="x"))
    last = follow(first, bin_page({"id": []}))

    assert exported.ask is not None
    assert exported.ask.path == "/api/v2/deleted_users.json"
    assert [(json.loads(bytes(record.raw)), record.deleted) for record in first.records] == [(LEFT, "scrubbed")]
    assert (exported.bookmark, first.bookmark) == ({"cursor": "A"}, {"cursor": "A", "bin": "x"})
    assert (last.ask, last.records, last.bookmark) == (None, (), {"cursor": "A", "bin_day": "2026-03-01"})


def test_a_list_that_was_broken_off_goes_on_where_it_was():
    begun = USERS.begin({"cursor": "A", "bin": "x"}, START)
    last = follow(begun, bin_page(LEFT))

    assert begun.ask is not None
    assert dict(begun.ask.params)["page[after]"] == "x"
    assert (len(last.records), last.bookmark) == (1, {"cursor": "A", "bin_day": "2026-03-01"})


def test_the_list_is_read_once_a_day():
    mark = {"cursor": "A", "bin_day": "2026-03-01"}

    today = follow(USERS.begin(mark, START), answer(END))
    tomorrow = follow(USERS.begin(mark, TOMORROW), answer(END))
    full = follow(USERS.begin(mark, sdk.Start(now=NOW, full=True)), answer(END))

    assert (today.ask, today.bookmark) == (None, mark)
    assert tomorrow.ask is not None
    assert full.ask is not None


def test_an_account_without_that_list_is_read_all_the_same():
    exported = follow(USERS.begin(None, START), answer(END))
    last = follow(exported, answer({"error": "RecordNotFound"}, 404))

    assert (last.ask, last.bookmark) == (None, {"cursor": "A", "bin_day": "2026-03-01"})


def test_what_was_scrubbed_at_the_desk_replaces_the_name_we_hold(desk):
    gone = desk.state.of_kind("person")[3].id
    first = desk.read("users")
    desk.state.delete("person", gone)
    desk.send("DELETE", f"/api/v2/deleted_users/{gone}")
    desk.later(days=1)

    done = desk.read("users", first.bookmark)

    assert {record["name"] for record in done.records if str(record["id"]) == gone} == {"Permanently Deleted User"}
    assert done.asks[-1].path == "/api/v2/deleted_users.json"
