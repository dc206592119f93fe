"""Many runs, three workers, kills at random: every page once, every run finished. Nightly; it replays from its seed."""

import asyncio
import random
import time

import pytest

from kizuna.jobs import RunState
from tests.jobs.counting import TABLES, Counting
from tests.jobs.test_crashes import opened, worker

KEYS, RUNS_A_KEY, PAGES_A_RUN, KILLS = 8, 5, 12, 12
SEED = 20260301
LIMIT_S = 600.0


@pytest.mark.nightly
@pytest.mark.postgres
def test_forty_runs_survive_twelve_random_kills_of_three_workers(postgres_url):
    chance = random.Random(SEED)
    counting = Counting(postgres_url)
    TABLES.create_all(counting.database)

    runs = asyncio.run(survive(counting, chance))
    pages = {key: counting.pages(key) for key in keys()}
    counting.database.dispose()

    assert {run.state for run in runs} == {RunState.DONE}
    assert pages == {key: list(range(1, RUNS_A_KEY * PAGES_A_RUN + 1)) for key in keys()}


async def survive(counting, chance):
    """The ends of all runs."""
    async with opened(counting, "submitter", working=False) as engine:
        run_ids = [
            await engine.submit("count", key, run_id=f"{key}-{n}", args=up_to(n))
            for n in range(RUNS_A_KEY)
            for key in keys()
        ]
        await asyncio.to_thread(kill_workers, counting, chance)
        with worker(counting, "last"):
            return [await engine.wait(run_id, timeout_s=LIMIT_S) for run_id in run_ids]


def kill_workers(counting, chance):
    """Kills one of three workers again and again; another takes its name and place."""
    names = ["first", "second", "third"]
    workers = {name: worker(counting, name) for name in names}
    for running in workers.values():
        running.__enter__()
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.3, 3.0))
        name = chance.choice(names)
        workers[name].__exit__(None, None, None)
        workers[name] = worker(counting, name, begin=False)
        workers[name].__enter__()
    for running in workers.values():
        running.__exit__(None, None, None)


def up_to(number):
    return {"total": PAGES_A_RUN * (number + 1), "pages": 3, "page_s": 0.1}


def keys():
    return [f"key-{number}" for number in range(KEYS)]
