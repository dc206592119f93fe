"""Questions that a reading expects to ask are sent before they are due; what comes of them is as if they were not."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from kizuna import sdk
from kizuna.sdk import transport as sending
from kizuna.sync import reader
from kizuna.sync.reader import Page, pages
from tests.support.toys import Toy, ToySettings

START = sdk.Start(now=datetime(2026, 3, 1, tzinfo=UTC))


class Wide(Toy):
    """A toy whose limits leave the number of questions to the reader."""

    limits = (sdk.Limit(1_000.0, concurrent=99),)


@dataclass(frozen=True)
class OneByOne:
    """Reads the firms named, each by a question of its own; ``expects`` says what it expects to ask after a firm."""

    firms: tuple[str, ...]
    expects: Callable[[Sequence[str]], Sequence[str]] = tuple

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        return self._next(self.firms[(bookmark or {}).get("done", 0) :], ())

    def turn(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        if b"{" not in answer.body:
            raise sdk.PageError("toy: no firm")
        return self._next(state[1:], (sdk.Record(raw=answer.body),))

    def _next(self, left: tuple[str, ...], records: tuple[sdk.Record, ...]) -> sdk.Turn:
        mark = {"done": len(self.firms) - len(left)}
        if not left:
            return sdk.Turn(records=records, bookmark=mark)
        ahead = tuple(question(firm) for firm in self.expects(left[1:]))
        return sdk.Turn(ask=question(left[0]), ahead=ahead, state=left, records=records, bookmark=mark)


def question(firm: str) -> sdk.Ask:
    return sdk.Ask(path=f"/firms/{firm}", method="POST", json={"wish": firm})


@dataclass
class Vendor:
    """Answers a firm when it is let; ``faults`` are given first, ``late`` firms answer only when ``letting_go`` is set."""

    faults: dict[str, list[httpx.Response]] = field(default_factory=dict)
    late: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    under_way: int = 0
    most: int = 0
    letting_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        firm = request.url.path.rpartition("/")[2]
        self.asked.append(firm)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await asyncio.sleep(0)
            if firm in self.late:
                await self.letting_go.wait()
        except asyncio.CancelledError:
            self.given_up.append(firm)
            raise
        finally:
            self.under_way -= 1
        if self.faults.get(firm):
            return self.faults[firm].pop(0)
        return httpx.Response(200, json={"id": firm})


def read(
    reading: sdk.Reading, vendor: Vendor, bookmark: sdk.Bookmark | None = None, *, most: int = 99, **options: Any
) -> list[Page]:
    async def walk() -> list[Page]:
        found: list[Page] = []
        async with sdk.Transport(
            Wide(ToySettings()), http=httpx.MockTransport(vendor), paced=False, attempts=1
        ) as line:
            walked = pages(reading, line, bookmark, START, **options)
            async for page in walked:
                found.append(page)
                if len(found) == most:
                    break
            await walked.aclose()
        return found

    return asyncio.run(walk())


def ids(found: list[Page]) -> list[str]:
    return [json.loads(bytes(record.raw))["id"] for page in found for record in page.records]


FIRMS = tuple(f"f{number}" for number in range(40))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "BACKOFF_S", 0.0)
    monkeypatch.setattr(reader, "REFUSED_WAIT_S", 0.0)


def test_what_is_asked_ahead_comes_in_the_readings_own_order_and_each_question_once() -> None:
    vendor = Vendor()

    found = read(OneByOne(FIRMS), vendor)

    assert ids(found) == list(FIRMS)
    assert Counter(vendor.asked) == Counter(FIRMS)


def test_at_most_sixteen_questions_of_a_stream_are_under_way() -> None:
    vendor = Vendor()

    read(OneByOne(FIRMS), vendor)

    assert vendor.most == 16


def test_large_answers_that_wait_let_nothing_more_be_asked_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "WAITING_BYTES_MOST", 20)
    vendor = Vendor(late=frozenset({"f1"}))

    async def walk() -> list[str]:
        async with sdk.Transport(Wide(ToySettings()), http=httpx.MockTransport(vendor), paced=False) as line:
            walked = pages(OneByOne(FIRMS, lambda left: left[:4]), line, None, START)
            before = [await anext(walked)]
            for _ in range(50):
                await asyncio.sleep(0)
            vendor.letting_go.set()
            before.append(await anext(walked))
            asked = list(vendor.asked)
            return [*asked, "|", *ids([*before, *[page async for page in walked]])]

    found = asyncio.run(walk())

    assert found == [*FIRMS[:5], "|", *FIRMS]


def test_pages_are_the_same_with_and_without_asking_ahead() -> None:
    found = [read(OneByOne(FIRMS), Vendor(), ahead=ahead) for ahead in (0, 5, 16)]

    told = [[(page.records, page.bookmark, page.last) for page in pages_] for pages_ in found]
    assert told[0] == told[1] == told[2]


def test_a_late_answer_holds_up_nobody_behind_it_for_longer_than_itself() -> None:
    vendor = Vendor(late=frozenset({"f1"}))

    async def walk() -> list[str]:
        async with sdk.Transport(Wide(ToySettings()), http=httpx.MockTransport(vendor), paced=False) as line:
            walked = pages(OneByOne(FIRMS[:9]), line, None, START)
            before = [await anext(walked)]
            for _ in range(50):
                await asyncio.sleep(0)
            assert sorted(vendor.asked) == sorted(FIRMS[:9])
            vendor.letting_go.set()
            return ids([*before, *[page async for page in walked]])

    assert asyncio.run(walk()) == list(FIRMS[:9])


def test_a_question_that_is_no_longer_expected_is_given_up() -> None:
    vendor = Vendor(late=frozenset({"never"}))

    found = read(OneByOne(FIRMS[:6], lambda left: ("never",) if len(left) == 5 else ()), vendor)

    assert ids(found) == list(FIRMS[:6])
    assert (vendor.given_up, vendor.asked.count("never")) == (["never"], 1)


def test_a_question_that_failed_ahead_is_asked_again_when_it_is_due() -> None:
    vendor = Vendor(faults={"f3": [httpx.Response(500)], "f4": [httpx.Response(401)]})

    found = read(OneByOne(FIRMS[:6], lambda left: left if "f2" in left else ()), vendor)

    assert ids(found) == list(FIRMS[:6])
    assert (vendor.asked.count("f3"), vendor.asked.count("f4")) == (2, 2)


def test_an_error_is_raised_only_when_its_question_is_due() -> None:
    refused = [httpx.Response(403) for _ in range(3)]
    vendor = Vendor(faults={"f3": refused})
    came: list[sdk.Record] = []

    async def walk() -> None:
        async with sdk.Transport(
            Wide(ToySettings()), http=httpx.MockTransport(vendor), paced=False, attempts=1
        ) as line:
            async for page in pages(OneByOne(FIRMS[:6]), line, None, START):
                came.extend(page.records)

    with pytest.raises(sdk.DegradedError):
        asyncio.run(walk())

    assert [record.raw for record in came] == [b'{"id":"f0"}', b'{"id":"f1"}', b'{"id":"f2"}']


def test_a_page_that_was_malformed_ahead_is_asked_for_again() -> None:
    vendor = Vendor(faults={"f3": [httpx.Response(200, text="none")]})

    found = read(OneByOne(FIRMS[:6]), vendor)

    assert ids(found) == list(FIRMS[:6])


def test_a_pass_broken_off_goes_on_from_its_bookmark_whatever_was_asked_ahead() -> None:
    first = read(OneByOne(FIRMS), Vendor(), most=7)

    rest = read(OneByOne(FIRMS), Vendor(), first[-1].bookmark)

    assert ids(first) + ids(rest) == list(FIRMS)


def test_a_pass_broken_off_leaves_no_question_under_way() -> None:
    vendor = Vendor(late=frozenset(FIRMS[3:]))

    read(OneByOne(FIRMS), vendor, most=2)

    assert vendor.under_way == 0


def test_a_page_carries_the_moment_it_was_asked_for_and_not_when_it_was_due() -> None:
    vendor = Vendor(late=frozenset({"f1"}))

    async def walk() -> tuple[list[Page], datetime]:
        async with sdk.Transport(Wide(ToySettings()), http=httpx.MockTransport(vendor), paced=False) as line:
            walked = pages(OneByOne(FIRMS[:4]), line, None, START)
            found = [await anext(walked)]
            for _ in range(50):
                await asyncio.sleep(0)
            let_go_at = datetime.now(UTC)
            vendor.letting_go.set()
            return [*found, *[page async for page in walked]], let_go_at

    found, let_go_at = asyncio.run(walk())

    assert [page.asked_at < let_go_at for page in found] == [True] * 4
