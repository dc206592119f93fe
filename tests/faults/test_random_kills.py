"""Kills at random, by seed: whenever a process dies, the sync ends as if it had not. The many of them are nightly."""

from __future__ import annotations

import random
import time
from collections.abc import Generator, Iterator
from itertools import count
from pathlib import Path

import pytest

from kizuna.jobs import RunState
from kizuna.sandbox import Served
from tests.faults.processes import killed_after
from tests.faults.undisturbed import Outcome, assert_undisturbed, outcome
from tests.support.fixtures import fresh_database
from tests.support.worlds import EXECUTOR, kizuna, world

Urls = Generator[str, None, None]

SEED = 20260301
COMPANIES = 20
LONGEST_S = 1.8
KILLS_A_RUN = 3


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with world("zendesk", companies=COMPANIES) as made:
        yield made


@pytest.fixture(scope="module")
def expected(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder: Path = tmp_path_factory.mktemp("undisturbed")
    with kizuna(f"sqlite:///{folder / 'kizuna.db'}", served) as quiet:
        quiet.sync("zendesk")
        return outcome(quiet)


@pytest.fixture
def several_urls(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[Urls]:
    """As many empty databases as are asked for, of the kind of ``database_url``."""
    made = urls(request, tmp_path, on_sqlite=database_url.startswith("sqlite"))
    yield made
    made.close()


def urls(request: pytest.FixtureRequest, folder: Path, *, on_sqlite: bool) -> Urls:
    for number in count(1):
        if on_sqlite:
            yield f"sqlite:///{folder / f'{number}.db'}"
        else:
            with fresh_database(request.getfixturevalue("postgres_server")) as url:
                yield url


def test_six_random_kills_leave_no_trace(several_urls: Urls, served: Served, expected: Outcome) -> None:
    struck = survive(several_urls, served, expected, kills=6)

    assert struck > 0


@pytest.mark.nightly
def test_fifty_random_kills_leave_no_trace(several_urls: Urls, served: Served, expected: Outcome) -> None:
    struck = survive(several_urls, served, expected, kills=50)

    assert struck >= 40


def survive(urls: Urls, served: Served, expected: Outcome, *, kills: int) -> int:
    """First loads killed again and again until each is through and has been compared; how many kills struck one."""
    chance, left, struck, begun_s = random.Random(SEED), kills, 0, time.monotonic()
    while left:
        url = next(urls)
        with kizuna(url, served) as killed:
            run_id = killed.queue("zendesk")
            for _ in range(min(left, KILLS_A_RUN)):
                left -= 1
                struck += killed_after(chance.uniform(0, LONGEST_S), url, EXECUTOR, "zendesk", run_id)

            run = killed.finish("zendesk", run_id)

            assert run.state is RunState.DONE
            assert_undisturbed(killed, served, "zendesk", expected)
    print(f"{struck} of {kills} kills struck a run at work; {time.monotonic() - begun_s:.0f} s")
    return struck
