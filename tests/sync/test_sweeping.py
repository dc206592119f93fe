"""What a whole listing no longer shows is gone; what it shows is there, understood or not."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx

from kizuna import sdk
from kizuna.config import SyncLimits
from kizuna.sync.stream import Budget, Progress, StreamRun
from kizuna.sync.writer import Gathered
from tests.support.toys import MORNING, Bench, Toy, ToySettings, at


def listed(
    toy: Bench, firms: list[dict[str, Any]], *, full: bool = False, asked: bool = True, later_min: int = 0
) -> StreamRun:
    """One whole pass over a listing that shows just these firms; a full one is ``asked`` for, or comes in its turn."""
    writer = toy.writer()
    answer = httpx.MockTransport(lambda _: httpx.Response(200, json={"data": firms}))

    async def run() -> StreamRun:
        with ThreadPoolExecutor(1) as executor:
            led = StreamRun("toy", writer.stream, writer, executor, lambda _: None, unbroken=True, full=full)
            led.believed = full and asked
            async with sdk.Transport(Toy(ToySettings()), http=answer, paced=False) as line:
                start = sdk.Start(now=MORNING + timedelta(minutes=later_min), full=full)
                await led.read(line, None, start, Budget(pages=99, until_s=float("inf")))
            return led

    led = asyncio.run(run())
    toy.deriver.drain()
    return led


def firm(number: int, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "name": f"Firm {number}", "at": at(0), **more}


def test_a_record_that_is_no_longer_listed_is_gone(toy: Bench) -> None:
    listed(toy, [firm(1), firm(2)])

    listed(toy, [firm(2)])

    assert toy.rows("SELECT source_id, deleted FROM source_record ORDER BY source_id") == [
        ("1", "vanished"),
        ("2", None),
    ]


def test_a_listed_record_that_is_not_understood_is_not_gone(toy: Bench) -> None:
    listed(toy, [firm(1), firm(2)])

    listed(toy, [firm(1, name=7, at=at(1)), firm(2)])

    assert toy.rows("SELECT COUNT(*) FROM source_record WHERE deleted IS NOT NULL") == [(0,)]
    assert toy.rows("SELECT source_id FROM quarantine") == [("1",)]


def test_a_record_without_a_name_forbids_to_sweep(toy: Bench) -> None:
    listed(toy, [firm(1), firm(2)])

    listed(toy, [firm(2), {"name": "nobody"}])

    assert toy.rows("SELECT COUNT(*) FROM source_record WHERE deleted IS NOT NULL") == [(0,)]


def test_a_record_that_is_listed_again_returns_although_nobody_edited_it(toy: Bench) -> None:
    listed(toy, [firm(1), firm(2)])
    listed(toy, [firm(2)])

    listed(toy, [firm(1), firm(2)], later_min=60)

    assert toy.rows("SELECT COUNT(*) FROM source_record WHERE deleted IS NOT NULL") == [(0,)]
    assert toy.rows("SELECT COUNT(*) FROM customer") == [(2,)]


def test_a_restored_record_that_nobody_edited_returns_when_everything_is_read_again(toy: Bench) -> None:
    listed(toy, [firm(1), firm(2)])
    toy.write({**firm(1), "gone": True, "at": at(30)})

    listed(toy, [firm(1), firm(2)], later_min=60)
    as_before = toy.rows("SELECT source_id FROM source_record WHERE deleted IS NOT NULL")
    listed(toy, [firm(1), firm(2)], later_min=60, full=True)

    assert as_before == [("1",)]
    assert toy.rows("SELECT COUNT(*) FROM source_record WHERE deleted IS NOT NULL") == [(0,)]
    assert toy.rows("SELECT name FROM customer ORDER BY name") == [("Firm 1",), ("Firm 2",)]


def test_a_record_deleted_while_everything_is_read_again_stays_deleted(toy: Bench) -> None:
    toy.write({**firm(1), "gone": True, "at": at(30)})

    late = Gathered()
    late.add([sdk.Record(raw=json.dumps(firm(1)).encode())], None, MORNING)
    writer = toy.writer()
    writer.listed_since = 0  # the listing began long before the deletion was known
    writer.write(late)

    assert toy.rows("SELECT deleted FROM source_record") == [("deleted",)]


def test_a_listing_that_lost_most_is_believed_only_when_asked_for_in_full(toy: Bench) -> None:
    listed(toy, [firm(n) for n in range(60)])

    refused = listed(toy, [firm(1)])
    kept = toy.rows("SELECT COUNT(*) FROM source_record WHERE deleted IS NULL")
    believed = listed(toy, [firm(1)], full=True)

    assert (refused.state, kept) == ("degraded", [(60,)])
    assert believed.state == "complete"
    assert toy.rows("SELECT COUNT(*) FROM source_record WHERE deleted IS NULL") == [(1,)]


def test_a_listing_that_lost_most_is_not_believed_when_it_only_came_in_its_turn(toy: Bench) -> None:
    listed(toy, [firm(number) for number in range(60)])

    led = listed(toy, [firm(1)], full=True, asked=False)

    assert led.state == "degraded"
    assert toy.rows("SELECT COUNT(*) FROM source_record WHERE deleted IS NOT NULL") == [(0,)]


def test_a_reading_that_fails_ends_its_stream_and_no_other(toy: Bench) -> None:
    class Broken:
        def begin(self, bookmark: Any, start: sdk.Start) -> sdk.Turn:
            raise KeyError("cursor")

        def turn(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
            raise KeyError("cursor")

    noted: list[Progress] = []
    writer = toy.writer()
    broken = sdk.Stream(name="firms", payload=writer.stream.payload, map=writer.stream.map, reading=Broken())

    async def run() -> None:
        with ThreadPoolExecutor(1) as executor:
            led = StreamRun("toy", broken, writer, executor, noted.append, unbroken=True)
            async with sdk.Transport(Toy(ToySettings())) as line:
                await led.read(line, None, sdk.Start(now=MORNING), Budget(pages=9, until_s=float("inf")))

    asyncio.run(run())

    assert [(news.state, news.reason) for news in noted] == [
        ("failed", "The connector's reading failed (KeyError); report it to its author.")
    ]


def test_a_field_that_no_record_shows_any_more_is_noted_once(toy: Bench) -> None:
    listed(toy, [firm(n, fax="03") for n in range(12)])

    listed(toy, [firm(n, at=at(1)) for n in range(12)])
    listed(toy, [firm(n, at=at(2)) for n in range(12)])

    noted = toy.rows("SELECT path, change, before FROM schema_drift")
    assert noted == [("fax", "vanished_field", "string")]


def test_a_batch_is_as_large_as_the_settings_say(toy: Bench) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params.get("after", 0))
        more = {"next": str(page + 1)} if page < 3 else {}
        return httpx.Response(200, json={"data": [firm(page)], **more})

    def commits(batch_bytes: int) -> int:
        noted: list[Progress] = []
        writer = toy.writer()
        reading = sdk.Listing(path="/firms", payload=writer.stream.payload, paging=sdk.Cursor("after", "next"))
        limits = SyncLimits(batch_bytes=batch_bytes, batch_seconds=60.0)

        async def run() -> None:
            with ThreadPoolExecutor(1) as executor:
                stream = replace(writer.stream, reading=reading, sweep=False)
                led = StreamRun("toy", stream, writer, executor, noted.append, unbroken=True, limits=limits)
                async with sdk.Transport(Toy(ToySettings()), http=httpx.MockTransport(answer), paced=False) as line:
                    await led.read(line, None, sdk.Start(now=MORNING), Budget(pages=99, until_s=float("inf")))

        asyncio.run(run())
        return sum(news.state == "reading" for news in noted)

    assert (commits(batch_bytes=1), commits(batch_bytes=1_000_000)) == (4, 1)
