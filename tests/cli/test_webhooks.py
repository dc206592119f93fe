"""`kizuna webhooks`: what to enter at the vendor, the secrets that prove deliveries, and what came of them."""

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

from kizuna.sdk import Hint
from kizuna.storage import deliveries
from kizuna.storage.database import Database
from kizuna.storage.deliveries import Arrival

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


def test_what_to_enter_at_the_vendor_is_shown_with_events_place_and_secret(kizuna: Call):
    public = {"KIZUNA_PUBLIC_URL": "https://kizuna.example/"}

    [bare] = json.loads(kizuna("webhooks", "show", "--json").stdout)["connections"]
    kizuna("webhooks", "secret", "stripe", "env:HOOK")
    text = kizuna("webhooks", "show", "stripe", **public).stdout
    nearest = kizuna("webhooks", "show", "strype")

    assert (bare["url"], bare["public"], bare["secrets"]) == ("http://127.0.0.1:8360/webhooks/stripe", False, [])
    assert {"customer.updated", "invoice.paid", "charge.refunded"} < set(bare["events"])
    assert bare["deliveries"] == {"waiting": 0, "reading": 0, "done": 0, "failed": 0}
    assert text.startswith("stripe: https://kizuna.example/webhooks/stripe\n  Enter it in: Developers")
    for sentence in ("Take the signing secret (whsec_…)", "Proved by the secret in env:HOOK.", "credit_note.voided"):
        assert sentence in text
    assert "did you mean 'stripe'?" in nearest.stderr


def test_deliveries_are_listed_by_state_and_taken_up_again(kizuna: Call, tmp_path: Path):
    keep(tmp_path, "evt_1", None)
    keep(tmp_path, "evt_2", "The body is no event.")

    everything = json.loads(kizuna("webhooks", "list", "--json").stdout)
    [failed] = json.loads(kizuna("webhooks", "list", "--state", "failed", "--json").stdout)
    done = kizuna("webhooks", "retry", str(failed["id"]))
    strange = kizuna("webhooks", "retry", "77")
    table = kizuna("webhooks", "list", "--state", "waiting").stdout

    assert [row["state"] for row in everything] == ["failed", "waiting"]
    assert (failed["connection"], failed["reason"]) == ("stripe", "The body is no event.")
    assert failed["records"] == "customers cus_1"
    assert done.stdout == f"Delivery {failed['id']} waits to be read for again.\n"
    assert (strange.returncode, "There is no delivery that has ended named '77'" in strange.stderr) == (1, True)
    assert table.count("waiting") == 2
    assert kizuna("webhooks", "list", "--state", "failed").stdout == "There are no such deliveries.\n"


def keep(tmp_path: Path, name: str, failure: str | None) -> None:
    """A delivery in the inbox, as the server keeps it."""
    database = Database(f"sqlite:///{tmp_path / 'kizuna.db'}")
    inbox = deliveries.inbox(database)
    with inbox.write() as sql:
        hint = Hint(stream="customers", id="cus_1", event=name)
        deliveries.keep(sql, [Arrival(1, name, (hint,), 1_700_000_000_000_000, failure)])
    inbox.close()
    database.close()
