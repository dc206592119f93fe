"""The readings as state machines: what is asked, what is taken, where a run goes on after a crash."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from kizuna import sdk
from kizuna_zendesk.readings import CursorExport, Nothing, PageCursor, TimeExport
from kizuna_zendesk.sideloads import Sideload, comments_of
from kizuna_zendesk.streams import Wishes, streams

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
START = sdk.Start(now=NOW)
TICKETS = CursorExport(path="/tickets", items="tickets", params=(("per_page", "2"),))
ORGANIZATIONS = TimeExport(path="/organizations", items="organizations")


def answer(body: Any, **headers: str) -> sdk.Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return sdk.Answer(status=200, body=content, headers=headers, asked_at=NOW)


def ids(turn: sdk.Turn) -> list[Any]:
    return [json.loads(bytes(record.raw))["id"] for record in turn.records]


def params(turn: sdk.Turn) -> Mapping[str, str]:
    assert turn.ask is not None
    return dict(turn.ask.params)


def cursor_page(*numbers: int, after: str | None, end: bool | None) -> sdk.Answer:
    return answer({"tickets": [{"id": n} for n in numbers], "after_cursor": after, "end_of_stream": end})


def time_page(*numbers: int, end_time: int | None, end: bool | None) -> sdk.Answer:
    said = {"organizations": [{"id": n} for n in numbers], "end_time": end_time, "next_page": "https://x/?start_time=9"}
    return answer(said if end is None else {**said, "end_of_stream": end})


def test_a_first_load_begins_at_the_beginning_of_time():
    turn = TICKETS.begin(None, START)

    assert params(turn) == {"per_page": "2", "start_time": "0"}
    assert turn.ask is not None
    assert turn.ask.family == "incremental"


def test_the_start_time_is_sent_once_and_the_other_parameters_again():
    begun = TICKETS.begin(None, START)
    assert begun.ask is not None

    turn = TICKETS.turn(begun.state, begun.ask, cursor_page(1, 2, after="A", end=False))

    assert params(turn) == {"per_page": "2", "cursor": "A"}
    assert (ids(turn), turn.bookmark, turn.whole) == ([1, 2], {"cursor": "A"}, False)


def test_the_end_of_the_stream_ends_the_pass_and_keeps_the_cursor():
    begun = TICKETS.begin(None, START)
    assert begun.ask is not None

    turn = TICKETS.turn(begun.state, begun.ask, cursor_page(1, after="A", end=True))

    assert (turn.ask, turn.bookmark, turn.whole) == (None, {"cursor": "A"}, False)


def test_a_run_goes_on_from_every_bookmark_it_left():
    pages = {None: ((1, 2), "A", False), "A": ((3, 4), "B", False), "B": ((5,), "C", True), "C": ((), None, True)}

    for held in (None, "A", "B", "C"):
        turn = TICKETS.begin({"cursor": held} if held else None, START)
        seen: list[int] = []
        while turn.ask is not None:
            numbers, after, end = pages[dict(turn.ask.params).get("cursor")]
            turn = TICKETS.turn(turn.state, turn.ask, cursor_page(*numbers, after=after, end=end))
            seen += ids(turn)

        assert seen == {None: [1, 2, 3, 4, 5], "A": [3, 4, 5], "B": [5], "C": []}[held]
        assert turn.bookmark == {"cursor": "C"}


def test_a_null_cursor_never_replaces_the_one_we_hold():
    begun = TICKETS.begin({"cursor": "A"}, START)
    assert begun.ask is not None

    turn = TICKETS.turn(begun.state, begun.ask, cursor_page(after=None, end=True))

    assert (turn.bookmark, turn.whole) == ({"cursor": "A"}, False)


def test_an_empty_account_leaves_no_bookmark():
    begun = TICKETS.begin(None, START)
    assert begun.ask is not None

    turn = TICKETS.turn(begun.state, begun.ask, cursor_page(after=None, end=True))

    assert (turn.ask, turn.bookmark) == (None, None)


@pytest.mark.parametrize("after", ["A", None, ""])
def test_a_cursor_that_stands_still_is_refused(after):
    begun = TICKETS.begin({"cursor": "A"}, START)
    assert begun.ask is not None

    with pytest.raises(sdk.PageError):
        TICKETS.turn(begun.state, begun.ask, cursor_page(7, after=after, end=False))


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"not json",
        {"users": []},
        {"tickets": {"id": 1}, "end_of_stream": True},
        {"tickets": [], "after_cursor": "A", "end_of_stream": "yes"},
        {"tickets": [], "after_cursor": "A"},
        {"tickets": [], "after_cursor": 7, "end_of_stream": False},
    ],
)
def test_a_malformed_page_of_a_cursor_export_is_refused_whole(body):
    begun = TICKETS.begin({"cursor": "Z"}, START)
    assert begun.ask is not None

    with pytest.raises(sdk.PageError):
        TICKETS.turn(begun.state, begun.ask, answer(body))


def test_a_full_reading_forgets_the_cursor():
    turn = TICKETS.begin({"cursor": "A"}, sdk.Start(now=NOW, full=True))

    assert params(turn) == {"per_page": "2", "start_time": "0"}


def test_a_time_export_goes_on_from_the_vendors_end_time_and_not_from_its_next_page():
    begun = ORGANIZATIONS.begin(None, START)
    assert begun.ask is not None

    turn = ORGANIZATIONS.turn(begun.state, begun.ask, time_page(1, 2, end_time=500, end=False))

    assert params(turn) == {"start_time": "500"}
    assert (ids(turn), turn.bookmark) == ([1, 2], {"start_time": 500})


def test_a_time_export_ends_although_there_is_always_a_next_page():
    begun = ORGANIZATIONS.begin({"start_time": 500}, START)
    assert begun.ask is not None

    turn = ORGANIZATIONS.turn(begun.state, begun.ask, time_page(2, end_time=500, end=True))

    assert (turn.ask, turn.bookmark, turn.whole) == (None, {"start_time": 500}, False)


def test_an_answer_without_end_of_stream_ends_when_its_page_is_not_full():
    begun = ORGANIZATIONS.begin(None, START)
    assert begun.ask is not None

    last = ORGANIZATIONS.turn(begun.state, begun.ask, time_page(1, end_time=500, end=None))
    full = ORGANIZATIONS.turn(begun.state, begun.ask, time_page(*range(1000), end_time=500, end=None))

    assert (last.ask, last.bookmark) == (None, {"start_time": 500})
    assert params(full) == {"start_time": "500"}


def test_more_rows_in_one_second_than_a_page_holds_fail_loudly():
    begun = ORGANIZATIONS.begin({"start_time": 500}, START)
    assert begun.ask is not None

    with pytest.raises(sdk.PageError, match="share the second 500"):
        ORGANIZATIONS.turn(begun.state, begun.ask, time_page(*range(1000), end_time=500, end=False))


def test_a_page_that_stands_still_and_is_not_full_is_the_last_whatever_it_says_of_the_end():
    begun = ORGANIZATIONS.begin({"start_time": 500}, START)
    assert begun.ask is not None

    turn = ORGANIZATIONS.turn(begun.state, begun.ask, time_page(1, 2, end_time=500, end=False))

    assert (turn.ask, turn.bookmark, ids(turn)) == (None, {"start_time": 500}, [1, 2])


def test_measures_at_the_top_of_the_answer_join_their_tickets():
    reading = next(stream for stream in streams(Wishes()) if stream.name == "tickets").reading
    begun = reading.begin(None, START)
    assert begun.ask is not None
    body = {"tickets": [{"id": 1}, {"id": 2}], "metric_sets": [{"id": 9, "ticket_id": 2}], "after_cursor": "A"}

    turn = reading.turn(begun.state, begun.ask, answer({**body, "end_of_stream": True}))

    assert [json.loads(bytes(record.raw)) for record in turn.records] == [
        {"id": 1},
        {"id": 2, "metric_set": {"id": 9, "ticket_id": 2}},
    ]


def test_a_list_that_the_plan_lacks_leaves_its_stream_degraded():
    gone = sdk.Answer(status=404, body=b'{"error":"RecordNotFound"}', headers={}, asked_at=NOW)
    named = {stream.name: stream.reading for stream in streams(Wishes())}

    for reading in (named["survey_responses"], named["organizations"], named["comments"]):
        begun = reading.begin(None, START)
        assert begun.ask is not None
        with pytest.raises(sdk.DegradedError):
            reading.turn(begun.state, begun.ask, gone)


def test_nothing_new_leaves_the_bookmark_as_it_is():
    begun = ORGANIZATIONS.begin({"start_time": 500}, START)
    assert begun.ask is not None

    turn = ORGANIZATIONS.turn(begun.state, begun.ask, time_page(end_time=None, end=True))

    assert (turn.ask, turn.bookmark) == (None, None)


def test_a_start_time_is_never_younger_than_the_vendor_allows():
    held = int(NOW.timestamp()) - 10

    turn = ORGANIZATIONS.begin({"start_time": held}, START)

    assert params(turn) == {"start_time": str(int(NOW.timestamp()) - 90)}


@pytest.mark.parametrize("body", [b"null", {"users": []}, {"organizations": [], "end_time": "soon"}])
def test_a_malformed_page_of_a_time_export_is_refused_whole(body):
    begun = ORGANIZATIONS.begin(None, START)
    assert begun.ask is not None

    with pytest.raises(sdk.PageError):
        ORGANIZATIONS.turn(begun.state, begun.ask, answer(body))


def test_a_full_reading_of_organisations_lists_what_is_there_and_goes_on_from_before_the_list():
    reading = next(stream for stream in streams(Wishes()) if stream.name == "organizations").reading
    begun = reading.begin({"start_time": 500}, sdk.Start(now=NOW, full=True))
    assert begun.ask is not None
    page = {"organizations": [{"id": 1}], "meta": {"has_more": True, "after_cursor": "x"}}
    dated = answer(page, date="Sun, 01 Mar 2026 10:00:00 GMT")
    since = int(datetime(2026, 3, 1, 9, 58, 30, tzinfo=UTC).timestamp())

    second = reading.turn(begun.state, begun.ask, dated)
    assert second.ask is not None
    third = reading.turn(second.state, second.ask, answer({**page, "meta": {"has_more": False}}))
    assert third.ask is not None
    last = reading.turn(third.state, third.ask, time_page(1, end_time=since + 9, end=True))

    assert (begun.ask.path, second.ask.path) == ("/api/v2/organizations.json", "/api/v2/organizations.json")
    assert second.bookmark == {"listing": "x", "since": since}
    assert (params(third), third.bookmark) == ({"start_time": str(since)}, {"start_time": since, "whole": True})
    assert (last.ask, last.whole, last.bookmark) == (None, True, {"start_time": since + 9})


def test_a_full_reading_that_was_broken_off_goes_on_in_its_list():
    reading = next(stream for stream in streams(Wishes()) if stream.name == "organizations").reading

    begun = reading.begin({"listing": "x", "since": 700}, START)
    assert begun.ask is not None
    second = reading.turn(begun.state, begun.ask, answer({"organizations": [], "meta": {"has_more": False}}))
    resumed = reading.begin(second.bookmark, START)
    assert resumed.ask is not None
    last = reading.turn(resumed.state, resumed.ask, time_page(end_time=None, end=True))

    assert params(begun) == {"page[size]": "100", "page[after]": "x"}
    assert params(second) == params(resumed) == {"start_time": "700"}
    assert (last.ask, last.whole, last.bookmark) == (None, True, {"start_time": 700})


def test_comments_are_taken_out_of_their_events_with_their_ticket():
    comment = {
        "id": 5,
        "type": "Comment",
        "event_type": "Comment",
        "body": "Hello",
        "created_at": "2026-02-01T00:00:00Z",
    }
    voice = {"id": 6, "type": "VoiceComment", "event_type": "VoiceComment"}
    change = {"id": 7, "event_type": "Create", "type": "incident", "status": "open"}
    flag = {"id": 8, "event_type": "Change", "comment_present": True, "comment_public": True}
    export = TimeExport(path="/events", items="ticket_events", split=comments_of)
    begun = export.begin(None, START)
    assert begun.ask is not None
    events = [
        {"id": 1, "ticket_id": 35, "created_at": "2026-02-02T00:00:00Z", "child_events": [comment, change, voice, flag]}
    ]

    turn = export.turn(begun.state, begun.ask, answer({"ticket_events": events, "end_time": 9, "end_of_stream": True}))

    assert [json.loads(bytes(record.raw)) for record in turn.records] == [
        {**comment, "ticket_id": 35},
        {**voice, "ticket_id": 35, "created_at": "2026-02-02T00:00:00Z"},
    ]


def test_an_event_that_cannot_be_read_is_handed_on_to_be_set_aside():
    export = TimeExport(path="/events", items="ticket_events", split=comments_of)
    begun = export.begin(None, START)
    assert begun.ask is not None
    events = [{"id": 1, "ticket_id": {}, "child_events": []}, {"id": 2, "ticket_id": 3, "child_events": None}]

    turn = export.turn(begun.state, begun.ask, answer({"ticket_events": events, "end_time": 9, "end_of_stream": True}))

    assert ids(turn) == [1]


def test_identities_beside_the_users_join_their_users():
    export = CursorExport(path="/users", items="users", sideloads=(Sideload("identities"),))
    begun = export.begin(None, START)
    assert begun.ask is not None
    body = {
        "users": [{"id": 1, "name": "Aya"}, {"id": 2}, {}],
        "identities": [{"user_id": 1, "value": "a"}, {"user_id": 1, "value": "b"}, {"user_id": 9, "value": "c"}],
        "after_cursor": "A",
        "end_of_stream": True,
    }

    turn = export.turn(begun.state, begun.ask, answer(body))

    assert [json.loads(bytes(record.raw)) for record in turn.records] == [
        {"id": 1, "name": "Aya", "identities": [{"user_id": 1, "value": "a"}, {"user_id": 1, "value": "b"}]},
        {"id": 2},
        {},
    ]


def test_users_without_identities_beside_them_stay_as_they_are():
    export = CursorExport(path="/users", items="users", sideloads=(Sideload("identities"),))
    begun = export.begin(None, START)
    assert begun.ask is not None

    turn = export.turn(
        begun.state, begun.ask, answer({"users": [{"id": 1}], "after_cursor": "A", "end_of_stream": True})
    )

    assert [bytes(record.raw) for record in turn.records] == [b'{"id": 1}']


def test_a_list_stops_at_has_more_although_its_next_link_never_ends():
    listing = next(stream for stream in streams(Wishes()) if stream.name == "organization_memberships")
    page = {
        "organization_memberships": [{"id": 1, "user_id": 2, "organization_id": 3}],
        "meta": {"has_more": True, "after_cursor": "x", "before_cursor": "y"},
        "links": {"next": "https://desk.example/next"},
    }
    begun = listing.reading.begin(None, START)
    assert begun.ask is not None

    second = listing.reading.turn(begun.state, begun.ask, answer(page))
    assert second.ask is not None
    last = listing.reading.turn(
        second.state, second.ask, answer({**page, "meta": {"has_more": False, "after_cursor": "z"}})
    )

    assert params(second) == {"page[size]": "100", "page[after]": "x"}
    assert (last.ask, last.whole, last.bookmark, ids(last)) == (None, True, {}, [1])


@pytest.mark.parametrize("meta", [{"has_more": True, "after_cursor": "x"}, {"has_more": True}, {"has_more": 3}, 7])
def test_a_list_whose_cursor_stands_still_is_refused(meta):
    ask = sdk.Ask(path="/list", params=(("page[after]", "x"),))

    with pytest.raises(sdk.PageError):
        PageCursor().following(ask, {"meta": json.dumps(meta).encode()}, "1")


def test_a_stream_for_files_asks_nothing():
    turn = Nothing().begin({"cursor": "A"}, START)

    assert (turn.ask, turn.bookmark, turn.whole) == (None, None, False)
