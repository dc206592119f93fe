"""Records that a webhook names: read by their ids, as they are now, from the simulated desk over real HTTP."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field

import msgspec
import pytest

from kizuna import sdk
from kizuna_zendesk.streams import Wishes, streams

NAMES = ("organizations", "users", "tickets")


@dataclass
class Found:
    """What a reading of certain records brought."""

    records: dict[str, dict] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)
    versions: dict[str, object] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    marks: set[tuple] = field(default_factory=set)


def named(desk, name: str, *ids: str, told_gone: tuple[str, ...] = (), **wishes: bool) -> Found:
    stream = next(each for each in streams(Wishes(**wishes)) if each.name == name)
    assert stream.only is not None
    reading, found = stream.only([sdk.Named(id=each, deleted=each in told_gone) for each in ids]), Found()

    async def once() -> None:
        async with sdk.Transport(desk.connector, paced=False) as line:
            turn = reading.begin({"cursor": "x"}, sdk.Start(now=desk.served.clock.now()))
            while True:
                found.marks.add((str(turn.bookmark), turn.whole))
                for record in turn.records:
                    take(found, stream, record)
                if turn.ask is None:
                    return
                found.paths.append(turn.ask.path.removeprefix("/api/v2/").removesuffix(".json"))
                turn = reading.turn(turn.state, turn.ask, await line.send(turn.ask))

    asyncio.run(once())
    return found


def take(found: Found, stream: sdk.AnyStream, record: sdk.Record) -> None:
    payload = json.loads(bytes(record.raw))
    own = str(payload["id"])
    found.versions[own] = record.version
    reason = record.deleted
    if record.id is None:
        understood = msgspec.json.decode(record.raw, type=stream.payload)
        reason = stream.deleted(understood)
        said = stream.said(understood)
        found.merged |= {one.loser.id: one.winner.id for one in said if isinstance(one, sdk.Merged)}
    if reason:
        found.gone[own] = reason
    else:
        found.records[own] = payload


def ids(desk, name: str, count: int) -> list[str]:
    return [record.id for record in desk.state.live(name)][:count]


@pytest.mark.parametrize("name", NAMES)
def test_exactly_the_named_are_read_and_say_what_the_export_says_of_them(desk, name):
    stream = next(each for each in desk.connector.streams() if each.name == name)
    wanted = ids(desk, name, 3)
    exported = {str(record["id"]): record for record in desk.read(name).records}

    found = named(desk, name, *wanted, wanted[0])

    assert sorted(found.records) == sorted(wanted)
    assert (found.paths, found.marks) == ([f"{name}/show_many"], {("None", False)})
    for own in wanted:
        both = [msgspec.convert(each[own], stream.payload) for each in (found.records, exported)]
        assert stream.said(both[0]) == stream.said(both[1])


def test_named_tickets_come_with_their_custom_fields_by_id(desk):
    (own,) = ids(desk, "tickets", 1)
    exported = {str(record["id"]): record for record in desk.read("tickets").records}

    found = named(desk, "tickets", own)

    assert found.records[own]["custom_field_values"] == exported[own]["custom_field_values"]


def test_more_than_are_shown_at_once_are_read_in_several(desk):
    wanted = ids(desk, "users", 101)

    found = named(desk, "users", *wanted)

    assert sorted(found.records) == sorted(wanted)
    assert found.paths == ["users/show_many"] * 2


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_shown_yet_is_not_taken_for_gone(desk, name):
    kept, told = *ids(desk, name, 1), "99999999999"

    found = named(desk, name, kept, told)

    assert (list(found.records), found.gone) == ([kept], {})
    assert found.paths == [f"{name}/show_many", f"{name}/{told}"]


@pytest.mark.parametrize("name", ["tickets", "organizations"])
def test_what_is_said_to_be_deleted_and_not_found_is_gone(desk, name):
    kept, deleted = ids(desk, name, 2)
    desk.send("DELETE", f"/api/v2/{name}/{deleted}")

    found = named(desk, name, kept, deleted, told_gone=(deleted,))

    assert (list(found.records), found.gone) == ([kept], {deleted: "deleted"})
    assert found.paths == [f"{name}/show_many", f"{name}/{deleted}"]
    assert abs((found.versions[deleted] - desk.served.clock.now()).total_seconds()) < 60


def test_a_deleted_user_is_shown_by_itself_and_says_so(desk):
    kept, deleted = ids(desk, "users", 2)
    desk.send("DELETE", f"/api/v2/users/{deleted}")

    found = named(desk, "users", kept, deleted)

    assert (list(found.records), list(found.gone)) == ([kept], [deleted])
    assert found.versions[deleted] is None


def test_a_merged_ticket_leads_to_the_one_it_went_into(desk):
    winner, loser = [row.id for row in desk.state.live("tickets") if row.payload["status"] != "closed"][:2]
    desk.send("POST", f"/api/v2/tickets/{winner}/merge", {"ids": [int(loser)]})

    found = named(desk, "tickets", winner, loser)
    without = named(desk, "tickets", loser, merges_from_audits=False)

    assert (list(found.records), found.gone, found.merged) == ([winner], {loser: "merged"}, {loser: winner})
    assert found.paths == ["tickets/show_many", f"tickets/{loser}/audits"]
    assert (list(without.records), without.merged) == ([loser], {})


def test_identities_come_one_by_one_where_the_account_wants_it_so(desk):
    wanted = [person.id for person in desk.state.of_kind("person")][:2]

    beside = named(desk, "users", *wanted)
    each = named(desk, "users", *wanted, identities_with_users=False)

    assert [record["identities"] for record in each.records.values()] == [
        record["identities"] for record in beside.records.values()
    ]
    assert each.paths == ["users/show_many", *(f"users/{own}/identities" for own in wanted)]


def test_what_names_no_record_asks_nothing(desk):
    assert named(desk, "tickets").paths == []
    assert named(desk, "tickets", "7/../users", "").paths == []


def test_the_questions_of_single_records_are_asked_side_by_side():
    tickets = next(stream for stream in streams(Wishes()) if stream.name == "tickets")
    reading = tickets.only([sdk.Named(id=str(number)) for number in range(1, 31)])
    begun = reading.begin(None, sdk.Start(now=sdk.epoch(0)))
    answer = sdk.Answer(status=200, body=b'{"tickets": []}', headers={}, asked_at=sdk.epoch(0))

    turn = reading.turn(begun.state, begun.ask, answer)

    assert [ask.path for ask in (turn.ask, *turn.ahead)] == [f"/api/v2/tickets/{n}.json" for n in range(1, 17)]


@pytest.mark.parametrize("body", [b"[]", b'{"users": []}', b"<html>"])
def test_an_answer_that_is_none_is_refused(body):
    reading = next(each for each in streams(Wishes()) if each.name == "tickets").only([sdk.Named(id="1")])
    begun = reading.begin(None, sdk.Start(now=sdk.epoch(0)))

    with pytest.raises(sdk.PageError):
        reading.turn(begun.state, begun.ask, sdk.Answer(status=200, body=body, headers={}, asked_at=sdk.epoch(0)))
