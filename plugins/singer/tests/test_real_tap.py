"""A published tap over CSV files: connected, checked, synced, killed, synced on and asked, with the command itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from plugins.singer.tests.published import published_tap
from plugins.singer.tests.shop import toml

Call = Callable[..., subprocess.CompletedProcess[str]]

MEANING = """
[streams.customers]
key = ["id"]

[[streams.customers.facts]]
kind = "account"
name = "name"
domains = ["website"]
created_at = { path = "since", format = "%d/%m/%Y", zone = "Asia/Tokyo" }

[streams.invoices]

[[streams.invoices.facts]]
kind = "invoice"
account = { path = "customer", stream = "customers" }
number = "id"
total = { path = "amount", currency = "currency" }
status = { path = "state", words = { "支払済" = "paid", "未払" = "open" } }
"""
CUSTOMERS = [
    "id,name,website,since",
    "c1,葵商事,https://aoi.example,01/04/2024",
    "c2,Sakura Foods,sakura.example,15/05/2025",
]
INVOICES = ["id,customer,amount,currency,state", "i1,c1,120000,JPY,支払済", "i2,c2,99.50,EUR,未払"]
QUESTION = """{ customers(first: 9) { nodes { name domain systems invoices(first: 5) { nodes { number status total { amount currency } } } } } }"""
KILLED = -9


@pytest.fixture(scope="module")
def tap() -> Path:
    return published_tap()


@pytest.fixture
def kizuna(tmp_path: Path) -> Call:
    """Calls `kizuna` in the test's own folder; keyword arguments are environment variables."""

    def call(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("KIZUNA_")}
        command = [sys.executable, "-m", "kizuna", *words]
        return subprocess.run(
            command, cwd=tmp_path, env=kept | variables, capture_output=True, text=True, timeout=240, check=False
        )

    return call


def put(folder: Path, name: str, lines: list[str], minute: int) -> None:
    """The file with these lines, changed at that minute: the tap tells by its time whether there is something new."""
    path = folder / f"{name}.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    at = datetime(2026, 2, 1, 10, minute, tzinfo=UTC).timestamp()
    os.utime(path, (at, at))


def describe(folder: Path, tap: Path) -> None:
    """The administrator's file."""
    files = [
        {"path": str(folder / f"{name}.csv"), "format": "csv", "table_name": name, "primary_keys": ["id"]}
        for name in ("customers", "invoices")
    ]
    (folder / "shop.toml").write_text(
        f"[tap]\ncommand = [{toml(str(tap))}]\nconfig = {toml({'files': files})}\n{MEANING}"
    )


def customers(kizuna: Call) -> dict[str, Any]:
    """Name → what one query says of a customer."""
    asked = json.loads(kizuna("query", QUESTION).stdout)
    return {node["name"]: node for node in asked["data"]["customers"]["nodes"]}


def counts(done: subprocess.CompletedProcess[str]) -> dict[str, tuple[int, int]]:
    """Stream → records read and written, of a sync that printed JSON."""
    (run,) = json.loads(done.stdout)
    return {one["stream"]: (one["read"], one["written"]) for one in run["streams"]}


def test_files_become_customers_and_changes_follow_also_after_a_kill(kizuna: Call, tap: Path, tmp_path: Path) -> None:
    put(tmp_path, "customers", CUSTOMERS, minute=1)
    put(tmp_path, "invoices", INVOICES, minute=1)
    describe(tmp_path, tap)

    connected = kizuna("connect", "singer", "--name", "shop", "--set", "file=shop.toml")
    checked = kizuna("connections", "check", "shop", "--json")
    first = kizuna("sync", "shop", "--json")
    seen = customers(kizuna)

    assert connected.returncode == 0, connected.stderr
    assert {one["stream"]: one["verdict"] for one in json.loads(checked.stdout)} == {
        "(credentials)": "good",
        "customers": "good",
        "invoices": "good",
    }
    assert counts(first) == {"customers": (2, 2), "invoices": (2, 2)}
    aoi = seen["葵商事"]
    assert (aoi["domain"], aoi["systems"]) == ("aoi.example", ["singer"])
    assert aoi["invoices"]["nodes"] == [
        {"number": "i1", "status": "PAID", "total": {"amount": "120000", "currency": "JPY"}}
    ]

    put(
        tmp_path, "customers", [*CUSTOMERS[:2], "c2,Sakura Foods KK,sakura.example,15/05/2025", "c3,Momiji,,"], minute=5
    )
    killed = kizuna("sync", "shop", KIZUNA_FAILPOINT="batch.written")
    before = customers(kizuna)
    second = kizuna("sync", "shop", "--json")
    third = kizuna("sync", "shop", "--json")

    assert killed.returncode == KILLED
    assert "Sakura Foods" in before
    assert second.returncode == 0, second.stderr
    assert set(customers(kizuna)) == {"葵商事", "Sakura Foods KK", "Momiji"}
    assert counts(third) == {"customers": (0, 0), "invoices": (0, 0)}
    assert kizuna("rebuild", "--check", "--json").stdout.strip() == "[]"


def test_a_file_of_records_goes_the_same_way(kizuna: Call, tap: Path, tmp_path: Path) -> None:
    put(tmp_path, "customers", CUSTOMERS, minute=1)
    put(tmp_path, "invoices", INVOICES, minute=1)
    describe(tmp_path, tap)
    kizuna("connect", "singer", "--name", "shop", "--set", "file=shop.toml")
    (tmp_path / "old.json").write_text(
        '[{"id": "c9", "name": "Kaede", "website": "kaede.example"}, {"name": "nobody"}]'
    )

    loaded = kizuna("load", "shop", "customers", "old.json")

    assert "2 read, 1 written, 0 unchanged, 0 deleted, 1 set aside" in loaded.stdout, loaded.stderr
    assert customers(kizuna)["Kaede"]["domain"] == "kaede.example"


def test_a_mistake_in_the_file_is_told_when_connecting(kizuna: Call, tap: Path, tmp_path: Path) -> None:
    put(tmp_path, "customers", CUSTOMERS, minute=1)
    describe(tmp_path, tap)
    text = (tmp_path / "shop.toml").read_text().replace('kind = "account"', 'kind = "acount"')
    (tmp_path / "shop.toml").write_text(text)

    refused = kizuna("connect", "singer", "--name", "shop", "--set", "file=shop.toml")

    assert refused.returncode != 0
    assert "shop.toml:9: streams.customers.facts.0.kind" in refused.stderr
    assert "did you mean 'account'?" in refused.stderr
