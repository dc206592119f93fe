"""Token buckets and fault plans, without a server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kizuna.errors import ConfigError, UnknownName
from kizuna.sandbox import RateLimit, VirtualClock, fault_profile
from kizuna.sandbox.faults import FaultPlan
from kizuna.sandbox.limits import Buckets


class Ticks:
    """A stopwatch moved by hand."""

    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        return self.s


def test_a_bucket_lets_its_capacity_pass_and_refills_evenly() -> None:
    ticks = Ticks()
    buckets = Buckets([RateLimit("all", capacity=2, per_s=0.5)], ticks=ticks)

    passed = [buckets.take("GET", "/")[1] is None for _ in range(3)]
    ticks.s = 2.0
    passed.append(buckets.take("GET", "/")[1] is None)

    assert passed == [True, True, False, True]


def test_a_request_must_pass_every_limit_that_applies_and_takes_nothing_when_refused() -> None:
    search = RateLimit("search", capacity=1, per_s=0.1, applies=lambda _method, path: path.endswith("/search"))
    buckets = Buckets([RateLimit("all", capacity=3, per_s=0.1), search], ticks=Ticks())

    buckets.take("POST", "/search")
    _, refusing = buckets.take("POST", "/search")
    readings, _ = buckets.take("GET", "/")

    assert refusing is not None
    assert (refusing.limit.family, refusing.retry_after_s) == ("search", 10.0)
    assert [reading.remaining for reading in readings] == [1]


def test_switched_off_limits_refuse_nothing() -> None:
    buckets = Buckets([RateLimit("all", capacity=0, per_s=0.0)], enabled=False)

    assert buckets.take("GET", "/") == ([], None)


def test_one_seed_draws_the_same_faults() -> None:
    def drawn(seed: int) -> list[str | None]:
        plan = FaultPlan(fault_profile("storm"), seed)
        return [plan.draw("/v1/people") for _ in range(200)]

    assert drawn(4) == drawn(4)
    assert drawn(4) != drawn(5)
    assert len(set(drawn(4))) > 5


def test_faults_strike_only_the_paths_asked_for_and_end_after_their_number() -> None:
    profile = fault_profile({"name": "none", "rates": {"server_error": 1.0}, "paths": "^/v1", "at_most": 1})
    plan = FaultPlan(profile, 1)

    drawn = [plan.draw("/oauth/token"), plan.draw("/v1/people"), plan.draw("/v1/people")]

    assert drawn == [None, "server_error", None]


def test_an_unknown_profile_or_fault_is_named() -> None:
    with pytest.raises(UnknownName, match="did you mean 'storm'"):
        fault_profile("strom")
    with pytest.raises(ConfigError, match="'flood'"):
        fault_profile({"rates": {"flood": 1.0}})


def test_the_clock_stands_still_until_it_is_moved() -> None:
    noon = datetime(2026, 10, 1, 12, tzinfo=UTC)
    clock = VirtualClock(noon)

    moved = clock.advance(timedelta(minutes=5))

    assert moved == clock.now() == datetime(2026, 10, 1, 12, 5, tzinfo=UTC)


def test_a_clock_needs_a_time_zone() -> None:
    with pytest.raises(ConfigError, match="aware"):
        VirtualClock(datetime(2026, 10, 1))  # noqa: DTZ001  the mistake under test
