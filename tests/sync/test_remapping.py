"""Mapping stored records again after a rule has changed: without fetching, in chunks, the same as a rebuild gives."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any, cast

import pytest

from kizuna import jobs
from kizuna.model.custom import FieldRule
from kizuna.model.enums import CustomForm
from kizuna.storage import connections, field_rules, remaps
from kizuna.storage.remaps import Remap
from kizuna.storage.tables import METADATA
from kizuna.sync.mapping import remapping
from kizuna.sync.rebuild import rebuild
from kizuna.sync.tending import Tending
from tests.derive.test_rebuild import toys
from tests.journeys.test_plans import scans_of, statements_of
from tests.support.toys import Bench, at, bench

TIER = FieldRule(path="tier", entity="account", form=CustomForm.TEXT, name="tier")
GRADE = FieldRule(path="tier", entity="account", form=CustomForm.CHOICE, name="grade", choices=("Gold", "Silver"))
SITE = FieldRule(path="home", entity="account", form=CustomForm.TEXT, attribute="domain")
KEPT = "SELECT name, value FROM fact_custom_field ORDER BY name, value"


def change(toy: Bench, path: str, rule: FieldRule | None, stream: str = "firms", connection: str = "toy") -> None:
    """The rule changed, and the stream's records waiting to be mapped again."""
    with toy.database.write() as sql:
        stored = connections.get(sql, connection)
        field_rules.claim(sql, stored.id)
        number = field_rules.add(sql, stored.id, stream, path, rule, "tester", 0)
        remaps.ask(sql, stored.id, stream, number, 0)


def firm(number: int, minute: int = 0, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "name": f"Firm {number}", "at": at(minute), **more}


def test_stored_records_are_mapped_by_a_new_rule_without_fetching(toy: Bench) -> None:
    toy.write(firm(1, tier="Gold"), firm(2, tier="Silver"), firm(3))
    before = toy.rows("SELECT rid, version_no, run_id FROM source_record ORDER BY rid")
    change(toy, "tier", TIER)

    ended = remapping.finish(toy.deriver, toys())

    assert ended
    assert toy.rows(KEPT) == [("tier", "Gold"), ("tier", "Silver")]
    assert toy.rows("SELECT rid, version_no, run_id FROM source_record ORDER BY rid") == before
    assert rebuild(toy.deriver, toys(), check=True) == []


@pytest.mark.parametrize("rules", [(TIER, GRADE), (TIER, None), (SITE, None), (GRADE, SITE)])
def test_every_change_of_rules_comes_to_the_same_as_a_rebuild(toy: Bench, rules: tuple[FieldRule | None, ...]) -> None:
    toy.connect("other")
    toy.write(firm(1, tier="Gold", home="one.jp"), firm(2, tier="Iron", home="two.jp"))
    toy.write(firm(1, 1, tier="Silver", home="two.jp"), connection="other")
    toy.write(firm(2, 2, home="two.jp"), firm(1, 2, tier="Silver", gone=True))
    path = "tier"

    for given in rules:
        path = given.path if given else path
        change(toy, path, given)
        remapping.finish(toy.deriver, toys())
        toy.write(firm(2, 3, tier="Gold", home="two.jp"))

    assert rebuild(toy.deriver, toys(), check=True) == []


def test_a_mapped_domain_moves_a_record_to_its_customer(toy: Bench) -> None:
    toy.connect("other")
    toy.write({**firm(1), "name": "Acme", "site": "acme.jp"})
    toy.write({**firm(1), "name": "Acme", "home": "acme.jp"}, connection="other")
    apart = toy.rows("SELECT COUNT(*) FROM customer")
    change(toy, "home", SITE, connection="other")

    remapping.finish(toy.deriver, toys())

    assert apart == [(2,)]
    assert toy.rows("SELECT name, records FROM customer") == [("Acme", 2)]


def test_history_knows_a_value_from_when_its_version_was_learned(toy: Bench) -> None:
    toy.write(firm(1, 0, tier="Gold"))
    toy.write(firm(1, 1, tier="Silver"))
    known = toy.rows("SELECT known_at FROM source_version UNION ALL SELECT known_at FROM source_record")
    change(toy, "tier", TIER)

    remapping.finish(toy.deriver, toys())

    history = "SELECT version_no, known_at, body FROM fact_history WHERE kind = 'custom_field' ORDER BY version_no"
    told = toy.rows(history)
    assert [(number, known_at) for number, known_at, _ in told] == [(1, known[0][0]), (2, known[1][0])]
    assert ["Gold" in told[0][2], "Silver" in told[1][2]] == [True, True]


def test_a_value_that_does_not_fit_is_noted(toy: Bench) -> None:
    toy.write(firm(1, tier="Iron"))
    change(toy, "tier", GRADE)

    remapping.finish(toy.deriver, toys())

    assert toy.rows("SELECT path, change, after FROM schema_drift") == [("tier", "unmapped_value", "Iron")]
    assert toy.rows("SELECT name FROM customer") == [("Firm 1",)]


def test_work_broken_off_is_taken_up_where_it_stood(toy: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remapping, "CHUNK", 2)
    toy.write(*(firm(number, tier="Gold") for number in range(5)))
    change(toy, "tier", TIER)
    steps: list[Remap] = []

    ended = remapping.finish(toy.deriver, toys(), within_s=0, observe=steps.append)
    again = remapping.finish(toy.deriver, toys(), observe=steps.append)

    assert (ended, again) == (False, True)
    assert [(one.done, one.total) for one in steps] == [(2, 5), (4, 5), (5, 5), (5, 5)]
    assert [one.ended_at is None for one in steps] == [True, True, True, False]
    assert toy.rows("SELECT COUNT(*) FROM fact_custom_field") == [(5,)]


def test_a_rule_changed_on_the_way_begins_anew(toy: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remapping, "CHUNK", 2)
    toy.write(*(firm(number, tier="Gold") for number in range(5)))
    change(toy, "tier", TIER)
    remapping.step(toy.database, toys())

    change(toy, "tier", GRADE)
    remapping.finish(toy.deriver, toys())

    assert toy.rows("SELECT DISTINCT name FROM fact_custom_field") == [("grade",)]
    assert rebuild(toy.deriver, toys(), check=True) == []


def test_a_rebuild_takes_in_what_waits(toy: Bench) -> None:
    toy.write(firm(1, tier="Gold"))
    change(toy, "tier", TIER)

    found = rebuild(toy.deriver, toys())

    assert found == []
    assert toy.rows(KEPT) == [("tier", "Gold")]
    assert remapping.step(toy.database, toys()) is None


def test_a_connection_whose_connector_is_not_there_waits(toy: Bench) -> None:
    toy.write(firm(1, tier="Gold"))
    change(toy, "tier", TIER)
    nobody = toys()
    nobody.connectors.clear()

    assert remapping.step(toy.database, nobody) is None
    with toy.database.read() as sql:
        assert [one.ended_at for one in remaps.listed(sql)] == [None]


def test_syncs_and_changes_of_rules_at_once_come_to_the_same_as_a_rebuild(
    toy: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remapping, "CHUNK", 7)
    toy.write(*(firm(number, tier="Gold", home=f"a{number}.jp") for number in range(30)))
    faults: list[BaseException] = []

    def syncing() -> None:
        try:
            for turn in range(1, 12):
                changed = range(turn, 40, 3)
                toy.write(*(firm(number, turn, tier="Silver", home=f"b{number % 9}.jp") for number in changed))
        except BaseException as error:  # noqa: BLE001 - told by the assertion below
            faults.append(error)

    other = threading.Thread(target=syncing)
    other.start()
    for path, rule in (("tier", TIER), ("home", SITE), ("tier", GRADE), ("home", None), ("tier", TIER)):
        change(toy, path, rule)
        remapping.finish(toy.deriver, toys())
    other.join()
    remapping.finish(toy.deriver, toys())

    assert faults == []
    assert toy.rows("SELECT COUNT(*) FROM fact_custom_field") == [(40,)]
    assert rebuild(toy.deriver, toys(), check=True) == []


def test_no_statement_looks_through_records_of_others(tmp_path: Path) -> None:
    with bench(f"sqlite:///{tmp_path / 'kizuna.db'}") as toy:
        toy.write(*(firm(number, tier="Gold") for number in range(5)))
        toy.write(firm(1, 1, tier="Silver"))
        change(toy, "tier", TIER)
        statements = statements_of(toy.database.engine)

        remapping.finish(toy.deriver, toys())

        scanned = scans_of(toy.database, set(statements))
        growing = METADATA.tables.keys() - {
            "connection",
            "outbox",
            "field_rule",
            "field_remap",
            "compression_dictionary",
            "blocked_value",
            "match_model",
        }
        assert {name: statement for name, statement in scanned.items() if name in growing} == {}


def test_a_running_service_maps_what_waits(toy: Bench) -> None:
    toy.write(firm(1, tier="Gold"))
    change(toy, "tier", TIER)
    tending = Tending(cast("jobs.Engine", None), "sync", toy.database, toys())

    asyncio.run(tending.try_remap())

    assert toy.rows(KEPT) == [("tier", "Gold")]
    assert toy.rows("SELECT COUNT(*) FROM outbox") == [(0,)]
