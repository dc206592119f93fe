"""What a caller of the API may do with secrets: write them, and never have them sent to an address of their choice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from kizuna import sdk
from kizuna.access.namable import Namable
from kizuna.config import Settings
from kizuna.errors import ConfigError
from kizuna.graphql import Caller
from kizuna.graphql.context import ADMIN
from tests.graphql.house import House

SOMEBODY = Caller("automation", frozenset({ADMIN}))
UPDATE = """mutation ($settings: JSON, $secrets: [SecretReference!]) {
  updateConnection(input: {name: "crm-eu", settings: $settings, secrets: $secrets}) {
    result { settings } userErrors { message code }
  }
}"""
CREATE = """mutation ($reference: String!) {
  createConnection(input: {name: "crm-eu", system: "crm", settings: {base_url: "http://127.0.0.1:9"},
                           secrets: [{name: "api_key", reference: $reference}]}) {
    result { settings } userErrors { message code }
  }
}"""

CREATE_TAPE = """mutation {
  createConnection(input: {name: "tape", system: "tape", settings: {file: "/srv/shop.toml"},
                           secrets: [{name: "api_key", reference: "env:HOUSE_KEY"}]}) {
    result { settings } userErrors { message code }
  }
}"""
UPDATE_TAPE = """mutation ($settings: JSON) {
  updateConnection(input: {name: "tape", settings: $settings}) { result { settings } userErrors { message code } }
}"""


class TapeSettings(sdk.Settings):
    file: str = ""
    api_key: sdk.SecretStr = sdk.SecretStr("")


class Tape(sdk.Connector[TapeSettings]):
    """A system that a program reads, which a setting names."""

    key = "tape"

    def base_url(self) -> str:
        return "https://tape.example.com"

    def carrier(self) -> httpx.AsyncBaseTransport:
        return httpx.MockTransport(lambda _: httpx.Response(200, json=[]))


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOUSE_KEY", "sk_house")


def test_an_address_that_changes_takes_no_secret_along(fresh: House) -> None:
    fresh.ask(CREATE, caller=SOMEBODY, reference="env:HOUSE_KEY")

    moved = fresh.ask(UPDATE, caller=SOMEBODY, settings={"base_url": "http://127.0.0.1:10"})["updateConnection"]
    given = [{"name": "api_key", "reference": "env:HOUSE_KEY"}]
    again = fresh.ask(UPDATE, caller=SOMEBODY, settings={"base_url": "http://127.0.0.1:10"}, secrets=given)

    assert moved["result"] is None
    assert "api_key with them; give the secrets again" in moved["userErrors"][0]["message"]
    assert again["updateConnection"]["result"]["settings"] == {"base_url": "http://127.0.0.1:10"}


def test_what_a_connector_carries_itself_takes_no_secret_to_another_program(
    fresh: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(fresh.plugins.connectors, Tape.key, Tape)
    made = fresh.ask(CREATE_TAPE, caller=SOMEBODY)["createConnection"]

    moved = fresh.ask(UPDATE_TAPE, caller=SOMEBODY, settings={"file": "/srv/other.toml"})["updateConnection"]
    same = fresh.ask(UPDATE_TAPE, caller=SOMEBODY, settings={"file": "/srv/shop.toml"})["updateConnection"]

    assert made["userErrors"] == same["userErrors"] == []
    assert moved["result"] is None
    assert "api_key with them" in moved["userErrors"][0]["message"]


def test_other_settings_change_without_the_secrets(fresh: House) -> None:
    fresh.ask(CREATE, caller=SOMEBODY, reference="env:HOUSE_KEY")

    same = fresh.ask(UPDATE, caller=SOMEBODY, settings={"base_url": "http://127.0.0.1:9"})["updateConnection"]

    assert same["userErrors"] == []


@pytest.mark.parametrize("reference", ["env:KIZUNA_MASTER_KEY", "env:KIZUNA_DATABASE"])
def test_what_kizuna_keeps_for_itself_is_no_secret_of_a_connection(
    fresh: House, monkeypatch: pytest.MonkeyPatch, reference: str
) -> None:
    monkeypatch.setenv(reference.removeprefix("env:"), "of our own")

    refused = fresh.ask(CREATE, caller=SOMEBODY, reference=reference)["createConnection"]

    assert refused["result"] is None
    assert "of Kizuna itself" in refused["userErrors"][0]["message"]


def test_in_production_only_listed_places_can_be_named(tmp_path: Path) -> None:
    secrets, outside = tmp_path / "secrets", tmp_path / "outside"
    secrets.mkdir()
    outside.write_text("not for you")
    (secrets / "link").symlink_to(outside)
    settings = replace(Settings(), mode="production", api_secrets=("env:CRM_*", f"file:{secrets}"))
    namable = Namable.of(settings)

    for good in ("env:CRM_KEY", f"file:{secrets}/key"):
        namable.require(good, "api_key")

    for bad in ("env:HOME", f"file:{outside}", f"file:{secrets}/../outside", f"file:{secrets}/link", "file:"):
        with pytest.raises(ConfigError, match="api_secrets"):
            namable.require(bad, "api_key")


def test_in_production_nothing_but_the_vault_is_open_until_something_is_listed() -> None:
    with pytest.raises(ConfigError, match="setSecret"):
        Namable.of(replace(Settings(), mode="production")).require("env:CRM_KEY", "api_key")


def test_the_vaults_own_key_is_never_named() -> None:
    settings = replace(Settings(), vault_key="file:/run/secrets/kizuna", api_secrets=("file:/run/secrets",))

    for spelt in ("/run/secrets/kizuna", "/run/secrets//kizuna", "/run/secrets/./kizuna", "/run/../run/secrets/kizuna"):
        with pytest.raises(ConfigError, match="of Kizuna itself"):
            Namable.of(settings).require(f"file:{spelt}", "api_key")
