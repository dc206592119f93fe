"""OAuth against the simulated portal: tokens fetched, renewed when they expire, refused."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from kizuna import sdk
from kizuna.sandbox import Served, World, serve
from kizuna_hubspot import HubSpot, HubSpotSettings
from kizuna_hubspot.sandbox import HubSpotSandbox


@pytest.fixture
def served() -> Iterator[Served]:
    with serve([HubSpotSandbox()], world=World(seed=7, companies=2), port_base=0, limits=False) as running:
        yield running


def hubspot(served: Served, refresh_token: str = "first") -> HubSpot:
    return HubSpot(
        HubSpotSettings(
            base_url=served.endpoints[0].settings["base_url"],
            client_id="app",
            client_secret=sdk.SecretStr("s"),
            refresh_token=sdk.SecretStr(refresh_token),
        )
    )


def test_an_access_token_is_fetched_and_renewed_when_it_expires(served: Served) -> None:
    connector, tokens = hubspot(served), served.states[0].memory.setdefault("tokens", {})

    async def asked_twice() -> list[int]:
        async with sdk.Transport(connector, paced=False) as line:
            first = await line.send(connector.trial())
            served.clock.advance(timedelta(minutes=31))
            return [first.status, (await line.send(connector.trial())).status]

    assert asyncio.run(asked_twice()) == [200, 200]
    assert len(tokens) == 2


def test_a_refresh_token_that_rotates_is_followed(served: Served) -> None:
    connector, memory = hubspot(served), served.states[0].memory
    memory["rotating"] = True

    async def asked_thrice() -> None:
        async with sdk.Transport(connector, paced=False) as line:
            for _ in range(3):
                await line.send(connector.trial())
                served.clock.advance(timedelta(minutes=31))

    asyncio.run(asked_thrice())

    assert len(memory["spent"]) == 3
    assert "first" in memory["spent"]


def test_a_refresh_token_that_was_revoked_is_refused_credentials(served: Served) -> None:
    connector = hubspot(served, "revoked")
    served.states[0].memory["spent"] = {"revoked"}

    async def asked() -> None:
        async with sdk.Transport(connector, paced=False) as line:
            await line.send(connector.trial())

    with pytest.raises(sdk.AuthError, match="invalid_grant"):
        asyncio.run(asked())
