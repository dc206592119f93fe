"""The refresh token flow: a rotated token is kept before it is used, and many requests share one renewal."""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext

import pytest

from kizuna import sdk
from kizuna.sandbox import Served
from kizuna_salesforce import Salesforce, SalesforceSettings
from kizuna_salesforce.sandbox.sessions import CLIENT_ID, CLIENT_SECRET


def connector(org: Served) -> Salesforce:
    login_url = org.endpoint("salesforce").settings["login_url"]
    given = {"login_url": login_url, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    return Salesforce(SalesforceSettings.model_validate({**given, "refresh_token": CLIENT_SECRET}))


def test_a_refresh_token_opens_sessions(org: Served):
    async def send() -> int:
        crm = connector(org)
        async with sdk.Transport(crm, attempts=1, paced=False) as line:
            return (await line.send(crm.trial())).status

    assert asyncio.run(send()) == 200


def test_a_rotated_token_is_kept_before_the_session_is_used_and_renewals_are_shared(org: Served):
    memory = org.states[0].memory
    memory["rotates"] = True
    kept: list[str] = []
    answered: list[int] = []

    class Keeper:
        def turn(self, settings: Collection[str]) -> AbstractAsyncContextManager[Mapping[str, sdk.SecretStr]]:
            assert set(settings) == {"refresh_token"}
            return nullcontext({})

        async def keep(self, secrets: Mapping[str, sdk.SecretStr]) -> None:
            assert len(answered) == len(kept) * 5  # no request has gone through with the session that came with it
            kept.append(secrets["refresh_token"].get_secret_value())

    async def send() -> None:
        crm = connector(org)
        async with sdk.Transport(crm, attempts=1, paced=False, keeper=Keeper()) as line:

            async def once() -> None:
                answered.append((await line.send(crm.trial())).status)

            for _ in range(2):
                await asyncio.gather(*(once() for _ in range(5)))
                memory["tokens"].clear()

    asyncio.run(send())

    assert len(kept) == 2
    assert kept[-1] == memory["refresh_token"]


def test_a_spent_token_revokes_the_grant_and_asks_for_a_person(org: Served):
    org.states[0].memory |= {"rotates": True, "refresh_token": "the next one"}

    async def send() -> None:
        crm = connector(org)
        async with sdk.Transport(crm, attempts=1, paced=False) as line:
            await line.send(crm.trial())

    with pytest.raises(sdk.AuthError, match="invalid_grant"):
        asyncio.run(send())

    assert org.states[0].memory["refresh_token"] is None
