"""Finding the one that is meant, searching, and whatever an id stands for."""

from __future__ import annotations

import pytest

from tests.graphql.house import House
from tests.graphql.systems import record


@pytest.mark.parametrize(
    "by",
    [
        'domain: "sakura001.example"',
        'domain: "https://www.Sakura001.example/about"',
        'email: "billing@sakura001.example"',
        'email: "P1@sakura001.example"',
        'externalId: {system: "crm", id: "a1"}',
        'externalId: {system: "desk", id: "o1"}',
        'externalId: {system: "desk", id: "z1-0"}',
    ],
)
def test_a_customer_is_found_by_whatever_one_has_in_hand(shared: House, by: str) -> None:
    answer = shared.ask(f"{{ customer({by}) {{ name }} }}")

    assert answer == {"customer": {"name": "Sakura Foods 001 KK"}}


def test_a_person_is_found_by_address_and_by_a_systems_id(shared: House) -> None:
    answer = shared.ask(
        """{ a: person(email: "p0@sakura002.example") { id name customer { domain } places { isPrimary labels } }
        b: person(externalId: {system: "crm", id: "c2-0"}) { id } }"""
    )

    assert answer["a"]["name"] == "Person 002-0"
    assert answer["a"]["customer"] == {"domain": "sakura002.example"}
    assert answer["a"]["places"] == [{"isPrimary": True, "labels": []}]
    assert answer["b"]["id"] == answer["a"]["id"]


@pytest.mark.parametrize("by", ["", '(domain: "a.example", email: "b@a.example")'])
def test_one_thing_must_be_named_to_find_a_customer_by(shared: House, by: str) -> None:
    errors = shared.errors(f"{{ customer{by} {{ name }} }}")

    assert errors[0]["message"] == "Name exactly one thing to find them by."
    assert errors[0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_an_id_that_was_merged_leads_to_the_one_that_stayed(fresh: House) -> None:
    fresh.tell("crm", "accounts", record("a1", {"kind": "account", "name": "Momiji KK", "domains": ["momiji.example"]}))
    fresh.tell(
        "desk", "organizations", record("o1", {"kind": "account", "name": "Kaede", "domains": ["kaede.example"]})
    )
    ids = [one["id"] for one in fresh.ask("{ customers(first: 9) { nodes { id } } }")["customers"]["nodes"]]
    merge = """mutation ($ids: [ID!]!) { mergeCustomers(input: {ids: $ids, confirmed: true}) {
        result { customers { id } } userErrors { message } } }"""
    kept = fresh.ask(merge, ids=ids)["mergeCustomers"]["result"]["customers"][0]["id"]

    answer = fresh.ask(
        "query ($a: ID!, $b: ID!) { a: customer(id: $a) { id } b: customer(id: $b) { id } n: node(id: $a) { id } }",
        a=ids[0],
        b=ids[1],
    )

    assert answer == {"a": {"id": kept}, "b": {"id": kept}, "n": {"id": kept}}


def test_search_folds_case_and_width_and_puts_the_nearest_first(shared: House) -> None:
    found = shared.ask(
        '{ search(query: "ＳＡＫＵＲＡ foods 00", first: 10) { matched text customer { name } person { name } } }'
    )

    assert [one["customer"]["name"] for one in found["search"]] == [f"Sakura Foods 00{n} KK" for n in range(3)]
    assert {one["matched"] for one in found["search"]} == {"NAME"}


def test_search_finds_domains_and_addresses(shared: House) -> None:
    by_domain = shared.ask('{ search(query: "sakura001.ex", first: 10) { matched customer { name } person { name } } }')
    by_address = shared.ask(
        '{ search(query: "p2@sakura001", first: 10) { matched person { name email } customer { id } } }'
    )

    assert {"matched": "DOMAIN", "customer": {"name": "Sakura Foods 001 KK"}, "person": None} in by_domain["search"]
    assert by_address["search"] == [
        {"matched": "EMAIL", "person": {"name": "Person 001-2", "email": "p2@sakura001.example"}, "customer": None}
    ]


@pytest.mark.parametrize("query", ["%", "_", "!", "' OR 1=1 --", "   "])
def test_what_means_something_to_sql_means_nothing_in_a_search(shared: House, query: str) -> None:
    answer = shared.ask("query ($query: String!) { search(query: $query, first: 5) { text } }", query=query)

    assert answer == {"search": []}


def test_every_id_an_answer_gives_can_be_asked_for_again(shared: House) -> None:
    given = shared.ask(
        """{ customer(domain: "sakura000.example") { id owner { id } people(first: 1) { nodes { id } }
        records(first: 1) { nodes { id } } tickets(first: 1) { nodes { id metrics { id } comments(first: 1) { nodes { id } } } }
        deals(first: 1) { nodes { id lines(first: 1) { nodes { id } } } } contracts(first: 1) { nodes { id } }
        subscriptions(first: 1) { nodes { id items(first: 1) { nodes { id product { id } } } discounts(first: 1) { nodes { id } } } }
        invoices(first: 1) { nodes { id lines(first: 1) { nodes { id } } } } payments(first: 1) { nodes { id } }
        refunds(first: 1) { nodes { id } } creditNotes(first: 1) { nodes { id } } surveys(first: 1) { nodes { id } } }
        connections { id } }"""
    )
    ids = sorted(every_id(given))

    answers = [shared.ask("query ($id: ID!) { node(id: $id) { __typename id } }", id=key)["node"] for key in ids]

    assert len(ids) >= 20
    assert [answer["id"] for answer in answers] == ids
    assert len({answer["__typename"] for answer in answers}) >= 19


def test_a_node_answers_with_the_fields_of_what_it_is(shared: House) -> None:
    key = shared.ask('{ customer(domain: "sakura000.example") { tickets(first: 1) { nodes { id } } } }')
    ticket = key["customer"]["tickets"]["nodes"][0]["id"]

    answer = shared.ask(
        """query ($id: ID!) { node(id: $id) { ... on Ticket { subject customer { name } } ... on Invoice { number } } }""",
        id=ticket,
    )

    assert answer["node"] == {"subject": "Ticket 2", "customer": {"name": "Sakura Foods 000 KK"}}


@pytest.mark.parametrize(
    "key", ["", "x", "cus_", "ticket_zzz", "record_aaaaaaaaaaaaa", "connection_x", "run_0", "review_a_b_c"]
)
def test_an_id_that_stands_for_nothing_is_null(shared: House, key: str) -> None:
    answer = shared.ask("query ($id: ID!) { node(id: $id) { id } }", id=key)

    assert answer == {"node": None}


def every_id(answer: object) -> set[str]:
    """Every value called id, however deep."""
    if isinstance(answer, dict):
        own = {answer["id"]} if "id" in answer else set()
        return own.union(*(every_id(value) for value in answer.values()))
    return set().union(*(every_id(one) for one in answer)) if isinstance(answer, list) else set()
