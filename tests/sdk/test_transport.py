"""Asks are paced, repeated when that helps, and errors are sorted by what the operator does next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest

from kizuna import sdk
from kizuna.sdk import transport as sending
from kizuna.sdk.transport import Transport
from tests.support.toys import Toy, ToySettings

Handler = Callable[[httpx.Request], httpx.Response]


async def ask(handler: Handler, times: int = 1, **options: Any) -> tuple[list[sdk.Answer], Transport]:
    async with Transport(Toy(ToySettings()), http=httpx.MockTransport(handler), paced=False, **options) as line:
        return [await line.send(sdk.Ask(path="/firms")) for _ in range(times)], line


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "BACKOFF_S", 0.001)


def test_a_passing_fault_is_tried_again() -> None:
    answers = iter(
        [httpx.Response(503), httpx.Response(429, headers={"Retry-After": "0"}), httpx.Response(200, json={})]
    )

    got, line = asyncio.run(ask(lambda _: next(answers)))

    assert got[0].status == 200
    assert (line.traffic.requests, line.traffic.retries, line.traffic.refused_429) == (3, 2, 1)


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, sdk.AuthError), (403, sdk.DegradedError), (404, sdk.DegradedError), (400, sdk.RefusedError)],
)
def test_what_will_not_pass_is_said_at_once(status: int, error: type[Exception]) -> None:
    asked: list[int] = []

    def answer(_: httpx.Request) -> httpx.Response:
        asked.append(status)
        return httpx.Response(status)

    with pytest.raises(error):
        asyncio.run(ask(answer))

    assert asked == [status]


def test_a_web_page_in_place_of_data_is_refused() -> None:
    page = httpx.Response(200, html="<h1>Maintenance</h1>")

    with pytest.raises(sdk.PageError):
        asyncio.run(ask(lambda _: page, attempts=2))


@pytest.mark.parametrize(
    "path",
    [
        *("https://evil.example/x", "HTTPS://evil.example/x", " https://evil.example/x", "\thttps://evil.example/x"),
        *("/ //evil.example/x", "/\\evil.example", "http://127.0.0.1:1@evil.example/", "https://[bad"),
    ],
)
def test_no_answer_of_a_vendor_leads_credentials_to_another_host(path: str) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(200, json={})

    async def lead() -> None:
        async with Transport(Toy(ToySettings()), http=httpx.MockTransport(answer), paced=False) as line:
            await line.send(sdk.Ask(path=path))

    with suppress(sdk.RefusedError):
        asyncio.run(lead())

    assert set(asked) <= {httpx.URL(Toy(ToySettings()).base_url()).host}


def test_a_lost_connection_is_a_passing_fault() -> None:
    def lost(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("reset")

    with pytest.raises(sdk.TransientError):
        asyncio.run(ask(lost, attempts=2))


def test_the_first_failed_attempt_is_said_with_what_follows(caplog: pytest.LogCaptureFixture) -> None:
    answers: list[Exception | httpx.Response] = [refused(), httpx.Response(503), httpx.Response(200, json={})]

    def answer(_: httpx.Request) -> httpx.Response:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    with caplog.at_level("WARNING", logger="kizuna.sdk.transport"):
        asyncio.run(ask(answer))

    assert [record.getMessage() for record in caplog.records] == [
        "toy: cannot reach http://127.0.0.1:1 (connection refused). Trying again in 0.0 s, attempt 2 of 6.",
        "toy: cannot answer now (503). Trying again in 0.0 s, attempt 3 of 6.",
    ]


def test_an_outage_is_said_once_for_all_that_wait_for_it(caplog: pytest.LogCaptureFixture) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise refused()

    async def many() -> None:
        line = Transport(Toy(ToySettings()), http=httpx.MockTransport(answer), paced=False, attempts=3)
        async with line:
            await asyncio.gather(*(line.send(sdk.Ask(path="/firms")) for _ in range(4)), return_exceptions=True)

    with caplog.at_level("WARNING", logger="kizuna.sdk.transport"):
        asyncio.run(many())

    assert [record.getMessage().rpartition(", ")[2] for record in caplog.records] == [
        "attempt 2 of 3.",
        "attempt 3 of 3.",
    ]


def test_the_vendors_own_pacing_is_not_said(caplog: pytest.LogCaptureFixture) -> None:
    answers = iter([httpx.Response(429, headers={"Retry-After": "0"}), httpx.Response(200, json={})])

    with caplog.at_level("WARNING", logger="kizuna.sdk.transport"):
        asyncio.run(ask(lambda _: next(answers)))

    assert caplog.records == []


def refused() -> httpx.ConnectError:
    """What httpx raises when nobody listens."""
    fault = httpx.ConnectError("All connection attempts failed")
    fault.__cause__ = ConnectionRefusedError(111, "Connect call failed")
    return fault


def test_an_answer_is_waited_for_as_long_as_the_connector_says() -> None:
    class Thoughtful(Toy):
        timeout_s = 600.0

    waits: list[dict[str, float]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        waits.append(request.extensions["timeout"])
        return httpx.Response(200, json={})

    async def run() -> None:
        for connector in (Toy(ToySettings()), Thoughtful(ToySettings())):
            async with Transport(connector, http=httpx.MockTransport(answer), paced=False) as line:
                await line.send(sdk.Ask(path="/firms"))

    asyncio.run(run())

    assert [wait["read"] for wait in waits] == [60.0, 600.0]
    assert [wait["connect"] for wait in waits] == [60.0, 60.0]
