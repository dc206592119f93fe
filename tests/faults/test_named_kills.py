"""A process killed at any named point loses nothing, doubles nothing and brings nothing back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kizuna.failpoints import NAMES
from kizuna.jobs import RunState
from kizuna.sandbox import Served
from kizuna.sync.reader import AT_ONCE
from tests.faults.processes import killed_at
from tests.faults.smallness import BATCH_RECORDS, PAGE_RECORDS
from tests.faults.undisturbed import Outcome, assert_undisturbed, outcome
from tests.support.worlds import EXECUTOR, edit, kizuna, world

COMPANIES = 20
GONE = {"stripe": ("account",)}
BEFORE_AND_AFTER = {"batch.written", "batch.committed", "derive.written"}
ASKING = {"run.queued"}  # passed by who asks for a run, not by who carries it out
WORKING = [name for name in NAMES if name not in ASKING]
ONCE = {"run.ending"}  # every other point is passed several times: the second passing is in the middle


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with world("stripe", companies=COMPANIES) as made:
        yield made


@pytest.fixture(scope="module")
def first_load(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    with kizuna(_file(tmp_path_factory), served) as quiet:
        quiet.sync("stripe")
        return outcome(quiet)


@pytest.fixture(scope="module")
def second_sync(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    with world("stripe", companies=COMPANIES) as changing, kizuna(_file(tmp_path_factory), changing) as quiet:
        quiet.sync("stripe")
        edit(changing, seed=5, edits=40, kinds=GONE)
        quiet.sync("stripe")
        return outcome(quiet)


@pytest.mark.parametrize("point", WORKING)
def test_a_first_load_killed_at_a_point_ends_as_if_nothing_had_happened(
    point: str, database_url: str, served: Served, first_load: Outcome
) -> None:
    with kizuna(database_url, served) as killed:
        run_id = killed.queue("stripe")
        killed_at(turn_of(point), database_url, EXECUTOR, "stripe", run_id)

        run = killed.finish("stripe", run_id)

        assert run.state is RunState.DONE
        assert_undisturbed(killed, served, "stripe", first_load)
        # A batch is counted in its own transaction: what was fetched again had not been committed.
        assert outcome(killed).read == first_load.read


@pytest.mark.parametrize(
    "point", [name if name in BEFORE_AND_AFTER else pytest.param(name, marks=pytest.mark.nightly) for name in WORKING]
)
def test_a_later_sync_killed_at_a_point_keeps_what_is_deleted_and_merged(
    point: str, database_url: str, second_sync: Outcome
) -> None:
    with world("stripe", companies=COMPANIES) as changing, kizuna(database_url, changing) as killed:
        killed.sync("stripe")
        edit(changing, seed=5, edits=40, kinds=GONE)
        run_id = killed.queue("stripe")
        killed_at(point, database_url, EXECUTOR, "stripe", run_id)

        run = killed.finish("stripe", run_id)

        assert run.state is RunState.DONE
        assert_undisturbed(killed, changing, "stripe", second_sync)


@pytest.mark.parametrize("point", ["batch.prepared:4", "batch.written:4", "batch.committed:4"])
def test_what_is_fetched_again_is_what_was_in_flight(point: str, database_url: str, served: Served) -> None:
    pages_a_batch = BATCH_RECORDS // PAGE_RECORDS
    requests = served.state("stripe").requests
    with kizuna(database_url, served) as killed:
        before = requests["requests"]
        run_id = killed.parts.syncer.queue("stripe", streams=["charges"])
        killed_at(point, database_url, EXECUTOR, "stripe", run_id)

        killed.finish("stripe", run_id)

        pages = -(-len(killed.living("stripe")["charges"]) // PAGE_RECORDS)
        again = requests["requests"] - before - pages
        # One batch was being written, one gathered, and the next pages were on the wire.
        assert 0 < again <= 2 * pages_a_batch + AT_ONCE


def turn_of(point: str) -> str:
    """The point at its second passing, where it is passed more than once."""
    return point if point in ONCE else f"{point}:2"


def _file(factory: pytest.TempPathFactory) -> str:
    folder: Path = factory.mktemp("undisturbed")
    return f"sqlite:///{folder / 'kizuna.db'}"
