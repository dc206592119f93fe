"""What is never evidence, and who is never one: said, listed, audited, taken back."""

from __future__ import annotations

from typing import Any

from kizuna.graphql import Caller
from kizuna.sync.rebuild import rebuild
from tests.graphql.house import House
from tests.graphql.systems import record
from tests.graphql.test_deciding import DECIDER, account, ids

BLOCK = """mutation ($kind: EvidenceKind!, $value: String!) { blockEvidence(input: {kind: $kind, value: $value, reason: "shared"}) {
    result { id records } userErrors { message code } } }"""
LIFT = "mutation ($id: ID!) { liftEvidence(input: {id: $id}) { result { id records } userErrors { message code } } }"
NEVER = """mutation ($one: ID!, $other: ID!) { neverMerge(input: {one: $one, other: $other, reason: "a group"}) {
    result { decisions { id verdict } } userErrors { message code } } }"""
LISTED = "{ neverEvidence(first: 9) { nodes { id kind value reason actor liftedAt } } }"
WHY = """{ identityExplain(a: "crm/accounts/a1", b: "desk/organizations/o1") { areTogether evidence { field } guards { name sentence } } }"""


def one_firm(made: House) -> None:
    """A firm that two systems know by its domain and its name."""
    firm = account("Momiji KK", "momiji.example")
    made.tell("crm", "accounts", record("a1", firm))
    made.tell("desk", "organizations", record("o1", firm))


def block(made: House, kind: str, value: str) -> Any:
    return made.ask(BLOCK, caller=DECIDER, kind=kind, value=value)["blockEvidence"]


def test_who_is_one_by_a_value_that_is_never_evidence_falls_apart_until_it_is_again(fresh: House) -> None:
    one_firm(fresh)
    before = ids(fresh)

    blocked = block(fresh, "DOMAIN", "https://www.momiji.example/about")
    apart, why = ids(fresh), fresh.ask(WHY)["identityExplain"]
    proven = rebuild(fresh.deriver, fresh.plugins, check=True)
    lifted = fresh.ask(LIFT, id=blocked["result"]["id"])["liftEvidence"]

    assert blocked == {"result": {"id": "blocked_1", "records": 2}, "userErrors": []}
    assert (len(before), len(apart), ids(fresh)) == (1, 2, before)
    assert "domain" not in {item["field"] for item in why["evidence"]}
    assert "never_evidence" in {guard["name"] for guard in why["guards"]}
    assert proven == []
    assert lifted["result"]["records"] == 2


def test_what_is_never_evidence_is_so_for_records_that_come_later(fresh: House) -> None:
    block(fresh, "DOMAIN", "momiji.example")

    one_firm(fresh)

    assert len(ids(fresh)) == 2


def test_the_list_says_why_who_and_whether_it_still_stands(fresh: House) -> None:
    block(fresh, "MAILBOX", "Office@Accountants.example")
    twice = block(fresh, "MAILBOX", "office@accountants.example")
    nothing = block(fresh, "PHONE", "12")

    standing = fresh.ask(LISTED)["neverEvidence"]["nodes"]
    fresh.ask(LIFT, id="blocked_1")
    again = fresh.ask(LIFT, id="blocked_1")["liftEvidence"]
    with fresh.database.read() as sql:
        actions = list(sql.exec_driver_sql("SELECT action FROM audit_entry ORDER BY seq").scalars())

    assert standing == [
        {
            "id": "blocked_1",
            "kind": "MAILBOX",
            "value": "office@accountants.example",
            "reason": "shared",
            "actor": "token:decider",
            "liftedAt": None,
        }
    ]
    assert [answer["userErrors"][0]["code"] for answer in (twice, nothing, again)] == [
        "CONTRADICTION",
        "CONTRADICTION",
        "NOT_FOUND",
    ]
    assert fresh.ask(LISTED)["neverEvidence"]["nodes"] == []
    assert actions == ["identity.block", "identity.lift"]


def test_two_customers_that_are_never_one_stay_two_whatever_comes(fresh: House) -> None:
    fresh.tell("crm", "accounts", record("a1", account("Momiji KK", "momiji.example")))
    fresh.tell("desk", "organizations", record("o1", account("Kaede KK", "kaede.example")))
    one, other = ids(fresh)

    said = fresh.ask(NEVER, one=one, other=other)["neverMerge"]
    same = account("Momiji KK", "momiji.example") | {"cross_references": [{"system": "crm", "id": "a1"}]}
    fresh.tell("desk", "organizations", record("o1", same, minutes=5))

    assert [decision["verdict"] for decision in said["result"]["decisions"]] == ["different"]
    assert len(ids(fresh)) == 2


def test_who_may_only_read_says_nothing_of_the_kind(fresh: House) -> None:
    reader = Caller("token:reader", frozenset({"read"}))

    refused = fresh.errors(BLOCK, caller=reader, kind="DOMAIN", value="momiji.example")

    assert refused[0]["extensions"]["code"] == "FORBIDDEN"
