"""Sums beyond 64 bits are told in full, sorted last or first, and searched for without a fault."""

from __future__ import annotations

import pytest

from tests.graphql.house import House
from tests.graphql.systems import record, ref

MOST = 9_223_372_036_854_775_807


@pytest.fixture
def rich(fresh: House) -> House:
    """Three customers: one with an ordinary deal, one with two as large as an amount can be, one with a lost one."""
    fresh.tell("crm", "accounts", *(record(f"a{n}", {"kind": "account", "name": f"Firm {n}"}) for n in range(3)))
    deals = [("d0", "a0", 1_500), ("d1", "a1", MOST), ("d2", "a1", MOST), ("d3", "a2", -MOST)]
    fresh.tell("crm", "deals", *(record(key, deal(account, minor)) for key, account, minor in deals))
    return fresh


def deal(account: str, minor: int) -> dict[str, object]:
    amount = {"minor": minor, "currency": "JPY"}
    return {"kind": "deal", "name": "D", "account": ref("accounts", account), "status": "won", "amount": amount}


def test_a_sum_is_told_in_full_and_sorted_by_as_far_as_it_can_be(rich: House) -> None:
    answer = rich.ask("""{ customers(first: 9, sort: {by: WON, currency: "JPY", descending: true}) {
        nodes { name money { measure money { amount minorUnits } } } } }""")

    assert [(one["name"], one["money"][0]["money"]["minorUnits"]) for one in answer["customers"]["nodes"]] == [
        ("Firm 1", "18446744073709551614"),
        ("Firm 0", "1500"),
        ("Firm 2", "-9223372036854775807"),
    ]


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ('atLeast: "1501"', ["Firm 1"]),
        ('atLeast: "100000000000000000000"', ["Firm 1"]),
        ('atMost: "1500"', ["Firm 0", "Firm 2"]),
        ('atMost: "-100000000000000000000"', ["Firm 2"]),
    ],
)
def test_a_wish_beyond_what_can_be_compared_finds_what_is_beyond_too(
    rich: House, wish: str, expected: list[str]
) -> None:
    answer = rich.ask(f"""{{ customers(first: 9, filter: {{money: {{measure: WON, currency: "JPY", {wish}}}}}) {{
        nodes {{ name }} }} }}""")

    assert sorted(one["name"] for one in answer["customers"]["nodes"]) == expected
