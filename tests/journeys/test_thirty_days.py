"""Thirty days of changes, seen as they happen: the ledger of these days is the truth to the last minor unit."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.support.happenings import lived
from tests.support.movements import kinds, since, told, truly, truth, until, whole_ledger
from tests.support.worlds import Kizuna, kizuna, world

COMPANIES, DAYS, ACTS = 30, 30, 8
UTC, TOKYO = ZoneInfo("UTC"), ZoneInfo("Asia/Tokyo")
HAPPENED = {"start", "trial_end", "upgrade", "downgrade", "pause", "resume", "discount_start", "unpaid", "cancel"}


def before(one: Kizuna, day: object) -> list[tuple[object, ...]]:
    """The rows of the days before that one."""
    return [row for row in whole_ledger(one) if str(row[1]) < str(day)]


@pytest.mark.parametrize(
    ("seed", "zone", "database"),
    [
        (1, UTC, "sqlite_url"),
        (2, TOKYO, "sqlite_url"),
        pytest.param(3, UTC, "postgres_url", marks=pytest.mark.postgres),
    ],
)
def test_synced_daily_the_ledger_is_the_truth_of_every_day(
    seed: int, zone: ZoneInfo, database: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue(database)
    with world("stripe", companies=COMPANIES, seed=seed) as served, kizuna(url, served, zone=zone.key) as one:
        one.sync("stripe")
        first = served.clock.now().astimezone(zone).date()
        past = before(one, first)

        for _ in lived(served.state("stripe"), zone, seed=seed, days=DAYS, acts=ACTS):
            one.sync("stripe")

        last = first + timedelta(days=DAYS - 1)
        happened = truth(served)
        ours, theirs = since(until(told(one, served), last), first), since(truly(happened, zone), first)
        kind = {key: name for key, name in kinds(happened, zone).items() if key[1] >= first}
        days = {(key, day) for moved in (ours, theirs) for key, held in moved.items() for day in held}
        wrong = {
            (key, day): (kind.get((key, day)), theirs.get(key, {}).get(day), ours.get(key, {}).get(day))
            for key, day in sorted(days)
            if ours.get(key, {}).get(day) != theirs.get(key, {}).get(day)
        }
        assert wrong == {}
        assert set(kind.values()) >= HAPPENED
        assert before(one, first) == past
        assert one.not_as_rebuilt() == []
