"""Pages are asked one after the other, resumed from the bookmark, and refused whole when malformed."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from kizuna import sdk
from kizuna.sync import reader
from kizuna.sync.reader import Page, pages
from tests.support.toys import Firm, Toy, ToySettings, at

START = sdk.Start(now=datetime(2026, 3, 1, tzinfo=UTC))
LISTING = sdk.Listing(
    path="/firms",
    payload=Firm,
    paging=sdk.Cursor(param="after", token="next"),
    since=sdk.Since("changed", lambda f: f.at),
)


class Vendor:
    """Answers a cursor list of five firms, two a page, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.broken: list[bytes] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(dict(request.url.params))
        if self.broken:
            return httpx.Response(200, content=self.broken.pop(), headers={"content-type": "application/json"})
        begin = int(request.url.params.get("after", 0))
        firms = [{"id": str(n), "at": at(n)} for n in range(begin, min(begin + 2, 5))]
        more = {"next": str(begin + 2)} if begin + 2 < 5 else {}
        return httpx.Response(200, json={"data": firms, **more})


def read(vendor: Vendor, bookmark: dict[str, Any] | None = None, start: sdk.Start = START, most: int = 9) -> list[Page]:
    async def walk() -> list[Page]:
        found: list[Page] = []
        async with sdk.Transport(Toy(ToySettings()), http=httpx.MockTransport(vendor), paced=False) as line:
            async for page in pages(LISTING, line, bookmark, start):
                found.append(page)
                if len(found) == most:
                    break
        return found

    return asyncio.run(walk())


def ids(found: list[Page]) -> list[str]:
    return [json.loads(bytes(record.raw))["id"] for page in found for record in page.records]


def test_every_record_is_read_once_and_the_end_is_known() -> None:
    found = read(Vendor())

    assert ids(found) == ["0", "1", "2", "3", "4"]
    assert [page.last for page in found] == [False, False, True]
    assert found[-1].whole


def test_a_broken_off_pass_goes_on_from_its_bookmark() -> None:
    first = read(Vendor(), most=1)

    rest = read(Vendor(), bookmark=first[-1].bookmark)

    assert ids(first) + ids(rest) == ["0", "1", "2", "3", "4"]


def test_the_next_pass_asks_only_for_changes_with_an_overlap() -> None:
    done = read(Vendor())[-1].bookmark
    vendor = Vendor()

    read(vendor, bookmark=done)

    assert vendor.asked[0]["changed"] == "2026-03-01T08:59:00Z"


def test_a_malformed_page_is_asked_for_again_and_nothing_of_it_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "REFUSED_WAIT_S", 0.0)
    vendor = Vendor()
    vendor.broken = [b'{"data": [{"id": "0"}, {"id"', b'{"error": "none"}']

    assert ids(read(vendor)) == ["0", "1", "2", "3", "4"]


def test_a_page_that_stays_malformed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "REFUSED_WAIT_S", 0.0)
    vendor = Vendor()
    vendor.broken = [b"[]"] * 9

    with pytest.raises(sdk.PageError):
        read(vendor)
