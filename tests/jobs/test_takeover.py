"""The failure detector hands back what nobody works on, and leaves alone what somebody does."""

import logging
import time
from contextlib import contextmanager

import pytest

from kizuna.jobs import EngineSettings
from kizuna.jobs.places import open_place
from kizuna.jobs.quiet import quieted
from kizuna.jobs.seats import take_seat
from kizuna.jobs.takeover import Ledger, Running, Watch

LIMIT_S = 30.0
BRISK = EngineSettings(beat_s=0.05, scan_s=0.05, dead_after_s=0.3, stalled_after_s=0.8, orphan_after_s=0.2)
ABSENT = Running("crm-1", "absent")
MINE = Running("crm-2", "here")


@pytest.fixture
def place(database_url):
    """The engine's place over an empty database."""
    place = open_place(database_url)
    yield place
    place.close()


def test_the_runs_of_an_executor_that_never_sat_down_are_handed_back(place):
    with watched(place, [ABSENT, MINE], at_work={MINE.run_id}) as handed_back:
        await_some(handed_back)

    assert set(handed_back) == {ABSENT}


def test_a_run_that_should_run_here_but_does_not_is_handed_back(place):
    with watched(place, [MINE], at_work=set()) as handed_back:
        await_some(handed_back)

    assert set(handed_back) == {MINE}


def test_the_runs_of_a_living_executor_stay_with_it(place):
    neighbour = take_seat(place, "neighbour", BRISK)
    theirs = Running("crm-3", "neighbour")

    with watched(place, [theirs], at_work=set(), beats_too=[neighbour]) as handed_back:
        time.sleep(1.5)  # twice as long as a silent one would be given
    neighbour.leave()

    assert handed_back == []


@pytest.mark.postgres
def test_an_executor_that_holds_its_seat_but_is_silent_loses_its_runs(postgres_url):
    place = open_place(postgres_url)
    silent = take_seat(place, "silent", BRISK)
    theirs = Running("crm-4", "silent")

    with watched(place, [theirs], at_work=set()) as handed_back:
        await_some(handed_back)
    silent.leave()
    place.close()

    assert set(handed_back) == {theirs}


def test_an_executor_without_a_name_takes_the_first_free_seat(place):
    first, second = take_seat(place, None, BRISK), take_seat(place, None, BRISK)
    first.leave()
    third = take_seat(place, None, BRISK)
    names = [seat.executor_id.rsplit("-", 1)[1] for seat in (first, second, third)]
    second.leave()
    third.leave()

    assert names == ["1", "2", "1"]


def test_the_engines_log_says_a_thing_once_and_nothing_of_what_is_expected(caplog):
    engine_log = logging.getLogger("an engine")

    with quieted("an engine", (KeyError,)):
        for _ in range(5):
            engine_log.warning("the database is away")
        try:
            raise KeyError("cancelled")
        except KeyError:
            engine_log.exception("a run was cancelled")

    assert [record.getMessage() for record in caplog.records] == ["the database is away"]
    assert engine_log.handlers == engine_log.filters == []


@contextmanager
def watched(place, runs, *, at_work, beats_too=()):
    """What is handed back while a worker named ``here`` watches over these runs."""
    handed_back = []

    def running():
        for seat in beats_too:
            seat.beat()
        return runs

    def hand_back(run):
        handed_back.append(run)
        return True

    seat = take_seat(place, "here", BRISK)
    watch = Watch(seat, Ledger(running, lambda: at_work, hand_back), BRISK)
    watch.start()
    try:
        yield handed_back
    finally:
        watch.stop()
        seat.leave()


def await_some(handed_back):
    """Returns when something was handed back."""
    deadline = time.monotonic() + LIMIT_S
    while not handed_back:
        assert time.monotonic() < deadline, "nothing was handed back"
        time.sleep(0.02)
