"""The measurement: every attack of tests/web/attacks.py on a real `kizuna serve` in production mode.

bench/run attacks [--times 5]
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.webhooks.serving import serving
from kizuna.access import tokens
from kizuna.storage import schema
from kizuna.storage.database import Database
from tests.web.attacks import EXECUTED, Attack, attacks

GOAL_MS = 50.0


@dataclass(frozen=True, slots=True)
class Line:
    """How an attack was answered: at first sight, and then."""

    attack: Attack
    status: int
    code: str
    first_ms: float
    median_ms: float

    @property
    def well(self) -> bool:
        """Whether it was answered as it must be."""
        return (self.status, self.code) == (self.attack.status, self.attack.code)


def prepare(url: str) -> str:
    """Empty tables, and a token that may read."""
    database = Database(url)
    try:
        schema.upgrade(database)
        with database.write() as sql:
            return tokens.create(sql, "bench").get_secret_value()
    finally:
        database.close()


def measured(asking: httpx.Client, attack: Attack, times: int) -> Line:
    """One attack, several times over."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        response = asking.request(attack.method, attack.path, content=attack.body, headers=attack.headers)
        took.append((time.perf_counter() - began) * 1000)
    errors = response.json().get("errors")
    code = errors[0]["extensions"]["code"] if errors else EXECUTED
    return Line(attack, response.status_code, code, took[0], statistics.median(took))


def table(lines: list[Line]) -> str:
    """The lines in Markdown."""
    rows = ["| attack | status | code | first, ms | median, ms |", "|---|---|---|---|---|"]
    for line in lines:
        code = line.code if line.well else f"**{line.code}, not {line.attack.code}**"
        rows.append(f"| {line.attack.name} | {line.status} | {code} | {line.first_ms:.1f} | {line.median_ms:.1f} |")
    return "\n".join(rows)


def main(arguments: list[str]) -> int:
    """Measures and prints; 1 when an attack was answered otherwise than it must be."""
    parser = argparse.ArgumentParser(prog="bench/run attacks")
    parser.add_argument("--times", type=int, default=5, help="how often each is sent")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'kizuna.db'}"
        token = prepare(url)
        # Who is held back is not measured.
        with serving(url, KIZUNA_MODE="production", KIZUNA_GRAPHQL_BUCKET_SIZE="0") as server:
            base = f"http://127.0.0.1:{server.port}"
            headers = {"authorization": f"Bearer {token}"}
            with httpx.Client(base_url=base, headers=headers, timeout=30, trust_env=False) as asking:
                asking.post("/graphql", json={"query": "{ schemaVersion }"})
                lines = [measured(asking, attack, asked.times) for attack in attacks()]
    print(table(lines))
    slow, wrong = sum(line.median_ms > GOAL_MS for line in lines), sum(not line.well for line in lines)
    print(
        f"\n{len(lines)} attacks; {wrong} answered otherwise than they must be; {slow} took more than {GOAL_MS:.0f} ms."
    )
    print(f"{os.cpu_count()} cores; the load is {os.getloadavg()[0]:.1f}.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
