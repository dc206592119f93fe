"""A fault ends a stream where it is: what came before it is written, what it took with it is asked for again."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx
import msgspec
import pytest

from kizuna import sdk
from kizuna.sync.stream import Budget, StreamRun
from tests.support.toys import MORNING, Firm, Toy, ToySettings, at, bench

LISTING = sdk.Listing(path="/firms", payload=Firm, paging=sdk.Cursor(param="after", token="next"))


class Unmarked:
    """The same list, its bookmarks kept back."""

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        return LISTING.begin(None, start)

    def turn(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        return msgspec.structs.replace(LISTING.turn(state, ask, answer), bookmark=None)


def forbids_the_third_page(request: httpx.Request) -> httpx.Response:
    page = int(request.url.params.get("after", 0))
    if page == 2:
        return httpx.Response(403, json={"error": "not in your plan"})
    firms = [{"id": str(number), "name": f"Firm {number}", "at": at(0)} for number in (2 * page, 2 * page + 1)]
    return httpx.Response(200, json={"data": firms, "next": str(page + 1)})


def test_pages_before_a_refusal_are_kept(database_url: str) -> None:
    with bench(database_url) as made, ThreadPoolExecutor(1) as executor:
        writer = made.writer()
        stream = replace(writer.stream, reading=LISTING)
        led = StreamRun("toy", stream, writer, executor, lambda _: None, unbroken=True)

        async def read() -> None:
            line = sdk.Transport(Toy(ToySettings()), http=httpx.MockTransport(forbids_the_third_page), paced=False)
            async with line:
                await led.read(line, None, sdk.Start(now=MORNING), Budget(100, time.monotonic() + 60))

        asyncio.run(read())

        assert led.state == "degraded"
        assert made.rows("SELECT source_id FROM source_record ORDER BY 1") == [("0",), ("1",), ("2",), ("3",)]


def test_a_whole_pass_that_breaks_off_at_once_does_not_go_on_from_an_older_mark(database_url: str) -> None:
    def finds_nothing_and_breaks(request: httpx.Request) -> httpx.Response:
        if "after" in request.url.params:
            return httpx.Response(503)
        return httpx.Response(200, json={"data": [], "next": "1"})

    with bench(database_url) as made, ThreadPoolExecutor(1) as executor:
        made.write({"id": "1", "name": "Acme", "at": at(0)}, bookmark={"since": 1})
        writer = made.writer()
        stream = replace(writer.stream, reading=Unmarked())
        led = StreamRun("toy", stream, writer, executor, lambda _: None, unbroken=True, full=True)

        async def read() -> None:
            vendor = httpx.MockTransport(finds_nothing_and_breaks)
            async with sdk.Transport(Toy(ToySettings()), http=vendor, attempts=1, paced=False) as line:
                await led.read(line, None, sdk.Start(now=MORNING, full=True), Budget(100, time.monotonic() + 60))

        asyncio.run(read())

        assert made.rows("SELECT bookmark FROM stream WHERE name = 'firms'") == [(None,)]


@pytest.mark.parametrize("unwritten", [True, False])
def test_a_page_after_a_batch_that_failed_is_not_written(
    database_url: str, monkeypatch: pytest.MonkeyPatch, unwritten: bool
) -> None:
    """Its bookmark would pass over the batch that is missing."""
    with bench(database_url) as made, ThreadPoolExecutor(1) as executor:
        writer = made.writer()
        led = StreamRun("toy", replace(writer.stream, reading=LISTING), writer, executor, lambda _: None, unbroken=True)
        monkeypatch.setattr("kizuna.sync.stream.BATCH_RECORDS", 1)
        taken = writer.write
        tries: list[int] = []

        def fails_once(gathered: object, _done: object) -> object:
            tries.append(1)
            if unwritten and len(tries) == 1:
                raise sdk.TransientError("the database is gone")
            return taken(gathered)  # type: ignore[arg-type]  # handed on as it came

        monkeypatch.setattr(writer, "write", fails_once)

        async def read() -> None:
            line = sdk.Transport(Toy(ToySettings()), http=httpx.MockTransport(forbids_the_third_page), paced=False)
            async with line:
                await led.read(line, None, sdk.Start(now=MORNING), Budget(100, time.monotonic() + 60))

        asyncio.run(read())

        kept = made.rows("SELECT COUNT(*) FROM source_record")
        assert kept == [(0,)] if unwritten else kept == [(4,)]


def test_an_answer_that_is_too_large_fails_its_stream_and_moves_no_bookmark(database_url: str) -> None:
    async def large() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b" " * 10_000

    def grows(request: httpx.Request) -> httpx.Response:
        if "after" in request.url.params:
            return httpx.Response(200, headers={"content-type": "application/json"}, content=large())
        return httpx.Response(200, json={"data": [{"id": "1", "name": "Acme", "at": at(0)}], "next": "1"})

    with bench(database_url) as made, ThreadPoolExecutor(1) as executor:
        writer = made.writer()
        stream = replace(writer.stream, reading=LISTING)
        led = StreamRun("toy", stream, writer, executor, lambda _: None, unbroken=True)

        async def read() -> None:
            http = httpx.MockTransport(grows)
            async with sdk.Transport(Toy(ToySettings()), http=http, paced=False, answer_bytes=100_000) as line:
                await led.read(line, None, sdk.Start(now=MORNING), Budget(100, time.monotonic() + 60))

        asyncio.run(read())

        ((state, reason, bookmark),) = made.rows("SELECT state, reason, bookmark FROM stream WHERE name = 'firms'")
        assert (state, "raise the setting sync.answer_bytes" in reason) == ("failed", True)
        assert json.loads(bookmark)["ask"]["params"] == [["after", "1"]]  # the refused page is asked for again
        assert made.rows("SELECT source_id FROM source_record") == [("1",)]
