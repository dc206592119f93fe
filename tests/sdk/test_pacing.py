"""Questions leave evenly, within every limit that they count against, however many are asked at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable

import httpx
import pytest

from kizuna import sdk
from kizuna.sdk.pacing import Bucket
from tests.support import virtual_time
from tests.support.toys import Toy, ToySettings


class Vendor:
    """Answers after a tenth of a second and remembers when it was asked what."""

    def __init__(self, answer: Callable[[int], httpx.Response] = lambda _: httpx.Response(200, json={})) -> None:
        self.asked: list[tuple[float, str]] = []
        self.under_way: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self._answer = answer

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.strip("/")
        number = len(self.asked)
        self.asked.append((asyncio.get_running_loop().time(), name))
        self.under_way[name] += 1
        self.most[name] = max(self.most[name], self.under_way[name])
        await asyncio.sleep(0.1)
        self.under_way[name] -= 1
        return self._answer(number)

    def times(self, name: str = "") -> list[float]:
        return [at_s for at_s, asked in self.asked if name in ("", asked)]


def line(vendor: Vendor, *limits: sdk.Limit) -> sdk.Transport:
    toy = Toy(ToySettings())
    vars(toy)["limits"] = limits
    return sdk.Transport(toy, http=httpx.MockTransport(vendor))


def ask(vendor: Vendor, limits: Iterable[sdk.Limit], families: Iterable[str]) -> None:
    async def all_at_once() -> None:
        async with line(vendor, *limits) as opened:
            await asyncio.gather(*(opened.send(sdk.Ask(path=f"/{name}", family=name)) for name in families))

    virtual_time.run(all_at_once())


def most_in(seconds: float, times: list[float]) -> int:
    """The most of these moments that lie within so many seconds."""
    return max(sum(begin <= at_s < begin + seconds - 1e-6 for at_s in times) for begin in times)


def test_slots_come_evenly_after_a_burst() -> None:
    bucket = Bucket(sdk.Limit(10, burst=2))
    waits = []

    for _ in range(4):
        waits.append(round(bucket.wait_s(100.0), 3))
        bucket.take(100.0)

    assert waits == [0.0, 0.0, 0.1, 0.2]


def test_after_a_ban_no_slot_comes_before_its_end() -> None:
    bucket = Bucket(sdk.Limit(10, burst=2))

    bucket.ban(100.0, 5.0)

    assert (bucket.wait_s(100.0), bucket.wait_s(105.0)) == (5.0, 0.0)


def test_nine_tenths_of_a_limit_are_used_and_it_is_never_exceeded() -> None:
    vendor = Vendor()

    ask(vendor, [sdk.Limit(96, burst=5, concurrent=16)], ["default"] * 960)

    times = vendor.times()
    assert most_in(1.0, times) <= 100
    assert len(times) / (times[-1] - times[0]) >= 90


def test_a_question_counts_against_the_limit_of_its_family_and_against_the_one_around_it() -> None:
    vendor = Vendor()
    limits = [sdk.Limit(100), sdk.Limit(25, family="firms", within="default"), sdk.Limit(25, family="bills")]

    ask(vendor, limits, ["firms", "people", "bills"] * 100)

    around = [at_s for at_s, name in vendor.asked if name != "bills"]
    assert most_in(1.0, vendor.times("firms")) <= 25
    assert most_in(1.0, vendor.times("bills")) <= 25
    assert most_in(1.0, around) <= 100


def test_a_family_that_waits_for_its_own_limit_does_not_hold_up_the_others() -> None:
    vendor = Vendor()
    limits = [sdk.Limit(100, concurrent=4), sdk.Limit(1, family="firms", within="default", concurrent=16)]

    ask(vendor, limits, ["firms"] * 10 + ["people"] * 20)

    assert vendor.times("people")[-1] - vendor.times()[0] < 1.0
    assert vendor.times("firms")[-1] - vendor.times()[0] >= 9.0


def test_no_more_questions_are_under_way_than_the_limit_says() -> None:
    vendor = Vendor()

    ask(vendor, [sdk.Limit(1_000, burst=50, concurrent=3)], ["default"] * 30)

    assert vendor.most["default"] == 3


def test_a_slot_is_taken_when_the_question_leaves_and_not_when_it_begins_to_wait() -> None:
    vendor = Vendor()

    ask(vendor, [sdk.Limit(20, concurrent=1)], ["default"] * 40)

    assert most_in(1.0, vendor.times()) <= 20


def test_slots_that_were_taken_late_are_made_up_for_and_unused_ones_are_not() -> None:
    async def departures() -> list[float]:
        bucket, loop, left = Bucket(sdk.Limit(100)), asyncio.get_running_loop(), list[float]()

        async def leave(late_s: float) -> None:
            async with bucket.slot():
                await asyncio.sleep(late_s)
                left.append(loop.time() - 100.0)

        await asyncio.gather(*(leave(0.025 if number == 2 else 0.0) for number in range(8)))
        await asyncio.sleep(1.0)
        await asyncio.gather(*(leave(0.0) for _ in range(3)))
        return [round(at_s, 3) for at_s in left]

    found = virtual_time.run(departures())

    assert found[:8] == [0.0, 0.01, 0.045, 0.045, 0.045, 0.05, 0.06, 0.07]
    assert [round(at_s - found[8], 3) for at_s in found[8:]] == [0.0, 0.01, 0.02]


def test_what_is_made_up_for_stays_within_the_limit_of_any_second() -> None:
    async def departures() -> list[float]:
        bucket, loop, left = Bucket(sdk.Limit(96)), asyncio.get_running_loop(), list[float]()

        async def leave(number: int) -> None:
            async with bucket.slot():
                await asyncio.sleep(0.2 if number % 40 == 39 else 0.0)
                left.append(loop.time())

        await asyncio.gather(*(leave(number) for number in range(400)))
        return left

    assert most_in(1.0, virtual_time.run(departures())) <= 100


@pytest.mark.parametrize("wish_s", [None, 2.0])
def test_too_many_for_one_question_is_a_pause_for_all(wish_s: float | None) -> None:
    headers = {} if wish_s is None else {"Retry-After": str(wish_s)}
    busy = httpx.Response(429, headers=headers, json={})
    vendor = Vendor(lambda number: busy if number == 5 else httpx.Response(200, json={}))

    ask(vendor, [sdk.Limit(100, concurrent=1)], ["default"] * 20)

    pauses = [after_s - before_s for before_s, after_s in zip(vendor.times(), vendor.times()[1:], strict=False)]
    assert max(pauses) == pytest.approx(0.1 + (wish_s or 0.25))
    assert sum(pause > 0.2 for pause in pauses) == 1


def test_whoever_waits_for_a_vendor_that_is_closed_for_hours_is_told_so() -> None:
    closed = httpx.Response(429, headers={"Retry-After": "7200"}, json={})
    vendor = Vendor(lambda _: closed)

    async def outcomes() -> list[BaseException | sdk.Answer]:
        async with line(vendor, sdk.Limit(1, concurrent=9)) as opened:
            asks = [opened.send(sdk.Ask(path="/firms")) for _ in range(5)]
            return await asyncio.gather(*asks, return_exceptions=True)

    found = virtual_time.run(outcomes())

    assert len(vendor.asked) == 1
    assert [type(error) for error in found] == [sdk.TransientError] * 5
    assert [round(error.retry_after_s or 0, -2) for error in found if isinstance(error, sdk.TransientError)] == [
        7200
    ] * 5


def test_a_daily_quota_that_is_used_up_is_one_for_all_who_ask() -> None:
    class Metered(Toy):
        limits = (sdk.Limit(100, concurrent=1),)

        def sort_error(self, answer: sdk.Answer) -> sdk.KizunaError | None:
            return sdk.QuotaError("toy: used up", 3_600.0) if answer.status == 429 else None

    vendor = Vendor(lambda _: httpx.Response(429, json={}))

    async def outcomes() -> list[BaseException | sdk.Answer]:
        async with sdk.Transport(Metered(ToySettings()), http=httpx.MockTransport(vendor)) as opened:
            asks = [opened.send(sdk.Ask(path="/firms")) for _ in range(3)]
            return await asyncio.gather(*asks, return_exceptions=True)

    found = virtual_time.run(outcomes())

    assert len(vendor.asked) == 1
    assert [type(error) for error in found] == [sdk.QuotaError] * 3


def test_a_slot_that_is_far_off_without_a_ban_is_waited_for() -> None:
    busy = httpx.Response(429, headers={"Retry-After": "1"}, json={})
    vendor = Vendor(lambda number: busy if number == 0 else httpx.Response(200, json={}))

    ask(vendor, [sdk.Limit(1, per_s=600.0)], ["default"])

    assert [at_s - vendor.times()[0] for at_s in vendor.times()] == [0.0, 600.0]
