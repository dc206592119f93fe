"""`kizuna secrets`: values go in by standard input, and nothing ever shows them."""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Call = Callable[..., subprocess.CompletedProcess[str]]

KEY = base64.b64encode(bytes(range(32))).decode()
NEXT = base64.urlsafe_b64encode(bytes(range(100, 132))).decode()
VALUE = "sk_test_vault_0123456789"
CONNECT = ("connect", "stripe", "--set", "base_url=http://127.0.0.1:9", "--secret")


@pytest.fixture
def kizuna(tmp_path: Path) -> Call:
    """Calls `kizuna` with a standard input, under the first master key."""

    def call(*words: str, given: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("KIZUNA_")}
        chosen = {key: value for key, value in {"KIZUNA_MASTER_KEY": KEY, **variables}.items() if value}
        return subprocess.run(
            [sys.executable, "-m", "kizuna", *words],
            cwd=tmp_path,
            env={**environment, **chosen},
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return call


@pytest.fixture
def billing(kizuna: Call) -> Call:
    """A connection whose key is in the vault."""
    done = kizuna(*CONNECT, "api_key=vault:", given=f"{VALUE}\n")
    assert done.returncode == 0, done.stderr
    return kizuna


def test_a_connection_is_made_with_its_secret_in_the_vault_and_stands(billing, tmp_path):
    looked = billing("doctor")
    listed = billing("secrets", "list", "--json")

    assert "ok    connection stripe: active" in looked.stdout
    row = json.loads(listed.stdout)[0]
    assert (row["connection"], row["setting"], row["place"]) == ("stripe", "api_key", "vault")
    assert VALUE.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("kizuna.db*"))


def test_a_secret_moves_from_the_environment_into_the_vault(kizuna):
    kizuna(*CONNECT, "api_key=env:BILLING_KEY", BILLING_KEY="sk_test_before")

    done = kizuna("secrets", "set", "stripe", "api_key", given=VALUE)
    looked = kizuna("doctor")

    assert (done.returncode, done.stdout) == (0, "The secret api_key of stripe is in the vault.\n")
    assert "ok    connection stripe: active" in looked.stdout


def test_references_to_the_environment_need_no_master_key(kizuna):
    done = kizuna(*CONNECT, "api_key=env:BILLING_KEY", BILLING_KEY="sk_test_before", KIZUNA_MASTER_KEY="")

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("words", "given", "variables", "sentence"),
    [
        (("set", "strype", "api_key"), VALUE, {}, "did you mean 'stripe'?"),
        (("set", "stripe", "api_kye"), VALUE, {}, "did you mean 'api_key'?"),
        (("set", "stripe", "base_url"), VALUE, {}, "There is no secret named 'base_url'"),
        (("set", "stripe", "api_key"), " \n", {}, "The secret 'api_key' is empty"),
        (("set", "stripe", "api_key"), VALUE, {"KIZUNA_MASTER_KEY": ""}, "where there is none; set it"),
        (("set", "stripe", "api_key"), VALUE, {"KIZUNA_MASTER_KEY": "hunter2"}, "is not 32 bytes in base64"),
        (("set", "stripe", "api_key"), VALUE, {"KIZUNA_MASTER_KEY": NEXT}, "is sealed under the master key"),
        (("set", "stripe", "api_key"), VALUE, {"KIZUNA_VAULT_KEY": KEY}, "it must not be the key itself"),
        (("rotate",), "", {"KIZUNA_MASTER_KEY": ""}, "where there is none; set it"),
    ],
)
def test_a_mistake_is_one_sentence_that_shows_no_secret(billing, words, given, variables, sentence):
    done = billing("secrets", *words, given=given, **variables)

    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert sentence in done.stderr
    assert not any(secret in done.stdout + done.stderr for secret in (VALUE, KEY, NEXT, "hunter2"))


def test_without_the_master_key_only_the_vault_is_shut(billing):
    looked = billing("doctor", KIZUNA_MASTER_KEY="")
    listed = billing("secrets", "list", KIZUNA_MASTER_KEY="")
    asked = billing("query", "{ connections { name } }", KIZUNA_MASTER_KEY="")

    assert (looked.returncode, listed.returncode) == (1, 0)
    assert "WRONG connection stripe: The vault's master key is to come from env:KIZUNA_MASTER_KEY" in looked.stdout
    assert "ok    database" in looked.stdout
    assert "stripe" in asked.stdout


def test_the_vault_moves_to_a_new_master_key_and_moving_again_changes_nothing(billing):
    keys = {"KIZUNA_MASTER_KEY": NEXT, "KIZUNA_MASTER_KEY_OLD": KEY}

    meanwhile = billing("doctor", **keys)
    first, second = billing("secrets", "rotate", **keys), billing("secrets", "rotate", "--json", **keys)
    looked = billing("doctor", KIZUNA_MASTER_KEY=NEXT)
    forsaken = billing("doctor")

    assert "ok    connection stripe: active" in meanwhile.stdout
    assert first.stdout == "1 connections moved to the new master key, 0 were there already.\n"
    assert json.loads(second.stdout) == {"rewrapped": [], "already": ["stripe"], "strange": []}
    assert "ok    connection stripe: active" in looked.stdout
    assert "is sealed under the master key" in forsaken.stdout


def test_a_rotation_without_the_old_key_says_whose_secrets_stay_shut(billing):
    done = billing("secrets", "rotate", KIZUNA_MASTER_KEY=NEXT)

    assert done.returncode == 1
    assert "The secrets of stripe are sealed under a master key that was not given" in done.stderr


def test_what_is_removed_is_gone(billing, tmp_path):
    done = billing("secrets", "remove", "stripe", "--yes", KIZUNA_MASTER_KEY="")
    looked = billing("doctor")

    with sqlite3.connect(tmp_path / "kizuna.db") as sql:
        rows = [sql.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("data_key", "sealed_secret")]
    sql.close()
    assert (done.stdout, rows) == ("1 secrets of stripe are forgotten.\n", [0, 0])
    assert "api_key" in looked.stdout
