"""A slice ends where the next one can go on, and tells what an interruption kept it from telling."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx
import msgspec

from kizuna import sdk
from kizuna.sync.stream import UNSWEPT, Budget, StreamRun
from tests.support.toys import MORNING, Bench, Toy, ToySettings, at

FOLLOWED = 6


class EachFollowed:
    """A page of firms, each of which must be asked for once more before the page is whole."""

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        page = int((bookmark or {}).get("page", 0))
        return sdk.Turn(ask=sdk.Ask(path="/firms", params=(("page", str(page)),)), state=(page, ()))

    def turn(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        page, found = state
        found = (*found, sdk.Record(raw=answer.body))
        if len(found) < FOLLOWED:
            following = sdk.Ask(path="/firms", params=(("page", str(page)), ("firm", str(len(found)))))
            return sdk.Turn(ask=following, state=(page, found))
        onward = sdk.Ask(path="/firms", params=(("page", str(page + 1)),)) if page < 1 else None
        bookmark = {"page": page + 1} if page < 1 else None
        return sdk.Turn(ask=onward, state=(page + 1, ()), records=found, bookmark=bookmark)


def answered(request: httpx.Request) -> httpx.Response:
    name = f"{request.url.params['page']}-{request.url.params.get('firm', '0')}"
    return httpx.Response(200, json={"id": name, "name": f"Firm {name}", "at": at(0)})


def sliced(toy: Bench, stream: sdk.AnyStream, pages: int, answer: Any, *, full: bool = False) -> StreamRun:
    """One stream led with a budget of so many answers."""
    writer = toy.writer()
    led: list[StreamRun] = []

    async def run() -> None:
        with ThreadPoolExecutor(1) as executor:
            led.append(StreamRun("toy", stream, writer, executor, lambda _: None, unbroken=not full, full=full))
            async with sdk.Transport(Toy(ToySettings()), http=httpx.MockTransport(answer), paced=False) as line:
                start = sdk.Start(now=MORNING, full=full)
                await led[0].read(line, None, start, Budget(pages=pages, until_s=float("inf")))

    asyncio.run(run())
    return led[0]


def test_a_slice_that_is_over_within_a_page_ends_behind_it(toy: Bench) -> None:
    stream = replace(toy.writer().stream, reading=EachFollowed(), sweep=False)

    led = sliced(toy, stream, 2, answered)

    assert led.state == "reading"
    assert toy.rows("SELECT COUNT(*) FROM source_record") == [(FOLLOWED,)]
    assert toy.rows("SELECT bookmark FROM stream") == [('{"page": 1}',)]


def test_a_whole_listing_that_was_interrupted_says_that_nothing_was_told_to_be_gone(toy: Bench) -> None:
    firms = msgspec.json.encode({"data": [{"id": "1", "name": "Firm", "at": at(0)}]})

    led = sliced(toy, toy.writer().stream, 9, lambda _: httpx.Response(200, content=firms), full=True)

    assert (led.state, led.reason) == ("complete", UNSWEPT)
