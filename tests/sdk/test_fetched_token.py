"""Tokens that are fetched: over real streams, refused, or not to be had just now."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from kizuna import sdk

TOKEN_URL = "https://login.example/token"


class Streamed(httpx.AsyncByteStream):
    """A body that has to be read, as one from the network."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.body


def fetched(status: int, body: bytes) -> str:
    """The ``Authorization`` header that reaches the vendor when the token endpoint answers so."""

    def vendor(request: httpx.Request) -> httpx.Response:
        if str(request.url) == TOKEN_URL:
            return httpx.Response(status, stream=Streamed(body))
        return httpx.Response(200, text=request.headers["authorization"])

    async def ask() -> str:
        token = sdk.FetchedToken(TOKEN_URL, {"client_secret": sdk.SecretStr("s3cret")}, "desk")
        async with httpx.AsyncClient(auth=token, transport=httpx.MockTransport(vendor)) as client:
            return (await client.get("https://api.example/")).text

    return asyncio.run(ask())


def test_a_token_is_read_from_an_answer_that_is_still_on_its_way():
    assert fetched(200, b'{"access_token": "t"}') == "Bearer t"


@pytest.mark.parametrize(("status", "body"), [(400, b'{"error": "invalid_client"}'), (401, b""), (404, b"<html>")])
def test_a_refusal_asks_for_other_credentials(status: int, body: bytes):
    with pytest.raises(sdk.AuthError) as refused:
        fetched(status, body)

    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("code", "advice"), [("invalid_grant", "authorise again"), ("invalid_client", "check the client id and secret")]
)
def test_a_refusal_says_what_to_do(code: str, advice: str):
    with pytest.raises(sdk.AuthError, match=advice):
        fetched(400, b'{"error": "%s"}' % code.encode())


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (503, b"<html>"),
        (429, b""),
        (403, b"[]"),
        (200, b'{"access_'),
        (200, b"{}"),
        (503, b'{"error": "server_error"}'),
        (429, b'{"error": "slow_down"}'),
        (400, b'{"error": "temporarily_unavailable"}'),
    ],
)
def test_an_endpoint_that_gives_no_token_now_is_asked_again_later(status: int, body: bytes):
    with pytest.raises(sdk.TransientError):
        fetched(status, body)
