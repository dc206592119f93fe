"""Deciding who is who through the API, and taking it back."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import text

from kizuna.graphql import Caller
from tests.graphql.house import House
from tests.graphql.systems import record

FIRMS = "{ customers(first: 20) { nodes { id name recordCount records(first: 9) { nodes { id sourceId } } } } }"
CHANGE = "result { decisions { id verdict actor reason } customers { name recordCount } people { name } } userErrors { message code }"
DECIDER = Caller("token:decider", frozenset({"write"}))


def account(name: str, domain: str) -> dict[str, Any]:
    """An account fact."""
    return {"kind": "account", "name": name, "domains": [domain]}


def told(house: House) -> None:
    """Two firms that nothing joins."""
    house.tell("crm", "accounts", record("a1", account("Momiji KK", "momiji.example")))
    house.tell("desk", "organizations", record("o1", account("Kaede", "kaede.example")))


def ids(house: House) -> list[str]:
    """Every customer's id, by name."""
    return [one["id"] for one in house.ask(FIRMS)["customers"]["nodes"]]


def merged(house: House, **more: Any) -> dict[str, Any]:
    """The answer to merging everybody."""
    query = f'mutation ($ids: [ID!]!) {{ mergeCustomers(input: {{ids: $ids, reason: "seen", confirmed: true}}) {{ {CHANGE} }} }}'
    answer: dict[str, Any] = house.ask(query, caller=DECIDER, ids=ids(house), **more)["mergeCustomers"]
    return answer


def test_customers_are_merged_and_the_decision_says_by_whom_and_why(fresh: House) -> None:
    told(fresh)

    answer = merged(fresh)

    assert answer["userErrors"] == []
    assert answer["result"]["customers"] == [{"name": "Momiji KK", "recordCount": 2}]
    decision = answer["result"]["decisions"][0]
    assert (decision["verdict"], decision["actor"], decision["reason"]) == ("same", "token:decider", "seen")


def test_undoing_a_decision_brings_everything_back(fresh: House) -> None:
    told(fresh)
    before = ids(fresh)
    decision = merged(fresh)["result"]["decisions"][0]["id"]

    answer = fresh.ask(
        f"mutation ($id: ID!) {{ undoDecision(input: {{decision: $id}}) {{ {CHANGE} }} }}", caller=DECIDER, id=decision
    )
    again = fresh.ask(f"mutation ($id: ID!) {{ undoDecision(input: {{decision: $id}}) {{ {CHANGE} }} }}", id=decision)

    assert sorted(one["name"] for one in answer["undoDecision"]["result"]["customers"]) == ["Kaede", "Momiji KK"]
    assert ids(fresh) == before
    assert again["undoDecision"]["userErrors"][0]["code"] == "CONTRADICTION"


def test_a_merge_of_several_is_taken_back_as_one(fresh: House) -> None:
    told(fresh)
    fresh.tell("bill", "customers", record("b1", account("Sugi", "sugi.example")))
    before = ids(fresh)
    decisions = merged(fresh)["result"]["decisions"]

    fresh.ask(
        "mutation ($id: ID!) { undoDecision(input: {decision: $id}) { userErrors { code } } }", id=decisions[0]["id"]
    )

    assert len(decisions) >= 2
    assert ids(fresh) == before


def test_of_several_all_are_merged_or_none(fresh: House) -> None:
    for source, stream, name in (
        ("crm", "accounts", "Momiji"),
        ("desk", "organizations", "Kaede"),
        ("bill", "customers", "Sugi"),
    ):
        fresh.tell(source, stream, record("1", {"kind": "account", "name": name}))
    before = ids(fresh)
    never = "mutation ($a: ID!, $b: ID!) { neverMerge(input: {one: $a, other: $b}) { userErrors { code } } }"
    fresh.ask(never, a=before[0], b=before[2])
    merge = f"mutation ($ids: [ID!]!, $sure: Boolean!) {{ mergeCustomers(input: {{ids: $ids, confirmed: $sure}}) {{ {CHANGE} }} }}"

    refused = fresh.ask(merge, ids=before, sure=False)["mergeCustomers"]
    after = ids(fresh)
    confirmed = fresh.ask(merge, ids=before, sure=True)["mergeCustomers"]

    assert [error["code"] for error in refused["userErrors"]] == ["CONTRADICTION"]
    assert after == before
    assert (confirmed["userErrors"], len(ids(fresh))) == ([], 1)
    assert [entry["detail"]["decisions"] for entry in audited(fresh)] == [
        [int(one["id"].removeprefix("decision_")) for one in confirmed["result"]["decisions"]]
    ]


def audited(house: House) -> list[dict[str, Any]]:
    """What the audit log tells of merges."""
    query = '{ auditLog(first: 5, action: "identity.merge") { nodes { subject detail } } }'
    found: list[dict[str, Any]] = house.ask(query)["auditLog"]["nodes"]
    return found


def test_a_record_that_does_not_belong_leaves_for_good(fresh: House) -> None:
    fresh.tell("crm", "accounts", record("a1", account("Momiji KK", "momiji.example")))
    joined = account("Momiji", "momiji.example") | {"cross_references": [{"system": "crm", "id": "a1"}]}
    fresh.tell("desk", "organizations", record("o1", joined))

    answer = fresh.ask(
        f'mutation {{ splitRecord(input: {{record: "desk/Organizations/o1", reason: "another firm"}}) {{ {CHANGE} }} }}'
    )
    fresh.tell("desk", "organizations", record("o1", joined | {"industry": "Food"}, minutes=5))

    assert answer["splitRecord"]["userErrors"] == []
    assert [one["verdict"] for one in answer["splitRecord"]["result"]["decisions"]] == ["different"]
    assert [one["recordCount"] for one in fresh.ask(FIRMS)["customers"]["nodes"]] == [1, 1]


def test_what_cannot_be_decided_is_told_in_words(fresh: House) -> None:
    told(fresh)
    one, two = ids(fresh)

    wrong = fresh.ask(
        f"""mutation ($a: ID!, $b: ID!) {{
        alone: splitRecord(input: {{record: "crm/accounts/a1"}}) {{ {CHANGE} }}
        nobody: splitRecord(input: {{record: "crm/accounts/zz"}}) {{ {CHANGE} }}
        same: mergeCustomers(input: {{ids: [$a, $a]}}) {{ {CHANGE} }}
        kind: mergePeople(input: {{ids: [$a, $b]}}) {{ {CHANGE} }}
        unknown: mergeCustomers(input: {{ids: [$a, "cus_nobody"]}}) {{ {CHANGE} }}
        decision: undoDecision(input: {{decision: "x"}}) {{ {CHANGE} }}
        task: acceptReview(input: {{task: "review_account_x"}}) {{ {CHANGE} }} }}""",
        a=one,
        b=two,
    )

    codes = {key: [error["code"] for error in answer["userErrors"]] for key, answer in wrong.items()}
    assert codes == {
        "alone": ["CONTRADICTION"],
        "nobody": ["INVALID"],
        "same": ["INVALID"],
        "kind": ["INVALID"],
        "unknown": ["NOT_FOUND"],
        "decision": ["INVALID"],
        "task": ["INVALID"],
    }
    assert all(answer["result"] is None for answer in wrong.values())


def test_every_decision_stands_in_the_audit_log(fresh: House) -> None:
    told(fresh)
    merged(fresh)

    with fresh.database.read() as sql:
        entries = sql.execute(text("SELECT actor, action, detail FROM audit_entry")).all()

    assert [(entry.actor, entry.action) for entry in entries] == [("token:decider", "identity.merge")]
    assert json.loads(entries[0].detail)["decisions"]


def test_two_records_are_explained_in_either_language(fresh: House) -> None:
    told(fresh)
    query = """query ($language: Language!) { identityExplain(a: "crm/accounts/a1", b: "desk/organizations/o1", language: $language)
        { verdict bits areTogether sentences evidence { field level bits } guards { name sentence } } }"""

    english = fresh.ask(query, language="EN")["identityExplain"]
    japanese = fresh.ask(query, language="JA")["identityExplain"]

    assert english["verdict"] == "APART"
    assert english["areTogether"] is False
    assert english["sentences"]
    assert japanese["sentences"]
    assert english["sentences"] != japanese["sentences"]
    assert english["bits"] == sum(item["bits"] for item in english["evidence"])


def test_what_nobody_dared_to_join_waits_and_can_be_answered(fresh: House) -> None:
    fresh.tell("crm", "accounts", record("a1", account("Momiji Foods KK", "momiji.example")))
    fresh.tell("crm", "accounts", record("a2", account("Momiji Foods KK", "momiji.example")))
    fresh.tell("desk", "organizations", record("o1", account("Momiji Music", "momiji.example")))
    queue = """{ identityQueue(first: 10, entity: ACCOUNT) { totalCount nodes { id entity bits reason createdAt
        a { sourceId customer { name } } b { sourceId } explanation(language: JA) { verdict sentences } } } }"""

    waiting = fresh.ask(queue)["identityQueue"]
    task = waiting["nodes"][0]
    accepted = fresh.ask(
        f"mutation ($id: ID!) {{ acceptReview(input: {{task: $id, confirmed: true}}) {{ {CHANGE} }} }}", id=task["id"]
    )

    assert waiting["totalCount"] == len(waiting["nodes"]) >= 1
    assert task["entity"] == "ACCOUNT"
    assert task["explanation"]["sentences"]
    assert fresh.ask("query ($id: ID!) { node(id: $id) { id } }", id=task["id"])["node"] is None
    assert accepted["acceptReview"]["userErrors"] == []
    assert accepted["acceptReview"]["result"]["decisions"][0]["verdict"] == "same"


def test_a_question_that_is_rejected_is_not_asked_again(fresh: House) -> None:
    fresh.tell("crm", "accounts", record("a1", account("Momiji Foods KK", "momiji.example")))
    fresh.tell("desk", "organizations", record("o1", account("Momiji Music", "momiji.example")))
    queue = "{ identityQueue(first: 10) { nodes { id } } }"
    tasks = [task["id"] for task in fresh.ask(queue)["identityQueue"]["nodes"]]

    for task in tasks:
        fresh.ask(f"mutation ($id: ID!) {{ rejectReview(input: {{task: $id}}) {{ {CHANGE} }} }}", id=task)

    assert tasks
    assert fresh.ask(queue)["identityQueue"]["nodes"] == []
    assert fresh.ask("{ identityDecisions(first: 5) { nodes { verdict a { sourceId } } } }")["identityDecisions"][
        "nodes"
    ]


def test_explaining_a_whole_queue_costs_no_more_statements_than_one(fresh: House) -> None:
    from tests.graphql.house import Counted

    query = "{ identityQueue(first: 50) { nodes { explanation { verdict } a { sourceId } b { sourceId } } } }"
    for n in range(1):
        fresh.tell("crm", "accounts", record(f"a{n}", account("Momiji Foods KK", f"momiji{n}.example")))
        fresh.tell("desk", "organizations", record(f"o{n}", account("Momiji Music", f"momiji{n}.example")))
    with Counted(fresh.database) as few:
        one = fresh.ask(query)
    for n in range(1, 6):
        fresh.tell("crm", "accounts", record(f"a{n}", account(f"Kiku{n} Foods KK", f"kiku{n}.example")))
        fresh.tell("desk", "organizations", record(f"o{n}", account(f"Kiku{n} Music", f"kiku{n}.example")))
    with Counted(fresh.database) as many:
        more = fresh.ask(query)

    assert len(more["identityQueue"]["nodes"]) > len(one["identityQueue"]["nodes"]) >= 1
    assert len(many) == len(few)


def test_what_happened_to_a_customer_is_told(fresh: House) -> None:
    told(fresh)
    kept = merged(fresh)["result"]["customers"][0]["name"]
    query = """query ($id: ID) { identityHistory(first: 10, id: $id, entity: ACCOUNT) {
        nodes { kind entityId otherId records cause } } }"""
    everything = fresh.ask(query)["identityHistory"]["nodes"]
    of_one = fresh.ask(query, id=everything[0]["entityId"])["identityHistory"]["nodes"]

    assert kept == "Momiji KK"
    assert [event["kind"] for event in everything] == ["merge", "create", "create"]
    assert everything[0]["otherId"] is not None
    assert of_one[0] == everything[0]


def test_who_changed_what_is_told_to_administrators_only(fresh: House) -> None:
    told(fresh)
    merged(fresh)
    query = '{ auditLog(first: 5, action: "identity.merge") { nodes { actor subject detail } } }'

    entries = fresh.ask(query)["auditLog"]["nodes"]
    refused = fresh.errors(query, caller=DECIDER)

    assert [entry["actor"] for entry in entries] == ["token:decider"]
    assert len(entries[0]["detail"]["decisions"]) == 1
    assert refused[0]["extensions"]["code"] == "FORBIDDEN"


def test_each_side_of_a_question_says_what_it_knows(fresh: House) -> None:
    fresh.tell("crm", "accounts", record("a1", account("Momiji Foods KK", "momiji.example")))
    fresh.tell("desk", "organizations", record("o1", account("Momiji Music", "momiji.example")))

    task = fresh.ask("""{ identityQueue(first: 1) { nodes { a { sourceId says(fields: [NAME]) { field value stands } }
        b { sourceId says { field value } } } } }""")["identityQueue"]["nodes"][0]

    sides = {side["sourceId"]: side["says"] for side in (task["a"], task["b"])}
    assert {side: says[-1]["value"] for side, says in sides.items()} == {"a1": "Momiji Foods KK", "o1": "Momiji Music"}
