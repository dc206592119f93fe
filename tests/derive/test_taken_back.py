"""What is taken back — a membership, a merge, a decision, a deletion, a contact — leaves nothing behind."""

from __future__ import annotations

import pytest

from kizuna.derive import decide
from kizuna.storage import portfolio
from kizuna.sync.rebuild import rebuild
from tests.derive.test_rebuild import toys
from tests.support.toys import Bench, at, bench

HOME = "SELECT p.name, c.name FROM person p LEFT JOIN customer c ON c.id = p.customer_id ORDER BY 1"
NAMES = "SELECT name FROM customer ORDER BY name"


def two_firms(made: Bench) -> None:
    made.write(
        {"id": "1", "name": "Acme", "site": "acme.jp", "at": at(0)},
        {"id": "2", "name": "Umber Foods", "site": "umber.jp", "at": at(0)},
    )


def proven(made: Bench) -> bool:
    return rebuild(made.deriver, toys(), check=True) == []


def test_a_person_without_the_membership_has_no_home_there(database_url: str) -> None:
    with bench(database_url) as made:
        two_firms(made)
        made.write({"id": "1", "human": "Hana", "at": at(0)}, stream="people")
        tie = {"id": "1", "person": "1", "firm": "1"}
        made.write({**tie, "at": at(1)}, stream="ties")
        tied = made.rows(HOME)

        made.write({**tie, "gone": True, "at": at(2)}, stream="ties")

        assert tied == [("Hana", "Acme")]
        assert made.rows(HOME) == [("Hana", None)]
        assert proven(made)


def test_a_membership_that_names_another_person_moves_the_home(database_url: str) -> None:
    with bench(database_url) as made:
        two_firms(made)
        made.write({"id": "1", "human": "Hana", "at": at(0)}, {"id": "2", "human": "Ken", "at": at(0)}, stream="people")
        made.write({"id": "1", "person": "1", "firm": "1", "at": at(1)}, stream="ties")

        made.write({"id": "1", "person": "2", "firm": "1", "at": at(2)}, stream="ties")

        assert made.rows(HOME) == [("Hana", None), ("Ken", "Acme")]
        assert proven(made)


def test_a_domain_that_contacts_no_longer_share_is_counted_again(database_url: str) -> None:
    with bench(database_url) as made:
        made.write(*({"id": str(n), "name": f"Firm {n}", "at": at(0)} for n in range(45)))
        people = [{"id": str(n), "human": f"Human {n}", "firm": str(n)} for n in range(45)]
        made.write(
            *({**human, "mail": f"p{n}@acme.jp", "at": at(1)} for n, human in enumerate(people)), stream="people"
        )

        made.write(*({**human, "at": at(2)} for human in people[2:]), stream="people")

        assert proven(made)


def test_once_a_rival_is_gone_the_two_it_stood_between_are_one(database_url: str) -> None:
    with bench(database_url) as made:
        made.connect("other")
        desk = {"human": "Info", "mail": "info@acme.jp"}
        made.write({"id": "1", **desk, "at": at(0)}, {"id": "2", **desk, "at": at(0)}, stream="people")
        made.write({"id": "3", **desk, "at": at(0)}, stream="people", connection="other")
        apart = made.rows("SELECT COUNT(*) FROM person")

        made.write({"id": "2", **desk, "gone": True, "at": at(1)}, stream="people")

        assert apart == [(3,)]
        assert made.rows("SELECT COUNT(*) FROM person") == [(1,)]
        assert proven(made)


def test_a_loser_stands_by_itself_once_its_merge_is_taken_back(database_url: str) -> None:
    with bench(database_url) as made:
        two_firms(made)
        winner = {"id": "1", "name": "Acme", "site": "acme.jp"}
        made.write({**winner, "absorbed": "2", "at": at(1)})
        merged = made.rows(NAMES)

        made.write({**winner, "at": at(2)})

        assert merged == [("Acme",)]
        assert made.rows(NAMES) == [("Acme",), ("Umber Foods",)]
        assert proven(made)


def test_of_two_who_tell_one_merge_the_other_one_still_stands(database_url: str) -> None:
    with bench(database_url) as made:
        two_firms(made)
        third = {"id": "3", "name": "Third", "absorbed": "2"}
        made.write({"id": "1", "name": "Acme", "site": "acme.jp", "absorbed": "2", "at": at(1)})
        made.write({**third, "at": at(2)})

        made.write({"id": "3", "name": "Third", "at": at(3)})

        assert made.rows(NAMES) == [("Acme",), ("Third",)]
        assert proven(made)


def test_a_parent_that_was_merged_leads_to_its_winner(database_url: str) -> None:
    with bench(database_url) as made:
        two_firms(made)
        made.write({"id": "3", "name": "Branch", "parent": "2", "at": at(1)})

        made.write({"id": "1", "name": "Acme", "site": "acme.jp", "absorbed": "2", "at": at(2)})

        question = "SELECT c.name, p.name FROM customer c JOIN customer p ON p.id = c.parent_id"
        assert made.rows(question) == [("Branch", "Acme")]
        assert proven(made)


def test_a_record_that_comes_back_has_its_customer_id_again(database_url: str) -> None:
    with bench(database_url) as made:
        firm = {"id": "1", "name": "Acme", "site": "acme.jp"}
        made.write({**firm, "at": at(0)})
        before = made.rows("SELECT id FROM customer")
        made.write({**firm, "gone": True, "at": at(1)})

        made.write({**firm, "at": at(2)})

        assert made.rows("SELECT id FROM customer") == before


def test_taking_back_a_decision_lets_the_one_it_overruled_stand_again(database_url: str) -> None:
    with bench(database_url) as made:
        two_firms(made)
        a, b = (row[0] for row in made.rows("SELECT rid FROM membership ORDER BY rid"))
        decide.same(made.deriver, "account", a, b, "tester", confirmed=True)
        newer = decide.different(made.deriver, "account", a, b, "tester")
        apart = made.rows(NAMES)

        decide.undo(made.deriver, newer.decisions[0])

        assert len(apart) == 2
        assert made.rows("SELECT COUNT(*) FROM customer") == [(1,)]
        assert proven(made)


@pytest.mark.parametrize("minor", [9_300_000_000_000, 9_223_372_036_854_775_807])
def test_a_sum_beyond_all_measure_stops_no_derivation_and_is_told_in_full(database_url: str, minor: int) -> None:
    with bench(database_url) as made:
        two_firms(made)

        bills = [{"id": str(n), "firm": "1", "minor": minor, "at": at(n)} for n in range(2)]
        bills.append({"id": "2", "firm": "2", "minor": 7, "at": at(2)})
        made.write(*bills, stream="bills")
        made.write({"id": "3", "name": "Third", "at": at(3)})

        question = "SELECT exact, micro FROM customer_money WHERE measure = 'invoiced' ORDER BY micro"
        assert made.rows(question) == [("7000000", 7_000_000), (str(2 * minor * 1_000_000), 2**63 - 1)]
        with made.database.read() as sql:
            assert portfolio.money(sql)["invoiced"] == {"JPY": ((2 * minor + 7) * 1_000_000, 2)}
        assert made.rows(NAMES) == [("Acme",), ("Third",), ("Umber Foods",)]
        assert proven(made)


def test_who_is_active_somewhere_is_active_and_that_record_says_so(database_url: str) -> None:
    with bench(database_url) as made:
        made.connect("other")
        human = {"id": "1", "human": "Hana Abe", "mail": "hana@acme.jp"}
        made.write({**human, "at": at(0)}, stream="people")
        made.write({**human, "active": False, "at": at(5)}, stream="people", connection="other")

        assert made.rows("SELECT records, active FROM person") == [(2, True)]
        assert made.rows("SELECT value, winner FROM claim WHERE attribute = 'active' ORDER BY value") == [
            ("false", False),
            ("true", True),
        ]
