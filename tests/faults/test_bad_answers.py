"""Whatever a vendor answers in its bad hours, the sync ends with the same data, and no half of a page is taken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kizuna.jobs import RunState
from kizuna.sandbox import Served
from kizuna.sandbox.faults import Fault, FaultPlan, FaultProfile
from tests.faults.undisturbed import Outcome, assert_undisturbed, outcome
from tests.support.worlds import kizuna, world

SHARE = 0.2
ALL_IN_A_ROW = 1_000_000
SPELLED_ANEW = {"repeated", "shuffled"}  # the sandbox moves rows in a page by writing it anew


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with world("stripe", companies=20) as made:
        yield made


@pytest.fixture(scope="module")
def expected(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder: Path = tmp_path_factory.mktemp("undisturbed")
    with kizuna(f"sqlite:///{folder / 'kizuna.db'}", served) as quiet:
        quiet.sync("stripe")
        return outcome(quiet)


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kizuna.sdk.transport.BACKOFF_S", 0.01)
    monkeypatch.setattr("kizuna.sync.reader.REFUSED_WAIT_S", 0.01)


@pytest.fixture(autouse=True)
def well_again(served: Served) -> Iterator[None]:
    yield
    served.gateways[0].faults = FaultPlan(FaultProfile("none"), 1)


@pytest.mark.parametrize(
    "fault", ["rate_limited", "server_error", "truncated", "html", "reset", "slow", "repeated", "shuffled"]
)
def test_a_sync_through_bad_answers_comes_to_the_same(
    fault: Fault, database_url: str, served: Served, expected: Outcome
) -> None:
    plan = FaultPlan(FaultProfile(fault, {fault: SHARE}, slow_s=0.01, retry_after_s=0.02), 3)
    served.gateways[0].faults = plan
    with kizuna(database_url, served) as disturbed:
        run = disturbed.sync("stripe")[0]

        assert run.state is RunState.DONE
        assert plan.struck[fault] > 3
        assert_undisturbed(disturbed, served, "stripe", expected, spelled_alike=fault not in SPELLED_ANEW)


@pytest.mark.parametrize("fault", ["truncated", "html"])
def test_nothing_of_a_malformed_page_is_taken(
    fault: Fault, sqlite_url: str, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kizuna.sync.run.STALLS_MOST", 1)
    monkeypatch.setattr("kizuna.sdk.transport.ATTEMPTS", 2)
    lists = FaultProfile(fault, {fault: 1.0}, paths="/v1/charges", most_in_a_row=ALL_IN_A_ROW)
    served.gateways[0].faults = FaultPlan(lists, 1)
    with kizuna(sqlite_url, served) as disturbed:
        run = disturbed.sync("stripe")[0]

        assert run.state is RunState.FAILED
        assert "charges" in (run.reason or "")
        assert "charges" not in disturbed.living("stripe")
        assert disturbed.rows("SELECT bookmark FROM stream WHERE name = 'charges' AND bookmark IS NOT NULL") == []
        assert len(disturbed.living("stripe")["invoices"]) == len(served.state("stripe").live("invoices"))
