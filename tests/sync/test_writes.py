"""Batches under way are written in their order, and none behind one that failed."""

from __future__ import annotations

import asyncio

import pytest

from kizuna.sync.writes import Writes


def test_a_batch_is_written_after_the_one_before_however_fast_it_was_prepared() -> None:
    written: list[str] = []

    async def both() -> None:
        prepared, writes = asyncio.Event(), Writes()

        async def slow() -> None:
            await prepared.wait()
            written.append("first")

        async def fast() -> None:
            written.append("second")

        writes.begin(slow)
        writes.begin(fast)
        await asyncio.sleep(0)
        prepared.set()
        await writes.done()

    asyncio.run(both())

    assert written == ["first", "second"]


def test_a_batch_behind_one_that_failed_is_not_written() -> None:
    written: list[str] = []

    async def both() -> None:
        writes = Writes()

        async def failing() -> None:
            raise OSError("the disk is full")

        async def behind() -> None:
            written.append("behind")

        writes.begin(failing)
        writes.begin(behind)
        with pytest.raises(OSError, match="the disk is full"):
            await writes.done()
        await writes.done()  # nothing is left of them

    asyncio.run(both())

    assert written == []


def test_there_is_room_again_when_the_oldest_is_written() -> None:
    async def waited() -> tuple[bool, bool]:
        first, second, writes = asyncio.Event(), asyncio.Event(), Writes()

        async def one() -> None:
            await first.wait()

        async def other() -> None:
            await second.wait()

        writes.begin(one)
        writes.begin(other)
        room = asyncio.create_task(writes.fewer_than(2))
        await asyncio.sleep(0)
        before = room.done()
        first.set()
        await room
        second.set()
        await writes.done()
        return before, room.done()

    assert asyncio.run(waited()) == (False, True)
