"""A process with nothing to do looks less often, and at once when something is submitted."""

import asyncio
import threading

import pytest

from kizuna.jobs import EngineSettings, RunState, idling, open_engine
from kizuna.jobs.idling import IDLE_MOST_S, PATIENCE, Alarm, stretched
from tests.jobs.counting import TABLES, Counting

LIMIT_S = 60.0


@pytest.mark.parametrize(
    ("interval_s", "looks", "expected_s"),
    [(0.25, 0, 0.25), (0.25, PATIENCE, 0.25), (0.25, PATIENCE + 1, 0.5), (0.25, 10_000, IDLE_MOST_S), (30.0, 50, 30.0)],
)
def test_looks_become_rarer_after_some_that_found_nothing_and_never_more_frequent(interval_s, looks, expected_s):
    assert stretched(interval_s, looks) == expected_s


def test_a_call_between_two_waits_is_not_missed(monkeypatch):
    alarm = Alarm(busy=lambda: False)
    asked = []
    monkeypatch.setattr(idling, "stretched", lambda interval_s, looks: asked.append(looks) or 0.0)

    alarm.wait(0.0)
    alarm.wait(0.0)
    alarm.call()
    woken = alarm.wait(LIMIT_S)
    alarm.wait(0.0)

    assert woken is False
    assert asked == [0, 1, 0], "the wait after the call is none, and patience begins anew"


def test_no_wait_is_stretched_while_there_is_work(monkeypatch):
    alarm = Alarm(busy=lambda: True)
    asked = []
    monkeypatch.setattr(idling, "stretched", lambda interval_s, looks: asked.append(looks) or 0.0)

    for _ in range(3):
        alarm.wait(0.0)

    assert asked == [0, 0, 0]


def test_an_alarm_that_is_set_ends_whoever_waits(monkeypatch):
    monkeypatch.setattr(idling, "stretched", lambda interval_s, looks: LIMIT_S)
    alarm = Alarm(busy=lambda: False).ending_with(threading.Event())
    ended = []
    waiting = threading.Thread(target=lambda: ended.append(alarm.wait(LIMIT_S)))

    waiting.start()
    alarm.set()
    waiting.join(LIMIT_S)

    assert (ended, alarm.is_set()) == ([True], True)


def test_what_is_submitted_to_an_idle_engine_is_taken_up_at_once(database_url, monkeypatch):
    counting = Counting(database_url)
    TABLES.create_all(counting.database)
    monkeypatch.setattr(idling, "stretched", lambda interval_s, looks: 0.05 if looks < 20 else 10 * LIMIT_S)

    async def scenario():
        settings = EngineSettings(poll_s=0.05)
        jobs = [counting.job()]
        async with open_engine(
            counting.database_url, jobs, acquire_lease=counting.acquire_lease, settings=settings
        ) as engine:
            await asyncio.sleep(3.0)  # by now it looks once in ten minutes
            run_id = await engine.submit("count", "crm", args={"total": 3, "pages": 3})
            return await engine.wait(run_id, timeout_s=LIMIT_S)

    run = asyncio.run(scenario())

    assert run.state is RunState.DONE
    counting.database.dispose()
