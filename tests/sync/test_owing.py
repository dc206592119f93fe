"""A pass that has to find what is gone: who may believe its end, and when its bookmark says that it was found."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest

from kizuna import sdk
from kizuna.sync.stream import Budget, StreamRun
from tests.support.toys import MORNING, Bench, Firm, Toy, ToySettings, at, bench

LISTING = sdk.Listing(
    path="/firms",
    payload=Firm,
    paging=sdk.Cursor(param="after", token="next"),
    since=sdk.Since("since", at=lambda firm: firm.at),
)


@dataclass
class Spied:
    """The list, and what each of its readings was told of the pass so far."""

    told: list[bool] = field(default_factory=list)

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        self.told.append(start.unbroken)
        return LISTING.begin(bookmark, start)

    def turn(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        return LISTING.turn(state, ask, answer)


@pytest.fixture
def toy(database_url: str) -> Iterator[Bench]:
    with bench(database_url) as made:
        made.write(*({"id": str(number), "name": f"Firm {number}", "at": at(0)} for number in (1, 2, 9)))
        yield made


def pauses_once(status: int = 503) -> Callable[[httpx.Request], httpx.Response]:
    """A vendor of firm 1 and, on a page of its own that it refuses to give at first, firm 2."""
    refused: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if "after" not in request.url.params:
            return httpx.Response(200, json={"data": [{"id": "1", "name": "Firm 1", "at": at(0)}], "next": "1"})
        if not refused:
            refused.append(status)
            return httpx.Response(status)
        return httpx.Response(200, json={"data": [{"id": "2", "name": "Firm 2", "at": at(0)}]})

    return answer


def read(toy: Bench, spied: Spied, *, steady: bool, times: int = 2) -> StreamRun:
    """The list read that many times from where it stands, by one run."""
    writer = toy.writer()
    stream = replace(writer.stream, reading=spied, steady=steady)

    async def run() -> StreamRun:
        with ThreadPoolExecutor(1) as executor:
            led = StreamRun("toy", stream, writer, executor, lambda _: None, unbroken=True)
            vendor = httpx.MockTransport(pauses_once())
            async with sdk.Transport(Toy(ToySettings()), http=vendor, attempts=1, paced=False) as line:
                for _ in range(times):
                    await led.read(line, bookmark(toy), sdk.Start(now=MORNING), Budget(99, float("inf")))
            return led

    return asyncio.run(run())


def bookmark(toy: Bench) -> sdk.Bookmark | None:
    """Where the list stands."""
    ((stored,),) = toy.rows("SELECT bookmark FROM stream WHERE name = 'firms'")
    found: sdk.Bookmark | None = None if stored is None else json.loads(stored)
    return found


def gone(toy: Bench) -> list[tuple[Any, ...]]:
    """The records that are taken for gone."""
    return toy.rows("SELECT source_id FROM source_record WHERE deleted IS NOT NULL")


def test_a_reading_is_told_that_a_pause_broke_its_pass(toy: Bench) -> None:
    spied = Spied()

    led = read(toy, spied, steady=False)

    assert (led.state, spied.told) == ("complete", [True, False])
    assert gone(toy) == []


def test_a_steady_listing_proves_what_is_gone_however_it_paused(toy: Bench) -> None:
    spied = Spied()

    led = read(toy, spied, steady=True)

    assert (led.state, spied.told) == ("complete", [True, True])
    assert gone(toy) == [("9",)]


def test_a_bookmark_moves_to_the_end_of_a_pass_once_what_is_gone_was_found(
    toy: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(_led: StreamRun, _page: object) -> str | None:
        raise KeyboardInterrupt

    monkeypatch.setattr(StreamRun, "_sweep", killed)

    with pytest.raises(KeyboardInterrupt):
        read(toy, Spied(), steady=True)

    stands = bookmark(toy)
    assert stands is not None
    assert "ask" in stands  # the last page is asked for again


def test_a_bookmark_moves_to_the_end_of_a_pass_that_found_what_is_gone(toy: Bench) -> None:
    read(toy, Spied(), steady=True)

    assert bookmark(toy) == {"watermark": "2026-03-01T09:00:00+00:00"}


def test_a_stream_names_the_run_that_read_it_to_its_end(toy: Bench) -> None:
    read(toy, Spied(), steady=True, times=1)
    before = toy.rows("SELECT last_complete_run FROM stream")

    led = read(toy, Spied(), steady=True)

    assert before == [(None,)]
    assert toy.rows("SELECT last_complete_run FROM stream") == [(led.writer.place.run_id,)]
