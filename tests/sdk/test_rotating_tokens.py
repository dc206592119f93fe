"""Secrets that the vendor replaces whenever they are used are kept before anything new is used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from urllib.parse import parse_qs

import httpx
import pytest

from kizuna import sdk
from kizuna.errors import ConfigError
from kizuna.sdk.auth import Keeper
from kizuna.sdk.transport import Transport
from tests.support.toys import Toy, ToySettings

TOKEN_URL = "https://login.example/token"


class Vendor:
    """Takes each refresh token once, and only the latest access token."""

    def __init__(self) -> None:
        self.generation = 1
        self.refused = ""
        self.told: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if str(request.url) != TOKEN_URL:
            self.told.append(f"asked with {request.headers['authorization']}")
            right = request.headers["authorization"] == f"Bearer a{self.generation}" != self.refused
            return httpx.Response(200 if right else 401, json={})
        given = parse_qs(request.content.decode())["refresh_token"][0]
        if given != f"r{self.generation}":
            return httpx.Response(400, json={"error": "invalid_grant"})
        self.generation += 1
        self.told.append(f"gave r{self.generation}")
        return httpx.Response(200, json={"access_token": f"a{self.generation}", "refresh_token": f"r{self.generation}"})


class Rotating(Toy):
    def auth(self) -> sdk.FetchedToken:
        form = {"grant_type": "refresh_token", "refresh_token": sdk.SecretStr("r1")}
        return sdk.FetchedToken(TOKEN_URL, form, "desk", rotating={"refresh_token": "renewal"})


class Noting:
    """Keeps what is renewed, and tells the vendor's story of it; ``standing`` is what another worker left."""

    def __init__(
        self, vendor: Vendor, standing: Mapping[str, str] | None = None, refusal: Exception | None = None
    ) -> None:
        self.vendor, self.refusal = vendor, refusal
        self.standing = {name: sdk.SecretStr(value) for name, value in (standing or {}).items()}
        self.pause = asyncio.Event()
        self.pause.set()

    @asynccontextmanager
    async def turn(self, settings: Collection[str]) -> AsyncIterator[Mapping[str, sdk.SecretStr]]:
        assert set(settings) == {"renewal"}
        yield self.standing

    async def keep(self, values: Mapping[str, sdk.SecretStr]) -> None:
        await self.pause.wait()
        if self.refusal is not None:
            raise self.refusal
        self.vendor.told += [f"kept {name} {value.get_secret_value()}" for name, value in values.items()]
        self.standing.update(values)


def ask(vendor: Vendor, keeper: Keeper | None, times: int = 1) -> None:
    async def asked() -> None:
        http = httpx.MockTransport(vendor)
        async with Transport(Rotating(ToySettings()), http=http, keeper=keeper, paced=False, attempts=1) as line:
            await asyncio.gather(*(line.send(sdk.Ask(path="/firms")) for _ in range(times)))

    asyncio.run(asked())


def test_a_renewed_secret_is_kept_before_the_new_token_is_used() -> None:
    vendor = Vendor()

    ask(vendor, Noting(vendor))

    assert vendor.told == ["gave r2", "kept renewal r2", "asked with Bearer a2"]


def test_many_requests_renew_once() -> None:
    vendor = Vendor()

    ask(vendor, Noting(vendor), times=8)

    assert [word for word in vendor.told if word.startswith(("gave", "kept"))] == ["gave r2", "kept renewal r2"]


def test_the_next_renewal_uses_the_renewed_secret() -> None:
    vendor = Vendor()

    async def twice() -> None:
        async with Transport(
            Rotating(ToySettings()), http=httpx.MockTransport(vendor), keeper=Noting(vendor), paced=False, attempts=1
        ) as line:
            await line.send(sdk.Ask(path="/firms"))
            vendor.refused = "Bearer a2"
            await line.send(sdk.Ask(path="/firms"))

    asyncio.run(twice())

    assert [word for word in vendor.told if word.startswith("kept")] == ["kept renewal r2", "kept renewal r3"]


def test_what_cannot_be_kept_is_not_used() -> None:
    vendor = Vendor()

    with pytest.raises(ConfigError):
        ask(vendor, Noting(vendor, refusal=ConfigError("There is no master key.")))

    assert vendor.told == ["gave r2"]


def test_what_another_worker_renewed_is_used_instead_of_what_was_configured() -> None:
    vendor = Vendor()
    vendor.generation = 5

    ask(vendor, Noting(vendor, {"renewal": "r5"}))

    assert vendor.told == ["gave r6", "kept renewal r6", "asked with Bearer a6"]


def test_a_renewal_outlasts_whoever_breaks_the_question_off() -> None:
    vendor = Vendor()
    keeper = Noting(vendor)
    keeper.pause.clear()

    async def broken_off() -> None:
        http = httpx.MockTransport(vendor)
        async with Transport(Rotating(ToySettings()), http=http, keeper=keeper, paced=False, attempts=1) as line:
            asking = asyncio.ensure_future(line.send(sdk.Ask(path="/firms")))
            while not vendor.told:
                await asyncio.sleep(0)
            asking.cancel()
            asyncio.get_running_loop().call_soon(keeper.pause.set)

    asyncio.run(broken_off())

    assert vendor.told[:2] == ["gave r2", "kept renewal r2"]
