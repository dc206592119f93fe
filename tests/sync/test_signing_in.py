"""One sign-in carries a run through all of its slices; a refusal of what it gave is asked once more with today's secrets."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import httpx
import pytest

from kizuna import sdk
from kizuna.storage import connections
from kizuna.sync.run import SliceResult, Syncer
from tests.support.toys import Bench, Toy, at

HOME = "http://127.0.0.1:1"
PAGES = 4


class Vendor(httpx.AsyncBaseTransport):
    """A list of several pages behind a token that may be ``revoked``; a ``refusing`` token endpoint gives no other."""

    def __init__(self) -> None:
        self.tokens = 0
        self.revoked = self.refusing = False
        self.asked: list[str] = []
        self.spoilt = 0  # so many of the tokens it gives are good for nothing

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if request.url.path == "/token":
            if self.refusing:
                return httpx.Response(400, json={"error": "invalid_grant"})
            self.tokens += 1
            self.revoked = False
            return httpx.Response(200, json={"access_token": f"t{self.tokens}"})
        if self.revoked or self.tokens <= self.spoilt or request.headers["Authorization"] != f"Bearer t{self.tokens}":
            return httpx.Response(401)
        page = int(request.url.params.get("page", "1"))
        firm = {"id": str(page), "name": f"Firm {page}", "at": at(0)}
        more = {"next": f"{HOME}/firms?page={page + 1}"} if page < PAGES else {}
        return httpx.Response(200, json={"data": [firm], **more})


class Signing(Toy):
    """A toy behind a token, a page a request."""

    vendor: Vendor

    def carrier(self) -> httpx.AsyncBaseTransport:
        return self.vendor

    def auth(self) -> sdk.Auth:
        return sdk.FetchedToken(f"{HOME}/token", {"grant_type": "client_credentials"}, self.key)

    def streams(self) -> tuple[sdk.AnyStream, ...]:
        firms = super().streams()[0]
        return (replace(firms, reading=replace(firms.reading, paging=sdk.NextLink("next"))),)


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Vendor:
    made = Vendor()
    monkeypatch.setattr(Signing, "vendor", made, raising=False)
    return made


@pytest.fixture
def connector() -> type[Toy]:
    return Signing


def queued(syncer: Syncer) -> str:
    return syncer.queue("toy", streams=["firms"])


async def to_its_end(syncer: Syncer, run_id: str) -> tuple[SliceResult, int]:
    """How the run ended, and after how many slices of a page."""
    lease, slices = syncer.take(run_id, "one"), 0
    while True:
        slices += 1
        result = await syncer.slice(run_id, lease, pages=1)
        if result.done:
            return result, slices


def test_all_slices_of_a_run_share_one_sign_in(syncer: Syncer, vendor: Vendor) -> None:
    result, slices = asyncio.run(to_its_end(syncer, queued(syncer)))

    assert (result.state, slices, vendor.tokens) == ("complete", PAGES, 1)


def test_every_run_signs_in_by_itself(syncer: Syncer, vendor: Vendor) -> None:
    asyncio.run(to_its_end(syncer, queued(syncer)))
    asyncio.run(to_its_end(syncer, queued(syncer)))

    assert vendor.tokens == 2


def test_a_token_revoked_between_two_slices_is_renewed(syncer: Syncer, vendor: Vendor) -> None:
    run_id = queued(syncer)

    async def scenario() -> tuple[SliceResult, int]:
        await syncer.slice(run_id, syncer.take(run_id, "one"), pages=1)
        vendor.revoked = True
        return await to_its_end(syncer, run_id)

    result, _ = asyncio.run(scenario())

    assert (result.state, vendor.tokens) == ("complete", 2)


def test_a_sign_in_that_is_refused_in_the_middle_is_tried_with_the_secrets_of_now(
    syncer: Syncer, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, made = queued(syncer), Signing.auth
    asked: list[int] = []

    def auth(self: Signing) -> sdk.Auth:
        asked.append(1)
        vendor.refusing = False  # an administrator has put the new secret where the connection finds it
        return made(self)

    async def scenario() -> SliceResult:
        lease = syncer.take(run_id, "one")
        await syncer.slice(run_id, lease, pages=1)
        monkeypatch.setattr(Signing, "auth", auth)
        vendor.revoked = vendor.refusing = True
        while not (result := await syncer.slice(run_id, lease, pages=1)).done:
            pass
        return result

    assert asyncio.run(scenario()).state == "complete"
    assert asked == [1]


def test_a_sign_in_does_not_outlive_the_settings_it_was_made_with(toy: Bench, syncer: Syncer, vendor: Vendor) -> None:
    run_id = queued(syncer)

    async def scenario() -> None:
        lease = syncer.take(run_id, "one")
        await syncer.slice(run_id, lease, pages=1)
        with toy.database.write() as sql:
            stored = connections.get(sql, "toy")
            connections.configure(sql, stored.id, {"base_url": f"{HOME}/"}, {}, 0)
        vendor.asked.clear()
        await syncer.slice(run_id, lease, pages=1)

    asyncio.run(scenario())

    assert vendor.asked[0] == "/token"


def test_a_token_that_expires_as_soon_as_it_is_given_is_asked_for_again(syncer: Syncer, vendor: Vendor) -> None:
    vendor.spoilt = 2

    result, _ = asyncio.run(to_its_end(syncer, queued(syncer)))

    assert (result.state, vendor.tokens) == ("complete", 3)


def test_a_vendor_that_takes_none_of_its_own_tokens_ends_the_run(syncer: Syncer, vendor: Vendor) -> None:
    vendor.spoilt = 1_000

    result, _ = asyncio.run(to_its_end(syncer, queued(syncer)))

    assert result.state == "failed"


def test_a_sign_in_that_stays_refused_ends_the_run(toy: Bench, syncer: Syncer, vendor: Vendor) -> None:
    run_id = queued(syncer)

    async def scenario() -> SliceResult:
        lease = syncer.take(run_id, "one")
        await syncer.slice(run_id, lease, pages=1)
        vendor.revoked = vendor.refusing = True
        while not (result := await syncer.slice(run_id, lease, pages=1)).done:
            pass
        return result

    assert asyncio.run(scenario()).state == "failed"
    assert toy.rows("SELECT state FROM connection") == [("needs_authorisation",)]
