"""The truth file: every record that carries an account or a person, kept true through changes."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from kizuna.sandbox import (
    SandboxState,
    TruthFile,
    VirtualClock,
    World,
    populate,
    random_edits,
    serve,
    true_movements,
    truth_rows,
    write_truth,
)
from tests.sandbox.toys import Toy


@pytest.fixture
def states(small_world: World) -> list[SandboxState]:
    toys = [Toy("rolodex", "crm"), Toy("desk", "support"), Toy("till", "billing")]
    return populate(toys, small_world, VirtualClock(small_world.now))


def test_every_account_and_person_of_every_system_is_in_the_truth_once(states: list[SandboxState]) -> None:
    rows = truth_rows(states)

    keys = [(row.entity, row.system, row.source_id) for row in rows]
    expected = [("customer", state.view.profile.key, account.id) for state in states for account in state.view.accounts]
    expected += [("person", state.view.profile.key, person.id) for state in states for person in state.view.people]
    assert sorted(keys) == sorted(expected)


def test_true_ids_are_those_of_the_world(states: list[SandboxState], small_world: World) -> None:
    companies = {company.id for company in small_world.companies}
    people = {person.id for person in small_world.people.values()}

    rows = truth_rows(states)

    assert {row.true_id for row in rows if row.entity == "customer"} == companies
    assert {row.true_id for row in rows if row.entity == "person"} <= people


def test_the_truth_follows_a_thousand_edits(states: list[SandboxState]) -> None:
    state = states[1]
    state.clock.advance(timedelta(hours=1))

    random_edits(state, seed=9, count=1000)

    said = {(row.stream, row.source_id) for row in truth_rows([state])}
    shown = {(stream, record.id) for stream in ("accounts", "people") for record in state.live(stream)}
    assert said == shown
    assert {record.id for record in state.of_kind("account")} == {record.id for record in state.live("accounts")}


def test_movements_start_at_nothing_and_join_up(states: list[SandboxState]) -> None:
    by_subscription: dict[str, list[tuple[int, int]]] = {}
    for movement in true_movements(states):
        by_subscription.setdefault(movement.subscription_id, []).append((movement.before, movement.after))

    assert by_subscription
    assert all(steps[0][0] == 0 for steps in by_subscription.values())
    assert all(one[1] == two[0] for steps in by_subscription.values() for one, two in pairwise(steps))


def test_the_truth_is_written_as_csv_or_json_with_the_movements_beside_it(
    states: list[SandboxState], tmp_path: Path
) -> None:
    write_truth(tmp_path / "truth.csv", states)
    write_truth(tmp_path / "truth.json", states)

    head = (tmp_path / "truth.csv").read_text(encoding="utf-8").splitlines()[0]
    moved = (tmp_path / "truth.movements.csv").read_text(encoding="utf-8").splitlines()[0]
    rows = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert head == "entity,true_id,system,stream,source_id"
    assert moved == "true_id,system,account_id,subscription_id,at,kind,currency,before,after,reason"
    assert len(rows) == len(truth_rows(states))


def test_the_truth_file_is_written_anew_only_when_something_changed(states: list[SandboxState], tmp_path: Path) -> None:
    kept = TruthFile(tmp_path / "truth.csv", states)
    person = states[0].view.people[0].id

    first, idle = kept.refresh(), kept.refresh()
    states[0].delete("person", person)
    changed = kept.refresh()

    assert (first, idle, changed) == (True, False, True)
    assert f",people,{person}\n" not in (tmp_path / "truth.csv").read_text(encoding="utf-8")


def test_a_served_world_leaves_its_truth_as_it_was_at_the_end(small_world: World, tmp_path: Path) -> None:
    path = tmp_path / "truth.json"

    with serve([Toy("desk", "support")], world=small_world, port_base=0, truth=path) as served:
        at_start = len(json.loads(path.read_text(encoding="utf-8")))
        served.states[0].delete("person", served.states[0].view.people[0].id)

    assert len(json.loads(path.read_text(encoding="utf-8"))) == at_start - 1
