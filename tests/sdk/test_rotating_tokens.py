"""Secrets that the vendor replaces whenever they are used are kept before anything new is used."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qs

import httpx
import pytest

from kizuna import sdk
from kizuna.errors import ConfigError
from kizuna.sdk.auth import Persist
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


def noting(vendor: Vendor) -> Persist:
    async def keep(values: Mapping[str, sdk.SecretStr]) -> None:
        vendor.told += [f"kept {name} {value.get_secret_value()}" for name, value in values.items()]

    return keep


def ask(vendor: Vendor, persist: Persist | None, times: int = 1) -> None:
    async def asked() -> None:
        http = httpx.MockTransport(vendor)
        async with Transport(Rotating(ToySettings()), http=http, persist=persist, paced=False, attempts=1) as line:
            await asyncio.gather(*(line.send(sdk.Ask(path="/firms")) for _ in range(times)))

    asyncio.run(asked())


def test_a_renewed_secret_is_kept_before_the_new_token_is_used() -> None:
    vendor = Vendor()

    ask(vendor, noting(vendor))

    assert vendor.told == ["gave r2", "kept renewal r2", "asked with Bearer a2"]


def test_many_requests_renew_once() -> None:
    vendor = Vendor()

    ask(vendor, noting(vendor), times=8)

    assert [word for word in vendor.told if word.startswith(("gave", "kept"))] == ["gave r2", "kept renewal r2"]


def test_the_next_renewal_uses_the_renewed_secret() -> None:
    vendor = Vendor()

    async def twice() -> None:
        async with Transport(
            Rotating(ToySettings()), http=httpx.MockTransport(vendor), persist=noting(vendor), paced=False, attempts=1
        ) as line:
            await line.send(sdk.Ask(path="/firms"))
            vendor.refused = "Bearer a2"
            await line.send(sdk.Ask(path="/firms"))

    asyncio.run(twice())

    assert [word for word in vendor.told if word.startswith("kept")] == ["kept renewal r2", "kept renewal r3"]


def test_what_cannot_be_kept_is_not_used() -> None:
    vendor = Vendor()

    async def full(_: Mapping[str, sdk.SecretStr]) -> None:
        raise ConfigError("There is no master key.")

    with pytest.raises(ConfigError):
        ask(vendor, full)

    assert vendor.told == ["gave r2"]
