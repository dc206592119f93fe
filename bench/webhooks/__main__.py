"""The measurement: deliveries to a real `kizuna serve` on both databases, beside the raw limit of the same server.

bench/run webhooks [--only sqlite|postgresql] [--seconds 10] [--connections 48] [--samples 40] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.sync.__main__ import api
from bench.sync.cost import cpu_of
from bench.sync.records import made
from bench.webhooks import report
from bench.webhooks.report import Line
from bench.webhooks.serving import NAME, PROJECT, Server, limit, prepare, serving
from bench.webhooks.visible import client, start, state, waits_s
from tests.support import postgres

FOLDER = PROJECT / ".kizuna" / "bench"
RECORDS = 100_000
SYNC_BEGINS_S = 2.0
UNLIMITED_PER_S = 1_000_000
DATABASES = ("sqlite", "postgresql")
TITLES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Given:
    """What was asked for on the command line."""

    only: tuple[str, ...]
    seconds: float
    connections: int
    samples: int
    json: Path | None


def given(arguments: list[str]) -> Given:
    """The command line, read."""
    parser = argparse.ArgumentParser(prog="bench/run webhooks")
    parser.add_argument("--only", action="append", choices=DATABASES)
    parser.add_argument("--seconds", type=float, default=10.0, help="for each line, after one that warms up")
    parser.add_argument("--connections", type=int, default=48, help="senders at once")
    parser.add_argument("--samples", type=int, default=40, help="changes waited for in GraphQL; 0 for none")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    found = parser.parse_args(arguments)
    return Given(tuple(found.only or DATABASES), found.seconds, found.connections, found.samples, found.json)


def load(asked: Given, server: Server, about: str) -> dict[str, float]:
    """What the senders were answered, and the CPU the server took for it."""
    command = [sys.executable, "-m", "bench.webhooks.load", str(server.port), f"/webhooks/{NAME}", about]
    command += [str(asked.seconds), str(asked.connections)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as senders:
        assert senders.stdout is not None
        senders.stdout.readline()
        before = cpu_of(server.pid)
        figures: dict[str, float] = json.loads(senders.stdout.read())
        return {**figures, "cpu_s": cpu_of(server.pid) - before}


@contextmanager
def databases(name: str) -> Iterator[Iterator[str]]:
    """URLs of empty databases whose commits reach the disk."""
    if name == "sqlite":
        with tempfile.TemporaryDirectory(dir=FOLDER) as scratch:
            yield (f"sqlite:///{Path(scratch) / f'bench{number}.db'}" for number in range(9))
        return
    # What is answered must be on disk here, unlike in tests.
    postgres.OPTIONS.update({"fsync": "on", "full_page_writes": "on"})
    home = postgres.reachable_folder(FOLDER / "postgres")
    server = postgres.start(home, outlive_caller=False)
    try:
        yield (fresh(server.url, f"bench{number}") for number in range(9))
    finally:
        postgres.stop(home)
        shutil.rmtree(home, ignore_errors=True)


def fresh(server: str, name: str) -> str:
    """A new database on the server."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as sql:
        sql.execute(f"DROP DATABASE IF EXISTS {name}")  # of a measurement that was broken off
        sql.execute(f"CREATE DATABASE {name}")
    return server.rpartition("/")[0] + f"/{name}"


def kept(asked: Given, title: str, url: str) -> Iterator[Line]:
    """Deliveries kept while nothing else is done, while their records are read again, and while a whole sync runs."""
    with api(RECORDS) as base:
        prepare(url, {"base_url": base, "requests_per_s": UNLIMITED_PER_S}, "KIZUNA_BENCH_KEY")
        with serving(url) as server, client(server.port) as asking:
            yield report.line(f"Kizuna → {title}", "kept", load(asked, server, "nothing"))
            start(asking)
            time.sleep(SYNC_BEGINS_S)
            yield report.line(f"Kizuna → {title}", "kept, a first load meanwhile", load(asked, server, "nothing"))
            print(f"the first load was {state(asking)} then", file=sys.stderr, flush=True)


def lines(asked: Given) -> Iterator[Line]:
    """The raw limit first, then each database."""
    with limit() as server:
        yield report.line("the server alone, 204", "nothing kept", load(asked, server, "nothing"))
    for name in asked.only:
        with databases(name) as urls:
            yield from kept(asked, TITLES[name], next(urls))
            if asked.samples:
                yield report.waited(f"Kizuna → {TITLES[name]}", waits_s(next(urls), asked.samples))


def main(arguments: list[str]) -> None:
    """Measures and prints."""
    asked = given(arguments)
    made(FOLDER, RECORDS)
    before = os.getloadavg()[0]
    measured = []
    for line in lines(asked):
        print(report.said(line), file=sys.stderr, flush=True)
        measured.append(line)
    print(report.table(measured))
    print(f"\n{os.cpu_count()} cores; the load before was {before:.1f}.")
    if asked.json:
        asked.json.write_text(report.as_json(measured))


if __name__ == "__main__":
    main(sys.argv[1:])
