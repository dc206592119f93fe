"""The connector's readings against the simulated portal, through the SDK's transport over real HTTP."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest

from kizuna import sdk
from kizuna.sandbox import RateLimit, Served, World, random_edits, serve
from kizuna_hubspot import HubSpot, HubSpotSettings
from kizuna_hubspot.kinds import COMPANIES
from kizuna_hubspot.sandbox import HubSpotSandbox, definitions, searching
from kizuna_hubspot.sandbox.associating import refuse
from kizuna_hubspot.sandbox.objects import Objects, Writes

FAMILIES = ("v3", "2026-09")


@pytest.fixture
def served() -> Iterator[Served]:
    with serve([HubSpotSandbox()], world=World(seed=7, companies=80), port_base=0, limits=False) as running:
        running.clock.advance(timedelta(hours=1))
        yield running


def connector(served: Served, **settings: Any) -> HubSpot:
    endpoint = served.endpoints[0]
    return HubSpot(HubSpotSettings.model_validate({**endpoint.settings, **endpoint.secrets, **settings}))


class Pass:
    """What one pass over a stream brought: living records by id, how often each came, tombstones, the last bookmark."""

    def __init__(self) -> None:
        self.living: dict[str, Any] = {}
        self.gone: dict[str, str] = {}
        self.seen: list[str] = []
        self.versions: dict[str, Any] = {}
        self.bookmark: sdk.Bookmark | None = None
        self.whole = False

    def take(self, turn: sdk.Turn) -> None:
        for record in turn.records:
            payload = msgspec.json.decode(record.raw)
            self.seen.append(payload["id"])
            self.versions[payload["id"]] = record.version
            if record.deleted:
                self.gone[payload["id"]] = record.deleted
            else:
                self.living[payload["id"]] = payload
        if turn.bookmark is not None:
            self.bookmark = json.loads(json.dumps(turn.bookmark))
        self.whole = turn.whole


async def read(line: sdk.Transport, stream: sdk.AnyStream, bookmark: sdk.Bookmark | None, most: int | None) -> Pass:
    """A pass, broken off after ``most`` turns if given: as a crash would, between two commits."""
    found = Pass()
    found.bookmark = bookmark
    turn = stream.reading.begin(bookmark, sdk.Start(now=sdk.epoch(0)))
    turns = 0
    while turn.ask is not None and (most is None or turns < most):
        turn = stream.reading.turn(turn.state, turn.ask, await line.send(turn.ask))
        found.take(turn)
        turns += 1
    return found


def passed(hubspot: HubSpot, name: str, bookmark: sdk.Bookmark | None = None, most: int | None = None) -> Pass:
    stream = next(stream for stream in hubspot.streams() if stream.name == name)

    async def once() -> Pass:
        async with sdk.Transport(hubspot, paced=False) as line:
            return await read(line, stream, bookmark, most)

    return asyncio.run(once())


def test_a_run_pauses_at_its_share_of_the_portals_day(monkeypatch: pytest.MonkeyPatch) -> None:
    rolling, search, _ = HubSpotSandbox.limits
    monkeypatch.setattr(HubSpotSandbox, "limits", (rolling, search, RateLimit("daily", 10, 10 / 86_400)))
    with serve([HubSpotSandbox()], world=World(seed=7, companies=2), port_base=0, limits=True) as small:
        hubspot = connector(small, api_share_percent=50)
        passed(hubspot, "owners")
        passed(hubspot, "owners")

        with pytest.raises(sdk.QuotaError, match="6 of 10 calls"):
            passed(hubspot, "owners")


def test_a_stage_the_portal_made_itself_is_called_by_its_label(served: Served) -> None:
    state = served.states[0]
    first, second = state.live("companies")[:2]
    properties = {**first.payload["properties"], "lifecyclestage": definitions.PARTNER_STAGE}
    state.rewrite("companies", first.id, properties=properties)

    found = passed(connector(served), "companies").living

    assert found[first.id]["lifecycleStageLabel"] == "Partner"
    assert "lifecycleStageLabel" not in found[second.id]


def living(served: Served, stream: str) -> set[str]:
    return {record.id for record in served.states[0].live(stream)}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_first_load_sees_every_record_of_every_stream_once_and_understands_it(served: Served, family: str) -> None:
    hubspot = connector(served, api_version=family)

    for stream in hubspot.streams():
        found = passed(hubspot, stream.name)

        expected = {"deal_pipelines": {"default", "7041200"}, "ticket_pipelines": {"0"}}.get(
            stream.name, living(served, stream.name)
        )
        assert set(found.living) == expected, stream.name
        assert len(found.seen) == len(set(found.seen)), stream.name
        assert found.whole, stream.name
        decoder = msgspec.json.Decoder(stream.payload)
        assert all(stream.said(decoder.decode(msgspec.json.encode(each))) for each in found.living.values())


def test_a_first_load_broken_off_anywhere_goes_on_without_loss(served: Served) -> None:
    hubspot = connector(served)

    for turns in range(1, 6):
        broken = passed(hubspot, "contacts", most=turns)
        rest = passed(hubspot, "contacts", broken.bookmark)

        assert {*broken.living, *rest.living} == living(served, "contacts")


def test_the_portals_own_properties_are_in_the_raw_record(served: Served) -> None:
    found = passed(connector(served), "companies")

    assert all("customer_segment" in each["properties"] for each in found.living.values())


def test_without_custom_properties_the_clock_is_asked_of_the_account(served: Served) -> None:
    found = passed(connector(served, custom_properties=False), "companies")

    assert all("customer_segment" not in each["properties"] for each in found.living.values())
    assert found.bookmark is not None
    assert found.bookmark["phase"] == "done"


def changed(served: Served, since: int, stream: str) -> tuple[set[str], set[str], set[str]]:
    """Ids written, deleted and merged away since a place in the change log."""
    log = [change for change in served.states[0].changes[since:] if change.stream == stream]
    gone = {change.id for change in log if change.verb == "delete"}
    merged = {change.id for change in log if change.verb == "merge"}
    return {change.id for change in log} - gone - merged, gone, merged


@pytest.mark.parametrize("family", FAMILIES)
def test_after_edits_deletes_and_merges_exactly_these_are_seen(served: Served, family: str) -> None:
    hubspot, state = connector(served, api_version=family), served.states[0]
    names = ("companies", "contacts", "deals", "tickets", "calls", "meetings", "emails", "notes", "tasks")
    first = {name: passed(hubspot, name).bookmark for name in names}
    served.clock.advance(timedelta(hours=2))
    since = len(state.changes)
    edits = random_edits(state, "edits", 60)
    served.clock.advance(timedelta(minutes=1))

    found = {name: passed(hubspot, name, first[name]) for name in names}

    assert {verb for verb, _, _ in edits} >= {"change", "delete", "merge", "create"}
    for name in names:
        written, gone, merged = changed(served, since, name)
        assert set(found[name].living) == written, name
        assert set(found[name].gone) == gone | merged, name
        assert {key for key, reason in found[name].gone.items() if reason == "merged"} == merged, name
        for loser in merged:
            winners = [each for each in found[name].living.values() if loser in mentioned(each)]
            assert len(winners) == 1, name


def mentioned(payload: dict[str, Any]) -> list[str]:
    return (payload["properties"].get("hs_merged_object_ids") or "").split(";")


def test_a_merge_is_said_with_loser_and_winner(served: Served) -> None:
    hubspot, state = connector(served), served.states[0]
    mark = passed(hubspot, "companies").bookmark
    winner, loser = (record.id for record in state.live("companies")[:2])
    served.clock.advance(timedelta(hours=2))
    state.merge("account", winner, loser)
    served.clock.advance(timedelta(seconds=1))

    found = passed(hubspot, "companies", mark)

    stream = next(stream for stream in hubspot.streams() if stream.name == "companies")
    record = msgspec.convert(found.living[winner], stream.payload)
    assert sdk.Merged(loser=sdk.Ref("companies", loser), winner=sdk.Ref("companies", winner)) in stream.said(record)
    assert found.gone == {loser: "merged"}


@pytest.mark.parametrize("kind", ["deals", "tickets"])
def test_two_merged_into_a_new_record_are_its_losers_and_no_deletions(served: Served, kind: str) -> None:
    hubspot, state = connector(served), served.states[0]
    mark = passed(hubspot, kind).bookmark
    first, second = (record.id for record in state.live(kind)[:2])
    served.clock.advance(timedelta(hours=2))
    endpoint = served.endpoints[0]
    made = httpx.post(
        f"{endpoint.settings['base_url']}/crm/v3/objects/{kind}/merge",
        json={"primaryObjectId": first, "objectIdToMerge": second},
        headers={"Authorization": f"Bearer {endpoint.secrets['access_token']}"},
    ).json()["id"]
    served.clock.advance(timedelta(seconds=1))

    found = passed(hubspot, kind, mark)

    stream = next(stream for stream in hubspot.streams() if stream.name == kind)
    said = stream.said(msgspec.convert(found.living[made], stream.payload))
    assert made not in (first, second)
    assert {fact.loser.id for fact in said if isinstance(fact, sdk.Merged)} == {first, second}
    assert (set(found.living), found.gone) == ({made}, dict.fromkeys((first, second), "merged"))


def test_changed_records_carry_the_associations_the_list_would_have_given(served: Served) -> None:
    hubspot, state = connector(served), served.states[0]
    first = passed(hubspot, "deals")
    served.clock.advance(timedelta(hours=2))
    deal = next(record for record in state.of_kind("deal") if getattr(record, "person_id", None))
    state.change("deal", deal.id, name="Renamed")
    served.clock.advance(timedelta(minutes=1))

    found = passed(hubspot, "deals", first.bookmark)

    assert found.living[deal.id]["associations"] == first.living[deal.id]["associations"]


def test_a_change_the_index_shows_late_is_caught_by_the_lookback(served: Served) -> None:
    hubspot, state = connector(served), served.states[0]
    mark = passed(hubspot, "companies").bookmark
    served.clock.advance(timedelta(hours=2))
    state.lateness = timedelta(minutes=3)
    company = state.live("companies")[0]
    state.change("account", company.id, phone="+1 555 0100")
    served.clock.advance(timedelta(minutes=1))

    early = passed(hubspot, "companies", mark)
    served.clock.advance(timedelta(minutes=3))
    late = passed(hubspot, "companies", early.bookmark)

    assert company.id not in early.living
    assert late.living[company.id]["properties"]["phone"] == "+1 555 0100"


def test_more_changes_of_one_moment_than_a_page_holds_are_all_found(served: Served) -> None:
    hubspot, state = connector(served), served.states[0]
    mark = passed(hubspot, "contacts").bookmark
    served.clock.advance(timedelta(hours=2))
    people = state.of_kind("person")
    for person in people:
        state.change("person", person.id, title="Head of Everything")
    served.clock.advance(timedelta(seconds=1))

    broken = passed(hubspot, "contacts", mark, most=4)
    rest = passed(hubspot, "contacts", broken.bookmark)

    assert len(people) > 200
    assert {*broken.living, *rest.living} == {person.id for person in people}


def test_ties_across_the_ceiling_of_a_search_are_all_found(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MOST_ROWS", 210)
    hubspot, state = connector(served), served.states[0]
    mark = passed(hubspot, "contacts").bookmark
    served.clock.advance(timedelta(hours=2))
    people = state.of_kind("person")
    for person in people:
        state.change("person", person.id, title="Head of Everything")
    served.clock.advance(timedelta(seconds=1))

    found = passed(hubspot, "contacts", mark)

    assert len(people) > 210
    assert sorted(found.seen) == sorted(person.id for person in people)


def test_a_restored_record_comes_back_although_nothing_of_it_was_modified(served: Served) -> None:
    hubspot, state = connector(served), served.states[0]
    company = state.live("companies")[0].id
    state.remove("companies", company)
    first = passed(hubspot, "companies")
    served.clock.advance(timedelta(hours=2))
    Writes(Objects(state)).restore(COMPANIES, company)

    found = passed(hubspot, "companies", first.bookmark)
    after = passed(hubspot, "companies", found.bookmark)

    assert first.gone == {company: "archived"}
    assert set(found.living) == {company}
    assert found.versions[company] == served.clock.now().replace(microsecond=0)
    assert not after.seen


def test_associations_that_cannot_be_told_are_tried_again_and_then_set_aside(served: Served) -> None:
    hubspot, state = connector(served), served.states[0]
    mark = passed(hubspot, "contacts").bookmark
    served.clock.advance(timedelta(hours=2))
    people = state.of_kind("person")[:3]
    for person in people:
        state.change("person", person.id, title="Head of Something")
    served.clock.advance(timedelta(seconds=1))
    refuse(state, people[0].id, 1)
    refuse(state, people[1].id, 3)

    found = passed(hubspot, "contacts", mark)
    healed = passed(hubspot, "contacts", found.bookmark)

    assert {key for key, each in found.living.items() if "incomplete" in each} == {people[1].id}
    assert "incomplete" not in healed.living[people[1].id]


def test_what_was_erased_shows_nowhere_and_a_full_read_proves_it(served: Served) -> None:
    hubspot, state = connector(served), served.states[0]
    first = passed(hubspot, "contacts")
    erased = min(first.living, key=int)
    state.memory.setdefault("erased", set()).add(("contacts", erased))
    state.remove("contacts", erased)

    found = passed(hubspot, "contacts")

    assert erased not in found.seen
    assert found.whole
