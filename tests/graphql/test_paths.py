"""The chain of links by which two records are one, told step by step; or what keeps it from closing."""

from __future__ import annotations

from typing import Any

from tests.graphql.house import House
from tests.graphql.systems import record
from tests.graphql.test_deciding import account, merged, told

PATH = """query ($a: ID!, $b: ID!, $language: Language! = EN) { identityPath(a: $a, b: $b, language: $language) {
    areTogether sentences guard { name } hindered { aName bName bits }
    steps { aName bName tier bits isWeakest sentence evidence { field bits } } } }"""


def path(made: House, a: str, b: str, **more: Any) -> Any:
    return made.ask(PATH, a=a, b=b, **more)["identityPath"]


def three_in_a_row(made: House) -> None:
    """The desk knows the firm by a reference and billing by the desk's reference only."""
    made.tell("crm", "accounts", record("a1", account("Momiji KK", "momiji.example")))
    desk = account("Momiji", "momiji.example") | {"cross_references": [{"system": "crm", "id": "a1"}]}
    made.tell("desk", "organizations", record("o1", desk))
    bill = {"kind": "account", "name": "Momiji", "cross_references": [{"system": "desk", "id": "o1"}]}
    made.tell("bill", "customers", record("b1", bill))


def test_a_chain_is_told_step_by_step_with_its_weakest_link(fresh: House) -> None:
    three_in_a_row(fresh)

    found = path(fresh, "crm/accounts/a1", "bill/customers/b1")

    assert found["areTogether"] is True
    assert [(step["aName"], step["bName"]) for step in found["steps"]] == [
        ("crm/accounts/a1", "desk/organizations/o1"),
        ("desk/organizations/o1", "bill/customers/b1"),
    ]
    assert [step["isWeakest"] for step in found["steps"]] == [False, True]
    assert all(step["bits"] == sum(item["bits"] for item in step["evidence"]) for step in found["steps"])
    assert found["sentences"][0].startswith("They are one by a chain of 2 links; the weakest is between ")
    assert "bill/customers/b1" in found["sentences"][0]
    assert "One record names the other" in found["sentences"][1]


def test_a_chain_is_told_in_japanese(fresh: House) -> None:
    three_in_a_row(fresh)

    found = path(fresh, "crm/accounts/a1", "bill/customers/b1", language="JA")

    assert found["sentences"][0].startswith("2個のつながりで同一です。最も弱いのは")
    assert "一方の記録が他方を参照しています" in found["sentences"][1]


def test_a_persons_word_is_a_link_too(fresh: House) -> None:
    told(fresh)
    merged(fresh)

    found = path(fresh, "crm/accounts/a1", "desk/organizations/o1")

    assert [(step["tier"], step["sentence"]) for step in found["steps"]] == [
        ("PERSON", "A person said that they are one.")
    ]


def test_what_keeps_two_apart_is_named_with_the_link_it_stands_against(fresh: House) -> None:
    fresh.tell("crm", "accounts", record("a1", account("Momiji Foods KK", "momiji.example")))
    fresh.tell("desk", "organizations", record("o1", account("Momiji Music", "momiji.example")))

    found = path(fresh, "crm/accounts/a1", "desk/organizations/o1")

    assert (found["areTogether"], found["steps"]) == (False, [])
    assert {found["hindered"]["aName"], found["hindered"]["bName"]} == {"crm/accounts/a1", "desk/organizations/o1"}
    assert found["sentences"][0].startswith("They are not one. The strongest link is between ")


def test_where_nothing_leads_from_one_to_the_other_that_is_told(fresh: House) -> None:
    told(fresh)

    found = path(fresh, "crm/accounts/a1", "desk/organizations/o1")

    assert (found["areTogether"], found["hindered"], found["guard"]) == (False, None, None)
    assert found["sentences"] == ["They are not one: no chain of links leads from one to the other."]
