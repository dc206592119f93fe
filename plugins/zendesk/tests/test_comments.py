"""Comments that a webhook names: read among those of their tickets, and no others."""

import json
from datetime import UTC, datetime
from typing import Any

from kizuna import sdk
from kizuna_zendesk.streams import Wishes, streams

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
START = sdk.Start(now=NOW)
COMMENTS = next(each for each in streams(Wishes()) if each.name == "comments")
MORE = {"meta": {"has_more": True, "after_cursor": "x"}}


def only(*named: sdk.Named) -> sdk.Reading:
    assert COMMENTS.only is not None
    return COMMENTS.only(named)


def answer(body: Any, status: int = 200) -> sdk.Answer:
    return sdk.Answer(status=status, body=json.dumps(body).encode(), headers={}, asked_at=NOW)


def comment(own: int) -> dict[str, Any]:
    return {"id": own, "type": "Comment", "body": "Hello", "created_at": "2026-02-01T00:00:00Z"}


def said(turn: sdk.Turn) -> list[tuple[int, str]]:
    return [(payload["id"], payload["ticket_id"]) for payload in (json.loads(bytes(r.raw)) for r in turn.records)]


def test_a_comment_is_read_among_those_of_its_ticket_until_it_is_found():
    reading = only(sdk.Named(id="31", parent="3", at=NOW), sdk.Named(id="41", parent="4"))
    begun = reading.begin(None, START)

    first = reading.turn(begun.state, begun.ask, answer({"comments": [comment(30)], **MORE}))
    second = reading.turn(first.state, first.ask, answer({"comments": [comment(31)], **MORE}))
    last = reading.turn(second.state, second.ask, answer({"comments": [comment(41), comment(42)]}))

    assert [ask.path for ask in (begun.ask, *begun.ahead)] == [f"/api/v2/tickets/{own}/comments.json" for own in "34"]
    assert [said(turn) for turn in (first, second, last)] == [[], [(31, "3")], [(41, "4")]]
    assert [record.version for turn in (second, last) for record in turn.records] == [
        NOW,
        datetime(2026, 2, 1, tzinfo=UTC),
    ]
    assert (last.ask, last.bookmark, last.whole) == (None, None, False)


def test_a_comment_whose_ticket_is_gone_or_not_told_is_left_to_the_export():
    reading = only(sdk.Named(id="31", parent="3"), sdk.Named(id="51"), sdk.Named(id="61", parent="../users"))
    begun = reading.begin(None, START)

    last = reading.turn(begun.state, begun.ask, answer({"error": "RecordNotFound"}, 404))

    assert (begun.ahead, last.ask, last.records) == ((), None, ())


def test_a_comment_at_the_desk_is_found(desk):
    ticket = next(one for one in desk.state.of_kind("ticket") if one.comments)
    own = ticket.comments[0].id
    reading = only(sdk.Named(id=own, parent=ticket.id))
    begun = reading.begin(None, START)

    shown = desk.get(begun.ask.path).json()
    last = reading.turn(begun.state, begun.ask, answer(shown))

    assert said(last) == [(int(own), ticket.id)]
