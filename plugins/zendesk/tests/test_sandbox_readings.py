"""The connector's readings against the simulated desk: everything once, then exactly what changed."""

import json
from collections import Counter
from datetime import timedelta

import msgspec
import pytest

from kizuna import sdk
from kizuna_zendesk.streams import Wishes, streams

STREAMS = {stream.name: stream for stream in streams(Wishes())}
EXPORTED = ["organizations", "users", "tickets"]
LISTED = ["satisfaction_ratings", "organization_memberships"]


def read_as(name, record):
    """The record as its stream reads it."""
    return msgspec.json.decode(json.dumps(record).encode(), type=STREAMS[name].payload)


def comment_ids(desk) -> list[str]:
    return [
        str(child["id"])
        for event in desk.state.stream("ticket_events")
        for child in event.payload["child_events"]
        if child["event_type"] == "Comment"
    ]


@pytest.mark.parametrize("name", EXPORTED + LISTED)
def test_a_first_load_sees_every_record_once(desk, name):
    done = desk.read(name)

    assert Counter(done.ids) == Counter(record.id for record in desk.state.stream(name))
    assert done.whole == (name in LISTED)


@pytest.mark.parametrize("name", ["users", "tickets"])
def test_small_pages_show_the_same_as_large_ones(desk, name):
    done = desk.read(name, size=37)

    assert len(done.asks) > 2
    assert Counter(done.ids) == Counter(record.id for record in desk.state.stream(name))


def test_a_time_export_in_small_pages_misses_nobody_and_repeats_only_what_shares_a_second(desk):
    done = desk.read("organizations", size=7)

    assert set(done.ids) == {record.id for record in desk.state.stream("organizations")}


def test_a_first_load_sees_every_comment_with_its_ticket_and_again_only_those_on_the_edge_of_a_page(desk):
    done = desk.read("comments")

    assert set(done.ids) == set(comment_ids(desk))
    assert len(done.ids) - len(set(done.ids)) < len(done.asks)
    assert all(record["ticket_id"] for record in done.records)


def test_a_run_that_dies_after_any_page_goes_on_from_its_bookmark(desk):
    whole = Counter(desk.read("tickets", size=50).ids)

    for pages in (1, 2):
        begun = desk.read("tickets", size=50, stop_after=pages)
        rest = desk.read("tickets", begun.bookmark, size=50)

        assert Counter(begun.ids + rest.ids) == whole


@pytest.mark.parametrize("name", [*EXPORTED, "comments"])
def test_nothing_new_is_nothing_but_the_boundary(desk, name):
    first = desk.read(name)

    again = desk.read(name, first.bookmark)

    assert set(again.ids) <= set(first.ids[-3:])
    assert again.bookmark == first.bookmark


def test_a_change_is_seen_after_the_minute_for_which_it_is_withheld(desk):
    first = desk.read("users")
    person = desk.state.of_kind("person")[0].id
    desk.state.change("person", person, name="Renamed")

    at_once = desk.read("users", first.bookmark)
    desk.later(minutes=1)
    later = desk.read("users", at_once.bookmark)

    assert at_once.ids == []
    assert [(record["id"], record["name"]) for record in later.records] == [(int(person), "Renamed")]


def test_a_changed_ticket_is_seen_alone_with_its_measures(desk):
    first = desk.read("tickets")
    ticket = desk.state.of_kind("ticket")[5].id
    desk.state.change("ticket", ticket, subject="Now urgent", priority="urgent")
    desk.later()

    done = desk.read("tickets", first.bookmark)

    assert done.ids == [ticket]
    assert done.records[0]["metric_set"]["ticket_id"] == int(ticket)


def test_deletions_leave_tombstones_the_connector_knows(desk):
    marks = {name: desk.read(name).bookmark for name in EXPORTED}
    gone = {
        "organizations": ("account", desk.state.of_kind("account")[3].id),
        "users": ("person", desk.state.of_kind("person")[3].id),
        "tickets": ("ticket", desk.state.of_kind("ticket")[3].id),
    }
    for kind, own in gone.values():
        desk.state.delete(kind, own)
    desk.later()

    for name, (_, own) in gone.items():
        done = desk.read(name, marks[name])

        assert done.ids[-1] == own
        assert STREAMS[name].deleted(read_as(name, done.records[-1])) == "deleted"


def test_a_merged_users_tickets_and_addresses_move_to_the_winner(desk):
    tickets = desk.state.of_kind("ticket")
    loser = next(ticket.person_id for ticket in tickets if ticket.person_id)
    winner = next(person.id for person in desk.state.of_kind("person") if person.id != loser)
    address = desk.state.neutral("person", loser).email
    moved = {ticket.id for ticket in tickets if ticket.person_id == loser}
    users, requests = desk.read("users"), desk.read("tickets")
    desk.state.merge("person", winner, loser)
    desk.later()

    seen = {str(record["id"]): record for record in desk.read("users", users.bookmark).records}
    tickets_seen = desk.read("tickets", requests.bookmark)

    assert set(seen) == {winner, loser}
    assert (seen[loser]["active"], seen[loser]["email"]) == (False, None)
    assert address is None or address in [identity["value"] for identity in seen[winner]["identities"]]
    assert set(tickets_seen.ids) == moved
    assert {str(record["requester_id"]) for record in tickets_seen.records} == {winner}


def test_a_full_reading_of_organisations_proves_which_are_gone(desk):
    first = desk.read("organizations")
    gone = desk.state.of_kind("account")[4].id
    desk.state.delete("account", gone)

    done = desk.read("organizations", first.bookmark, full=True)

    assert done.whole
    assert set(done.ids) == {record.id for record in desk.state.live("organizations")}


def test_merged_organisations_leave_the_loser_deleted_and_its_people_moved(desk):
    winner, loser = (account.id for account in desk.state.of_kind("account")[:2])
    first = desk.read("organizations")
    desk.state.merge("account", winner, loser)
    desk.later()

    seen = {str(record["id"]): record for record in desk.read("organizations", first.bookmark).records}
    memberships = desk.read("organization_memberships")

    assert seen[loser]["deleted_at"] is not None
    assert int(loser) not in {record["organization_id"] for record in memberships.records}
    assert memberships.whole


def test_a_late_change_never_surfaces_behind_the_cursor(desk):
    first = desk.read("tickets")
    desk.state.lateness = timedelta(minutes=30)  # far more than the minute
    one, other = (ticket.id for ticket in desk.state.of_kind("ticket")[:2])
    seen: Counter[str] = Counter()
    bookmark = first.bookmark

    for step, own in enumerate((one, other, None, None)):
        if own is not None:
            desk.state.change("ticket", own, subject=f"Late {step}")
        desk.later(minutes=20)
        done = desk.read("tickets", bookmark)
        bookmark = done.bookmark
        seen.update(done.ids)
    desk.later(hours=2)
    seen.update(desk.read("tickets", bookmark).ids)

    assert seen == Counter({one: 1, other: 1})


def test_more_organisations_in_one_second_than_a_page_holds_stop_the_run_loudly(desk):
    first = desk.read("organizations")
    for account in desk.state.of_kind("account")[:5]:
        desk.state.change("account", account.id, description="Changed by an import")
    desk.later()

    with pytest.raises(sdk.PageError, match="share the second"):
        desk.read("organizations", first.bookmark, size=3)


def test_every_record_of_the_desk_can_be_read_and_mapped(desk):
    for name, stream in STREAMS.items():
        for record in desk.read(name).records:
            payload = read_as(name, record)
            stream.said(payload)

            assert stream.key(payload) == str(record["id"])


def test_listed_measures_leave_archived_tickets_out(desk):
    listed = {stream.name: stream for stream in streams(Wishes(metrics_with_tickets=False))}["ticket_metrics"]

    rows = desk.get("/api/v2/ticket_metrics.json", **{"page[size]": 100}).json()["ticket_metrics"]
    tickets = {record.id: record.payload["status"] for record in desk.state.stream("tickets")}

    assert listed.reading.begin(None, sdk.Start(now=desk.served.clock.now())).ask is not None
    assert [row["id"] for row in rows] == sorted((row["id"] for row in rows), reverse=True)
    assert len(rows) < len(tickets)
