"""A connector whose asks no network carries: its carrier lives as long as the run, however many slices that takes."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from kizuna import sdk
from kizuna.sdk.transport import Transport
from kizuna.sync.run import Syncer
from tests.support.toys import Bench, Toy, ToySettings, bench, host

PAGES = 5


class Carrier(httpx.AsyncBaseTransport):
    """Answers from memory, a firm a page, and remembers when it was closed."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.asked: list[str] = []
        self.closed = 0
        self._fault = fault

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._fault is not None:
            raise self._fault
        page = int(request.url.params.get("page", "1"))
        self.asked.append(str(request.url))
        more = page + 1 if page < PAGES else None
        return httpx.Response(200, json={"data": [{"id": str(page)}], "next": more})

    async def aclose(self) -> None:
        self.closed += 1


class Local(Toy):
    """A toy that is read without a network."""

    made: Carrier

    def carrier(self) -> httpx.AsyncBaseTransport:
        return self.made

    def streams(self) -> tuple[sdk.AnyStream, ...]:
        firms = super().streams()[0]
        reading = sdk.Listing(path="/firms", payload=firms.payload, paging=sdk.Cursor(param="page", token="next"))
        return (sdk.Stream(name="firms", payload=firms.payload, map=firms.map, reading=reading),)


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> Carrier:
    made = Carrier()
    monkeypatch.setattr(Local, "made", made, raising=False)
    return made


@pytest.fixture
def toy(sqlite_url: str):
    with bench(sqlite_url) as made:
        yield made


@pytest.fixture
def syncer(toy: Bench):
    made = Syncer(toy.database, host(Local), toy.deriver)
    yield made
    made.close()


def test_asks_go_to_the_connectors_own_carrier_which_is_closed_with_the_line(carrier: Carrier) -> None:
    async def scenario() -> sdk.Answer:
        async with Transport(Local(ToySettings()), paced=False) as line:
            return await line.send(sdk.Ask(path="/firms"))

    answer = asyncio.run(scenario())

    assert answer.status == 200
    assert (len(carrier.asked), carrier.closed) == (1, 1)


def test_a_carrier_is_kept_from_slice_to_slice_and_closed_at_the_end_of_the_run(
    toy: Bench, syncer: Syncer, carrier: Carrier
) -> None:
    run_id = syncer.queue("toy")
    lease = syncer.take(run_id, "one")

    async def scenario() -> list[int]:
        closed = []
        while not (await syncer.slice(run_id, lease, pages=2)).done:
            closed.append(carrier.closed)
        return closed

    closed_between = asyncio.run(scenario())

    assert closed_between
    assert set(closed_between) == {0}
    assert carrier.closed == 1
    assert toy.rows("SELECT count(*) FROM source_record") == [(PAGES,)]


def test_what_breaks_a_slice_off_closes_the_carrier(
    toy: Bench, syncer: Syncer, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Carrier(fault=OSError("the disk is gone"))
    monkeypatch.setattr(Local, "made", broken, raising=False)
    run_id = syncer.queue("toy")
    lease = syncer.take(run_id, "one")

    with pytest.raises(OSError, match="the disk is gone"):
        asyncio.run(syncer.slice(run_id, lease))

    assert broken.closed == 1
