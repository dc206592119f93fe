"""A decision is held against everybody it would join, not only against the two records it names."""

from __future__ import annotations

import pytest

from kizuna.derive import decide
from kizuna.errors import DecisionError
from kizuna.sync.rebuild import rebuild
from tests.derive.test_rebuild import toys
from tests.support.toys import Bench, at, bench

CUSTOMERS = "SELECT id FROM customer ORDER BY records DESC, id"
ACME = {"id": "1", "name": "Acme", "site": "acme.jp", "at": at(0)}
ZENITH = {"id": "9", "name": "Zenith", "site": "zenith.jp", "crm": "z", "at": at(0)}


def acme_and_zenith(made: Bench) -> None:
    """Acme, known to two systems, and Zenith, known to the second and a third."""
    made.connect("other")
    made.connect("third")
    made.write(ACME)
    made.write(ACME, ZENITH, connection="other")
    made.write({**ZENITH, "site": None}, connection="third")


def rid(made: Bench, connection: str, source_id: str) -> int:
    """The number of a record."""
    question = """SELECT rid FROM source_record r JOIN connection c ON c.id = r.connection_id
                  WHERE c.name = :connection AND source_id = :source_id"""
    return int(made.rows(question, connection=connection, source_id=source_id)[0][0])


def customers(made: Bench) -> list[str]:
    return [row[0] for row in made.rows(CUSTOMERS)]


def test_a_guard_between_any_two_records_of_the_two_sides_asks_for_confirmation(database_url: str) -> None:
    with bench(database_url) as made:
        acme_and_zenith(made)

        with pytest.raises(DecisionError, match=r"(?s)guard.*one source.*Confirm"):
            decide.same(made.deriver, "account", rid(made, "toy", "1"), rid(made, "third", "9"), "tester")

        assert len(customers(made)) == 2


def test_a_decision_between_any_two_records_of_the_two_sides_asks_for_confirmation(database_url: str) -> None:
    with bench(database_url) as made:
        acme_and_zenith(made)
        decide.different(made.deriver, "account", rid(made, "toy", "1"), rid(made, "third", "9"), "tester")
        before = customers(made)

        with pytest.raises(DecisionError, match="decided before that a record of the one"):
            decide.merge(made.deriver, *before, actor="tester")
        done = decide.merge(made.deriver, *before, actor="tester", confirmed=True)
        together = customers(made)
        decide.undo(made.deriver, done.decisions[0])

        assert len(before) == 2
        assert len(together) == 1
        assert customers(made) == before
        standing = "SELECT verdict FROM identity_decision WHERE revoked_at IS NULL"
        assert made.rows(standing) == [("different",)]
        assert rebuild(made.deriver, toys(), check=True) == []


def test_who_merges_two_customers_decides_on_the_records_with_the_most_in_common(database_url: str) -> None:
    with bench(database_url) as made:
        acme_and_zenith(made)
        made.connect("fourth")
        made.write({"id": "4", "name": "Zenith Acme", "site": "zenith.jp", "at": at(0)}, connection="fourth")
        ids = customers(made)

        decide.merge(made.deriver, ids[0], ids[-1], actor="tester", confirmed=True)

        pair = made.rows("SELECT a, b FROM identity_decision")[0]
        assert rid(made, "fourth", "4") in pair
