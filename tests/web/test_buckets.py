"""What a token may spend: refused when it is gone, restored as time goes by, held to by all processes together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from kizuna.clock import Frozen
from kizuna.config import GraphQLLimits, Settings
from kizuna.graphql.errors import Throttled
from kizuna.storage.database import Database
from kizuna.web.buckets import Buckets
from tests.graphql.conftest import DATABASES
from tests.graphql.house import Counted, House, house
from tests.web.wire import asked, served, token

LIMITS = GraphQLLimits(bucket_size=1_000, bucket_restored_per_s=100)
NOON = Frozen(datetime(2026, 3, 1, 12, tzinfo=UTC))


class Ticking:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.passed = timedelta()

    def __call__(self) -> datetime:
        return NOON.later(self.passed)()


@pytest.fixture
def ticking() -> Ticking:
    return Ticking()


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    url = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    with house(url) as one:
        yield one.database


def buckets(database: Database, ticking: Ticking, limits: GraphQLLimits = LIMITS) -> Buckets:
    """The buckets of a process that writes at once."""
    return Buckets(database, limits, lambda work: work(), ticking)


def spent(of: Buckets, cost: int = 10, times: int = 1_000) -> int:
    """How much was let through of so many questions."""
    let = 0
    for _ in range(times):
        try:
            of.spend("t", cost)
        except Throttled:
            continue
        let += cost
    return let


def test_a_process_lets_through_what_the_bucket_holds_and_then_what_is_restored(
    database: Database, ticking: Ticking
) -> None:
    one = buckets(database, ticking)

    at_once = spent(one)
    ticking.passed += timedelta(seconds=2.5)
    later = spent(one)
    ticking.passed += timedelta(days=1)
    much_later = spent(one)

    assert (at_once, later, much_later) == (1_000, 250, 1_000)


def test_processes_hold_to_it_together_but_for_a_twentieth_each(database: Database, ticking: Ticking) -> None:
    processes = [buckets(database, ticking) for _ in range(4)]

    let = sum(spent(processes[turn % 4], times=1) for turn in range(1_000))
    ticking.passed += timedelta(seconds=10)
    again = sum(spent(processes[turn % 4], times=1) for turn in range(1_000))

    assert 1_000 <= let <= 1_000 + 3 * 50
    assert let + again <= 2_000 + 3 * 50


def test_a_process_that_starts_later_knows_what_was_spent(database: Database, ticking: Ticking) -> None:
    spent(buckets(database, ticking))

    assert spent(buckets(database, ticking)) <= 50


def test_small_questions_write_nothing(database: Database, ticking: Ticking) -> None:
    one = buckets(database, ticking)
    one.spend("t", 1)

    with Counted(database) as counted:
        for _ in range(100):
            one.spend("t", 40)
            ticking.passed += timedelta(seconds=1)

    assert len(counted) == 0


def test_a_write_goes_out_for_each_twentieth_of_the_bucket(database: Database, ticking: Ticking) -> None:
    one = buckets(database, ticking)
    one.spend("t", 1)

    with Counted(database) as counted:
        spent(one, cost=1, times=500)

    assert len([statement for statement in counted.statements if statement.startswith("UPDATE")]) == 10


def test_what_could_not_be_written_is_written_with_what_follows(database: Database, ticking: Ticking) -> None:
    works: list[object] = []
    one = Buckets(database, LIMITS, works.append, ticking)
    spent(one, times=5)
    with pytest.raises(RuntimeError):
        failing(one)
    spent(one, times=1)
    works[-1]()  # type: ignore[operator]  # it is what was to be done aside

    assert len(works) == 2
    assert buckets(database, ticking).spend("t", 1).available == 939


def failing(one: Buckets) -> None:
    """Its next writing breaks off."""
    from unittest.mock import patch

    with patch("kizuna.storage.buckets.settle", side_effect=RuntimeError):
        one._tell("t")


def test_what_costs_more_than_a_bucket_holds_may_be_had_from_a_full_one(database: Database, ticking: Ticking) -> None:
    one = buckets(database, ticking)

    one.spend("t", 3_000)

    with pytest.raises(Throttled) as refused:
        one.spend("t", 1)
    assert refused.value.told["retryAfterS"] == 21


def test_a_token_that_has_spent_all_is_told_when_to_ask_again(made: House) -> None:
    poor = replace(
        Settings(mode="production"), graphql=GraphQLLimits(bucket_size=40, bucket_restored_per_s=1, max_cost=100)
    )
    query = "{ customers(first: 30) { nodes { name } } }"

    with served(made, poor) as client:
        mine, other = token(made), token(made)
        first, second, of_another = (asked(client, query, secret) for secret in (mine, mine, other))

    cost = first.json()["extensions"]["cost"]
    assert cost["requested"] == 30
    assert cost["throttle"] == {"maximum": 40, "available": 10, "restorePerSecond": 1}
    assert second.status_code == 429
    assert 18 <= int(second.headers["retry-after"]) <= 20
    told = second.json()["errors"][0]["extensions"]
    assert (told["code"], told["limit"], told["requested"]) == ("THROTTLED", "bucket", 30)
    assert of_another.status_code == 200


def test_what_is_refused_costs_something_and_nothing_is_read_of_who_has_nothing_left(made: House) -> None:
    poor = replace(Settings(mode="production"), graphql=GraphQLLimits(bucket_size=25, bucket_restored_per_s=1))

    with served(made, poor) as client:
        secret = token(made)
        answers = [asked(client, "{ nobody }", secret) for _ in range(4)]

    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert answers[-1].json()["errors"][0]["extensions"]["code"] == "THROTTLED"


def test_nobody_at_this_machine_pays_and_without_a_size_nobody_does(made: House) -> None:
    free = replace(Settings(mode="production"), graphql=GraphQLLimits(bucket_size=0))

    with served(made) as client:
        local = asked(client, "{ schemaVersion }").json()["extensions"]["cost"]
    with served(made, free) as client:
        endless = throttle(client, token(made))

    assert "throttle" not in local
    assert endless is None


def throttle(client: httpx.Client, secret: str) -> object:
    return asked(client, "{ schemaVersion }", secret).json()["extensions"]["cost"].get("throttle")
