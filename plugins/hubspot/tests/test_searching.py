"""What HubSpot lets searches do: five a second for the account, and bodies of a limited size."""

import asyncio
import json
from datetime import timedelta

import httpx
import pytest

from kizuna import sdk
from kizuna.testing.hurry import hurried
from kizuna_hubspot import HubSpot, HubSpotSettings
from kizuna_hubspot.kinds import KINDS, Kind
from kizuna_hubspot.paths import Paths
from kizuna_hubspot.readings import ObjectReading
from plugins.hubspot.tests.answered import DONE, answer, asked

A_SECOND = 5
CHARACTERS = 3_000
FILTERS = 10
ROWS = 200


def searching(kind: Kind, names: int = 600, after: str | None = None) -> sdk.Ask:
    """The search for the changes of a kind of which the portal has defined so many properties itself."""
    machine = ObjectReading(Paths(), kind, timedelta(minutes=10), custom_properties=True)
    own = [{"name": f"renewal_scoring_detail_{number:03}", "hubspotDefined": False} for number in range(names)]
    mark = {**DONE, "phase": "search", "after": after} if after else DONE
    turn = machine.begin(mark, sdk.Start(now=answer({}).asked_at))
    return asked(machine.turn(turn.state, asked(turn), answer({"results": own})))


async def arrivals(hubspot: HubSpot, streams: int, searches: int) -> list[float]:
    """When the searches of several streams that are read side by side reach HubSpot, in seconds."""
    loop, reached = asyncio.get_running_loop(), []

    def answered(request: httpx.Request) -> httpx.Response:
        reached.append(loop.time())
        return httpx.Response(200, json={"results": []})

    async with sdk.Transport(hubspot, http=httpx.MockTransport(answered)) as line:

        async def stream() -> None:
            for _ in range(searches):
                await line.send(sdk.Ask(method="POST", path="/crm/v3/objects/deals/search", json={}, family="search"))

        await asyncio.gather(*(stream() for _ in range(streams)))
    return reached


def test_searches_of_several_streams_together_keep_to_five_in_any_second() -> None:
    hubspot = HubSpot(HubSpotSettings(access_token=sdk.SecretStr("pat-na1-x"), calls_per_10_seconds=250))

    reached = hurried(arrivals(hubspot, streams=4, searches=10))

    at_once = [sum(begin <= at < begin + 1.0 for at in reached) for begin in reached]
    assert len(reached) == 40
    assert max(at_once) <= A_SECOND


def test_searches_count_among_all_calls() -> None:
    hubspot = HubSpot(HubSpotSettings(access_token=sdk.SecretStr("pat-na1-x"), calls_per_10_seconds=20))

    reached = hurried(arrivals(hubspot, streams=2, searches=15))

    in_ten_s = [sum(begin <= at < begin + 10.0 for at in reached) for begin in reached]
    assert max(in_ten_s) <= 22


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_search_keeps_to_what_hubspot_takes(kind: Kind) -> None:
    ask = searching(kind, after="9" * 19)

    (group,) = ask.json["filterGroups"]
    assert len(json.dumps(ask.json)) <= CHARACTERS
    assert len(group["filters"]) <= FILTERS
    assert len(ask.json["sorts"]) == 1
    assert (ask.json["limit"], "after" in ask.json) == (ROWS, False)
    assert ask.family == "search"
