"""A scope that is missing for what is associated: only that association is left out, and the scope is named."""

import asyncio
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from kizuna import sdk
from kizuna.sandbox import Served, World, serve
from kizuna_hubspot import HubSpot, HubSpotSettings
from kizuna_hubspot.kinds import NOTES
from kizuna_hubspot.readings import These
from kizuna_hubspot.sandbox import HubSpotSandbox
from kizuna_hubspot.sandbox.routes import withhold
from plugins.hubspot.tests.answered import DONE, asked, opened, params, raw, reading, results, step

DEALS = "crm.objects.deals.read"
MISSING = {
    "status": "error",
    "message": "One or more of the following scopes are required.",
    "context": {"requiredGranularScopes": [DEALS]},
    "category": "MISSING_SCOPES",
}
KINDS = ("companies", "contacts", "deals", "tickets")


def tos(turn: sdk.Turn) -> list[str]:
    """The kinds whose associations are asked for now and expected to be asked for next."""
    asks = [asked(turn), *turn.ahead]
    return [ask.path.split("/")[-3] for ask in asks if "/associations/" in ask.path]


def associated(machine: sdk.Reading, turn: sdk.Turn, without: str = "") -> sdk.Turn:
    """The turn behind all questions for associations; those with the kind ``without`` are refused."""
    while turn.ask is not None and "/associations/" in turn.ask.path:
        to = turn.ask.path.split("/")[-3]
        if to == without:
            turn = step(machine, turn, MISSING, status=403)
            continue
        found = {"from": {"id": "1"}, "to": [{"toObjectId": 7, "associationTypes": []}]}
        turn = step(machine, turn, {"results": [found]})
    return turn


def test_a_list_refused_for_a_scope_is_asked_for_without_associations() -> None:
    machine = reading(NOTES)
    refused = opened(machine)

    turn = step(machine, refused, MISSING, status=403)

    assert "associations" in params(refused)
    assert asked(turn).path == asked(refused).path
    assert "associations" not in params(turn)


def test_associations_are_then_asked_for_kind_by_kind_and_only_the_refused_one_is_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    machine = reading(NOTES)
    listing = step(machine, opened(machine), MISSING, status=403)
    turn = step(machine, listing, results(1, after="1"))
    assert tos(turn) == list(KINDS)

    with caplog.at_level(logging.WARNING):
        turn = associated(machine, turn, without="deals")

    (record,) = turn.records
    assert sorted(raw(record)["associations"]) == ["companies", "contacts", "tickets"]
    assert "incomplete" not in raw(record)
    assert params(turn)["associations"] == "companies,contacts,tickets"
    (warning,) = (entry.getMessage() for entry in caplog.records)
    assert DEALS in warning
    assert "notes" in warning
    assert "deals" in warning


def test_a_search_leaves_it_out_too_and_asks_once_a_pass() -> None:
    machine = reading(NOTES)
    turn = step(machine, opened(machine, DONE), results(1, total=2, after="200"))
    turn = associated(machine, turn, without="deals")
    assert asked(turn).family == "search"

    following = step(machine, turn, results(2, total=1))

    assert tos(following) == ["companies", "contacts", "tickets"]


@pytest.mark.parametrize("bookmark", [None, DONE])
def test_a_pass_that_is_interrupted_remembers_what_is_not_granted(
    bookmark: sdk.Bookmark | None, caplog: pytest.LogCaptureFixture
) -> None:
    machine = reading(NOTES)
    turn = opened(machine, bookmark)
    if bookmark is None:
        turn = step(machine, turn, MISSING, status=403)
    turn = associated(machine, step(machine, turn, results(1, total=2, after="1")), without="deals")
    caplog.clear()

    resumed = opened(machine, turn.bookmark)

    assert asked(resumed) == asked(turn)
    assert "deals" not in params(resumed).get("associations", "")
    assert not {"deals"} & set(tos(step(machine, resumed, results(2, total=1))))
    assert not caplog.records


def test_the_next_pass_asks_again_whether_it_is_granted() -> None:
    machine = reading(NOTES)
    turn = step(machine, opened(machine, DONE), results(1, total=1))
    turn = associated(machine, turn, without="deals")
    done = step(machine, turn, results())

    following = step(machine, opened(machine, done.bookmark), results(2, total=1))

    assert done.ask is None
    assert tos(following) == list(KINDS)


def test_a_record_that_a_webhook_names_comes_without_it() -> None:
    these = These(reading(NOTES), (sdk.Named(id="1"),))
    turn = step(these, these.begin(DONE, sdk.Start(now=sdk.epoch(0))), results(1))

    turn = associated(these, turn, without="deals")

    assert turn.ask is None
    assert sorted(raw(turn.records[0])["associations"]) == ["companies", "contacts", "tickets"]


@pytest.mark.parametrize("bookmark", [None, DONE])
def test_a_scope_missing_for_the_kind_itself_degrades_the_stream(bookmark: sdk.Bookmark | None) -> None:
    machine = reading(NOTES)
    turn = opened(machine, bookmark)

    if bookmark is None:  # the refusal may be of what is associated
        turn = step(machine, turn, MISSING, status=403)

    with pytest.raises(sdk.DegradedError, match=DEALS):
        step(machine, turn, MISSING, status=403)


@pytest.fixture
def portal() -> Iterator[Served]:
    with serve([HubSpotSandbox()], world=World(seed=7, companies=12), port_base=0, limits=False) as running:
        yield running


async def told(hubspot: HubSpot, name: str) -> list[dict[str, Any]]:
    stream = next(stream for stream in hubspot.streams() if stream.name == name)
    found: list[dict[str, Any]] = []
    async with sdk.Transport(hubspot, paced=False) as line:
        turn = stream.reading.begin(None, sdk.Start(now=sdk.epoch(0)))
        while turn.ask is not None:
            turn = stream.reading.turn(turn.state, turn.ask, await line.send(turn.ask))
            found += [json.loads(bytes(record.raw)) for record in turn.records if not record.deleted]
    return found


def around(records: list[dict[str, Any]]) -> list[tuple[str, set[tuple[str, str]]]]:
    """The id of each record, and kind and id of all that it is associated with."""
    return [
        (
            record["id"],
            {(kind, each["id"]) for kind, found in record.get("associations", {}).items() for each in found["results"]},
        )
        for record in records
    ]


def test_a_portal_that_grants_no_deals_shows_all_that_is_associated_otherwise(portal: Served) -> None:
    endpoint = portal.endpoints[0]
    hubspot = HubSpot(HubSpotSettings.model_validate({**endpoint.settings, **endpoint.secrets}))
    whole = asyncio.run(told(hubspot, "meetings"))
    withhold(portal.states[0], "deals", DEALS)

    without = asyncio.run(told(hubspot, "meetings"))

    assert around(without) == [(key, found - {("deals", to) for _, to in found}) for key, found in around(whole)]
    assert around(without) != around(whole)


def test_the_stream_of_the_kind_itself_is_degraded(portal: Served) -> None:
    endpoint = portal.endpoints[0]
    hubspot = HubSpot(HubSpotSettings.model_validate({**endpoint.settings, **endpoint.secrets}))
    withhold(portal.states[0], "deals", DEALS)

    with pytest.raises(sdk.DegradedError, match=DEALS):
        asyncio.run(told(hubspot, "deals"))
