"""Saying through the API what a vendor's own field means: tried, put into force, remembered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kizuna.graphql import Caller
from kizuna.sync.rebuild import rebuild
from tests.graphql.house import House, house
from tests.graphql.systems import record

ACME = {"kind": "account", "name": "Acme", "domains": ["acme.example"]}
SHOWN = """result { connection stream path version action stands of attribute name type choices actor
remapping { done total failed endedAt } } userErrors { message code }"""
FIELD = 'connection: "crm", stream: "Accounts", path: "extra.tier"'


@pytest.fixture
def made(database_url: str) -> Iterator[House]:
    with house(database_url) as found:
        found.tell(
            "crm",
            "accounts",
            {**record("a1", ACME), "extra": {"tier": "gold", "trade": "Machines"}},
            {**record("a2", {**ACME, "name": "Two", "domains": ["two.example"]}), "extra": {"tier": "Iron"}},
        )
        yield found


def audit(made: House) -> list[tuple[str, str]]:
    with made.database.read() as sql:
        rows = sql.exec_driver_sql("SELECT actor, action, subject, detail FROM audit_entry ORDER BY seq").all()
    assert all(json.loads(row[3])["change"] for row in rows)
    return [(row[1], row[2]) for row in rows]


def test_a_rule_is_tried_without_changing_anything(made: House) -> None:
    answer = made.ask(
        f"""{{ tryKeepField(input: {{ {FIELD}, choices: ["Gold", "Silver"] }}, samples: 2) {{
        records filled fits changes samples {{ sourceId holds kept problem }} }} }}"""
    )["tryKeepField"]

    samples = answer.pop("samples")
    assert answer == {"records": 2, "filled": 2, "fits": 1, "changes": True}
    assert {one["sourceId"]: (one["holds"], one["kept"], one["problem"]) for one in samples} == {
        "a1": ("gold", "Gold", None),
        "a2": ("Iron", None, "Iron"),
    }
    assert made.ask("{ fieldRules(first: 5) { totalCount } }")["fieldRules"]["totalCount"] == 0


def test_a_field_is_kept_mapped_and_given_up(made: House) -> None:
    ask = '{ customer(domain: "acme.example") { industry customFields { name text } } }'

    kept = made.ask(f'mutation {{ keepField(input: {{ {FIELD}, choices: ["Gold"] }}) {{ {SHOWN} }} }}')["keepField"]
    trade = FIELD.replace("tier", "trade")
    mapped = made.ask(f'mutation {{ mapField(input: {{ {trade}, attribute: "industry" }}) {{ {SHOWN} }} }}')["mapField"]
    between = made.ask(ask)["customer"]
    gone = made.ask(f"mutation {{ unmapField(input: {{ {FIELD} }}) {{ {SHOWN} }} }}")["unmapField"]

    assert kept["userErrors"] == mapped["userErrors"] == gone["userErrors"] == []
    remapping = kept["result"].pop("remapping")
    assert (remapping["done"], remapping["total"], remapping["endedAt"] is None) == (2, 2, False)
    assert kept["result"] == {
        **{"connection": "crm", "stream": "accounts", "path": "extra.tier", "version": 1, "action": "keep"},
        **{"stands": True, "of": "ACCOUNT", "attribute": None, "name": "tier", "type": "CHOICE"},
        **{"choices": ["Gold"], "actor": "local"},
    }
    assert (mapped["result"]["attribute"], mapped["result"]["type"]) == ("industry", "TEXT")
    assert between == {"industry": "Machines", "customFields": [{"name": "tier", "text": "Gold"}]}
    assert (gone["result"]["action"], gone["result"]["version"], gone["result"]["stands"]) == ("unmap", 2, False)
    assert made.ask(ask)["customer"]["customFields"] == []
    assert audit(made) == [
        ("field.keep", "crm/accounts/extra.tier"),
        ("field.map", "crm/accounts/extra.trade"),
        ("field.unmap", "crm/accounts/extra.tier"),
    ]
    assert rebuild(made.deriver, made.plugins, check=True) == []


def test_rules_and_their_history_are_listed(made: House) -> None:
    for choices in ('["Gold"]', '["Gold", "Iron"]'):
        made.ask(f"mutation {{ keepField(input: {{ {FIELD}, choices: {choices} }}) {{ userErrors {{ message }} }} }}")

    answer = made.ask(
        """{ fieldRules(first: 5, connection: "crm") { totalCount nodes { path version choices } }
        fieldRuleHistory(first: 1) { totalCount nodes { version stands } pageInfo { hasNextPage } }
        seenFields(first: 9, connection: "crm", stream: "accounts") { nodes { path types } } }"""
    )

    assert answer["fieldRules"] == {
        "totalCount": 1,
        "nodes": [{"path": "extra.tier", "version": 2, "choices": ["Gold", "Iron"]}],
    }
    assert answer["fieldRuleHistory"] == {
        "totalCount": 2,
        "nodes": [{"version": 2, "stands": True}],
        "pageInfo": {"hasNextPage": True},
    }
    assert {"path": "extra.tier", "types": ["string"]} in answer["seenFields"]["nodes"]


@pytest.mark.parametrize(
    ("wish", "code", "told"),
    [
        (
            'mapField(input: {connection: "cmr", stream: "accounts", path: "x", attribute: "name"})',
            "NOT_FOUND",
            "'crm'",
        ),
        (
            'mapField(input: {connection: "crm", stream: "acounts", path: "x", attribute: "name"})',
            "NOT_FOUND",
            "'accounts'",
        ),
        (f'mapField(input: {{ {FIELD}, attribute: "industri" }})', "NOT_FOUND", "'industry'"),
        (f'mapField(input: {{ {FIELD}x, attribute: "name" }})'.replace('"x', 'x"'), "NOT_FOUND", "'extra.tier'"),
        (f"keepField(input: {{ {FIELD}, type: CHOICE }})", "INVALID", "words to choose from"),
        (f"unmapField(input: {{ {FIELD} }})", "NOT_FOUND", "no rule"),
    ],
)
def test_what_is_wrong_with_a_wish_is_told_in_words(made: House, wish: str, code: str, told: str) -> None:
    answer = made.ask(f"mutation {{ change: {wish} {{ {SHOWN} }} }}")["change"]

    assert answer["result"] is None
    assert answer["userErrors"][0]["code"] == code
    assert told in answer["userErrors"][0]["message"]


def test_one_name_has_one_type_in_every_system(made: House) -> None:
    made.tell("desk", "organizations", {**record("d1", ACME), "extra": {"tier": 3}})
    made.ask(f"mutation {{ keepField(input: {{ {FIELD} }}) {{ userErrors {{ message }} }} }}")
    desk = FIELD.replace("crm", "desk").replace("Accounts", "organizations")

    answer = made.ask(f"mutation {{ keepField(input: {{ {desk} }}) {{ {SHOWN} }} }}")["keepField"]

    assert "is text in crm/accounts; keep it as that here, too" in answer["userErrors"][0]["message"]


def test_only_an_administrator_may_say_what_fields_mean(made: House) -> None:
    writer = Caller("token_1", frozenset({"write"}))
    wishes: list[Any] = [
        f"mutation {{ keepField(input: {{ {FIELD} }}) {{ userErrors {{ message }} }} }}",
        f"{{ tryKeepField(input: {{ {FIELD} }}) {{ records }} }}",
    ]

    errors = [made.errors(wish, caller=writer)[0] for wish in wishes]

    assert [error["extensions"]["code"] for error in errors] == ["FORBIDDEN", "FORBIDDEN"]


def test_drift_is_narrowed_to_sorts_of_change(made: House) -> None:
    made.ask(f'mutation {{ keepField(input: {{ {FIELD}, choices: ["Gold"] }}) {{ userErrors {{ message }} }} }}')
    made.tell("crm", "accounts", {**record("a3", ACME), "colour": "red"})

    answer = made.ask(
        """{ new: schemaDrift(first: 9, connection: "crm", changes: ["new_field"]) { nodes { path change } }
        unfit: schemaDrift(first: 9, stream: "accounts", changes: ["unmapped_value"]) { nodes { path after } } }"""
    )

    assert answer["new"]["nodes"] == [{"path": "colour", "change": "new_field"}]
    assert answer["unfit"]["nodes"] == [{"path": "extra.tier", "after": "Iron"}]
