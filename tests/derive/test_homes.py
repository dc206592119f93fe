"""Who is one person follows where they are: one name at one customer, as long as the customer stays one."""

from __future__ import annotations

from kizuna.sync.rebuild import rebuild
from tests.derive.test_rebuild import toys
from tests.support.toys import Bench, at, bench

PEOPLE = "SELECT COUNT(*) FROM person"
ACME = {"id": "1", "name": "Acme Tools", "site": "acme.jp"}
HANA = {"id": "1", "human": "Hana Sato", "firm": "1"}


def proven(made: Bench) -> bool:
    return rebuild(made.deriver, toys(), check=True) == []


def test_one_name_at_one_customer_is_one_person_whichever_came_first(database_url: str) -> None:
    with bench(database_url) as made:
        made.connect("other")
        made.write({**HANA, "at": at(0)}, stream="people")
        made.write({**HANA, "at": at(0)}, stream="people", connection="other")
        before = made.rows(PEOPLE)
        made.write({**ACME, "at": at(0)})
        made.write({**ACME, "at": at(0)}, connection="other")

        assert (before, made.rows(PEOPLE)) == ([(2,)], [(1,)])
        assert proven(made)


def test_when_the_customer_falls_apart_so_do_its_people(database_url: str) -> None:
    with bench(database_url) as made:
        made.connect("other")
        for connection in ("toy", "other"):
            made.write({**ACME, "at": at(0)}, connection=connection)
            made.write({**HANA, "at": at(0)}, stream="people", connection=connection)
        together = made.rows(PEOPLE)

        made.write({"id": "1", "name": "Umber Foods", "site": "umber.jp", "at": at(1)}, connection="other")

        assert (together, made.rows(PEOPLE)) == ([(1,)], [(2,)])
        assert proven(made)


def test_a_person_who_changes_the_account_is_judged_at_the_new_one(database_url: str) -> None:
    with bench(database_url) as made:
        made.connect("other")
        made.write({**ACME, "at": at(0)}, {"id": "2", "name": "Umber Foods", "site": "umber.jp", "at": at(0)})
        made.write({**ACME, "at": at(0)}, connection="other")
        made.write({**HANA, "firm": "2", "at": at(0)}, stream="people")
        made.write({**HANA, "at": at(0)}, stream="people", connection="other")
        apart = made.rows(PEOPLE)

        made.write({**HANA, "at": at(1)}, stream="people")

        assert (apart, made.rows(PEOPLE)) == ([(2,)], [(1,)])
        assert proven(made)


def test_a_namesake_who_comes_takes_them_apart_and_who_leaves_lets_them_be_one(database_url: str) -> None:
    with bench(database_url) as made:
        made.connect("other")
        for connection in ("toy", "other"):
            made.write({**ACME, "at": at(0)}, connection=connection)
            made.write({**HANA, "at": at(0)}, stream="people", connection=connection)
        namesake = {**HANA, "id": "2"}

        made.write({**namesake, "at": at(1)}, stream="people")
        three = made.rows(PEOPLE)
        still_proven = proven(made)
        made.write({**namesake, "gone": True, "at": at(2)}, stream="people")

        assert (three, made.rows(PEOPLE)) == ([(3,)], [(1,)])
        assert still_proven
        assert proven(made)


def test_a_contact_known_at_both_joins_two_accounts_of_one_name_until_it_leaves(database_url: str) -> None:
    with bench(database_url) as made:
        made.connect("other")
        for connection in ("toy", "other"):
            made.write({"id": "1", "name": "Acme Tools", "at": at(0)}, connection=connection)
            made.write({**HANA, "mail": "hana@gmail.com", "at": at(0)}, stream="people", connection=connection)
        joined = made.rows("SELECT COUNT(*) FROM customer")

        made.write({**HANA, "mail": "hana.sato@outlook.jp", "at": at(1)}, stream="people", connection="other")

        assert (joined, made.rows("SELECT COUNT(*) FROM customer")) == ([(1,)], [(2,)])
        assert proven(made)


def test_a_name_becomes_common_one_by_one_as_it_is_when_counted_at_once(database_url: str) -> None:
    with bench(database_url) as made:
        made.connect("other")
        made.write({"id": "1", "name": "Aoba", "at": at(0)}, connection="other")

        made.write({"id": "1", "name": "Aoba", "at": at(0)})
        asked_of_one = made.rows("SELECT COUNT(*) FROM review_task")
        for number in range(2, 8):
            made.write({"id": str(number), "name": "Aoba", "site": f"aoba{number}.jp", "at": at(number)})
            assert proven(made)

        assert asked_of_one == [(1,)]
        assert made.rows("SELECT COUNT(*) FROM review_task") == [(0,)]


def test_a_name_that_becomes_common_takes_people_apart_whom_it_had_joined(database_url: str) -> None:
    with bench(database_url) as made:
        made.connect("other")
        for connection in ("toy", "other"):
            made.write({**ACME, "at": at(0)}, connection=connection)
            made.write({**HANA, "at": at(0)}, stream="people", connection=connection)

        for number in range(2, 22):
            made.write({"id": str(number), "human": "Hana Sato", "at": at(number)}, stream="people")
            assert proven(made)


def test_a_mailbox_that_too_many_share_joins_nobody_any_more(database_url: str) -> None:
    with bench(database_url) as made:
        people = [{"id": str(n), "human": "Info", "mail": "ken@acme.jp", "at": at(0)} for n in range(22)]

        made.write(*people[:20], stream="people")
        made.write(*people[20:], stream="people")

        assert proven(made)


def test_whoever_is_at_a_record_that_was_merged_away_is_at_the_winners_customer(database_url: str) -> None:
    with bench(database_url) as made:
        made.write({**HANA, "mail": "hana@gmail.com", "at": at(0)}, stream="people")
        made.write({"id": "2", "name": "Umber Foods", "site": "umber.jp", "at": at(0)})
        made.write({**ACME, "merged_into": "2", "at": at(0)})
        merged = proven(made)

        made.write({**ACME, "at": at(1)})
        taken_back = proven(made)
        made.write({**ACME, "merged_into": "2", "at": at(2)})
        made.write({**ACME, "gone": True, "at": at(3)})

        assert merged
        assert taken_back
        assert proven(made)
