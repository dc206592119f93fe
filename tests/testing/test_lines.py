"""The scripted line and the clock that nobody waits for."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest

from kizuna.testing.hurry import hurried
from kizuna.testing.line import Killed, Line, before, killed_after, once_each, rewriting, undisturbed


def vendor(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"asked": str(request.url.query.decode()), "rows": [{"id": 1}]})


def asked(line: Line, *urls: str) -> list[httpx.Response]:
    """The answers to these questions, one after the other."""

    async def all_of_them() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=line, base_url="http://vendor.example") as client:
            return [await client.get(url) for url in urls]

    return hurried(all_of_them())


def test_sleeps_end_at_once_and_in_their_order():
    woke: list[str] = []

    async def sleeper(name: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        woke.append(name)

    async def all_of_them() -> float:
        began = asyncio.get_running_loop().time()
        await asyncio.gather(sleeper("late", 7200), sleeper("early", 60))
        return asyncio.get_running_loop().time() - began

    took_s = hurried(all_of_them())

    assert woke == ["early", "late"]
    assert took_s >= 7200


def test_threads_are_waited_for():
    async def work() -> str:
        await asyncio.to_thread(time.sleep, 0.01)
        return "done"

    assert hurried(work()) == "done"


def test_pages_are_made_short_where_a_size_is_asked_for():
    line = Line(httpx.MockTransport(vendor), undisturbed, {"limit": "2"})

    answers = asked(line, "/a?limit=100&x=%2Bz", "/b?y=1")

    assert [answer.json()["asked"] for answer in answers] == ["limit=2&x=%2Bz", "y=1"]
    assert [str(request.url) for request in line.requests] == [
        "http://vendor.example/a?limit=100&x=%2Bz",
        "http://vendor.example/b?y=1",
    ]


def test_a_line_is_cut_after_so_many_requests():
    line = Line(httpx.MockTransport(vendor), killed_after(1))

    with pytest.raises(Killed):
        asked(line, "/a", "/b")

    assert len(line.requests) == 2


def test_a_fault_meets_every_question_once():
    async def fault(_request: httpx.Request, _onward: object) -> httpx.Response:
        return httpx.Response(503)

    answers = asked(Line(httpx.MockTransport(vendor), once_each(fault)), "/a", "/a", "/b", "/b")

    assert [answer.status_code for answer in answers] == [503, 200, 503, 200]


def test_something_happens_before_a_request():
    happened: list[str] = []

    asked(Line(httpx.MockTransport(vendor), before(2, lambda: happened.append("edit"))), "/a", "/b", "/c")

    assert happened == ["edit"]


def test_records_are_changed_on_their_way():
    line = Line(httpx.MockTransport(vendor), rewriting(lambda said: said["rows"], lambda row: row.update(new=True)))

    assert asked(line, "/a")[0].json()["rows"] == [{"id": 1, "new": True}]
