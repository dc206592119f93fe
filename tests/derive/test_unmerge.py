"""Taking a decision back restores everything: who is who, ids, golden values, the timeline, every derived row."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kizuna.derive import decide
from kizuna.errors import DecisionError
from kizuna.storage import derived
from kizuna.sync.rebuild import rebuild
from tests.derive.test_rebuild import CASES, FIRMS, PEOPLE, TIES, play, toys
from tests.support.toys import Bench, at, bench

WORLD = st.lists(st.one_of(FIRMS, FIRMS, FIRMS, CASES, PEOPLE, PEOPLE, TIES), min_size=3, max_size=12)
ACTS = st.tuples(
    st.sampled_from(["merge", "merge", "same", "different", "split"]),
    st.sampled_from(["account", "person"]),
    st.integers(0, 20),
    st.integers(0, 20),
)
Rows = dict[str, Any]


def everything(made: Bench) -> tuple[Rows, list[tuple[Any, ...]]]:
    """The fingerprint of every derived table, and where every id leads."""
    with made.database.read() as sql:
        return derived.fingerprint(sql), made.rows(
            "SELECT id, entity, founding_rid, merged_into, created_at FROM entity"
        )


def unlike(made: Bench, before: tuple[Rows, list[tuple[Any, ...]]]) -> list[Any]:
    """What differs from before; ids that came up in between may go on leading somewhere."""
    with made.database.read() as sql:
        found: list[Any] = derived.differences(sql, before[0])
    now = set(everything(made)[1])
    return [*found, *(row for row in before[1] if row not in now)]


def act(made: Bench, verb: str, entity: str, one: int, other: int) -> list[int]:
    """The numbers of the decisions that a person makes; none where there is nothing to decide on."""
    rids = [r[0] for r in made.rows("SELECT rid FROM membership WHERE entity = :entity ORDER BY rid", entity=entity)]
    table = "customer" if entity == "account" else "person"
    ids = [r[0] for r in made.rows(f"SELECT id FROM {table} ORDER BY id")]
    try:
        if verb == "merge" and len(ids) > 1 and one % len(ids) != other % len(ids):
            a, b = ids[one % len(ids)], ids[other % len(ids)]
            return list(decide.merge(made.deriver, a, b, actor="tester", confirmed=True).decisions)
        if verb == "split" and rids:
            return list(decide.split(made.deriver, entity, rids[one % len(rids)], "tester").decisions)
        if verb in ("same", "different") and len(rids) > 1 and one % len(rids) != other % len(rids):
            a, b = rids[one % len(rids)], rids[other % len(rids)]
            if verb == "same":
                return list(decide.same(made.deriver, entity, a, b, "tester", confirmed=True).decisions)
            return list(decide.different(made.deriver, entity, a, b, "tester").decisions)
    except DecisionError:
        return []  # alone already: there is nothing to split
    return []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(world=WORLD, acts=st.lists(ACTS, min_size=1, max_size=3))
def test_taking_back_what_was_decided_restores_every_derived_row(world: list[Any], acts: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder, bench(f"sqlite:///{Path(folder) / 'kizuna.db'}") as made:
        made.connect("other")
        for minute, step in enumerate(world):
            play(made, step, minute)
        before = everything(made)

        done = [numbers for one in acts if (numbers := act(made, *one))]
        for minute, step in enumerate(world):
            play(made, step, minute)  # a sync that changes nothing
        for numbers in reversed(done):
            decide.undo(made.deriver, numbers[0])

        assert unlike(made, before) == []


def furnished(made: Bench) -> None:
    """Two firms known to two systems each, with people, cases and bills."""
    made.connect("other")
    firms = [
        {"id": "1", "name": "Acme", "site": "acme.jp", "staff": 10, "at": at(0)},
        {"id": "9", "name": "Zenith Foods", "site": "zenith.jp", "parent": "1", "staff": 3, "at": at(0)},
    ]
    for connection in ("toy", "other"):
        made.write(*firms, connection=connection)
        for n, firm in enumerate(("1", "9")):
            made.write(
                {
                    "id": firm,
                    "human": f"Hana {n}",
                    "mail": f"hana@{('acme', 'zenith')[n]}.jp",
                    "firm": firm,
                    "at": at(1),
                },
                stream="people",
                connection=connection,
            )
            made.write({"id": firm, "title": "Help", "firm": firm, "at": at(2)}, stream="cases", connection=connection)
            made.write({"id": firm, "firm": firm, "minor": 500 + n, "at": at(3)}, stream="bills", connection=connection)


@pytest.mark.parametrize("verb", ["merge", "split", "same", "different"])
@pytest.mark.parametrize("entity", ["account", "person"])
def test_on_both_databases_nothing_of_a_decision_stays(database_url: str, verb: str, entity: str) -> None:
    with bench(database_url) as made:
        furnished(made)
        before = everything(made)

        numbers = act(made, verb, entity, 0, 1)
        changed = unlike(made, before)
        furnished_again(made)
        decide.undo(made.deriver, numbers[-1])

        assert numbers
        assert changed or verb in ("same", "different")
        assert unlike(made, before) == []


def furnished_again(made: Bench) -> None:
    """A sync that brings what is known already."""
    made.write({"id": "1", "name": "Acme", "site": "acme.jp", "staff": 10, "at": at(0)})
    made.write({"id": "9", "title": "Help", "firm": "9", "at": at(2)}, stream="cases")


def test_a_split_outlives_a_full_sync_and_a_rebuild(database_url: str) -> None:
    with bench(database_url) as made:
        furnished(made)
        numbers = act(made, "split", "account", 0, 0)
        apart = everything(made)

        made.write({"id": "1", "name": "Acme", "site": "acme.jp", "staff": 10, "at": at(0)})
        made.write({"id": "1", "name": "Acme", "site": "acme.jp", "staff": 10, "at": at(0)}, connection="other")

        assert numbers
        assert unlike(made, apart) == []
        assert rebuild(made.deriver, toys(), check=True) == []


def test_who_takes_a_decision_back_twice_is_told(database_url: str) -> None:
    with bench(database_url) as made:
        furnished(made)
        numbers = act(made, "merge", "account", 0, 1)
        decide.undo(made.deriver, numbers[0])

        with pytest.raises(DecisionError, match="no standing decision"):
            decide.undo(made.deriver, numbers[0])
