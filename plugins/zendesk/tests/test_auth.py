"""OAuth against the simulated desk: tokens fetched, renewed when they expire, refresh tokens followed and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import asynccontextmanager

import httpx
import pytest
from pydantic import ValidationError

from kizuna import sdk
from kizuna.sandbox import Served, World, serve
from kizuna_zendesk import Zendesk, ZendeskSettings
from kizuna_zendesk.sandbox import ZendeskSandbox


class Kept:
    """A vault that remembers what it was given."""

    def __init__(self) -> None:
        self.values: dict[str, sdk.SecretStr] = {}

    @asynccontextmanager
    async def turn(self, settings):
        yield dict(self.values)

    async def keep(self, values: Mapping[str, sdk.SecretStr]) -> None:
        self.values.update(values)


@pytest.fixture
def served() -> Iterator[Served]:
    with serve([ZendeskSandbox()], world=World(seed=7, companies=2), port_base=0, limits=False) as running:
        yield running


def desk(served: Served, refresh_token: str) -> Zendesk:
    return Zendesk(
        ZendeskSettings(
            base_url=served.endpoints[0].settings["base_url"],
            client_id="app",
            client_secret=sdk.SecretStr("s"),
            refresh_token=sdk.SecretStr(refresh_token),
        )
    )


def granted(served: Served) -> str:
    """A refresh token, as the authorisation gives it."""
    url = served.endpoints[0].settings["base_url"] + "/oauth/tokens"
    given = httpx.post(url, json={"grant_type": "client_credentials"}, trust_env=False).json()
    token: str = given["refresh_token"]
    return token


def test_access_tokens_are_renewed_and_each_refresh_token_is_used_once(served: Served) -> None:
    first, vault = granted(served), Kept()
    connector, state = desk(served, first), served.states[0]

    async def asked_thrice() -> list[int]:
        found = []
        async with sdk.Transport(connector, paced=False, keeper=vault) as line:
            for _ in range(3):
                found.append((await line.send(sdk.Ask(path="/api/v2/users.json"))).status)
                served.gateways[0].vendor.expire_tokens(state)
        return found

    assert asyncio.run(asked_thrice()) == [200, 200, 200]
    assert {vault.values["refresh_token"].get_secret_value()} == state.memory["refresh_tokens"]
    assert first not in state.memory["refresh_tokens"]


def test_a_refresh_token_that_is_spent_wants_a_person(served: Served) -> None:
    connector = desk(served, "spent")

    async def asked() -> None:
        async with sdk.Transport(connector, paced=False) as line:
            await line.send(connector.trial())

    with pytest.raises(sdk.AuthError, match="authorise again"):
        asyncio.run(asked())


def test_two_of_the_three_are_not_enough() -> None:
    with pytest.raises(ValidationError, match="client_id, client_secret and refresh_token"):
        ZendeskSettings(subdomain="acme", client_id="app", client_secret=sdk.SecretStr("s"))
