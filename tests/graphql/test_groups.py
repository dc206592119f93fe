"""Companies of a group stay customers of their own; what they come to together is told beside each."""

from __future__ import annotations

from typing import Any

from tests.graphql.house import Counted, House
from tests.graphql.systems import at, record, ref

GROUPS = """{ customers(first: 50) { nodes { id name openTicketCount parent { name } group { topId customerCount levels isCut
    recordCount personCount openTicketCount money { measure money { amount currency } } } } } }"""


def firm(made: House, key: str, parent: str | None = None, *, tickets: int = 0, paid: int = 0) -> None:
    """A firm of the group, with open tickets and a subscription of its own."""
    account = {"kind": "account", "name": f"{key.title()} KK", "domains": [f"{key}.example"]}
    above = {"parent": ref("accounts", parent)} if parent else {}
    made.tell("crm", "accounts", record(key, account | above))
    for n in range(tickets):
        ticket = {"kind": "ticket", "subject": "Help", "status": "open", "opened_at": at(n)}
        made.tell("crm", "accounts", record(f"{key}-t{n}", ticket | {"account": ref("accounts", key)}))
    if paid:
        made.tell(
            "bill", "customers", record(f"b-{key}", account | {"cross_references": [{"system": "crm", "id": key}]})
        )
        subscription = {
            "kind": "subscription",
            "account": ref("customers", f"b-{key}"),
            "status": "active",
            "currency": "JPY",
        }
        item = {"kind": "subscription_item", "part": "i", "parent": ref("subscriptions", f"s-{key}"), "quantity": "1"}
        item |= {"unit_minor": str(paid), "currency": "JPY"}
        made.tell("bill", "subscriptions", record(f"s-{key}", subscription, item))


def by_name(made: House) -> dict[str, Any]:
    return {one["name"].split()[0].lower(): one for one in made.ask(GROUPS)["customers"]["nodes"]}


def test_a_group_is_added_up_beside_each_of_its_customers_and_merges_none(fresh: House) -> None:
    firm(fresh, "ume", paid=1000)
    firm(fresh, "take", "ume", tickets=2)
    firm(fresh, "matsu", "take", paid=500, tickets=1)
    firm(fresh, "kiri")
    person = {"kind": "person", "name": "Mori Aki", "account": ref("accounts", "take")}
    fresh.tell("crm", "contacts", record("p1", person))

    found = by_name(fresh)

    assert sorted(found) == ["kiri", "matsu", "take", "ume"]
    assert (found["ume"]["openTicketCount"], found["take"]["parent"]) == (0, {"name": "Ume KK"})
    whole = found["ume"]["group"]
    assert (whole["customerCount"], whole["levels"], whole["openTicketCount"], whole["personCount"]) == (3, 2, 3, 1)
    assert whole["money"] == [{"measure": "MRR", "money": {"amount": "1500", "currency": "JPY"}}]
    assert found["take"]["group"]["money"] == [{"measure": "MRR", "money": {"amount": "500", "currency": "JPY"}}]
    assert {found[key]["group"]["topId"] for key in ("ume", "take", "matsu")} == {found["ume"]["id"]}
    assert (found["kiri"]["group"]["customerCount"], found["kiri"]["group"]["topId"]) == (1, found["kiri"]["id"])


def test_customers_that_name_each_other_in_a_circle_are_counted_once(fresh: House) -> None:
    firm(fresh, "ume", tickets=1)
    firm(fresh, "take", "ume", tickets=1)
    firm(fresh, "matsu", "take")
    firm(fresh, "ume", "matsu", tickets=1)

    found = by_name(fresh)

    assert [found[key]["group"]["customerCount"] for key in ("ume", "take", "matsu")] == [3, 3, 3]
    assert [found[key]["group"]["openTicketCount"] for key in ("ume", "take", "matsu")] == [2, 2, 2]
    assert len({found[key]["group"]["topId"] for key in ("ume", "take", "matsu")}) == 1


def test_a_group_deeper_than_is_followed_says_so(fresh: House) -> None:
    for n in range(13):
        firm(fresh, f"floor{n}", f"floor{n - 1}" if n else None)

    top = by_name(fresh)["floor0"]["group"]

    assert (top["customerCount"], top["levels"], top["isCut"]) == (11, 10, True)


def test_groups_cost_no_more_statements_for_many_than_for_one(fresh: House) -> None:
    firm(fresh, "ume")
    with Counted(fresh.database) as few:
        by_name(fresh)
    for key in ("take", "matsu", "kiri"):
        firm(fresh, key, "ume")
    with Counted(fresh.database) as many:
        found = by_name(fresh)

    assert found["ume"]["group"]["customerCount"] == 4
    assert len(many) == len(few) + 1  # the parents that are there now
