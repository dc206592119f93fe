"""Records that are named are read alone: as they are now, and nothing else of their stream is touched."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from kizuna import sdk
from kizuna.sdk import Hint, Named
from kizuna.sync import reader
from kizuna.sync.named import NAMED_MOST, Wanted
from kizuna.sync.run import STALLS_MOST, SliceResult, Syncer
from tests.support.toys import MORNING, Bench, Toy, at

STANDS = "SELECT bookmark, state, reason, last_complete_at FROM stream WHERE name = 'firms'"
FIRMS = "SELECT source_id, deleted FROM source_record ORDER BY source_id"
NAMES = "SELECT name FROM fact_account ORDER BY name"


@dataclass(frozen=True)
class ById:
    """One question a firm; one that is not there is gone."""

    named: Sequence[Named]

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        return self._next(tuple(self.named), ())

    def turn(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        first, *others = state
        if b"malformed" in answer.body:
            raise sdk.PageError("this is no firm")
        if answer.body == b"null":
            return self._next(tuple(others), (sdk.Record(raw=b"{}", id=first.id, deleted="deleted", version=first.at),))
        return self._next(tuple(others), (sdk.Record(raw=answer.body),))

    def _next(self, left: tuple[Named, ...], records: tuple[sdk.Record, ...]) -> sdk.Turn:
        ask = sdk.Ask(path=f"/firms/{left[0].id}") if left else None
        return sdk.Turn(ask=ask, state=left, records=records)


class Vendor(httpx.AsyncBaseTransport):
    """Firms, listed and by id; a path in ``broken`` is answered with 400."""

    def __init__(self) -> None:
        self.firms: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.broken: set[str] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.asked.append(path)
        if path in self.broken:
            return httpx.Response(400)
        if path == "/firms":
            return httpx.Response(200, json={"data": list(self.firms.values())})
        return httpx.Response(200, content=json.dumps(self.firms.get(path.rpartition("/")[2])))


class Naming(Toy):
    """A toy whose firms can be read by their ids, and are listed by time."""

    vendor: Vendor

    def carrier(self) -> httpx.AsyncBaseTransport:
        return self.vendor

    def streams(self) -> tuple[sdk.AnyStream, ...]:
        firms = super().streams()[0]
        since = sdk.Since("since", lambda firm: firm.at)
        return (replace(firms, reading=replace(firms.reading, since=since), only=ById),)


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Vendor:
    made = Vendor()
    made.firms = {key: {"id": key, "name": f"Firm {key}", "at": at(0)} for key in ("1", "2")}
    monkeypatch.setattr(Naming, "vendor", made, raising=False)
    return made


@pytest.fixture
def connector() -> type[Toy]:
    return Naming


def read(syncer: Syncer, *named: Named) -> SliceResult:
    """A run at its end, of the firms named or of all."""
    given = {"firms": named} if named else None
    run_id = syncer.queue("toy", streams=["firms"], trigger="webhook", named=given)

    async def scenario() -> SliceResult:
        lease = syncer.take(run_id, "one")
        while not (result := await syncer.slice(run_id, lease)).done:
            pass
        return result

    return asyncio.run(scenario())


def test_only_the_named_record_is_asked_for_and_written(toy: Bench, syncer: Syncer, vendor: Vendor) -> None:
    read(syncer)
    vendor.asked.clear()
    vendor.firms = {key: {"id": key, "name": f"New {key}", "at": at(5)} for key in ("1", "2")}

    result = read(syncer, Named(id="2"))

    assert (result.state, result.counts["read"], result.counts["written"]) == ("complete", 1, 1)
    assert vendor.asked == ["/firms/2"]
    assert toy.rows(NAMES) == [("Firm 1",), ("New 2",)]


def test_how_the_stream_stands_is_left_as_it_was(toy: Bench, syncer: Syncer, vendor: Vendor) -> None:
    read(syncer)
    with toy.database.write() as sql:
        sql.exec_driver_sql("UPDATE stream SET state = 'degraded', reason = 'half of it was missing'")
    before = toy.rows(STANDS)

    vendor.firms["1"] |= {"name": "New", "at": at(5)}
    read(syncer, Named(id="1"))
    vendor.broken.add("/firms/1")
    failed = read(syncer, Named(id="1"))

    assert toy.rows(NAMES) == [("Firm 2",), ("New",)]
    assert failed.state == "failed"
    assert toy.rows(STANDS) == before


def test_a_stream_that_was_never_read_to_its_end_is_read_as_ever(toy: Bench, syncer: Syncer, vendor: Vendor) -> None:
    read(syncer, Named(id="1"))

    assert vendor.asked == ["/firms"]
    assert toy.rows(FIRMS) == [("1", None), ("2", None)]


def test_an_older_state_replaces_nothing_and_one_that_is_gone_stays_gone(
    toy: Bench, syncer: Syncer, vendor: Vendor
) -> None:
    read(syncer)
    old = dict(vendor.firms["1"])
    vendor.firms["1"] |= {"name": "New", "at": at(5)}
    read(syncer, Named(id="1"))
    vendor.firms["1"] = old
    read(syncer, Named(id="1"))
    names = toy.rows(NAMES)

    gone = vendor.firms.pop("2")
    read(syncer, Named(id="2", at=MORNING + timedelta(minutes=9)))
    vendor.firms["2"] = gone | {"at": at(8)}
    read(syncer, Named(id="2"))

    assert names == [("Firm 2",), ("New",)]
    assert toy.rows(FIRMS) == [("1", None), ("2", "deleted")]


def test_what_was_read_before_a_fault_is_kept(toy: Bench, syncer: Syncer, vendor: Vendor) -> None:
    read(syncer)
    vendor.firms = {key: {"id": key, "name": f"New {key}", "at": at(5)} for key in ("1", "2")}
    vendor.broken.add("/firms/2")

    result = read(syncer, Named(id="1"), Named(id="2"))

    assert result.state == "failed"
    assert toy.rows(NAMES) == [("Firm 2",), ("New 1",)]


def test_a_record_that_is_never_understood_ends_the_run_though_others_are_read_again_and_again(
    toy: Bench, syncer: Syncer, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "REFUSED_WAIT_S", 0.0)
    read(syncer)
    vendor.firms["2"]["name"] = "malformed"

    result = read(syncer, Named(id="1"), Named(id="2"))

    assert result.state == "failed"
    assert vendor.asked.count("/firms/1") == STALLS_MOST


def hint(number: int, stream: str = "firms", minute: int | None = None) -> Hint:
    dated = None if minute is None else MORNING + timedelta(minutes=minute)
    return Hint(stream=stream, id=str(number), event=f"e{number}", at=dated)


def test_a_record_named_often_is_read_once_with_the_latest_time() -> None:
    wanted = Wanted(frozenset({"firms"}))

    wanted.add([hint(1, minute=5), hint(2)], again=False)
    wanted.add([hint(1, minute=9)], again=False)
    wanted.add([hint(1, minute=7), hint(1)], again=False)

    assert wanted.streams() == ("firms",)
    assert wanted.named() == {"firms": (Named(id="1", at=MORNING + timedelta(minutes=9)), Named(id="2"))}


def test_a_record_of_which_any_delivery_says_that_it_is_gone_is_named_so() -> None:
    wanted = Wanted(frozenset({"firms"}))
    gone = Hint(stream="firms", id="1", event="e0", deleted=True, at=MORNING + timedelta(minutes=5))

    wanted.add([gone, hint(2)], again=False)
    wanted.add([hint(1, minute=9)], again=False)

    assert wanted.named() == {
        "firms": (Named(id="1", at=MORNING + timedelta(minutes=9), deleted=True), Named(id="2")),
    }


def test_a_record_that_is_read_by_way_of_another_keeps_that_one() -> None:
    wanted = Wanted(frozenset({"firms"}))

    wanted.add([Hint(stream="firms", id="1", event="e1", parent="7")], again=False)
    wanted.add([hint(1)], again=False)

    assert wanted.named() == {"firms": (Named(id="1", parent="7"),)}


def test_where_more_are_named_than_are_read_by_name_the_changes_are_read() -> None:
    just, beyond = Wanted(frozenset({"firms"})), Wanted(frozenset({"firms"}))

    just.add([hint(number) for number in (*range(NAMED_MOST), 0, 1)], again=False)
    beyond.add([hint(number) for number in (*range(NAMED_MOST + 1), 0, 1)], again=False)

    assert len(just.named()["firms"]) == NAMED_MOST
    assert (beyond.streams(), beyond.named()) == (("firms",), {})


def test_streams_that_cannot_be_read_by_name_and_those_where_that_failed_are_read_as_ever() -> None:
    wanted = Wanted(frozenset({"firms", "people"}))

    wanted.add([hint(1), hint(2, "cases"), hint(3, "people")], again=False)
    wanted.add([hint(4)], again=True)

    assert wanted.streams() == ("cases", "firms", "people")
    assert wanted.named() == {"people": (Named(id="3"),)}


def test_who_is_to_be_forgotten_is_read_by_name_however_many_they_are_and_whatever_failed_before() -> None:
    many = [Hint(stream="firms", id=str(number), event="e", deleted=sdk.ERASED) for number in range(NAMED_MOST + 1)]
    wanted = Wanted(frozenset({"firms"}))

    wanted.add([Hint(stream="firms", id="other", event="e")], again=True)
    wanted.add(many, again=True)

    named = wanted.named()["firms"]
    assert {one.id for one in named} == {hint.id for hint in many}
    assert {one.deleted for one in named} == {sdk.ERASED}


@pytest.mark.parametrize(("trigger", "state", "left"), [("schedule", "degraded", 40), ("command", "complete", 1)])
def test_only_who_asks_for_everything_is_believed_that_most_of_it_is_gone(
    toy: Bench, syncer: Syncer, vendor: Vendor, trigger: str, state: str, left: int
) -> None:
    vendor.firms = {str(n): {"id": str(n), "name": f"Firm {n}", "at": at(0)} for n in range(40)}
    read(syncer)
    vendor.firms = {"1": vendor.firms["1"]}
    run_id = syncer.queue("toy", full=True, trigger=trigger)

    async def scenario() -> None:
        lease = syncer.take(run_id, "one")
        while not (await syncer.slice(run_id, lease)).done:
            pass

    asyncio.run(scenario())

    assert toy.rows("SELECT state FROM stream WHERE name = 'firms'") == [(state,)]
    assert toy.rows("SELECT count(*) FROM source_record WHERE deleted IS NULL") == [(left,)]
