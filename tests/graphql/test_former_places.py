"""Who changes jobs is at the new customer, and the former one stays in the history, with dates and source."""

from __future__ import annotations

from typing import Any

from tests.graphql.house import House
from tests.graphql.systems import record, ref
from tests.graphql.test_deciding import account

PEOPLE = """{ search(query: "Mori Aki", first: 5) { person { name places { customer { name } }
    formerPlaces { since until customer { name } record { system connection sourceId } } } } }"""


def two_firms(made: House) -> None:
    for key, name in (("a1", "Momiji KK"), ("a2", "Kaede KK"), ("a3", "Sugi KK")):
        made.tell("crm", "accounts", record(key, account(name, f"{name.split()[0].lower()}.example")))


def works(made: House, firm: str | None, minutes: int, **more: Any) -> None:
    person = {"kind": "person", "name": "Mori Aki", "emails": ["mori@mail.example"]}
    made.tell(
        "crm",
        "contacts",
        record("c1", person | ({"account": ref("accounts", firm)} if firm else {}) | more, minutes=minutes),
    )


def person(made: House) -> Any:
    return made.ask(PEOPLE)["search"][0]["person"]


def names(places: list[dict[str, Any]]) -> list[str]:
    return [place["customer"]["name"] for place in places]


def test_who_changes_jobs_twice_has_both_former_ones_in_the_history(fresh: House) -> None:
    two_firms(fresh)
    works(fresh, "a1", 0)
    works(fresh, "a2", 10, title="CTO")
    works(fresh, "a3", 20)

    found = person(fresh)

    assert names(found["places"]) == ["Sugi KK"]
    assert names(found["formerPlaces"]) == ["Kaede KK", "Momiji KK"]
    later, earlier = found["formerPlaces"]
    assert later["record"] == {"system": "crm", "connection": "crm", "sourceId": "c1"}
    assert earlier["since"] is None
    assert earlier["until"] == later["since"] < later["until"]


def test_nothing_is_former_while_nothing_changes(fresh: House) -> None:
    two_firms(fresh)
    works(fresh, "a1", 0)
    works(fresh, "a1", 10, title="CTO")

    assert person(fresh)["formerPlaces"] == []


def test_a_former_customer_follows_its_records_when_customers_merge_and_part(fresh: House) -> None:
    two_firms(fresh)
    works(fresh, "a1", 0)
    works(fresh, "a2", 10)
    ids = {
        one["name"]: one["id"]
        for one in fresh.ask("{ customers(first: 9) { nodes { id name } } }")["customers"]["nodes"]
    }
    merge = """mutation ($ids: [ID!]!) { mergeCustomers(input: {ids: $ids, confirmed: true}) {
        result { decisions { id } } userErrors { message } } }"""

    made_one = fresh.ask(merge, ids=[ids["Momiji KK"], ids["Kaede KK"]])["mergeCustomers"]
    together = person(fresh)["formerPlaces"]
    undo = "mutation ($id: ID!) { undoDecision(input: {decision: $id}) { userErrors { message } } }"
    fresh.ask(undo, id=made_one["result"]["decisions"][0]["id"])

    assert made_one["userErrors"] == []
    assert together == []
    assert names(person(fresh)["formerPlaces"]) == ["Momiji KK"]


def test_of_a_person_who_is_gone_no_history_is_kept(fresh: House) -> None:
    two_firms(fresh)
    works(fresh, "a1", 0)
    works(fresh, "a2", 10)

    fresh.tell("crm", "contacts", record("c1", minutes=20))

    assert jobs(fresh) == 0


def test_a_merge_by_the_vendor_leaves_the_history_to_the_one_that_stays(fresh: House) -> None:
    two_firms(fresh)
    works(fresh, "a1", 0)
    works(fresh, "a2", 10)

    merged_into(fresh, "c1", "c2", 20)
    once = person(fresh)
    merged_into(fresh, "c2", "c3", 30)
    twice = person(fresh)

    for found in (once, twice):
        assert names(found["places"]) == ["Kaede KK"]
        assert names(found["formerPlaces"]) == ["Momiji KK"]
        assert found["formerPlaces"][0]["record"]["sourceId"] == "c1"


def test_nothing_is_kept_of_those_merged_into_one_who_is_gone(fresh: House) -> None:
    two_firms(fresh)
    works(fresh, "a1", 0)
    works(fresh, "a2", 10)
    merged_into(fresh, "c1", "c2", 20)
    kept = jobs(fresh)

    fresh.tell("crm", "contacts", record("c2", minutes=40))

    assert kept == 1
    assert jobs(fresh) == 0


def merged_into(made: House, loser: str, winner: str, minutes: int) -> None:
    """A contact that its system merged into another one at the second firm."""
    stays = {"kind": "person", "name": "Mori Aki", "emails": ["mori@mail.example"], "account": ref("accounts", "a2")}
    told = {"kind": "merged", "loser": ref("contacts", loser), "winner": ref("contacts", winner)}
    made.tell("crm", "contacts", record(winner, stays, minutes=minutes), record(loser, stays, told, minutes=minutes))


def jobs(made: House) -> int:
    """How many former places are kept."""
    with made.database.read() as sql:
        return int(sql.exec_driver_sql("SELECT COUNT(*) FROM person_job").scalar() or 0)
