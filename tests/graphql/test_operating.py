"""Connections, runs, quarantine and drift through the API."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from tests.graphql.house import House
from tests.graphql.systems import at, record

ONE = "result { name system state offline settings createdAt } userErrors { field message code }"


def test_connections_say_where_each_stream_stands(shared: House) -> None:
    answer = shared.ask(
        """{ connections { id name system state streams { name state records kinds bookmark } runs(first: 5) { totalCount } } }"""
    )

    assert [one["name"] for one in answer["connections"]] == ["crm", "desk", "bill"]
    streams = {one["name"]: one for one in answer["connections"][0]["streams"]}
    assert streams["accounts"]["records"] == 3
    assert streams["deals"]["kinds"] == ["deal", "deal_line"]


def test_a_system_is_connected_changed_and_switched(fresh: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOUSE_KEY", "not to be shown")

    made = fresh.ask(
        f"""mutation ($settings: JSON) {{ createConnection(input: {{name: "crm-eu", system: "crm", settings: $settings,
        secrets: [{{name: "api_key", reference: "env:HOUSE_KEY"}}]}}) {{ {ONE} }} }}""",
        settings={"base_url": "http://127.0.0.1:9"},
    )["createConnection"]
    changed = fresh.ask(
        f"""mutation ($settings: JSON) {{ updateConnection(input: {{name: "crm-eu", settings: $settings}}) {{ {ONE} }} }}""",
        settings={"base_url": "http://127.0.0.1:10"},
    )["updateConnection"]
    off = fresh.ask(f'mutation {{ disableConnection(input: {{name: "crm-eu"}}) {{ {ONE} }} }}')["disableConnection"]
    on = fresh.ask(f'mutation {{ enableConnection(input: {{name: "crm-eu"}}) {{ {ONE} }} }}')["enableConnection"]

    assert made["result"]["settings"] == {"base_url": "http://127.0.0.1:9"}
    assert changed["result"]["settings"] == {"base_url": "http://127.0.0.1:10"}
    assert (off["result"]["state"], on["result"]["state"]) == ("disabled", "active")
    assert "not to be shown" not in str((made, changed, off, on))
    assert [entry[0] for entry in audit(fresh)] == [
        "connection.create",
        "connection.update",
        "connection.disable",
        "connection.enable",
    ]


@pytest.mark.parametrize(
    ("wish", "code", "told"),
    [
        ('{name: "x", system: "crmm"}', "NOT_FOUND", "did you mean 'crm'?"),
        ('{name: "crm", system: "crm"}', "INVALID", "exists already"),
        ('{name: "a b", system: "crm"}', "INVALID", "letters"),
        ('{name: "x", system: "crm", settings: {base_ur: 1}}', "INVALID", "base_url"),
        ('{name: "x", system: "crm", settings: 3}', "INVALID", "object"),
        ('{name: "x", system: "crm", secrets: [{name: "api_key", reference: "sk_live"}]}', "INVALID", "env:VARIABLE"),
        ('{name: "x", system: "crm", secrets: [{name: "api_key", reference: "env:NO_SUCH"}]}', "INVALID", "NO_SUCH"),
    ],
)
def test_what_is_wrong_with_a_connection_is_told_in_words(small: House, wish: str, code: str, told: str) -> None:
    answer = small.ask(f"mutation {{ createConnection(input: {wish}) {{ {ONE} }} }}")["createConnection"]

    assert answer["result"] is None
    assert answer["userErrors"][0]["code"] == code
    assert told in answer["userErrors"][0]["message"]
    assert "sk_live" not in answer["userErrors"][0]["message"]


def test_a_connection_is_given_a_rhythm_of_its_own_and_follows_the_settings_again(fresh: House) -> None:
    rhythm = "result { everyMinutes fullEveryDays } userErrors { message code }"

    own = fresh.ask(
        f'mutation {{ scheduleConnection(input: {{name: "crm", everyMinutes: 60, fullEveryDays: 0}}) {{ {rhythm} }} }}'
    )["scheduleConnection"]
    again = fresh.ask(f'mutation {{ scheduleConnection(input: {{name: "crm"}}) {{ {rhythm} }} }}')["scheduleConnection"]

    assert own == {"result": {"everyMinutes": 60.0, "fullEveryDays": 0.0}, "userErrors": []}
    assert again["result"] == {"everyMinutes": None, "fullEveryDays": None}
    assert [entry[0] for entry in audit(fresh)] == ["connection.schedule", "connection.schedule"]


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ('{name: "crmm", everyMinutes: 1}', "did you mean"),
        ('{name: "crm", everyMinutes: -1}', "every_minutes is -1; give a number from 0 to 100000, 0 for never"),
        ('{name: "crm", fullEveryDays: 40000}', "full_every_days is 40000"),
    ],
)
def test_a_rhythm_that_cannot_be_kept_is_refused(small: House, wish: str, told: str) -> None:
    question = f"mutation {{ scheduleConnection(input: {wish}) {{ result {{ name }} userErrors {{ message }} }} }}"

    answer = small.ask(question)["scheduleConnection"]

    assert answer["result"] is None
    assert told in answer["userErrors"][0]["message"]


def test_a_sync_is_queued_and_can_be_followed(fresh: House) -> None:
    started = fresh.ask(
        """mutation { startSync(input: {connection: "crm", full: true, streams: ["Accounts"]}) {
        result { id state trigger full askedStreams connection { name } } userErrors { message } } }"""
    )["startSync"]["result"]

    followed = fresh.ask(
        '{ syncRuns(first: 5, connection: "crm", states: ["queued"]) { totalCount nodes { id streams { stream } } } }'
    )["syncRuns"]

    assert started["state"] == "queued"
    assert (started["trigger"], started["full"], started["askedStreams"]) == ("api", True, ["accounts"])
    assert followed == {"totalCount": 1, "nodes": [{"id": started["id"], "streams": []}]}
    assert [entry[0] for entry in audit(fresh)] == ["sync.start"]


@pytest.mark.parametrize(
    ("wish", "code"),
    [('{connection: "cmr"}', "NOT_FOUND"), ('{connection: "crm", streams: ["acounts"]}', "NOT_FOUND")],
)
def test_a_sync_of_what_is_not_there_is_refused_in_words(small: House, wish: str, code: str) -> None:
    answer = small.ask(f"mutation {{ startSync(input: {wish}) {{ userErrors {{ message code }} }} }}")["startSync"]

    assert answer["userErrors"][0]["code"] == code
    assert "did you mean" in answer["userErrors"][0]["message"]


def test_whoever_serves_decides_how_a_sync_is_started(small: House) -> None:
    from kizuna.graphql import execute

    asked: list[Any] = []

    def queue(name: str, full: bool, streams: Any) -> str:
        asked.append((name, full, tuple(streams)))
        return "run_elsewhere"

    body = execute(
        small.database,
        small.plugins,
        "mutation ($c: String!) { startSync(input: {connection: $c}) { userErrors { message } result { id } } }",
        {"c": "crm"},
        queue_sync=queue,
    )

    assert "errors" not in body
    assert asked == [("crm", False, ())]


def test_what_was_not_understood_is_shown_with_its_reason(fresh: House) -> None:
    bad = {"id": "t1", "says": [{"kind": "ticket", "subject": {"not": "text"}}], "at": at(0)}
    fresh.tell("desk", "tickets", bad, record("t2", {"kind": "ticket", "subject": "Fine"}))

    answer = fresh.ask(
        '{ quarantine(first: 5, connection: "desk", stream: "tickets") { totalCount nodes { sourceId reason field payload system } } }'
    )["quarantine"]

    assert answer["totalCount"] == 1
    assert answer["nodes"][0]["sourceId"] == "t1"
    assert answer["nodes"][0]["payload"] == bad
    assert answer["nodes"][0]["reason"]


def test_a_change_in_the_form_of_payloads_is_shown(fresh: House) -> None:
    fresh.tell("crm", "accounts", record("a1", {"kind": "account", "name": "One"}))
    fresh.tell("crm", "accounts", {**record("a2", {"kind": "account", "name": "Two"}), "colour": "red"})

    answer = fresh.ask('{ schemaDrift(first: 9, connection: "crm") { nodes { stream path change after } } }')[
        "schemaDrift"
    ]

    assert {"stream": "accounts", "path": "colour", "change": "new_field", "after": "string"} in answer["nodes"]


def audit(house: House) -> list[tuple[str, str]]:
    """(action, subject) of every entry of the audit log."""
    with house.database.read() as sql:
        return [tuple(row) for row in sql.execute(text("SELECT action, subject FROM audit_entry ORDER BY seq"))]
