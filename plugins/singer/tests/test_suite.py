"""The connector under the suite that every connector is held to; a scripted tap plays the vendor."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import httpx

from kizuna.testing import ConnectorSuite
from kizuna_singer import Singer

EXAMPLE = Path(__file__).with_name("example")
NO_REQUESTS = "a tap is given its secrets in its config, which test_taps proves; no request carries them"


class TestSinger(ConnectorSuite):
    connector = Singer
    settings: ClassVar[Mapping[str, Any]] = {
        "file": str(EXAMPLE / "shop.toml"),
        "secrets": '{"api_key": "sk-secret-of-the-shop"}',
    }
    records: ClassVar[Mapping[str, Sequence[Mapping[str, Any]]]] = {
        stream: json.loads((EXAMPLE / f"{stream}.json").read_text()) for stream in ("customers", "invoices")
    }
    exempt: ClassVar[Mapping[str, str]] = {
        "sets_a_bad_record_aside": "its reading is its own; test_sync and test_reading try it",
        "replays_samples": "each tap has records of its own; test_real_tap reads those of a published one",
        "asks_only_for_changes invoices": "the tap lists the whole table each time",
        "proves_who_asks": NO_REQUESTS,
    }

    def vendor(self) -> httpx.AsyncBaseTransport | None:
        return self.made().carrier()
