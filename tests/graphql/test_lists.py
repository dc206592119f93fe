"""Lists: pages, orders, filters, the timeline, provenance."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graphql.house import House
from tests.graphql.systems import at, record, ref


def names(answer: dict[str, Any]) -> list[str]:
    """The last characters that tell the firms apart."""
    return [one["name"].split()[2] for one in answer["customers"]["nodes"]]


def test_pages_lead_through_the_whole_list_and_end(shared: House) -> None:
    query = """query ($after: String) { customers(first: 2, after: $after) {
        nodes { name } pageInfo { hasNextPage hasPreviousPage endCursor } totalCount } }"""

    one = shared.ask(query)
    two = shared.ask(query, after=one["customers"]["pageInfo"]["endCursor"])

    assert (names(one), names(two)) == (["000", "001"], ["002"])
    assert one["customers"]["pageInfo"]["hasNextPage"] is True
    assert two["customers"]["pageInfo"]["hasNextPage"] is False
    assert two["customers"]["pageInfo"]["hasPreviousPage"] is True
    assert one["customers"]["totalCount"] == two["customers"]["totalCount"] == 3


def test_pages_lead_backwards_too_in_the_same_order(shared: House) -> None:
    query = """query ($before: String) { customers(last: 2, before: $before) {
        nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor } } }"""

    one = shared.ask(query)
    two = shared.ask(query, before=one["customers"]["pageInfo"]["startCursor"])

    assert (names(one), names(two)) == (["001", "002"], ["000"])
    assert one["customers"]["pageInfo"]["hasPreviousPage"] is True
    assert two["customers"]["pageInfo"]["hasPreviousPage"] is False


def test_a_nested_list_continues_behind_its_cursor(shared: House) -> None:
    query = """query ($after: String) { customer(domain: "sakura000.example") {
        tickets(first: 2, after: $after) { nodes { subject } edges { cursor } } } }"""

    one = shared.ask(query)["customer"]["tickets"]
    two = shared.ask(query, after=one["edges"][-1]["cursor"])["customer"]["tickets"]

    assert [ticket["subject"] for ticket in one["nodes"] + two["nodes"]] == ["Ticket 2", "Ticket 1", "Ticket 0"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("{by: NAME, descending: true}", ["002", "001", "000"]),
        ("{by: OPEN_TICKETS}", ["000", "001", "002"]),
        ('{by: MRR, currency: "JPY", descending: true}', None),
        ("{by: LAST_ACTIVITY, descending: true}", None),
        ("{by: NEXT_RENEWAL}", None),
        ("{by: FIRST_SEEN}", None),
        ("{by: PEOPLE}", None),
    ],
)
def test_every_order_is_total_and_can_be_paged(shared: House, sort: str, expected: list[str] | None) -> None:
    query = f"""query ($after: String) {{ customers(first: 1, sort: {sort}, after: $after) {{
        nodes {{ name id }} pageInfo {{ endCursor hasNextPage }} }} }}"""

    seen: list[str] = []
    after = None
    for _ in range(3):
        page = shared.ask(query, after=after)
        seen += names(page)
        after = page["customers"]["pageInfo"]["endCursor"]

    assert sorted(seen) == ["000", "001", "002"]
    assert page["customers"]["pageInfo"]["hasNextPage"] is False
    assert expected is None or sort.startswith("{by: OPEN") or seen == expected


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ('{nameContains: "foods 001"}', 1),
        ('{nameContains: "100%"}', 0),
        ('{domains: ["sakura000.example", "sakura002.example"]}', 2),
        ("{kinds: [COMPANY]}", 3),
        ("{kinds: [PERSON]}", 0),
        ('{systems: ["crm", "bill"]}', 3),
        ('{missingSystems: ["bill"]}', 0),
        ('{industries: ["Food"], countries: ["JP"]}', 0),
        ("{hasOpenTickets: true, openTicketsAtLeast: 1}", 3),
        ("{hasOpenTickets: false}", 0),
        ("{hasActiveSubscription: true, hasUnpaidInvoices: false, hasParent: false}", 3),
        ('{lastActivitySince: "2026-03-01T00:00:00Z"}', 3),
        ('{noActivitySince: "2026-03-01T00:00:00+09:00"}', 0),
        ('{renewsSince: "2026-03-04T00:00:00Z", renewsUntil: "2026-03-05T00:00:00Z"}', 3),
        ("{conflictOn: INDUSTRY}", 3),
        ("{conflictOn: DOMAIN}", 0),
        ('{money: {measure: MRR, currency: "jpy", atLeast: "8100"}}', 3),
        ('{money: {measure: MRR, currency: "JPY", atLeast: "8100.5"}}', 0),
        ('{money: {measure: WON, currency: "USD", atMost: "0"}}', 3),
        ('{parentId: "cus_nobody"}', 0),
    ],
)
def test_each_wish_narrows_the_list(shared: House, wish: str, found: int) -> None:
    answer = shared.ask(f"{{ customers(first: 9, filter: {wish}) {{ totalCount nodes {{ id }} }} }}")

    assert answer["customers"]["totalCount"] == found
    assert len(answer["customers"]["nodes"]) == found


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("", "Give either `first` or `last`."),
        ("first: 1, last: 1", "Give either `first` or `last`."),
        ('first: 1, before: "x"', "`after` goes with `first`, `before` with `last`."),
        ("first: 0", "`first` is 0; it may be 1 to 100."),
        ("first: 101", "`first` is 101; it may be 1 to 100."),
        ("first: -1", "`first` is -1; it may be 1 to 100."),
        ('first: 1, after: "WzFd"', "The cursor belongs to another list or order; pass one that this list gave."),
        ('first: 1, after: "%%%"', "The cursor is none of ours; pass one that an answer gave."),
        (
            "first: 1, sort: {by: MRR}",
            "To sort by MRR, say in which `currency`: sums of two currencies cannot be compared.",
        ),
        (
            'first: 1, filter: {money: {measure: MRR, currency: "JPY", atLeast: "much"}}',
            'An amount in `money` is no number; write it as text, such as "1500.00".',
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(shared: House, arguments: str, told: str) -> None:
    errors = shared.errors(f"{{ customers{'(' + arguments + ')' if arguments else ''} {{ totalCount }} }}")

    assert [error["message"] for error in errors] == [told]
    expected = "LIMIT_EXCEEDED" if "it may be 1 to" in told else "BAD_USER_INPUT"
    assert errors[0]["extensions"]["code"] == expected


def test_a_cursor_of_one_order_is_no_cursor_of_another(shared: House) -> None:
    cursor = shared.ask("{ customers(first: 1) { pageInfo { endCursor } } }")["customers"]["pageInfo"]["endCursor"]

    errors = shared.errors(
        "query ($after: String) { customers(first: 1, after: $after, sort: {by: PEOPLE}) { totalCount } }", after=cursor
    )

    assert "another list or order" in errors[0]["message"]


def test_the_timeline_holds_everything_in_one_order(shared: House) -> None:
    answer = shared.ask(
        """{ customer(domain: "sakura000.example") { timeline(first: 100) { totalCount
        nodes { kind at system department direction } } } }"""
    )

    timeline = answer["customer"]["timeline"]
    moments = [entry["at"] for entry in timeline["nodes"]]
    assert moments == sorted(moments, reverse=True)
    assert timeline["totalCount"] == len(moments) == 30
    assert {entry["department"] for entry in timeline["nodes"]} == {"SALES", "SUPPORT", "FINANCE"}
    assert {entry["kind"] for entry in timeline["nodes"]} >= {"DEAL", "TICKET", "INVOICE", "ENGAGEMENT", "SUBSCRIPTION"}


def test_the_timeline_can_be_narrowed(shared: House) -> None:
    key = shared.ask('{ customer(domain: "sakura000.example") { id } }')["customer"]["id"]
    query = """query ($id: ID!) {
        calls: timeline(customerId: $id, first: 9, systems: ["crm"], kinds: [ENGAGEMENT], direction: WE_TO_THEM) {
            totalCount nodes { title about { ... on Engagement { kind staff { name } } } } }
        early: timeline(customerId: $id, first: 9, since: "2026-03-01T09:10:00Z", until: "2026-03-01T09:12:00Z") {
            nodes { kind title } } }"""

    answer = shared.ask(query, id=key)

    assert answer["calls"]["totalCount"] == 3
    assert answer["calls"]["nodes"][0] == {"title": "Call 2", "about": {"kind": "CALL", "staff": {"name": "Mori"}}}
    assert answer["early"]["nodes"] == [{"kind": "DEAL", "title": "Deal 1"}, {"kind": "DEAL", "title": "Deal 0"}]


def test_every_value_says_who_said_it_and_what_others_say(shared: House) -> None:
    answer = shared.ask(
        """{ customer(domain: "sakura000.example") { provenance(fields: [INDUSTRY, CITY, OWNER, ANNUAL_REVENUE]) {
        field value system rule conflict observedAt recordId record { sourceId }
        alternatives { value system record { sourceId } } } } }"""
    )

    by_field = {one["field"]: one for one in answer["customer"]["provenance"]}
    assert list(by_field) == ["ANNUAL_REVENUE", "CITY", "INDUSTRY", "OWNER"]
    assert by_field["INDUSTRY"]["alternatives"] == [
        {"value": "Groceries", "system": "desk", "record": {"sourceId": "o0"}}
    ]
    industry = by_field["INDUSTRY"]
    assert (industry["value"], industry["system"], industry["rule"]) == ("Food", "crm", "SOURCE_RANK")
    assert industry["conflict"] is True
    assert industry["record"] == {"sourceId": "a0"}
    assert by_field["CITY"]["rule"] == "ONLY_SOURCE"
    assert by_field["OWNER"]["value"].startswith("record_")
    assert by_field["ANNUAL_REVENUE"]["value"] == "5000000 JPY"


def test_a_group_is_read_upwards_and_downwards(fresh: House) -> None:
    parent = {"kind": "account", "name": "Holding KK", "domains": ["holding.example"]}
    child = {"kind": "account", "name": "Branch KK", "domains": ["branch.example"], "parent": ref("accounts", "a1")}
    fresh.tell("crm", "accounts", record("a1", parent), record("a2", child))

    answer = fresh.ask(
        """{ up: customer(domain: "branch.example") { parent { name } }
        down: customer(domain: "holding.example") { children(first: 5) { nodes { name } } } }"""
    )

    assert answer["up"] == {"parent": {"name": "Holding KK"}}
    assert answer["down"]["children"]["nodes"] == [{"name": "Branch KK"}]


def test_a_stage_is_called_as_its_system_calls_it(fresh: House) -> None:
    account = {"kind": "account", "name": "Holding KK", "domains": ["holding.example"]}
    deal = {
        "kind": "deal",
        "name": "D",
        "account": ref("accounts", "a1"),
        "stage": "s1",
        "pipeline": "p2",
        "created_at": at(1),
    }
    stages = [
        {"kind": "stage", "part": f"{pipeline}/s1", "pipeline": pipeline, "stage": "s1", "label": label}
        for pipeline, label in (("p1", "Elsewhere"), ("p2", "Negotiation"))
    ]
    fresh.tell("crm", "accounts", record("a1", account))
    fresh.tell("crm", "stages", record("g", *stages))
    fresh.tell("crm", "deals", record("d1", deal))

    answer = fresh.ask('{ customer(domain: "holding.example") { deals(first: 1) { nodes { stage stageLabel } } } }')

    assert answer["customer"]["deals"]["nodes"] == [{"stage": "s1", "stageLabel": "Negotiation"}]
