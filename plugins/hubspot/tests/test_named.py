"""Records that a webhook names: read by their ids, as they are now, against the simulated portal over real HTTP."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from kizuna import sdk
from kizuna.sandbox import Served
from kizuna_hubspot.kinds import KINDS
from plugins.hubspot.tests.test_against_sandbox import FAMILIES, Pass, connector, living, served

__all__ = ["served"]


class Line(sdk.Transport):
    """A line that remembers what was asked."""

    asked: list[sdk.Ask]

    async def send(self, ask: sdk.Ask) -> sdk.Answer:
        self.asked.append(ask)
        return await super().send(ask)


def named(served: Served, stream: str, *these: sdk.Named, **settings: Any) -> tuple[Pass, list[sdk.Ask]]:
    """What a reading of just these brought, and what was asked for it."""
    hubspot = connector(served, **settings)
    found = next(each for each in hubspot.streams() if each.name == stream)
    assert found.only is not None
    reading = found.only(these)

    async def once() -> tuple[Pass, list[sdk.Ask]]:
        taken = Pass()
        async with Line(hubspot, paced=False) as line:
            line.asked = []
            turn = reading.begin({"phase": "done", "until": "2026-03-01T10:00:00Z"}, sdk.Start(now=sdk.epoch(0)))
            taken.take(turn)
            while turn.ask is not None:
                turn = reading.turn(turn.state, turn.ask, await line.send(turn.ask))
                taken.take(turn)
            return taken, line.asked

    return asyncio.run(once())


def ids(served: Served, stream: str, count: int) -> list[str]:
    return sorted(living(served, stream))[:count]


@pytest.mark.parametrize("family", FAMILIES)
def test_exactly_the_named_are_read_as_the_list_would_show_them(served: Served, family: str) -> None:
    wanted = ids(served, "deals", 3)

    found, asked = named(served, "deals", *[sdk.Named(id=key) for key in (*wanted, wanted[0])], api_version=family)

    assert sorted(found.living) == wanted
    assert found.gone == {}
    assert any(each["associations"].get("companies") for each in found.living.values())
    assert all("pipeline" in each["properties"] for each in found.living.values())
    assert (found.bookmark, found.whole) == (None, False)
    assert [ask.path.rpartition("/")[2] for ask in asked] == ["details", "deals", "read", "read", "read"]


def test_every_kind_of_object_can_be_read_so_and_understood(served: Served) -> None:
    hubspot = connector(served, commerce=True)
    streams = {each.name: each for each in hubspot.streams()}

    for kind in KINDS:
        wanted = ids(served, kind.name, 2)
        found, _ = named(served, kind.name, *[sdk.Named(id=key) for key in wanted], commerce=True)
        decoder = msgspec.json.Decoder(streams[kind.name].payload)
        for payload in found.living.values():
            streams[kind.name].said(decoder.decode(msgspec.json.encode(payload)))
        assert sorted(found.living) == wanted, kind.name


def test_more_than_a_batch_are_read_in_several(served: Served) -> None:
    wanted = ids(served, "contacts", 101)

    found, asked = named(
        served, "contacts", *[sdk.Named(id=key) for key in wanted], custom_properties=False, api_version="v3"
    )

    assert sorted(found.living) == wanted
    assert [len(ask.json["inputs"]) for ask in asked if ask.path.endswith("objects/contacts/batch/read")] == [100, 1]


def test_nothing_named_asks_nothing(served: Served) -> None:
    found, asked = named(served, "companies")

    assert (found.seen, asked) == ([], [])


def test_what_is_not_there_any_more_is_a_tombstone_of_the_vendors_time(served: Served) -> None:
    state, (deleted, other) = served.states[0], ids(served, "companies", 2)
    state.delete("account", deleted)

    told = sdk.Named(id=deleted, deleted=True)
    forgotten = sdk.Named(id="1", deleted=sdk.ERASED)
    found, _ = named(served, "companies", told, sdk.Named(id=other), forgotten)

    assert set(found.living) == {other}
    assert found.gone == {deleted: "deleted", "1": "erased"}
    assert found.versions[deleted] >= state.now().replace(microsecond=0) - timedelta(seconds=1)


def test_what_is_not_shown_yet_is_not_taken_for_gone(served: Served) -> None:
    (other,) = ids(served, "companies", 1)

    found, _ = named(served, "companies", sdk.Named(id="1"), sdk.Named(id=other))

    assert (set(found.living), found.gone) == ({other}, {})


@pytest.mark.parametrize("name", ["winner", "loser", "both"])
def test_of_a_merge_the_loser_goes_and_the_winner_is_read_whichever_is_named(served: Served, name: str) -> None:
    state, (winner, loser) = served.states[0], ids(served, "companies", 2)
    state.merge("account", winner, loser)
    chosen = {"winner": [winner], "loser": [loser], "both": [winner, loser]}[name]

    found, _ = named(served, "companies", *[sdk.Named(id=key) for key in chosen])

    assert set(found.living) == {winner}
    assert found.gone == {loser: "merged"}
    assert found.versions[loser] == sdk.instant(found.living[winner]["updatedAt"])


def test_two_merged_into_a_new_record_both_go(served: Served) -> None:
    state, (first, second) = served.states[0], ids(served, "deals", 2)
    before = living(served, "deals")
    state.merge("deal", first, second)
    new = living(served, "deals") - before

    found, _ = named(served, "deals", sdk.Named(id=first), sdk.Named(id=second))

    gone = {first, second} - living(served, "deals")
    assert set(found.living) == (new or {first})
    assert found.gone == dict.fromkeys(gone, "merged")


def test_an_event_dates_what_moves_no_time_of_the_record_and_never_after_the_answer(served: Served) -> None:
    state, (first, second, third) = served.states[0], ids(served, "companies", 3)
    now: datetime = state.now()
    told = {first: now - timedelta(seconds=5), second: now + timedelta(days=1)}

    found, _ = named(served, "companies", *[sdk.Named(id=key, at=told.get(key)) for key in (first, second, third)])

    assert found.versions[first] == told[first]
    assert abs(found.versions[second] - now) < timedelta(minutes=1)
    assert found.versions[third] is None
