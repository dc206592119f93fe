"""Four systems that look at one world: loaded, loaded again, edited, followed; the same on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from kizuna.jobs import RunState, RunStatus
from kizuna.sandbox import Served, truth_rows
from tests.support.worlds import Kizuna, edit, kizuna, shown, world

VENDORS = ("salesforce", "hubspot", "zendesk", "stripe")
COMPANIES = 30
EDITED = dict.fromkeys(VENDORS[:3], ("account", "person")) | {"stripe": ("account",)}


@dataclass(frozen=True, slots=True)
class Journey:
    """An installation connected to the four sandboxes."""

    kizuna: Kizuna
    served: Served


@pytest.fixture
def journey(database_url: str) -> Iterator[Journey]:
    with world(*VENDORS, companies=COMPANIES) as served, kizuna(database_url, served) as made:
        yield Journey(made, served)


def test_four_systems_are_loaded_whole_and_no_customer_is_two_companies(journey: Journey) -> None:
    runs = journey.kizuna.sync(*VENDORS)

    assert_complete(runs)
    assert_like_the_sandboxes(journey)
    assert mixed(journey) == []
    assert journey.kizuna.not_as_rebuilt() == []
    in_several = journey.kizuna.rows("SELECT COUNT(*) FROM customer WHERE systems LIKE '%,%,%'")[0][0]
    assert isinstance(in_several, int)
    assert in_several > 0


def test_reading_again_what_has_not_changed_rewrites_nothing(journey: Journey) -> None:
    journey.kizuna.sync(*VENDORS)
    records, everything = journey.kizuna.records(), journey.kizuna.everything()

    later = journey.kizuna.sync(*VENDORS)
    whole = journey.kizuna.sync(*VENDORS, full=True)

    assert_complete(later + whole)
    assert sum(run.counts["written"] + run.counts["deleted"] for run in later + whole) == 0
    assert sum(run.counts["unchanged"] for run in whole) >= len(records)
    assert journey.kizuna.records() == records
    assert journey.kizuna.everything() == everything
    assert journey.kizuna.rows("SELECT COUNT(*) FROM source_version") == [(0,)]


def test_edits_deletes_and_merges_are_followed(journey: Journey, tmp_path_factory: pytest.TempPathFactory) -> None:
    journey.kizuna.sync(*VENDORS)
    for seed in (11, 12):
        edit(journey.served, seed=seed, edits=60, kinds=EDITED)
        assert_complete(journey.kizuna.sync(*VENDORS))

    assert_like_the_sandboxes(journey)
    assert mixed(journey) == []
    assert journey.kizuna.not_as_rebuilt() == []
    fresh_url = f"sqlite:///{tmp_path_factory.mktemp('fresh') / 'kizuna.db'}"
    with kizuna(fresh_url, journey.served) as fresh:
        fresh.sync(*VENDORS)
        assert journey.kizuna.facts() == fresh.facts()


def assert_complete(runs: list[RunStatus]) -> None:
    """Every run is through, and nothing was set aside."""
    ends = [(run.key, run.state, run.reason, run.counts.get("quarantined")) for run in runs]
    assert ends == [(run.key, RunState.DONE, None, 0) for run in runs]


def assert_like_the_sandboxes(journey: Journey) -> None:
    """What is stored as living is what each sandbox shows, no more and no less."""
    differing: dict[tuple[str, str], set[str]] = {}
    for vendor in VENDORS:
        visible = shown(journey.served, vendor, journey.kizuna.streams(vendor))
        living = journey.kizuna.living(vendor)
        assert len(visible) >= 5
        differing |= {(vendor, name): ids ^ living.get(name, set()) for name, ids in visible.items()}
    assert {place: ids for place, ids in differing.items() if ids} == {}
    keys = [(record.connection, record.stream, record.source_id) for record in journey.kizuna.records()]
    assert [key for key, times in Counter(keys).items() if times > 1] == []


def mixed(journey: Journey) -> list[tuple[str, set[str]]]:
    """The customers whose records belong to more than one true company."""
    truth = {
        (row.system, row.stream, row.source_id): row.true_id
        for row in truth_rows(journey.served.states)
        if row.entity == "customer"
    }
    assert len(truth) > COMPANIES
    members = journey.kizuna.rows("""
        SELECT entity_id, connection.name, stream, source_id FROM membership
        JOIN source_record ON source_record.rid = membership.rid
        JOIN connection ON connection.id = connection_id WHERE entity = 'account'
    """)
    companies: dict[str, set[str]] = {}
    for customer, *key in members:
        true_id = truth.get(tuple(key))  # type: ignore[arg-type]  # three words
        if true_id is not None:
            companies.setdefault(str(customer), set()).add(true_id)
    assert companies
    return [(customer, found) for customer, found in companies.items() if len(found) > 1]
