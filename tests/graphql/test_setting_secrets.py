"""Secrets are set through the API and never read through it."""

from __future__ import annotations

import base64

import pytest
from sqlalchemy import text

from kizuna.access import secrets
from kizuna.access.vault import Vault
from kizuna.graphql.context import Caller
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
