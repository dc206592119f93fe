"""The clock hands out aware UTC instants and nothing else."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from kizuna import clock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_the_present_is_aware_and_in_utc():
    instant = clock.now()

    assert instant.tzinfo is UTC


def test_a_frozen_clock_stands_still_until_a_later_one_is_taken():
    frozen = clock.Frozen(NOON)

    later = frozen.later(timedelta(minutes=5))

    assert frozen() == NOON
    assert later() == datetime(2026, 3, 1, 12, 5, tzinfo=UTC)


def test_an_instant_of_another_zone_is_told_in_utc():
    tokyo = timezone(timedelta(hours=9))

    instant = clock.utc(datetime(2026, 3, 1, 21, tzinfo=tokyo))

    assert (instant, instant.tzinfo) == (NOON, UTC)


def test_a_naive_datetime_is_refused():
    naive = NOON.replace(tzinfo=None)

    with pytest.raises(ValueError, match="has no zone"):
        clock.Frozen(naive)
