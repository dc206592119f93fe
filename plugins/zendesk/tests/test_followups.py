"""What is asked of single records: rewritten comments, merged tickets, identities."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from kizuna import sdk
from kizuna_zendesk.followups import winner_of
from kizuna_zendesk.streams import Wishes, streams

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
START = sdk.Start(now=NOW)
MORE = {"metric_sets": [], "after_cursor": "A", "end_of_stream": True}
STREAMS = {stream.name: stream for stream in streams(Wishes())}


def answer(body: Any, status: int = 200) -> sdk.Answer:
    return sdk.Answer(status=status, body=json.dumps(body).encode(), headers={}, asked_at=NOW)


def event(ticket: int, at: str, **child: Any) -> dict[str, Any]:
    return {"id": ticket * 100, "ticket_id": ticket, "created_at": at, "child_events": [child]}


def comment(own: int, body: str) -> dict[str, Any]:
    return {"id": own, "type": "Comment", "body": body, "created_at": "2026-02-01T00:00:00Z"}


def said(records: Any) -> list[dict[str, Any]]:
    return [json.loads(bytes(record.raw)) for record in records]


def merge_audit(**changes: Any) -> msgspec.Raw:
    via = {"channel": "web", "source": {"from": {}, "to": {}, "rel": "merge"}}
    body = "This request was closed and merged into request #41 “Printer”."
    return msgspec.Raw(json.dumps({"via": via, "events": [{"type": "Comment", "body": body}], **changes}).encode())


def test_a_redaction_makes_its_tickets_comments_be_read_again_before_the_page_counts():
    reading = STREAMS["comments"].reading
    begun = reading.begin(None, START)
    assert begun.ask is not None
    events = [
        event(3, "2026-02-01T00:00:00Z", event_type="Comment", **comment(31, "Card 4111")),
        event(3, "2026-02-02T00:00:00Z", id=1, event_type="CommentRedactionEvent", comment_id=31),
        event(3, "2026-02-03T00:00:00Z", id=2, event_type="AttachmentRedactionEvent", comment_id=31),
    ]
    more = {"meta": {"has_more": True, "after_cursor": "x"}}

    first = reading.turn(None, begun.ask, answer({"ticket_events": events, "end_time": 9, "end_of_stream": True}))
    assert first.ask is not None
    second = reading.turn(first.state, first.ask, answer({"comments": [comment(30, "Hello")], **more}))
    assert second.ask is not None
    last = reading.turn(second.state, second.ask, answer({"comments": [comment(31, "Card ▇▇▇▇")]}))

    assert first.ask.path == second.ask.path == "/api/v2/tickets/3/comments.json"
    assert (first.records, first.bookmark, second.bookmark) == ((), None, None)
    assert [(one["id"], one["body"]) for one in said(last.records)] == [
        (31, "Card 4111"),
        (30, "Hello"),
        (31, "Card ▇▇▇▇"),
    ]
    assert [record.version for record in last.records][1:] == [datetime(2026, 2, 3, tzinfo=UTC)] * 2
    assert (last.ask, last.bookmark) == (None, {"start_time": 9})


def test_a_ticket_that_is_gone_when_its_comments_are_asked_for_holds_nobody_up():
    reading = STREAMS["comments"].reading
    begun = reading.begin(None, START)
    assert begun.ask is not None
    events = [event(5, "2026-02-02T00:00:00Z", id=1, type="CommentPrivacyChange", comment_id=51, public=False)]

    first = reading.turn(None, begun.ask, answer({"ticket_events": events, "end_time": 9, "end_of_stream": False}))
    assert first.ask is not None
    last = reading.turn(first.state, first.ask, answer({"error": "RecordNotFound"}, 404))

    assert last.ask is not None
    assert (dict(last.ask.params)["start_time"], last.records, last.bookmark) == ("9", (), {"start_time": 9})


def test_the_questions_of_single_records_are_asked_ahead_and_the_next_page_after_them():
    reading = STREAMS["tickets"].reading
    begun = reading.begin(None, START)
    rows = [{"id": own, "status": "closed", "tags": ["closed_by_merge"]} for own in range(1, 40)]

    first = reading.turn(None, begun.ask, answer({"tickets": rows, "after_cursor": "A", "end_of_stream": False}))
    more = {"meta": {"has_more": True, "after_cursor": "x"}}
    second = reading.turn(first.state, first.ask, answer({"audits": [], **more}))
    third = reading.turn(second.state, second.ask, answer({"audits": []}))

    named = [ask.path for ask in (first.ask, *first.ahead)]
    assert named == [
        *(f"/api/v2/tickets/{own}/audits.json" for own in range(1, 17)),
        "/api/v2/incremental/tickets/cursor.json",
    ]
    assert second.ask.path == first.ask.path
    assert second.ahead[:15] == first.ahead[:15]
    assert third.ask == first.ahead[0]


def test_a_ticket_closed_by_a_merge_names_the_other_one_after_its_audits_were_read():
    tickets = STREAMS["tickets"]
    begun = tickets.reading.begin(None, START)
    assert begun.ask is not None
    rows = [
        {"id": 40, "status": "closed", "tags": ["closed_by_merge"], "generated_timestamp": 1772000000},
        {"id": 42, "status": "deleted", "tags": ["closed_by_merge"]},
        {"id": 43, "status": "open", "tags": []},
    ]

    first = tickets.reading.turn(None, begun.ask, answer({"tickets": rows, **MORE}))
    assert first.ask is not None
    last = tickets.reading.turn(first.state, first.ask, answer({"audits": [json.loads(bytes(merge_audit()))]}))
    payload = msgspec.json.decode(bytes(last.records[0].raw), type=tickets.payload)

    assert first.ask.path == "/api/v2/tickets/40/audits.json"
    assert [record.get("merged_into") for record in said(last.records)] == [41, None, None]
    assert tickets.said(payload) == (sdk.Merged(loser=sdk.Ref("tickets", "40"), winner=sdk.Ref("tickets", "41")),)
    assert tickets.deleted(payload) == "merged"
    assert last.bookmark == {"cursor": "A"}


@pytest.mark.parametrize(
    "row",
    [
        {"status": "open"},
        {"status": "closed", "via_followup_source_id": 39},
        {"status": "closed", "via": {"channel": "web", "source": {"rel": "follow_up", "from": {"ticket_id": 39}}}},
    ],
)
def test_a_follow_up_that_inherited_the_tag_of_a_merge_was_not_merged(row):
    tickets = STREAMS["tickets"]
    begun = tickets.reading.begin(None, START)
    rows = [{"id": 40, "tags": ["closed_by_merge"], **row}]

    turn = tickets.reading.turn(begun.state, begun.ask, answer({"tickets": rows, **MORE}))

    assert (turn.ask, said(turn.records)) == (None, rows)


TAGGED = {"type": "Change", "field_name": "tags", "value": ["a", "closed_by_merge"], "previous_value": ["a"]}
TOLD = {"type": "Comment", "body": "This request was closed and merged into request #41."}


@pytest.mark.parametrize(
    ("audit", "winner"),
    [
        (merge_audit(), 41),
        (merge_audit(via=None, events=[TAGGED, TOLD]), 41),
        (merge_audit(via=None, events=[{**TAGGED, "previous_value": ["closed_by_merge"]}, TOLD]), None),
        (merge_audit(via=None, events=[{**TAGGED, "type": "Create", "previous_value": None}, TOLD]), None),
        (merge_audit(via={"channel": "system", "source": {"to": {"ticket_id": 44}, "rel": "merge"}}), 44),
        (merge_audit(via={"channel": 19, "source": {"from": {"ticket_ids": ["40", "45"]}}}), 45),
        (merge_audit(via={"channel": "web"}), None),
        (merge_audit(via=None, events=[{"type": "Change", "value": ["closed_by_merge"]}]), None),
        (merge_audit(events=[{"type": "Comment", "body": "Merged, see #40"}]), None),
        (msgspec.Raw(b"[]"), None),
    ],
)
def test_the_winner_of_a_merge_is_told_by_its_via_or_else_by_the_closing_comment(audit, winner):
    assert winner_of("40", [audit]) == winner


def test_an_id_is_written_so_that_it_stays_one_step_of_the_path():
    reading = STREAMS["tickets"].reading
    begun = reading.begin(None, START)
    rows = [{"id": "7/../../users", "status": "closed", "tags": ["closed_by_merge"]}]

    turn = reading.turn(begun.state, begun.ask, answer({"tickets": rows, **MORE}))

    assert turn.ask.path == "/api/v2/tickets/7%2F..%2F..%2Fusers/audits.json"


def test_merges_are_not_asked_for_where_the_administrator_says_so():
    reading = {stream.name: stream.reading for stream in streams(Wishes(merges_from_audits=False))}["tickets"]
    begun = reading.begin(None, START)
    assert begun.ask is not None
    rows = [{"id": 40, "status": "closed", "tags": ["closed_by_merge"]}]

    turn = reading.turn(begun.state, begun.ask, answer({"tickets": rows, **MORE}))

    assert (turn.ask, said(turn.records)) == (None, rows)


def test_identities_are_asked_for_each_living_user_where_the_export_lacks_them():
    reading = {stream.name: stream.reading for stream in streams(Wishes(identities_with_users=False))}["users"]
    begun = reading.begin(None, START)
    assert begun.ask is not None
    users = {"users": [{"id": 1}, {"id": 2, "active": False}], "after_cursor": "A", "end_of_stream": True}
    identity = {"user_id": 1, "type": "phone_number", "value": "+81312345678"}

    first = reading.turn(begun.state, begun.ask, answer(users))
    assert first.ask is not None
    last = reading.turn(first.state, first.ask, answer({"identities": [identity]}))

    assert "include" not in dict(begun.ask.params)
    assert first.ask.path == "/api/v2/users/1/identities.json"
    assert said(last.records) == [{"id": 1, "identities": [identity]}, {"id": 2, "active": False}]


def test_identities_are_asked_for_one_by_one_where_the_export_was_asked_for_them_and_brings_none():
    reading = STREAMS["users"].reading
    begun = reading.begin(None, START)
    identity = {"user_id": 1, "type": "email", "value": "aya@harbor.example"}
    page = {"users": [{"id": 1}], "after_cursor": "A", "end_of_stream": False}

    first = reading.turn(begun.state, begun.ask, answer(page))
    last = reading.turn(first.state, first.ask, answer({"identities": [identity]}))
    beside = reading.turn(begun.state, begun.ask, answer({**page, "identities": []}))

    assert (first.ask.path, first.records) == ("/api/v2/users/1/identities.json", ())
    assert said(last.records) == [{"id": 1, "identities": [identity]}]
    assert (beside.ask.path, said(beside.records)) == (begun.ask.path, [{"id": 1}])


def test_identities_of_named_users_are_asked_for_where_they_do_not_come_beside_them():
    reading = STREAMS["users"].only([sdk.Named(id="1")])
    begun = reading.begin(None, START)
    identity = {"user_id": 1, "type": "email", "value": "aya@harbor.example"}

    first = reading.turn(begun.state, begun.ask, answer({"users": [{"id": 1}]}))
    last = reading.turn(first.state, first.ask, answer({"identities": [identity]}))
    beside = reading.turn(begun.state, begun.ask, answer({"users": [{"id": 1}], "identities": [identity]}))

    assert first.ask.path == "/api/v2/users/1/identities.json"
    assert said(last.records) == said(beside.records) == [{"id": 1, "identities": [identity]}]


def test_what_was_redacted_at_the_desk_is_redacted_here(desk):
    first = desk.read("comments")
    ticket = next(one for one in desk.state.of_kind("ticket") if one.comments and one.comments[0].body)
    told = ticket.comments[0]
    word = told.body.split()[0]
    desk.send("PUT", f"/api/v2/tickets/{ticket.id}/comments/{told.id}/redact", {"text": word})
    desk.later()

    done = desk.read("comments", first.bookmark)

    again = [record for record in done.records if str(record["id"]) == told.id]
    assert again[-1]["body"] == told.body.replace(word, "▇" * len(word))
    assert {str(record["id"]) for record in done.records} >= {comment.id for comment in ticket.comments}


def test_a_ticket_merged_at_the_desk_leads_to_the_one_it_went_into(desk):
    first = desk.read("tickets")
    winner, loser = [one.id for one in desk.state.of_kind("ticket") if one.status != "closed"][:2]
    desk.send("POST", f"/api/v2/tickets/{winner}/merge", {"ids": [int(loser)]})
    desk.later()

    done = {str(record["id"]): record for record in desk.read("tickets", first.bookmark).records}

    assert set(done) == {winner, loser}
    assert (done[loser]["merged_into"], done[winner].get("merged_into")) == (int(winner), None)


MEASURES = {"id": 9, "ticket_id": 1, "replies": 2}
BARE = {"tickets": [{"id": 1, "status": "open"}], "after_cursor": "A", "end_of_stream": True}


def test_measures_are_asked_for_ticket_by_ticket_where_the_export_was_asked_for_them_and_brings_none():
    reading = STREAMS["tickets"].reading
    begun = reading.begin(None, START)

    first = reading.turn(begun.state, begun.ask, answer(BARE))
    last = reading.turn(first.state, first.ask, answer({"ticket_metric": MEASURES}))

    assert (first.ask.path, first.records) == ("/api/v2/tickets/1/metrics.json", ())
    assert said(last.records) == [{"id": 1, "status": "open", "metric_set": MEASURES}]
    assert last.bookmark == {"cursor": "A"}


@pytest.mark.parametrize(
    "page",
    [
        {**BARE, "metric_sets": []},
        {**BARE, "tickets": [{"id": 1, "metric_set": MEASURES}]},
        {**BARE, "tickets": [{"id": 1, "metric_set": None}]},
        {**BARE, "tickets": [{"id": 1, "status": "deleted"}]},
    ],
)
def test_measures_that_came_or_cannot_be_there_are_not_asked_for(page):
    reading = STREAMS["tickets"].reading
    begun = reading.begin(None, START)

    assert reading.turn(begun.state, begun.ask, answer(page)).ask is None


def test_a_ticket_whose_measures_are_gone_stands_without_them():
    reading = STREAMS["tickets"].reading
    begun = reading.begin(None, START)

    first = reading.turn(begun.state, begun.ask, answer(BARE))
    last = reading.turn(first.state, first.ask, answer({"error": "RecordNotFound"}, status=404))

    assert said(last.records) == BARE["tickets"]


def test_measures_are_not_asked_for_one_by_one_where_their_list_is_read():
    reading = {stream.name: stream.reading for stream in streams(Wishes(metrics_with_tickets=False))}["tickets"]
    begun = reading.begin(None, START)

    assert reading.turn(begun.state, begun.ask, answer(BARE)).ask is None


def test_a_merged_ticket_without_measures_is_asked_for_both():
    reading = STREAMS["tickets"].reading
    begun = reading.begin(None, START)
    page = {**BARE, "tickets": [{"id": 1, "status": "closed", "tags": ["closed_by_merge"]}]}
    via = {"channel": "merge", "source": {"rel": "merge", "to": {"ticket_id": 7}}}

    audits = reading.turn(begun.state, begun.ask, answer(page))
    measures = reading.turn(audits.state, audits.ask, answer({"audits": [{"via": via, "events": []}]}))
    last = reading.turn(measures.state, measures.ask, answer({"ticket_metric": MEASURES}))

    assert [turn.ask.path for turn in (audits, measures)] == [
        "/api/v2/tickets/1/audits.json",
        "/api/v2/tickets/1/metrics.json",
    ]
    assert [(one["merged_into"], one["metric_set"]) for one in said(last.records)] == [(7, MEASURES)]


def test_measures_of_named_tickets_are_asked_for_where_they_do_not_come_beside_them():
    reading = STREAMS["tickets"].only([sdk.Named(id="1")])
    begun = reading.begin(None, START)

    first = reading.turn(begun.state, begun.ask, answer({"tickets": [{"id": 1}]}))
    last = reading.turn(first.state, first.ask, answer({"ticket_metric": MEASURES}))
    beside = reading.turn(begun.state, begun.ask, answer({"tickets": [{"id": 1}], "metric_sets": [MEASURES]}))

    assert first.ask.path == "/api/v2/tickets/1/metrics.json"
    assert said(last.records) == said(beside.records) == [{"id": 1, "metric_set": MEASURES}]
