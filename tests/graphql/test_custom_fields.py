"""Custom fields through the API: typed values, their sources, and who wins when systems disagree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kizuna.model.custom import FieldRule
from kizuna.model.enums import CustomForm
from kizuna.storage import connections, field_rules
from kizuna.sync.rebuild import rebuild
from tests.graphql.house import House, house
from tests.graphql.systems import record

ACME = {"kind": "account", "name": "Acme", "domains": ["acme.example"]}


@pytest.fixture
def made(database_url: str) -> Iterator[House]:
    with house(database_url) as found:
        yield found


def keep(made: House, system: str, stream: str, name: str, form: str, entity: str = "account", **more: Any) -> None:
    with made.database.write() as sql:
        stored = connections.get(sql, system)
        rule = FieldRule(path=name, entity=entity, form=CustomForm(form), name=name, **more)
        field_rules.claim(sql, stored.id)
        field_rules.add(sql, stored.id, stream, name, rule, "tester", 0)


def test_each_type_of_custom_field_is_answered_as_what_it_is(made: House) -> None:
    given = {
        "text": "Machines",
        "number": "12.50",
        "boolean": "yes",
        "day": "2026-03-01",
        "instant": "2026-03-01T09:00:00+09:00",
        "money": "1200.5",
        "choice": "gold",
    }
    for form in given:
        more = {"choices": ("Gold",)} if form == "choice" else {"currency": "USD"} if form == "money" else {}
        keep(made, "crm", "accounts", form, form, **more)
    made.tell("crm", "accounts", {**record("a1", ACME), **given})

    customer = made.ask(
        """{ customer(domain: "acme.example") { customFields { name type text number boolean day instant
        money { amount currency } rule system } } }"""
    )["customer"]

    fields = {one.pop("name"): one for one in customer["customFields"]}
    assert {name: one["type"] for name, one in fields.items()} == {form: form.upper() for form in given}
    assert fields["text"]["text"] == "Machines"
    assert fields["number"]["number"] == "12.50"
    assert fields["boolean"]["boolean"] is True
    assert fields["day"]["day"] == "2026-03-01"
    assert fields["instant"]["instant"] == "2026-03-01T00:00:00Z"
    assert fields["money"]["money"] == {"amount": "1200.50", "currency": "USD"}
    assert fields["money"]["text"] == "1200.50 USD"
    assert fields["choice"]["text"] == "Gold"
    assert fields["text"]["number"] is None


def test_systems_that_disagree_are_settled_as_everywhere(made: House) -> None:
    for system, stream in (("crm", "accounts"), ("desk", "organizations")):
        keep(made, system, stream, "tier", "text")
    made.tell("desk", "organizations", {**record("d1", ACME, minutes=9), "tier": "Silver"})
    made.tell("crm", "accounts", {**record("a1", ACME), "tier": "Gold"})

    customer = made.ask(
        """{ customer(domain: "acme.example") { customFields(names: ["tier", "other"]) { text system rule conflict trustRank
        record { sourceId payload } alternatives { text system record { sourceId } } } } }"""
    )["customer"]

    (tier,) = customer["customFields"]
    assert (tier["text"], tier["system"], tier["rule"], tier["conflict"]) == ("Gold", "crm", "SOURCE_RANK", True)
    assert tier["record"]["payload"]["tier"] == "Gold"
    assert tier["alternatives"] == [{"text": "Silver", "system": "desk", "record": {"sourceId": "d1"}}]
    assert rebuild(made.deriver, made.plugins, check=True) == []


def test_names_of_attributes_are_names_like_any_other(made: House) -> None:
    for name in ("city", "active"):
        keep(made, "crm", "accounts", name, "text")
    made.tell("crm", "accounts", {**record("a1", ACME), "city": "Osaka", "active": "sometimes"})

    customer = made.ask(
        '{ customer(domain: "acme.example") { city customFields { name text } provenance { field } } }'
    )["customer"]

    assert customer["city"] is None
    assert customer["customFields"] == [{"name": "active", "text": "sometimes"}, {"name": "city", "text": "Osaka"}]
    assert [one["field"] for one in customer["provenance"]] == ["DOMAIN", "NAME"]


def test_people_have_custom_fields_too(made: House) -> None:
    keep(made, "crm", "contacts", "vip", "boolean", entity="person")
    hana = {"kind": "person", "name": "Hana", "emails": ["hana@acme.example"]}
    made.tell("crm", "contacts", {**record("c1", hana), "vip": True})

    person = made.ask('{ person(email: "hana@acme.example") { customFields { name boolean record { sourceId } } } }')

    assert person["person"]["customFields"] == [{"name": "vip", "boolean": True, "record": {"sourceId": "c1"}}]


def test_a_list_of_customers_reads_their_custom_fields_in_one_statement(made: House) -> None:
    from tests.graphql.house import Counted

    keep(made, "crm", "accounts", "tier", "text")
    firms = [{**ACME, "name": f"Firm {n}", "domains": [f"firm{n}.example"]} for n in range(5)]
    made.tell("crm", "accounts", *({**record(f"a{n}", firm), "tier": "Gold"} for n, firm in enumerate(firms)))
    made.ask("{ __typename }")

    with Counted(made.database) as counted:
        answer = made.ask("{ customers(first: 5) { nodes { customFields { text } } } }")

    assert [one["customFields"] for one in answer["customers"]["nodes"]] == [[{"text": "Gold"}]] * 5
    assert len(counted) == 2


def test_customers_are_found_by_the_values_of_custom_fields(made: House) -> None:
    keep(made, "crm", "accounts", "tier", "text")
    keep(made, "crm", "accounts", "seats", "number")
    given = {"one": ("Gold", 5), "two": ("Gold", 7), "three": ("Silver", 7)}
    for name, (tier, seats) in given.items():
        firm = {**ACME, "name": name, "domains": [f"{name}.example"]}
        made.tell("crm", "accounts", {**record(name, firm), "tier": tier, "seats": seats})
    ask = "query ($f: [CustomFieldFilter!]) { customers(first: 9, filter: { customFields: $f }) { totalCount nodes { name } } }"
    found = {}

    for wish in ("tier=Gold|Silver", "tier=Gold", "tier=Gold&seats=7", "tier=gold", "other=Gold"):
        pairs = [one.split("=") for one in wish.split("&")]
        wanted = [{"name": name, "values": values.split("|")} for name, values in pairs]
        found[wish] = [one["name"] for one in made.ask(ask, f=wanted)["customers"]["nodes"]]

    assert found == {
        "tier=Gold|Silver": ["one", "three", "two"],
        "tier=Gold": ["one", "two"],
        "tier=Gold&seats=7": ["two"],
        "tier=gold": [],
        "other=Gold": [],
    }
