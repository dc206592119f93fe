"""A first load in ranges of time: every object once, whatever lies where, whoever is killed, whatever happens meanwhile."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import msgspec
import pytest

from kizuna import sdk
from kizuna_stripe import Stripe, StripeSettings
from plugins.stripe.tests.conversation import NOON, NOON_S, START, answer, asked, missing
from plugins.stripe.tests.objects import DAY_S, customer, listed

YEAR_S = 365 * DAY_S
VERSIONS = ["2024-06-20", "2026-05-27.dahlia"]


def customers(version: str = VERSIONS[-1]) -> sdk.Reading:
    made = Stripe(StripeSettings(api_key=sdk.SecretStr("rk_live_x"), api_version=version))
    return next(stream.reading for stream in made.streams() if stream.name == "customers")


@dataclass
class Account:
    """Objects by (created, id), listed newest first; ``before_answer`` may change them."""

    created: dict[str, int]
    size: int = 10
    asked: list[sdk.Ask] = field(default_factory=list)
    before_answer: Callable[[Account], None] = lambda _: None
    _rows: list[tuple[int, str]] = field(default_factory=list)

    def answer(self, ask: sdk.Ask) -> sdk.Answer:
        self.asked.append(ask)
        self.before_answer(self)
        params = dict(ask.params)
        begin, end = int(params.get("created[gte]", 0)), int(params.get("created[lt]", 1 << 40))
        if len(self._rows) != len(self.created):
            self._rows = sorted((-at, name) for name, at in self.created.items())
        after = params.get("starting_after")
        if after is not None and after not in self.created:
            return missing("starting_after")
        first = bisect_left(self._rows, (1 - end, ""))
        if after is not None:
            first = max(first, bisect_right(self._rows, (-self.created[after], after)))
        last = bisect_left(self._rows, (1 - begin, ""))
        shown = self._rows[first : min(first + self.size, last)]
        rows = [{"id": name, "object": "customer", "created": -at} for at, name in shown]
        page = listed(*rows, has_more=first + self.size < last)
        return answer(page, at=NOON + timedelta(seconds=len(self.asked)))


@dataclass
class Loaded:
    ids: list[str] = field(default_factory=list)
    bookmarks: list[tuple[sdk.Bookmark, int]] = field(default_factory=list)
    rounds: int = 0
    ended: bool = False

    def mark(self) -> sdk.Bookmark:
        return self.bookmarks[-1][0]


def load(account: Account, reading: sdk.Reading, bookmark: sdk.Bookmark | None = None, most: int = 10**6) -> Loaded:
    """The first load, killed after so many answers; ``rounds`` counts the waits when sixteen are asked at once."""
    found, turn, early = Loaded(), reading.begin(bookmark, START), set[bytes]()
    while turn.ask is not None and most > 0:
        most -= 1
        key = msgspec.json.encode(turn.ask)
        if key not in early:
            found.rounds += 1
            early = {msgspec.json.encode(ask) for ask in turn.ahead[:15]}
        early.discard(key)
        turn = reading.turn(turn.state, turn.ask, account.answer(turn.ask))
        found.ids += [msgspec.json.decode(record.raw)["id"] for record in turn.records]
        if turn.bookmark is not None:
            kept = msgspec.json.decode(msgspec.json.encode(turn.bookmark))
            found.bookmarks.append((kept, len(found.ids)))
    found.ended = turn.ask is None
    return found


def load_all(seconds: Sequence[int]) -> Account:
    account = Account(spread(seconds))
    load(account, customers())
    return account


def spread(seconds: Sequence[int]) -> dict[str, int]:
    return {f"cus_{number:05}": NOON_S - second for number, second in enumerate(seconds)}


DICE = random.Random(7)
SHAPES = {
    "nothing": [],
    "one object": [5],
    "just a page": list(range(10)),
    "evenly over three years": [number * (3 * YEAR_S // 800) for number in range(800)],
    "all in one second": [9] * 300,
    "all in two neighbouring seconds": [9] * 150 + [10] * 150,
    "most of it in one hour a year ago": [YEAR_S + DICE.randrange(3600) for _ in range(600)] + [0, DAY_S, 2 * YEAR_S],
    "more and more": [int(3 * YEAR_S * (DICE.random() ** 6)) for _ in range(700)],
    "older than Stripe": [NOON_S - second for second in range(400)],
    "in clumps": [DICE.randrange(8) * 100 * DAY_S + DICE.randrange(5) for _ in range(700)],
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_object_is_read_once_wherever_it_lies(shape, version):
    account = Account(spread(SHAPES[shape]))

    found = load(account, customers(version))

    assert sorted(found.ids) == sorted(account.created)
    assert found.mark() == {"phase": "events", "since": NOON_S + 1, "known": []}


@pytest.mark.parametrize("shape", ["evenly over three years", "most of it in one hour a year ago", "more and more"])
def test_a_large_list_is_read_side_by_side_at_the_price_of_few_more_questions(shape):
    account = Account(spread(SHAPES[shape]))

    found = load(account, customers())

    pages = -(-len(account.created) // account.size)
    assert len(account.asked) <= 1.6 * pages + 16
    assert found.rounds <= 0.5 * pages


def test_a_very_large_list_is_read_sixteen_pages_at_a_time():
    account = Account(spread([number * 1_000 for number in range(20_000)]), size=20)

    found = load(account, customers())

    assert len(account.asked) <= 1.1 * 1_000
    assert found.rounds <= 2 * 1_000 / 16


def test_a_small_account_costs_hardly_more_than_its_pages():
    account = Account(spread([number * DAY_S for number in range(15)]))

    load(account, customers())

    assert len(account.asked) <= 3


@pytest.mark.parametrize("shape", ["evenly over three years", "most of it in one hour a year ago", "in clumps"])
def test_a_load_killed_after_any_answer_goes_on_from_its_bookmark(shape):
    seconds = SHAPES[shape][:300]
    answers = len(load_all(seconds).asked)
    for killed_after in range(1, answers):
        account = Account(spread(seconds))
        first = load(account, customers(), most=killed_after)

        rest = load(account, customers(), first.mark())

        assert rest.ended
        assert sorted(first.ids + rest.ids) == sorted(account.created)
        assert rest.mark() == {"phase": "events", "since": NOON_S + 1, "known": []}


def test_the_bookmark_stays_small_however_many_ranges_there_are():
    account = Account(spread([number * 100_000 for number in range(5_000)]))

    found = load(account, customers())

    assert max(len(mark.get("ranges", ())) for mark, _ in found.bookmarks) == 16
    assert max(len(msgspec.json.encode(mark)) for mark, _ in found.bookmarks) < 2_048


def test_objects_created_while_the_list_is_read_are_left_to_the_events_and_push_nothing_out():
    def create(account: Account) -> None:
        number = len(account.asked)
        account.created[f"cus_new_{number}"] = NOON_S + number

    account = Account(spread(SHAPES["evenly over three years"]), before_answer=create)
    there = set(account.created)

    found = load(account, customers())

    read = [name for name in found.ids if name in there]
    assert sorted(read) == sorted(there)
    assert found.mark()["since"] <= min(at for name, at in account.created.items() if name not in found.ids)


def test_objects_deleted_while_the_list_is_read_take_no_other_with_them():
    def delete(account: Account) -> None:
        after = dict(account.asked[-1].params).get("starting_after")
        if after is not None and len(account.asked) % 3 == 0:
            account.created.pop(after, None)

    account = Account(spread(SHAPES["more and more"]), before_answer=delete)
    there = set(account.created)

    found = load(account, customers())

    assert found.ended
    assert set(found.ids) >= set(account.created)
    assert set(found.ids) <= there


def test_the_other_ranges_are_asked_ahead():
    account = Account(spread(SHAPES["evenly over three years"]))
    killed = load(account, customers(), most=40)

    resumed = customers().begin(killed.mark(), START)

    ranges = killed.mark()["ranges"]
    assert len(ranges) == 1 + len(resumed.ahead)
    bounds = [(asked(ask, "created[gte]"), asked(ask, "created[lt]")) for ask in (resumed.ask, *resumed.ahead)]
    assert bounds == [([str(begin)] if begin else [], [str(end)] if end else []) for begin, end, *_ in ranges]


def test_an_object_whose_time_cannot_be_read_leaves_its_range_whole():
    reading = customers()
    begun = reading.begin(None, START)

    turn = reading.turn(
        begun.state, begun.ask, answer(listed(customer(), customer(id="cus_2", created=None), has_more=True))
    )

    assert (asked(turn.ask, "starting_after"), turn.ahead) == (["cus_2"], ())
