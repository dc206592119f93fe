"""Whatever happens in whatever order, the derived tables are what a rebuild from evidence gives."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kizuna.derive import decide
from kizuna.errors import ConfigError, DecisionError
from kizuna.plugins import Plugins, load
from kizuna.sync.mapping import remapping
from kizuna.sync.mapping.wishes import Wish, put_into_force
from kizuna.sync.rebuild import rebuild
from tests.support.toys import Bench, Toy, at, bench

NAMES = st.sampled_from(["Acme", "ACME Inc.", "アクメ株式会社", "Aoba Foods", "Aoba Design", "test", None])
SITES = st.sampled_from(["acme.jp", "www.acme.jp", "aoba.co.jp", "gmail.com", "a domain", None])
FIRMS = st.fixed_dictionaries(
    {
        "id": st.sampled_from("123456"),
        "name": NAMES,
        "site": SITES,
        "crm": st.sampled_from(["x", "y", None]),
        "parent": st.sampled_from(["3", "4", None]),
        "gone": st.booleans(),
        "tier": st.sampled_from(["Gold", "7", 7, True, None]),
        "trade": st.sampled_from(["Foods", "acme.jp", None]),
        "merged_into": st.sampled_from(["1", "2", None]),
        "absorbed": st.sampled_from(["3", "4", None]),
        "connection": st.sampled_from(["toy", "other"]),
    }
)
CASES = st.fixed_dictionaries(
    {
        "id": st.sampled_from("789"),
        "title": st.just("Help"),
        "firm": st.sampled_from("123456"),
        "connection": st.sampled_from(["toy", "other"]),
    }
)
PEOPLE = st.fixed_dictionaries(
    {
        "id": st.sampled_from("123"),
        "human": st.sampled_from(["Hana Abe", "Ken Ito"]),
        "mail": st.sampled_from(["hana@acme.jp", "ken@aoba.co.jp", "hana@gmail.com", None]),
        "firm": st.sampled_from(["1", "2", "3", None]),
        "active": st.booleans(),
        "tier": st.sampled_from(["VIP", 3, None]),
        "gone": st.booleans(),
        "merged_into": st.sampled_from(["1", None, None]),
        "connection": st.sampled_from(["toy", "other"]),
    }
)
TIES = st.fixed_dictionaries(
    {
        "id": st.sampled_from("12"),
        "person": st.sampled_from("123"),
        "firm": st.sampled_from("1234"),
        "gone": st.booleans(),
        "connection": st.sampled_from(["toy", "other"]),
    }
)
DECISIONS = st.tuples(st.sampled_from(["same", "different", "split", "undo"]), st.integers(0, 20), st.integers(0, 20))
RULES = st.fixed_dictionaries(
    {
        "rule": st.sampled_from(["text", "number", "choice", "name", "domain", "unmap"]),
        "path": st.sampled_from(["tier", "trade"]),
        "stream": st.sampled_from(["firms", "firms", "people"]),
        "applied": st.booleans(),
        "connection": st.sampled_from(["toy", "other"]),
    }
)
STEPS = st.lists(st.one_of(FIRMS, CASES, PEOPLE, TIES, DECISIONS, RULES), min_size=1, max_size=14)
STREAMS = {"title": "cases", "human": "people", "person": "ties"}
"""A field that only one stream's records have → that stream."""


def toys() -> Plugins:
    """A host with the toy connector alone."""
    plugins = load(allowed=[])
    plugins.connectors["toy"] = Toy
    return plugins


def play(made: Bench, step: Any, minute: int) -> None:
    """One thing that can happen."""
    if isinstance(step, dict) and "rule" in step:
        rule(made, step)
        return
    if isinstance(step, dict):
        step = {**step, "at": at(minute)}
        connection = step.pop("connection")
        stream = next((name for sign, name in STREAMS.items() if sign in step), "firms")
        made.write(step, stream=stream, connection=connection)
        return
    verb, one, other = step
    rids = [row[0] for row in made.rows("SELECT rid FROM membership WHERE entity = 'account' ORDER BY rid")]
    try:
        if verb == "undo":
            decide.undo(made.deriver, one)
        elif verb == "split" and rids:
            decide.split(made.deriver, "account", rids[one % len(rids)], "tester")
        elif len(rids) > 1 and rids[one % len(rids)] != rids[other % len(rids)]:
            choose = decide.same if verb == "same" else decide.different
            choose(made.deriver, "account", rids[one % len(rids)], rids[other % len(rids)], "tester")
    except DecisionError:
        pass  # a guard said no: nothing happens, which is part of the play


def rule(made: Bench, step: dict[str, Any]) -> None:
    """What a custom field means has changed; stored records follow at once, or wait."""
    word = step["rule"]
    wish = Wish(
        connection=step["connection"],
        stream=step["stream"],
        path=step["path"],
        of="person" if step["stream"] == "people" else "customer",
        keep=word in ("text", "number", "choice"),
        name="kept" if word in ("text", "number", "choice") else None,
        form=word if word in ("text", "number", "choice") else None,
        choices=("Gold", "VIP") if word == "choice" else (),
        attribute={"name": "name", "domain": "email" if step["stream"] == "people" else "domain"}.get(word),
        unseen=True,
    )
    try:
        put_into_force(made.database, toys(), wish, "tester")
    except ConfigError:
        return  # another rule stands against it, or there is none to give up
    if step["applied"]:
        remapping.finish(made.deriver, toys())


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_steps_come_to_the_same_as_a_rebuild(steps: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder, bench(f"sqlite:///{Path(folder) / 'kizuna.db'}") as made:
        made.connect("other")

        for minute, step in enumerate(steps):
            play(made, step, minute)

        assert rebuild(made.deriver, toys(), check=True) == []


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(firms=st.lists(FIRMS, min_size=2, max_size=8, unique_by=lambda f: (f["id"], f["connection"])), data=st.data())
def test_who_is_who_does_not_depend_on_the_order_of_arrival(firms: list[dict[str, Any]], data: st.DataObject) -> None:
    orders = [firms, data.draw(st.permutations(firms))]
    found = []

    for order in orders:
        with tempfile.TemporaryDirectory() as folder, bench(f"sqlite:///{Path(folder) / 'kizuna.db'}") as made:
            made.connect("other")
            for one in order:
                play(made, one, 0)
            rows = made.rows("SELECT entity_id, rid FROM membership WHERE entity = 'account'")
        clusters: dict[str, set[int]] = {}
        for entity_id, rid in rows:
            clusters.setdefault(entity_id, set()).add(rid)
        found.append({frozenset(rids) for rids in clusters.values()})

    assert found[0] == found[1]


def test_a_rebuild_names_a_row_that_evidence_does_not_give(database_url: str) -> None:
    with bench(database_url) as made:
        made.write({"id": "1", "name": "Acme", "site": "acme.jp", "at": at(0)})
        with made.database.write() as sql:
            sql.exec_driver_sql("UPDATE customer SET name = 'Forged'")

        found = rebuild(made.deriver, toys(), check=True)

        assert [(d.table, d.only_before, d.only_after) for d in found] == [("customer", 1, 1)]
        assert made.rows("SELECT name FROM customer") == [("Forged",)]
        rebuild(made.deriver, toys())
        assert made.rows("SELECT name FROM customer") == [("Acme",)]


def test_undoing_a_split_restores_the_customer_with_its_id(database_url: str) -> None:
    with bench(database_url) as made:
        made.connect("other")
        made.write({"id": "1", "name": "Acme", "site": "acme.jp", "at": at(0)})
        made.write({"id": "5", "name": "Acme", "site": "acme.jp", "at": at(0)}, connection="other")
        before = made.rows("SELECT id, records FROM customer")
        rid = made.rows("SELECT MAX(rid) FROM membership WHERE entity = 'account'")[0][0]

        decided = decide.split(made.deriver, "account", rid, "tester", "not the same office")
        apart = made.rows("SELECT COUNT(*) FROM customer")
        decide.undo(made.deriver, decided.decisions[0])

        assert before[0][1] == 2
        assert apart == [(2,)]
        assert made.rows("SELECT id, records FROM customer") == before
        assert rebuild(made.deriver, toys(), check=True) == []


def test_undoing_one_decision_of_a_split_takes_the_whole_split_back(database_url: str) -> None:
    with bench(database_url) as made:
        for connection in ("other", "third"):
            made.connect(connection)
        for connection in ("toy", "other", "third"):
            made.write({"id": "1", "name": "Acme", "site": "acme.jp", "at": at(0)}, connection=connection)
        before = made.rows("SELECT id, records FROM customer")
        rid = made.rows("SELECT MIN(rid) FROM membership WHERE entity = 'account'")[0][0]

        decided = decide.split(made.deriver, "account", rid, "tester")
        decide.undo(made.deriver, decided.decisions[1])

        assert len(decided.decisions) == 2
        assert made.rows("SELECT id, records FROM customer") == before


def test_a_decision_outlives_a_full_sync(database_url: str) -> None:
    firms = [{"id": "1", "name": "Acme", "site": "acme.jp"}, {"id": "5", "name": "Acme", "site": "acme.jp"}]
    with bench(database_url) as made:
        made.connect("other")
        made.write({**firms[0], "at": at(0)})
        made.write({**firms[1], "at": at(0)}, connection="other")
        decide.split(made.deriver, "account", made.rows("SELECT rid FROM membership LIMIT 1")[0][0], "tester")

        made.write({**firms[0], "name": "ACME", "at": at(1)})
        made.write({**firms[1], "name": "ACME", "at": at(1)}, connection="other")

        assert made.rows("SELECT COUNT(*) FROM customer") == [(2,)]


def test_a_decision_against_another_asks_for_confirmation(database_url: str) -> None:
    with bench(database_url) as made:
        made.write({"id": "1", "name": "Acme", "at": at(0)}, {"id": "2", "name": "Aoba", "at": at(0)})
        a, b = (row[0] for row in made.rows("SELECT rid FROM membership ORDER BY rid"))
        decide.different(made.deriver, "account", a, b, "tester")

        with pytest.raises(DecisionError, match="confirm"):
            decide.same(made.deriver, "account", a, b, "tester")
        decide.same(made.deriver, "account", a, b, "tester", confirmed=True)

        assert made.rows("SELECT COUNT(*) FROM customer") == [(1,)]
