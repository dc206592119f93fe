"""The wire against real sockets: whatever goes wrong on the way is one family of faults, truly named."""

from __future__ import annotations

import asyncio
import gzip
from contextlib import suppress
from urllib.parse import parse_qsl

import httpx
import pytest

from kizuna.sdk.transport import cause
from kizuna.sdk.wire import Wire

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


async def answered(raw: bytes, *, timeout_s: float = 5.0, asked: list[bytes] | None = None) -> httpx.Response:
    """The answer of a server that says these bytes to any request and hangs up; it only holds the line when there are none."""
    lines: list[asyncio.StreamWriter] = []

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.append(writer)
        head = await reader.readuntil(b"\r\n\r\n")
        if asked is not None:
            asked.append(head)
        if raw:
            writer.write(raw)
            writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        async with httpx.AsyncClient(transport=Wire(), timeout=timeout_s, trust_env=False) as client:
            return await client.get(f"http://127.0.0.1:{port}/a%2Fb?q=a%2Bb%26c%3D1&x=%2527&page%5Bsize%5D=2")
    finally:
        server.close()
        for line in lines:
            line.close()
            with suppress(OSError):
                await line.wait_closed()


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        HEAD + b"Content-Length: 100\r\n\r\n{}",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200",
    ],
    ids=["no HTTP", "cut short", "bad chunks", "cut in the head"],
)
def test_a_broken_answer_is_a_fault_of_the_transport_and_no_timeout(raw: bytes) -> None:
    with pytest.raises(httpx.TransportError) as refused:
        asyncio.run(answered(raw))

    assert not isinstance(refused.value, httpx.TimeoutException)
    assert cause(refused.value) != "no answer in time"


def test_silence_is_a_timeout() -> None:
    with pytest.raises(httpx.TimeoutException) as refused:
        asyncio.run(answered(b"", timeout_s=0.3))

    assert cause(refused.value) == "no answer in time"


def test_a_compressed_answer_is_opened() -> None:
    body = gzip.compress(b'{"data":[]}')
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n"

    response = asyncio.run(answered(head + body))

    assert response.json() == {"data": []}


def test_the_query_means_what_was_asked() -> None:
    asked: list[bytes] = []

    asyncio.run(answered(HEAD + b"Content-Length: 2\r\n\r\n{}", asked=asked))

    target = asked[0].split()[1].decode()
    assert target.startswith("/a%2Fb?")
    assert parse_qsl(target.partition("?")[2]) == [("q", "a+b&c=1"), ("x", "%27"), ("page[size]", "2")]
