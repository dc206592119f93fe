"""One rule for many open questions: tested against past answers, applied in one act, taken back in one."""

from __future__ import annotations

from typing import Any

from tests.graphql.house import Counted, House
from tests.graphql.systems import record
from tests.graphql.test_deciding import account
from tests.graphql.test_reviewing import question, queue

TRIAL = """query ($rule: ReviewRuleInput!) { identityRuleTrial(rule: $rule) {
    wouldDecide digest heldBack past contradicted contradictedDecisions tasks records openTickets sentence } }"""
APPLY = """mutation ($rule: ReviewRuleInput!, $digest: String!) { applyReviewRule(input: {rule: $rule, digest: $digest}) {
    result { decided decision } userErrors { message code } } }"""
ANSWER = "mutation ($task: ID!) { %sReview(input: {task: $task, confirmed: true}) { userErrors { message } } }"
UNDO = "mutation ($id: ID!) { undoDecision(input: {decision: $id}) { userErrors { message } } }"
COUNT = "{ customers(first: 1) { totalCount } }"


def likely(made: House, n: int) -> None:
    """Two firms of one domain whose names cannot be compared: too few bits to join them."""
    made.tell("crm", "accounts", record(f"a{n}", account("霧島酒造", f"kirishima{n}.example")))
    made.tell("desk", "organizations", record(f"o{n}", account(f"Kirishima {n}", f"kirishima{n}.example")))


def rule(**more: Any) -> dict[str, Any]:
    return {"entity": "ACCOUNT", "leastBits": 3, "signs": ["domain"], **more}


def seen_by(made: House, **more: Any) -> str:
    """The digest of the rule's trial."""
    digest: str = made.ask(TRIAL, rule=rule(**more))["identityRuleTrial"]["digest"]
    return digest


def count(made: House) -> int:
    total: int = made.ask(COUNT)["customers"]["totalCount"]
    return total


def test_a_rule_tells_what_it_would_do_and_changes_nothing(fresh: House) -> None:
    for n in range(5):
        likely(fresh, n)
    tasks = [task["id"] for task in queue(fresh, order="BITS")]
    fresh.ask(ANSWER % "accept", task=tasks[0])
    fresh.ask(ANSWER % "reject", task=tasks[1])
    before = count(fresh)

    found = fresh.ask(TRIAL, rule=rule())["identityRuleTrial"]
    of_phones = fresh.ask(TRIAL, rule=rule(signs=["domain", "phone"]))["identityRuleTrial"]

    assert len(tasks) == 5
    assert (found["wouldDecide"], found["past"], found["contradicted"]) == (3, 2, 1)
    assert found["contradictedDecisions"] == ["decision_2"]
    assert set(found["tasks"]) == set(tasks[2:])
    assert found["sentence"].startswith(
        "Of what was answered, this rule would have merged 2, of which people rejected 1. Of what is open, it would have merged 3."
    )
    assert (of_phones["wouldDecide"], of_phones["past"]) == (0, 0)
    assert count(fresh) == before


def test_a_rule_is_applied_and_taken_back_as_one(fresh: House) -> None:
    for n in range(3):
        likely(fresh, n)
    before = count(fresh)

    applied = fresh.ask(APPLY, rule=rule(), digest=seen_by(fresh))["applyReviewRule"]
    together = count(fresh)
    history = fresh.ask("{ identityDecisions(first: 9) { nodes { reason } } }")["identityDecisions"]["nodes"]
    fresh.ask(UNDO, id=applied["result"]["decision"])

    assert applied["userErrors"] == []
    assert applied["result"]["decided"] == 3
    assert (before, together, count(fresh)) == (6, 3, 6)
    assert {one["reason"] for one in history} == {
        "rule for accounts: at least 3 bits, agreeing in domain, open by score"
    }
    assert len(queue(fresh)) == 3


def test_a_rule_decides_only_on_what_was_seen(fresh: House) -> None:
    likely(fresh, 1)
    likely(fresh, 2)
    seen = seen_by(fresh)
    answered = fresh.ask(ANSWER % "accept", task=queue(fresh)[0]["id"])["acceptReview"]
    likely(fresh, 3)

    other = fresh.ask(APPLY, rule=rule(), digest=seen)["applyReviewRule"]
    turned = fresh.ask(APPLY, rule=rule(verdict="DIFFERENT"), digest=seen_by(fresh))["applyReviewRule"]
    none = fresh.ask(APPLY, rule=rule(leastBits=99), digest=seen)["applyReviewRule"]
    wrong = fresh.ask(APPLY, rule=rule(signs=["colour"]), digest=seen)["applyReviewRule"]
    everything = fresh.ask(APPLY, rule={"entity": "ACCOUNT"}, digest=seen)["applyReviewRule"]

    codes = [answer["userErrors"][0]["code"] for answer in (other, turned, none, wrong, everything)]
    assert answered["userErrors"] == []
    assert codes == ["CONTRADICTION"] * 3 + ["INVALID"] * 2
    assert "2 questions now that are not just those it was tested on" in other["userErrors"][0]["message"]
    assert count(fresh) == 5


def test_a_rule_leaves_alone_what_was_put_off(fresh: House) -> None:
    for n in range(3):
        likely(fresh, n)
    later = "mutation ($task: ID!) { %sReview(input: {task: $task}) { userErrors { message } } }"
    task = queue(fresh)[0]["id"]
    fresh.ask(later % "postpone", task=task)

    found = fresh.ask(TRIAL, rule=rule())["identityRuleTrial"]
    applied = fresh.ask(APPLY, rule=rule(), digest=found["digest"])["applyReviewRule"]
    fresh.ask(later % "resume", task=task)

    assert (found["wouldDecide"], applied["result"]["decided"]) == (2, 2)
    assert [one["id"] for one in queue(fresh)] == [task]


def test_a_rule_leaves_open_what_guards_keep_apart_and_can_reject_it(fresh: House) -> None:
    question(fresh, 1)
    guarded = rule(reasons=[queue(fresh)[0]["reason"]])
    rejecting = guarded | {"verdict": "DIFFERENT"}

    held = fresh.ask(TRIAL, rule=guarded)["identityRuleTrial"]
    rejected = fresh.ask(APPLY, rule=rejecting, digest=seen_by(fresh, **rejecting))["applyReviewRule"]

    assert (held["wouldDecide"], held["heldBack"]) == (0, 1)
    assert rejected["result"]["decided"] == 1
    assert queue(fresh) == []


def test_a_rule_costs_no_more_statements_for_many_than_for_one(fresh: House) -> None:
    likely(fresh, 1)
    with Counted(fresh.database) as few:
        fresh.ask(TRIAL, rule=rule())
    for n in range(2, 6):
        likely(fresh, n)
    with Counted(fresh.database) as many:
        found = fresh.ask(TRIAL, rule=rule())["identityRuleTrial"]

    assert found["wouldDecide"] == 5
    assert len(many) == len(few)
