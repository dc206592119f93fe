"""Secrets are set through the API and never read through it."""

from __future__ import annotations

import base64

import pytest
from sqlalchemy import text

from kizuna.access import secrets
from kizuna.access.vault import Vault
from kizuna.graphql.context import ADMIN, Caller
from kizuna.storage import connections
from tests.graphql.house import House

KEY = base64.b64encode(b"k" * 32).decode()
SET = """mutation ($name: String!, $value: String!) {
  setSecret(input: {connection: "crm", name: $name, value: $value}) {
    result { name settings } userErrors { message code }
  }
}"""


def test_a_secret_that_was_set_reaches_the_connection_and_nobody_else(
    fresh: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIZUNA_MASTER_KEY", KEY)

    answer = fresh.ask(SET, name="api_key", value="sk_of_the_vault")["setSecret"]
    changed = fresh.ask(
        'mutation { updateConnection(input: {name: "crm", settings: {base_url: "http://127.0.0.1:2"}}) '
        "{ result { settings } userErrors { message } } }"
    )["updateConnection"]

    with fresh.database.read() as sql:
        stored = connections.get(sql, "crm")
        audited = sql.execute(text("SELECT action, detail FROM audit_entry ORDER BY seq")).all()
    opener = Vault(fresh.database, "env:KIZUNA_MASTER_KEY").opener(stored.id, "crm")
    assert answer["userErrors"] == changed["userErrors"] == []
    assert secrets.resolved(stored.secrets, "crm", opener)["api_key"].get_secret_value() == "sk_of_the_vault"
    assert audited[0].action == "secret.set"
    assert "sk_of_the_vault" not in str((answer, changed, audited, stored))


@pytest.mark.parametrize(
    ("key", "name", "value", "told"),
    [
        ("", "api_key", "sk_of_the_vault", "where there is none; set it"),
        (KEY, "base_url", "sk_of_the_vault", "no secret named 'base_url'"),
        (KEY, "api_key", "  ", "1 to 20000 characters"),
    ],
)
def test_what_is_wrong_with_a_secret_is_told_without_it(
    small: House, monkeypatch: pytest.MonkeyPatch, key: str, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv("KIZUNA_MASTER_KEY", key)

    answer = small.ask(SET, name=name, value=value)["setSecret"]

    assert answer["result"] is None
    assert told in answer["userErrors"][0]["message"]
    assert "sk_of_the_vault" not in str(answer)


def test_only_administrators_set_secrets(small: House) -> None:
    body = small.answer(SET, caller=Caller("token:t", frozenset({"write"})), name="api_key", value="sk_of_the_vault")

    assert [error["extensions"]["code"] for error in body["errors"]] == ["FORBIDDEN"]
    assert "sk_of_the_vault" not in str(body)


UPDATE = """mutation ($settings: JSON, $values: [SecretValue!], $secrets: [SecretReference!]) {
  updateConnection(input: {name: "crm", settings: $settings, secretValues: $values, secrets: $secrets}) {
    result { settings } userErrors { message code }
  }
}"""
CREATE = """mutation ($values: [SecretValue!]) {
  createConnection(input: {name: "crm-eu", system: "crm", settings: {base_url: "http://127.0.0.1:9"},
                           secretValues: $values}) {
    result { settings } userErrors { message code }
  }
}"""
SOMEBODY = Caller("automation", frozenset({ADMIN}))
MOVED = {"base_url": "http://127.0.0.1:10"}


def opened(house: House, name: str) -> str:
    """The connection's key as a sync would be given it."""
    with house.database.read() as sql:
        stored = connections.get(sql, name)
    opener = Vault(house.database, "env:KIZUNA_MASTER_KEY").opener(stored.id, name)
    return secrets.resolved(stored.secrets, name, opener)["api_key"].get_secret_value()


def test_an_address_changes_together_with_the_secret_in_the_vault(
    fresh: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIZUNA_MASTER_KEY", KEY)
    fresh.ask(SET, name="api_key", value="sk_before")

    kept = fresh.ask(UPDATE, caller=SOMEBODY, settings=MOVED)["updateConnection"]
    given = [{"name": "api_key", "value": "sk_after"}]
    moved = fresh.ask(UPDATE, caller=SOMEBODY, settings=MOVED, values=given)["updateConnection"]

    with fresh.database.read() as sql:
        audited = sql.execute(text("SELECT detail FROM audit_entry ORDER BY seq")).all()
    assert "or their values in secretValues" in kept["userErrors"][0]["message"]
    assert moved == {"result": {"settings": MOVED}, "userErrors": []}
    assert opened(fresh, "crm") == "sk_after"
    assert "sk_after" not in str((kept, moved, audited))


def test_a_connection_is_made_together_with_its_secret(fresh: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIZUNA_MASTER_KEY", KEY)

    made = fresh.ask(CREATE, caller=SOMEBODY, values=[{"name": "api_key", "value": "sk_new"}])["createConnection"]

    assert made["userErrors"] == []
    assert opened(fresh, "crm-eu") == "sk_new"


@pytest.mark.parametrize(
    ("key", "value", "references", "told"),
    [
        ("", "sk_after", [], "where there is none; set it"),
        (KEY, " ", [], "1 to 20000 characters"),
        (KEY, "sk_after", [{"name": "api_key", "reference": "env:HOME"}], "'api_key' is given twice"),
    ],
)
def test_a_change_whose_secret_is_wrong_changes_nothing(
    small: House, monkeypatch: pytest.MonkeyPatch, key: str, value: str, references: list[dict[str, str]], told: str
) -> None:
    monkeypatch.setenv("KIZUNA_MASTER_KEY", key)
    given = [{"name": "api_key", "value": value}]

    answer = small.ask(UPDATE, settings=MOVED, values=given, secrets=references)["updateConnection"]

    with small.database.read() as sql:
        settings = connections.get(sql, "crm").settings
    assert answer["result"] is None
    assert told in answer["userErrors"][0]["message"]
    assert "sk_after" not in str(answer)
    assert settings != MOVED
