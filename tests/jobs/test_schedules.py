"""Every worker computes the same turns, so together they submit one run a turn."""

import asyncio
from datetime import timedelta

from kizuna.jobs.schedules import Period, Schedules

QUARTER_HOURLY = Period("sync", "crm", 900.0)


def test_two_workers_compute_the_same_run_id_in_a_turn_and_another_in_the_next(clock):
    soon, next_turn = clock.later(timedelta(seconds=1)), clock.later(timedelta(seconds=900))

    here, there, later = (QUARTER_HOURLY.run_id(QUARTER_HOURLY.turn(c)) for c in (clock, soon, next_turn))

    assert here == there
    assert here != later


def test_a_period_is_submitted_once_a_turn(clock):
    schedules = Schedules(clock)
    schedules.add(QUARTER_HOURLY)

    first, second = submitted(schedules), submitted(schedules)
    schedules.clock = clock.later(timedelta(seconds=900))
    third = submitted(schedules)

    assert [key for key, _ in first + second + third] == ["crm", "crm"]
    assert first != third


def test_a_turn_is_skipped_while_its_key_is_busy(clock):
    schedules = Schedules(clock)
    schedules.add(QUARTER_HOURLY)

    while_busy, afterwards = submitted(schedules, busy={"crm"}), submitted(schedules)

    assert while_busy == afterwards == []


def test_a_removed_period_is_not_submitted(clock):
    schedules = Schedules(clock)
    schedules.add(QUARTER_HOURLY)
    schedules.remove("sync", "crm")

    assert submitted(schedules) == []
    assert schedules.longest_s() == 0


def test_periods_of_many_keys_do_not_all_turn_at_once(clock):
    keys = [f"connection {number}" for number in range(50)]

    def turns(at):
        return [Period("sync", key, 3600.0).turn(at) for key in keys]

    changed = [a != b for a, b in zip(turns(clock), turns(clock.later(timedelta(seconds=1800))), strict=True)]

    assert 10 < sum(changed) < 40


def submitted(schedules, busy=frozenset()):
    """What is submitted now: keys and run ids."""
    found = []

    async def busy_keys():
        return set(busy)

    async def submit(job, key, run_id):
        found.append((key, run_id))
        return run_id

    asyncio.run(schedules.submit_due(busy_keys, submit))
    return found
