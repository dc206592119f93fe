"""One query, one customer: everything the three systems know, in as many statements as there are relations."""

from __future__ import annotations

from pathlib import Path

from tests.graphql.firms import furnished
from tests.graphql.house import Counted, House, house

WHOLE = (Path(__file__).parent / "whole_customer.graphql").read_text(encoding="utf-8")


def test_one_query_answers_what_three_systems_know_of_one_customer(shared: House) -> None:
    answer = shared.ask(WHOLE, domain="sakura001.example")

    customer = answer["customer"]
    assert customer["name"] == "Sakura Foods 001 KK"
    assert customer["systems"] == ["bill", "crm", "desk"]
    assert customer["recordCount"] == 3
    assert customer["annualRevenue"] == {"amount": "5000000", "currency": "JPY", "minorUnits": "5000000"}
    assert {one["system"] for one in customer["records"]["nodes"]} == {"bill", "crm", "desk"}
    assert customer["owner"] == {"name": "Mori", "email": "mori@kizuna.example"}
    assert customer["people"]["totalCount"] == 3
    assert [deal["name"] for deal in customer["deals"]["nodes"]] == ["Deal 2", "Deal 1", "Deal 0"]
    assert [line["name"] for line in customer["deals"]["nodes"][0]["lines"]["nodes"]] == ["Line 0", "Line 1"]
    assert len(customer["contracts"]["nodes"]) == 3
    assert customer["subscriptions"]["nodes"][0]["items"]["nodes"][0]["product"] == {"name": "Hanabi Pro"}
    assert customer["invoices"]["nodes"][0]["payments"]["nodes"][0]["status"] == "SUCCEEDED"
    assert {one["measure"] for one in customer["money"]} == {"MRR", "INVOICED", "PAID", "REFUNDED", "PIPELINE"}


def test_a_ticket_comes_with_who_works_on_it_how_it_went_and_what_was_said(shared: House) -> None:
    answer = shared.ask(WHOLE, domain="sakura001.example")

    tickets = answer["customer"]["tickets"]
    assert tickets["totalCount"] == 3
    assert tickets["nodes"][0] == {
        "subject": "Ticket 2",
        "status": "SOLVED",
        "priority": "HIGH",
        "tags": ["billing"],
        "openedAt": "2026-03-01T09:22:00Z",
        "assignee": {"name": "Abe"},
        "metrics": {"firstReplyMin": 7},
        "comments": {"nodes": [{"body": "Comment on 2", "at": "2026-03-01T09:32:00Z"}]},
        "surveys": {"nodes": [{"score": 1.0}]},
    }


def test_the_number_of_statements_does_not_grow_with_what_is_found(database_url: str) -> None:
    with house(database_url) as made:
        furnished(made, firms=1, per_firm=1)
        with Counted(made.database) as few:
            made.ask(WHOLE, domain="sakura000.example")
        furnished(made, firms=3, per_firm=6)
        with Counted(made.database) as many:
            answer = made.ask(WHOLE, domain="sakura000.example")

    assert len(answer["customer"]["deals"]["nodes"]) == 6
    assert len(many) == len(few) == 43


def test_a_page_of_customers_costs_one_statement_a_relation(shared: House) -> None:
    query = """{ customers(first: 3) { nodes { name owner { name }
        tickets(first: 2) { nodes { subject comments(first: 1) { nodes { body } } } } } } }"""

    with Counted(shared.database) as counted:
        answer = shared.ask(query)

    assert [len(one["tickets"]["nodes"]) for one in answer["customers"]["nodes"]] == [2, 2, 2]
    assert len(counted) == 4


def test_each_parent_gets_its_own_page(shared: House) -> None:
    query = """{ customers(first: 3) { nodes { id tickets(first: 2) {
        pageInfo { hasNextPage hasPreviousPage } nodes { subject customer { id } } } } } }"""

    answer = shared.ask(query)

    for customer in answer["customers"]["nodes"]:
        assert customer["tickets"]["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": False}
        assert [one["subject"] for one in customer["tickets"]["nodes"]] == ["Ticket 2", "Ticket 1"]
        assert {one["customer"]["id"] for one in customer["tickets"]["nodes"]} == {customer["id"]}


def test_a_customer_that_is_not_there_is_null(shared: House) -> None:
    answer = shared.ask(WHOLE, domain="nobody.example")

    assert answer == {"customer": None}


def test_aliases_with_other_arguments_stand_beside_each_other(shared: House) -> None:
    query = """{ customer(domain: "sakura000.example") {
        open: tickets(first: 5, status: [OPEN]) { nodes { subject } }
        solved: tickets(first: 5, status: [SOLVED]) { nodes { subject } } } }"""

    answer = shared.ask(query)

    assert [one["subject"] for one in answer["customer"]["open"]["nodes"]] == ["Ticket 0"]
    assert [one["subject"] for one in answer["customer"]["solved"]["nodes"]] == ["Ticket 2", "Ticket 1"]


def test_fragments_and_directives_are_followed(shared: House) -> None:
    query = """query ($brief: Boolean!) { customer(domain: "sakura000.example") { ...Head deals(first: 1) @skip(if: $brief)
        { nodes { name } } ... on Customer @include(if: $brief) { city } ... { ...Head } } }
        fragment Head on Customer { name tickets(first: 1) { nodes { subject } } }"""

    brief = shared.ask(query, brief=True)
    full = shared.ask(query, brief=False)

    assert brief["customer"] == {
        "name": "Sakura Foods 000 KK",
        "tickets": {"nodes": [{"subject": "Ticket 2"}]},
        "city": "Osaka",
    }
    assert full["customer"]["deals"]["nodes"] == [{"name": "Deal 2"}]
    assert "city" not in full["customer"]


def test_nodes_and_edges_can_be_asked_for_together(shared: House) -> None:
    query = """{ customers(first: 1) { nodes { name } edges { cursor node { id domain } } } }"""

    answer = shared.ask(query)

    assert answer["customers"]["nodes"] == [{"name": "Sakura Foods 000 KK"}]
    assert answer["customers"]["edges"][0]["node"]["domain"] == "sakura000.example"


def test_one_key_with_different_arguments_under_nodes_and_edges_is_refused_in_words(shared: House) -> None:
    query = """{ customers(first: 1) { nodes { tickets(first: 1) { nodes { id } } }
        edges { node { tickets(first: 2) { nodes { id } } } } } }"""

    errors = shared.errors(query)

    assert errors[0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert "alias one" in errors[0]["message"]
