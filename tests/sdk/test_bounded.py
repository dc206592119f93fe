"""Answers beyond a size are refused before they fill the memory, compressed or not."""

from __future__ import annotations

import asyncio
import gzip
import json
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from kizuna import sdk
from kizuna.errors import ConfigError, TransientError
from kizuna.sdk.transport import Transport
from tests.support.toys import Toy, ToySettings

MOST_BYTES = 100_000
JSON = {"content-type": "application/json"}


class Sent(httpx.AsyncByteStream):
    """A body as it comes from the network, piece by piece; ``read`` counts the pieces that were asked for."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces, self.read = pieces, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            self.read += 1
            yield piece


def answer(body: Sent, **headers: str) -> sdk.Answer:
    async def asked() -> sdk.Answer:
        http = httpx.MockTransport(lambda _: httpx.Response(200, headers={**JSON, **headers}, stream=body))
        async with Transport(Toy(ToySettings()), http=http, attempts=1, answer_bytes=MOST_BYTES) as line:
            return await line.send(sdk.Ask(path="/firms"))

    return asyncio.run(asked())


def raw_deflate(content: bytes) -> bytes:
    made = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return made.compress(content) + made.flush()


def test_an_answer_beyond_the_size_is_refused_and_the_rest_is_not_read() -> None:
    body = Sent(*[b"x" * 10_000] * 1_000)

    with pytest.raises(ConfigError) as refused:
        answer(body)

    assert str(refused.value) == (
        "toy: the answer of 127.0.0.1/firms is larger than 100,000 bytes and was not read; raise the setting "
        "sync.answer_bytes if such answers are to be expected."
    )
    assert body.read == 11


@pytest.mark.parametrize(("coding", "packed"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_an_answer_that_bursts_when_it_is_opened_is_refused_before_it_does(
    coding: str, packed: Callable[[bytes], bytes]
) -> None:
    bomb = packed(bytes(50_000_000))
    tracemalloc.start()

    with pytest.raises(ConfigError, match="larger than 100,000 bytes"):
        answer(Sent(bomb), **{"content-encoding": coding})

    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 5_000_000


@pytest.mark.parametrize(
    ("coding", "packed"),
    [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", raw_deflate)],
)
def test_a_compressed_answer_is_opened_wherever_it_is_cut(coding: str, packed: Callable[[bytes], bytes]) -> None:
    said = {"data": [{"id": str(number)} for number in range(3_000)]}
    sent = packed(json.dumps(said).encode())

    found = answer(Sent(*(sent[at : at + 7] for at in range(0, len(sent), 7))), **{"content-encoding": coding})

    assert json.loads(found.body) == said


@pytest.mark.parametrize(
    ("coding", "sent"),
    [("gzip", b"no gzip"), ("deflate", b"\xff\xff\xff"), ("gzip", gzip.compress(b"[]")[:-9]), ("zstd", b"(\xb5/\xfd")],
    ids=["no gzip", "no deflate", "cut short", "not asked for"],
)
def test_what_cannot_be_opened_is_asked_for_again(coding: str, sent: bytes) -> None:
    with pytest.raises(TransientError):
        answer(Sent(sent), **{"content-encoding": coding})


def test_only_what_can_be_opened_in_pieces_is_asked_for() -> None:
    asked: list[str] = []

    def vendor(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers["accept-encoding"])
        return httpx.Response(200, json={})

    async def ask() -> None:
        async with Transport(Toy(ToySettings()), http=httpx.MockTransport(vendor), attempts=1) as line:
            await line.send(sdk.Ask(path="/firms"))

    asyncio.run(ask())

    assert asked == ["gzip, deflate"]


def test_the_token_endpoint_is_bounded_as_well() -> None:
    class Signing(Toy):
        def auth(self) -> sdk.Auth:
            return sdk.FetchedToken("https://login.example/token", {}, "toy")

    async def ask() -> None:
        http = httpx.MockTransport(lambda _: httpx.Response(200, stream=Sent(*[b"x" * 10_000] * 11)))
        async with Transport(Signing(ToySettings()), http=http, attempts=1, answer_bytes=MOST_BYTES) as line:
            await line.send(sdk.Ask(path="/firms"))

    with pytest.raises(ConfigError, match=r"login\.example/token is larger than"):
        asyncio.run(ask())


@pytest.mark.parametrize("compressed", [raw_deflate, zlib.compress, gzip.compress])
def test_an_answer_of_any_length_around_a_piece_is_opened_whole(compressed: Callable[[bytes], bytes]) -> None:
    for length in range(65_536 - 40, 65_536 + 260, 7):
        body = json.dumps("a" * (length - 2)).encode()
        coding = "gzip" if compressed is gzip.compress else "deflate"

        found = answer(Sent(compressed(body)), **{"content-encoding": coding})

        assert found.body == body
