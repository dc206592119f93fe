"""The queue of open questions: ranked by what a yes would move, put off and taken up again."""

from __future__ import annotations

from typing import Any

from tests.graphql.house import Counted, House
from tests.graphql.systems import at, record, ref
from tests.graphql.test_deciding import account

QUEUE = """query ($order: ReviewOrder! = VALUE, $later: Boolean! = false, $first: Int! = 20, $after: String) {
    identityQueue(first: $first, after: $after, order: $order, later: $later, entity: ACCOUNT) { totalCount
        pageInfo { endCursor hasNextPage }
        nodes { id bits reason laterBy laterReason a { customer { name } } b { customer { name } }
            stake { stays moves records people tickets openTickets timelineEntries mrr { amount currency } sentence } } } }"""
POSTPONE = """mutation ($task: ID!, $until: DateTime) { postponeReview(input: {task: $task, until: $until, reason: "waiting"})
    { result { id laterBy laterUntil } userErrors { message code } } }"""
RESUME = "mutation ($task: ID!) { resumeReview(input: {task: $task}) { result { id } userErrors { message code } } }"


def question(made: House, n: int, *, tickets: int = 0, paid: int = 0, currency: str = "JPY") -> None:
    """Two firms on one domain that may be one: the desk's with tickets, and payments of its own in billing."""
    made.tell("crm", "accounts", record(f"a{n}", account(f"Kiku{n} Foods KK", f"kiku{n}.example")))
    made.tell(
        "crm", "contacts", record(f"c{n}", {"kind": "person", "name": f"P {n}", "account": ref("accounts", f"a{n}")})
    )
    if paid:
        made.tell("bill", "customers", record(f"b{n}", account(f"Kiku{n} Music", f"kiku{n}.example")))
        subscription = {
            "kind": "subscription",
            "account": ref("customers", f"b{n}"),
            "status": "active",
            "currency": currency,
        }
        item = {"kind": "subscription_item", "part": "i", "parent": ref("subscriptions", f"s{n}"), "quantity": "1"}
        item |= {"unit_minor": str(paid), "currency": currency}
        made.tell("bill", "subscriptions", record(f"s{n}", subscription, item))
        return
    made.tell("desk", "organizations", record(f"o{n}", account(f"Kiku{n} Music", f"kiku{n}.example")))
    for m in range(tickets):
        ticket = {"kind": "ticket", "subject": "Help", "account": ref("organizations", f"o{n}"), "status": "open"}
        made.tell("desk", "tickets", record(f"z{n}-{m}", ticket | {"opened_at": at(m)}))


def queue(made: House, **wish: Any) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = made.ask(QUEUE, **wish)["identityQueue"]["nodes"]
    return nodes


def test_a_question_says_what_a_yes_would_move(fresh: House) -> None:
    question(fresh, 1, tickets=2)

    (task,) = queue(fresh)

    assert (task["stake"]["records"], task["stake"]["tickets"], task["stake"]["openTickets"]) == (1, 2, 2)
    assert task["stake"]["timelineEntries"] == 2
    assert task["stake"]["sentence"] == (
        "Merging moves 2 open tickets, 1 record and 2 moments of the timeline to Kiku1 Foods KK."
    )


def test_money_is_told_by_currency_and_in_japanese(fresh: House) -> None:
    question(fresh, 1, paid=1_200_000)
    query = "{ identityQueue(first: 1) { nodes { stake(language: JA) { mrr { amount currency } sentence } } } }"

    stake = fresh.ask(query)["identityQueue"]["nodes"][0]["stake"]

    assert stake["mrr"] == [{"amount": "1200000", "currency": "JPY"}]
    assert stake["sentence"] == "統合すると月次収益 1,200,000 JPY、記録1件が「Kiku1 Foods KK」に移ります。"


def test_questions_stand_by_what_a_yes_would_move_page_by_page(fresh: House) -> None:
    question(fresh, 1)
    question(fresh, 2, tickets=3)
    question(fresh, 3, paid=900_000)
    question(fresh, 4, paid=900, currency="USD")
    question(fresh, 5, paid=100_000)

    whole = [task["a"]["customer"]["name"][:5] for task in queue(fresh)]
    names, after = [], None
    for _ in range(5):
        page = fresh.ask(QUEUE, first=1, after=after)["identityQueue"]
        names += [task["a"]["customer"]["name"][:5] for task in page["nodes"]]
        after = page["pageInfo"]["endCursor"]

    # Two customers pay in yen, on average 500,000; the one who pays in dollars is an average payer of dollars.
    assert whole == ["Kiku3", "Kiku4", "Kiku2", "Kiku5", "Kiku1"]
    assert names == whole
    assert page["totalCount"] == 5
    assert page["pageInfo"]["hasNextPage"] is False


def test_a_question_that_is_put_off_comes_back_when_a_record_changes(fresh: House) -> None:
    question(fresh, 1)
    (task,) = queue(fresh)

    done = fresh.ask(POSTPONE, task=task["id"])["postponeReview"]
    hidden, put_off = queue(fresh), queue(fresh, later=True)
    fresh.tell(
        "crm", "accounts", record("a1", account("Kiku1 Foods KK", "kiku1.example") | {"city": "Osaka"}, minutes=9)
    )

    assert done["userErrors"] == []
    assert done["result"]["laterBy"] == "local"
    assert hidden == []
    assert [(one["id"], one["laterReason"]) for one in put_off] == [(task["id"], "waiting")]
    assert [one["id"] for one in queue(fresh)] == [task["id"]]
    assert queue(fresh, later=True) == []


def test_a_question_put_off_until_a_day_rests_whatever_changes_and_can_be_taken_up(fresh: House) -> None:
    question(fresh, 1)
    (task,) = queue(fresh)
    fresh.ask(POSTPONE, task=task["id"], until="2999-01-01T00:00:00Z")
    fresh.tell(
        "crm", "accounts", record("a1", account("Kiku1 Foods KK", "kiku1.example") | {"city": "Osaka"}, minutes=9)
    )
    resting = queue(fresh)

    taken_up = fresh.ask(RESUME, task=task["id"])["resumeReview"]
    again = fresh.ask(RESUME, task=task["id"])["resumeReview"]
    past = fresh.ask(POSTPONE, task=task["id"], until="2001-01-01T00:00:00Z")["postponeReview"]

    assert resting == []
    assert taken_up["userErrors"] == []
    assert [one["id"] for one in queue(fresh)] == [task["id"]]
    assert again["userErrors"][0]["code"] == "INVALID"
    assert "later" in past["userErrors"][0]["message"]


def test_the_stakes_of_a_whole_queue_cost_no_more_statements_than_one(fresh: House) -> None:
    question(fresh, 1, tickets=1)
    with Counted(fresh.database) as few:
        one = queue(fresh)
    for n in range(2, 6):
        question(fresh, n, tickets=1, paid=100 * (n % 2))
    with Counted(fresh.database) as many:
        more = queue(fresh)

    assert len(more) > len(one) == 1
    assert len(many) == len(few)
