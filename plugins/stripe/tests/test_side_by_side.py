"""Over HTTP, as the engine asks: ranges side by side and objects ahead, over a rough line, through kills and changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta

import msgspec
import pytest

from kizuna import sdk
from kizuna.sandbox import World
from kizuna.sync.reader import pages
from kizuna_stripe import Stripe, StripeSettings, readings
from plugins.stripe.tests.served import Account, account, gone, ids, living

VERSIONS = ["2024-06-20", "2026-05-27.dahlia"]


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "PAGE_SIZE", "5")


@pytest.fixture
def stripe() -> Iterator[Account]:
    with account(World(seed=7, companies=30)) as found:
        yield found


def read(
    found: Account,
    name: str,
    *,
    version: str = VERSIONS[-1],
    killed_after: int | None = None,
    at_page: Callable[[int], None] = lambda _: None,
) -> list[sdk.Record]:
    """A pass by the engine's own reader, killed after so many pages; the bookmark is kept for the next."""

    async def go() -> list[sdk.Record]:
        endpoint = found.served.endpoints[0]
        settings = {**endpoint.settings, **endpoint.secrets, "api_version": version}
        connector = Stripe(StripeSettings.model_validate(settings))
        stream = next(stream for stream in connector.streams() if stream.name == name)
        records: list[sdk.Record] = []
        start, number = sdk.Start(now=found.state.now()), 0
        async with sdk.Transport(connector) as transport:
            asked = pages(stream.reading, transport, found.bookmarks.get(name), start)
            async for page in asked:
                records.extend(page.records)
                number += 1
                if page.bookmark is not None:
                    found.bookmarks[name] = msgspec.json.decode(msgspec.json.encode(page.bookmark))
                if number == killed_after:
                    break
                at_page(number)
            await asked.aclose()
        return records

    return asyncio.run(go())


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("stream", ["customers", "subscriptions", "invoices", "charges"])
def test_a_first_load_is_whole_and_reads_nothing_twice(stripe, stream, version):
    found = read(stripe, stream, version=version)

    assert sorted(ids(found)) == sorted(record.id for record in stripe.state.live(stream))


def test_a_first_load_that_is_killed_again_and_again_is_whole(stripe):
    there = sorted(record.id for record in stripe.state.live("invoices"))
    found: list[sdk.Record] = []

    for killed_after in (1, 2, 3, 5, 8, 4, 6):
        found += read(stripe, "invoices", killed_after=killed_after)
    found += read(stripe, "invoices")

    assert sorted(ids(found)) == there


def test_what_happens_while_the_list_is_read_is_told_by_the_list_or_by_the_events(stripe):
    there = [record.id for record in stripe.state.live("customers")]
    removed, changed, made = there[::7], there[3::7], []

    def happen(number: int) -> None:
        stripe.served.clock.advance(timedelta(seconds=1))
        if number <= len(removed):
            stripe.state.remove("customers", removed[number - 1])
        if number <= len(changed):
            stripe.http.post(f"/v1/customers/{changed[number - 1]}", data={"name": f"Renamed {number}"})
        if number <= 5:
            made.append(stripe.http.post("/v1/customers", data={"name": f"New {number}"}).json()["id"])

    first = read(stripe, "customers", at_page=happen)
    stripe.served.clock.advance(timedelta(minutes=1))
    second = read(stripe, "customers")

    left = {record.id for record in stripe.state.live("customers")}
    known = (set(ids(first)) | set(ids(second))) - gone(second)
    assert known == left
    now = {**living(first), **living(second)}
    assert {name: now[name]["name"] for name in changed if name in left} == {
        name: stripe.get(f"/v1/customers/{name}")["name"] for name in changed if name in left
    }
    assert set(made) <= known


def test_a_rough_line_costs_no_record():
    with account(World(seed=7, companies=12), faults="rough") as stripe:
        found = read(stripe, "invoices")

        assert set(ids(found)) == {record.id for record in stripe.state.live("invoices")}


def test_changed_objects_are_each_read_again_once(stripe):
    read(stripe, "customers")
    stripe.served.clock.advance(timedelta(minutes=30))
    changed = [record.id for record in stripe.state.live("customers")][:40]
    for name in changed:
        stripe.http.post(f"/v1/customers/{name}", data={"description": "Changed"})
    before = stripe.state.requests["requests"]

    found = read(stripe, "customers")

    assert sorted(ids(found)) == sorted(changed)
    events = -(-len(changed) // 5)
    assert stripe.state.requests["requests"] - before <= len(changed) + events + 1
