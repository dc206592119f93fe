"""Time to value: who waits is counted as waiting, and many of them move the median."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from kizuna.metrics.reasons import Reason
from kizuna.metrics.value import Start, Starts, TimeToValue, ttv

FIRST = date(2026, 1, 1)


def waited(reached: list[int], waiting: list[int], until: int = 100) -> TimeToValue:
    """The time to value when so many days had passed for each; who waits has waited so long."""
    there = [
        Start(customer=f"r{place}", won=FIRST, first_value=FIRST + timedelta(days=days))
        for place, days in enumerate(reached)
    ]
    open_ = [
        Start(customer=f"w{place}", won=FIRST + timedelta(days=until - days)) for place, days in enumerate(waiting)
    ]
    return ttv(Starts(customers=(*there, *open_), as_of=FIRST + timedelta(days=until)))


def test_the_median_of_an_even_number_lies_between_the_two_in_the_middle():
    found = waited([10, 20, 45, 90], [])

    assert (found.median_days, found.share_reached, found.method) == (Fraction(65, 2), 1, "reached")


def test_twenty_who_wait_leave_the_median_to_those_who_reached_it():
    found = waited([10, 20, 30], [100] * 20)

    assert (found.median_days, found.method, found.open) == (20, "reached", 20)


def test_more_who_wait_move_the_median():
    found = waited([10] * 11 + [50] * 11, [100] * 21)

    # 32 of 43 are left after day 10, 21 of 43 after day 50: that is below a half.
    assert (found.median_days, found.method) == (50, "kaplan_meier")


def test_who_waits_but_a_short_time_is_no_longer_at_risk():
    found = waited([10] * 10 + [50] * 10, [20] * 21)

    # 31 of 41 are left after day 10; of the ten still seen on day 50 all reach it.
    assert found.median_days == 50


def test_a_median_that_has_not_come_is_none():
    found = waited([10], [100] * 21)

    assert (found.median_days, found.reason, found.share_reached) == (None, Reason.NO_DATA, Fraction(1, 22))


def test_nobody_won_is_an_empty_cohort():
    assert ttv(Starts(customers=())).reason is Reason.EMPTY_COHORT


def test_value_before_the_win_is_refused():
    with pytest.raises(ValueError, match="is before `won`"):
        Start(customer="a", won=FIRST, first_value=FIRST - timedelta(days=1))
