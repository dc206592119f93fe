"""Plugins add fields to Customer: declared neutrally, never in each other's way, never able to break an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from kizuna import sdk
from kizuna.graphql import execute, sdl
from kizuna.plugins import Plugins
from tests.graphql.house import House, hosted
from tests.graphql.systems import CONNECTORS, record


@dataclass
class Declared:
    name: str
    type: str
    description: str
    function: Callable[[Mapping[str, Any], Any], Any]
    labels: tuple[str, ...] = ()


def plugged(**plugins: list[Declared]) -> Plugins:
    """A host with plugins of these names that declare these fields."""
    host = hosted(*CONNECTORS)
    for name, fields in plugins.items():

        class Plugin:
            @sdk.hookimpl
            def kizuna_customer_fields(self, given: Any = fields) -> Any:
                return given

        host.manager.register(Plugin(), name=name)
    return host


def shout(row: Mapping[str, Any], _sql: Any) -> str:
    return str(row["name"]).upper()


def count(row: Mapping[str, Any], sql: Any) -> int:
    found = sql.execute(text("SELECT COUNT(*) FROM claim WHERE entity_id = :id"), {"id": row["id"]})
    return int(found.scalar_one())


def told(house: House) -> None:
    house.tell("crm", "accounts", record("a1", {"kind": "account", "name": "Momiji", "domains": ["momiji.example"]}))


def test_a_plugins_field_is_answered_from_the_customers_row_and_the_database(fresh: House) -> None:
    told(fresh)
    host = plugged(
        loud=[Declared("shout", "String", "The name, loud.", shout), Declared("said", "Int", "How much.", count)]
    )

    body = execute(fresh.database, host, "{ customers(first: 1) { nodes { shout said } } }")

    assert body["data"] == {"customers": {"nodes": [{"shout": "MOMIJI", "said": 2}]}}
    assert '"""The name, loud."""\n  shout: String\n' in sdl(host)


def test_a_plugin_that_raises_harms_its_own_field_only(small: House) -> None:
    told(small)

    def broken(_row: Mapping[str, Any], _sql: Any) -> str:
        raise ValueError("secret words")

    host = plugged(bad=[Declared("bad", "String", "Bad.", broken)], good=[Declared("good", "String", "Good.", shout)])

    body = execute(small.database, host, "{ customers(first: 1) { nodes { name bad good } } }")

    assert body["data"]["customers"]["nodes"] == [{"name": "Momiji", "bad": None, "good": "MOMIJI"}]
    assert body["errors"][0]["message"] == "The plugin bad failed to answer bad."
    assert body["errors"][0]["path"] == ["customers", "nodes", 0, "bad"]
    assert "secret" not in str(body)


def test_two_plugins_with_one_name_are_told_of_each_other_and_the_first_stays() -> None:
    host = plugged(a=[Declared("mood", "String", "A mood.", shout)], b=[Declared("mood", "String", "Another.", shout)])

    text_of_schema = sdl(host)

    assert text_of_schema.count("\n  mood: String\n") == 1
    assert [(one.name, one.reason) for one in host.broken] == [
        ("b", "plugin b: the field Customer.mood is taken by the plugin a; name it otherwise.")
    ]


def test_a_plugin_cannot_take_the_place_of_a_field_of_ours() -> None:
    host = plugged(a=[Declared("openTicketCount", "Int", "Mine.", count)])

    sdl(host)

    assert "one of Kizuna's own" in host.broken[0].reason


def test_a_declaration_with_a_mistake_is_set_aside_with_its_reason() -> None:
    host = plugged(
        a=[Declared("x", "Number", "A number.", count)],
        b=[Declared("not a name", "Int", "No.", count)],
        c=[Declared("silent", "Int", "", count)],
    )

    assert "silent" not in sdl(host)
    reasons = {one.name: one.reason for one in host.broken}
    assert "take one of String, Int" in reasons["a"]
    assert "no proper name" in reasons["b"]
    assert "no description" in reasons["c"]
