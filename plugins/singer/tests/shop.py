"""A shop whose records a scripted tap reads: its data, the administrator's file, and a Kizuna connected to it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from kizuna.storage import connections
from kizuna.storage.tables import METADATA
from kizuna_singer import Singer, SingerSettings
from tests.support.worlds import Kizuna, kizuna

SCRIPT = Path(__file__).with_name("scripted_tap.py")
MEANING = """
[[streams.customers.facts]]
kind = "account"
name = "name"
domains = ["site"]
updated_at = "changed"

[[streams.invoices.facts]]
kind = "invoice"
account = { path = "customer", stream = "customers" }
total = { path = "cents", currency = { constant = "EUR" }, unit = "minor" }
status = { path = "state", words = { settled = "paid" } }
"""
STREAMS: dict[str, dict[str, Any]] = {
    "customers": {"keys": ["id"], "method": "INCREMENTAL", "replication_key": "changed"},
    "invoices": {"keys": ["id"], "method": "FULL_TABLE"},
}


@dataclass
class Shop:
    """A folder with the data, the file, and what the tap has seen."""

    folder: Path
    streams: dict[str, dict[str, Any]] = field(default_factory=lambda: json.loads(json.dumps(STREAMS)))
    config: dict[str, Any] = field(default_factory=dict)
    meaning: str = MEANING
    tap: dict[str, Any] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        return self.folder / "shop.toml"

    def put(self, stream: str, *records: dict[str, Any]) -> None:
        """The stream's records from now on."""
        (self.folder / f"{stream}.json").write_text(json.dumps(records))

    def write(self) -> Path:
        """The administrator's file, written anew."""
        config = {"data": str(self.folder), "streams": self.streams, "witness": str(self.witness), **self.config}
        tap = {"command": [sys.executable, str(SCRIPT)], **self.tap, "config": config}
        lines = [f"{name} = {toml(value)}" for name, value in tap.items()]
        self.file.write_text("\n".join(["[tap]", *lines, self.meaning]))
        return self.file

    def connector(self, **secrets: Any) -> Singer:
        """The connector as a run would make it."""
        self.write()
        secret = SecretStr(json.dumps(secrets)) if secrets else None
        return Singer(SingerSettings(file=str(self.file), secrets=secret))

    @property
    def witness(self) -> Path:
        return self.folder / "witness"

    def seen(self) -> list[dict[str, Any]]:
        """What each start of the tap was given, in the order of starts, discovery left out."""
        lines = self.witness.read_text().splitlines() if self.witness.exists() else []
        return [start for start in map(json.loads, lines) if "--discover" not in start["argv"]]

    @contextmanager
    def connected(self, url: str) -> Iterator[Kizuna]:
        """A Kizuna over that database, with the shop connected."""
        self.write()
        with kizuna(url) as made:
            METADATA.create_all(made.parts.database.engine)
            with made.parts.database.write() as sql:
                connections.add(sql, "shop", "singer", {"file": str(self.file)}, {}, False, 0)
            yield made


def customer(number: int, name: str = "", minute: int = 0) -> dict[str, Any]:
    """A customer as the shop has it."""
    changed = f"2026-02-01T{10 + minute // 60:02}:{minute % 60:02}:00+00:00"
    return {"id": number, "name": name or f"Firm {number}", "site": f"firm{number}.example", "changed": changed}


def invoice(number: int, customer_id: int = 1, cents: int = 1000, state: str = "open") -> dict[str, Any]:
    """An invoice as the shop has it."""
    return {"id": number, "customer": customer_id, "cents": cents, "state": state}


def shop(folder: Path) -> Shop:
    """A shop with two customers and one invoice."""
    made = Shop(folder)
    made.put("customers", customer(1, minute=1), customer(2, minute=2))
    made.put("invoices", invoice(10))
    return made


def toml(value: Any) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml(one) for one in value) + "]"
    return json.dumps(value)
