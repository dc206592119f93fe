"""Customers whose name nobody said stand behind all that have one, however the list is read."""

from __future__ import annotations

import pytest

from tests.graphql.house import House
from tests.graphql.systems import record

NAMED, NAMELESS = ("Abe", "Zama"), ("info@one.example", "info@two.example", "info@three.example")
QUERY = """query ($first: Int, $after: String, $last: Int, $before: String, $down: Boolean!) {
    customers(first: $first, after: $after, last: $last, before: $before, sort: {by: NAME, descending: $down}) {
        nodes { id name } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }"""


@pytest.fixture
def mixed(fresh: House) -> House:
    """Two customers with a name and three without, arrived mixed."""
    said = [{"kind": "account", "email": address} for address in NAMELESS]
    said[1:1] = [{"kind": "account", "name": name} for name in NAMED]
    fresh.tell("crm", "accounts", *(record(f"a{n}", one) for n, one in enumerate(said)))
    return fresh


@pytest.mark.parametrize(("down", "expected"), [(False, ["Abe", "Zama"]), (True, ["Zama", "Abe"])])
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_pages_forwards_cross_into_the_nameless_once(mixed: House, down: bool, expected: list[str], size: int) -> None:
    whole = mixed.ask(QUERY, first=5, down=down)["customers"]["nodes"]

    seen, after, more = [], None, True
    while more:
        page = mixed.ask(QUERY, first=size, after=after, down=down)["customers"]
        seen += page["nodes"]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

    assert [one["name"] for one in seen] == [*expected, None, None, None]
    assert seen == whole


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages_backwards_give_the_same_order(mixed: House, down: bool, size: int) -> None:
    whole = mixed.ask(QUERY, first=5, down=down)["customers"]["nodes"]

    seen, before, more = [], None, True
    while more:
        page = mixed.ask(QUERY, last=size, before=before, down=down)["customers"]
        seen = page["nodes"] + seen
        before, more = page["pageInfo"]["startCursor"], page["pageInfo"]["hasPreviousPage"]

    assert seen == whole


def test_without_a_wish_for_an_order_the_nameless_stand_last(mixed: House) -> None:
    nodes = mixed.ask("{ customers(first: 5) { nodes { name } } }")["customers"]["nodes"]

    assert [one["name"] for one in nodes] == ["Abe", "Zama", None, None, None]
