"""`kizuna webhooks`: what to enter at the vendor, the secrets that prove deliveries, and what came of them."""

from __future__ import annotations

import base64
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Call = Callable[..., subprocess.CompletedProcess[str]]

KEY = base64.b64encode(bytes(range(32))).decode()
FIRST, SECOND, THIRD = "whsec_0123456789", "whsec_9876543210", "whsec_5555555555"
CONNECT = ("connect", "stripe", "--set", "base_url=http://127.0.0.1:9", "--secret", "api_key=env:BILLING_KEY")


@pytest.fixture
def kizuna(tmp_path: Path) -> Call:
    """Calls `kizuna` with a standard input, under a master key, on a database with one connection."""

    def call(*words: str, given: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("KIZUNA_")}
        chosen = {"KIZUNA_MASTER_KEY": KEY, "BILLING_KEY": "sk_test_x", **variables}
        return subprocess.run(
            [sys.executable, "-m", "kizuna", *words],
            cwd=tmp_path,
            env={**kept, **{key: value for key, value in chosen.items() if value}},
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    done = call(*CONNECT)
    assert done.returncode == 0, done.stderr
    return call


def sealed(tmp_path: Path) -> list[str]:
    """The names under which the vault holds secrets."""
    with sqlite3.connect(tmp_path / "kizuna.db") as sql:
        rows = sql.execute("SELECT setting FROM sealed_secret ORDER BY setting").fetchall()
    sql.close()
    return [str(name) for (name,) in rows]


def test_a_secret_in_the_vault_is_replaced_without_a_gap_and_the_oldest_is_forgotten(kizuna: Call, tmp_path: Path):
    first = kizuna("webhooks", "secret", "stripe", "vault:", given=FIRST)
    second = kizuna("webhooks", "secret", "stripe", "vault:", given=SECOND)
    third = kizuna("webhooks", "secret", "stripe", "vault:", given=THIRD)
    two = sealed(tmp_path)
    only = kizuna("webhooks", "secret", "stripe", "env:HOOK", "--only")

    assert first.stdout == "stripe: deliveries are proved by vault:webhook-1.\n", first.stderr
    beside = "stripe: deliveries are proved by vault:webhook-{}, and by vault:webhook-{} until you use --only.\n"
    assert (second.stdout, third.stdout) == (beside.format(2, 1), beside.format(1, 2))
    assert two == ["webhook-1", "webhook-2"]
    assert (only.stdout, sealed(tmp_path)) == ("stripe: deliveries are proved by env:HOOK.\n", [])
    files = b"".join(path.read_bytes() for path in tmp_path.glob("kizuna.db*"))
    assert not any(secret.encode() in files for secret in (FIRST, SECOND, THIRD))


@pytest.mark.parametrize(
    ("words", "given", "variables", "sentence"),
    [
        (("stripe", "whsec_plain"), "", {}, "must be given as env:VARIABLE or file:PATH, not as a value"),
        (("stripe", "vault:"), " \n", {}, "The secret 'webhook' is empty"),
        (("stripe", "vault:"), FIRST, {"KIZUNA_MASTER_KEY": ""}, "where there is none; set it"),
        (("strype", "vault:"), FIRST, {}, "did you mean 'stripe'?"),
    ],
)
def test_a_secret_that_cannot_be_used_is_refused_in_one_sentence(kizuna: Call, words, given, variables, sentence):
    done = kizuna("webhooks", "secret", *words, given=given, **variables)

    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert sentence in done.stderr
    assert "whsec_" not in done.stdout + done.stderr
