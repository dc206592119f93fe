"""Custom fields on their way: rules at work in a sync, changed under it, and kept by a rebuild."""

from __future__ import annotations

from typing import Any

from kizuna.model.custom import FieldRule
from kizuna.model.enums import CustomForm
from kizuna.sdk import Record
from kizuna.storage import connections, field_rules
from kizuna.sync.rebuild import rebuild
from kizuna.sync.writer import Gathered
from tests.derive.test_rebuild import toys
from tests.support.toys import MORNING, Bench, at
from tests.sync.test_preparers import batch, prepared

ACME = {"id": "1", "name": "Acme", "site": "acme.jp", "at": at(0), "tier": "Gold", "trade": "Machines"}
TIER = FieldRule(path="tier", entity="account", form=CustomForm.TEXT, name="tier")
TRADE = FieldRule(path="trade", entity="account", form=CustomForm.TEXT, attribute="industry")
KEPT = "SELECT name, form, value FROM fact_custom_field ORDER BY rid, name"


def rule(toy: Bench, path: str, given: FieldRule | None, stream: str = "firms", connection: str = "toy") -> None:
    """The rule written, nothing mapped again."""
    with toy.database.write() as sql:
        stored = connections.get(sql, connection)
        field_rules.claim(sql, stored.id)
        field_rules.add(sql, stored.id, stream, path, given, "tester", 0)


def only(name: str, **values: Any) -> dict[str, Any]:
    return {"id": "1", "name": name, "at": at(1), **values}


def test_what_a_sync_brings_is_mapped_by_the_rules(toy: Bench) -> None:
    rule(toy, "tier", TIER)
    rule(toy, "trade", TRADE)

    toy.write(ACME)

    assert toy.rows(KEPT) == [("tier", "text", "Gold")]
    assert toy.rows("SELECT industry FROM customer") == [("Machines",)]
    assert rebuild(toy.deriver, toys(), check=True) == []


def test_a_field_that_a_newer_version_lacks_is_gone_and_its_history_kept(toy: Bench) -> None:
    rule(toy, "tier", TIER)
    toy.write(ACME)

    toy.write(only("Acme KK"))

    history = "SELECT version_no, body IS NULL FROM fact_history WHERE kind = 'custom_field' ORDER BY version_no"
    assert toy.rows(KEPT) == []
    assert [(number, bool(gone)) for number, gone in toy.rows(history)] == [(1, False), (2, True)]
    assert rebuild(toy.deriver, toys(), check=True) == []


def test_a_value_that_does_not_fit_is_noted_and_the_record_stays(toy: Bench) -> None:
    rule(toy, "tier", FieldRule(path="tier", entity="account", form=CustomForm.NUMBER, name="tier"))

    wrote = toy.write(ACME)

    drift = toy.rows("SELECT stream, path, change, after FROM schema_drift")
    assert (wrote.written, wrote.quarantined) == (1, 0)
    assert toy.rows("SELECT name FROM customer") == [("Acme",)]
    assert drift == [("firms", "tier", "unmapped_value", "text instead of number")]


def test_rules_changed_under_a_sync_hold_for_its_next_batch(toy: Bench) -> None:
    rule(toy, "tier", TIER)
    writer = toy.writer()
    gathered = Gathered()
    gathered.add([Record(raw=b'{"id": "1", "name": "Acme", "tier": "Gold", "trade": "Machines"}')], None, MORNING)

    rule(toy, "tier", None)
    rule(toy, "trade", TRADE)
    writer.write(gathered)
    toy.deriver.drain()

    assert toy.rows(KEPT) == []
    assert toy.rows("SELECT industry FROM customer") == [("Machines",)]


def test_rules_changed_while_another_process_prepares_hold_for_what_it_prepared(toy: Bench) -> None:
    writer = toy.writer()
    writer.write(batch({"id": "0", "name": "First", "at": at(0)}))
    early = prepared(writer, ACME)
    late = prepared(writer, {**ACME, "id": "2", "tier": "Silver"})

    rule(toy, "tier", TIER)
    for each in (early, late):
        writer.write(*each)

    assert toy.rows("SELECT value FROM fact_custom_field ORDER BY value") == [("Gold",), ("Silver",)]


def test_a_value_kept_by_a_rule_of_old_goes_with_the_next_version(toy: Bench) -> None:
    rule(toy, "tier", TIER)
    toy.write(ACME)
    rule(toy, "tier", None)

    toy.write(only("Acme KK", tier="Silver"))

    assert toy.rows(KEPT) == []


def test_every_change_of_a_rule_is_kept_and_the_latest_stands(toy: Bench) -> None:
    for given in (TIER, FieldRule(path="tier", entity="account", form=CustomForm.CHOICE, name="tier", choices=("G",))):
        rule(toy, "tier", given)
    rule(toy, "trade", TRADE)
    rule(toy, "trade", None)

    with toy.database.read() as sql:
        stored = connections.get(sql, "toy")
        standing = field_rules.standing(sql, stored.id, "firms")
        history = field_rules.history(sql, stored.id)

    assert [(one.path, one.form, one.choices) for one in standing.rules] == [("tier", "choice", ("G",))]
    assert [(one.path, one.version, one.action) for one in history] == [
        ("trade", 2, "unmap"),
        ("trade", 1, "map"),
        ("tier", 2, "keep"),
        ("tier", 1, "keep"),
    ]
