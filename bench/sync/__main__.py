"""The measurement: every part in a process of its own, one after the other, and a table at the end.

bench/run sync [--records 200000] [--quick] [--only sqlite|postgresql|peer] [--without-derive] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

from bench.sync import report
from bench.sync.cost import cpu_of, memory_of
from bench.sync.records import made
from bench.sync.report import Line
from tests.support import postgres

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / ".kizuna" / "bench"
PEER = PROJECT / "bench" / ".venv" / "bin" / "python"
CHANGED_SHARE = 0.01
LOOK_S = 0.1
PHASES = {
    "first": "first load",
    "again": "whole re-sync, nothing changed",
    "change": "re-sync, 1 % changed",
    "derive": "derivation of it all",
}


@dataclass(frozen=True, slots=True)
class Given:
    """What was asked for on the command line."""

    records: int
    only: frozenset[str]
    derive: bool
    json: Path | None


def given(arguments: list[str]) -> Given:
    """The command line, read."""
    parser = argparse.ArgumentParser(prog="bench/run sync")
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--quick", action="store_true", help="10,000 records")
    parser.add_argument("--only", action="append", choices=("sqlite", "postgresql", "peer"))
    parser.add_argument("--without-derive", action="store_true")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    found = parser.parse_args(arguments)
    only = frozenset(found.only or ("sqlite", "postgresql", "peer"))
    return Given(10_000 if found.quick else found.records, only, not found.without_derive, found.json)


@contextmanager
def api(records: int) -> Iterator[str]:
    """The base URL of an API of its own, unchanged records."""
    command = [sys.executable, "-m", "bench.sync.api", str(FOLDER), str(records)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.stdin.close()


def told(command: list[str], server: int | None) -> dict[str, float]:
    """What a measuring process tells, and the CPU seconds its database server took meanwhile."""
    before, together_mib = cpu_of(server) if server else 0.0, 0.0
    with tempfile.TemporaryFile("w+") as answer, subprocess.Popen(command, cwd=PROJECT, stdout=answer) as process:
        while process.poll() is None:
            together_mib = max(together_mib, memory_of(process.pid))
            time.sleep(LOOK_S)
        answer.seek(0)
        lines = answer.read().splitlines()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    figures: dict[str, float] = json.loads(lines[-1])
    server_cpu_s = cpu_of(server) - before if server else 0.0
    return {**figures, "server_cpu_s": server_cpu_s, "together_mib": together_mib}


def ours(asked: Given, name: str, url: str, server: int | None) -> Iterator[Line]:
    """Every phase on one database."""
    with api(asked.records) as base:
        for phase, title in PHASES.items():
            if phase == "derive" and not asked.derive:
                continue
            if phase == "change":
                change = Request(f"{base}/bench/change?share={CHANGED_SHARE}", method="POST")
                urlopen(change).close()
            command = [sys.executable, "-m", "bench.sync.ours", url, base, phase]
            yield report.line(f"Kizuna → {name}", title, told(command, server))


def peer(asked: Given, url: str, server: int) -> Iterator[Line]:
    """The peer's first load."""
    with api(asked.records) as base, tempfile.TemporaryDirectory() as folder:
        command = [str(PEER), "-m", "bench.sync.peer", url, base, folder]
        yield report.line("dlt `rest_api` → PostgreSQL", PHASES["first"], told(command, server))


def lines(asked: Given) -> Iterator[Line]:
    """Ours and the peer's, one after the other on the same machine."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if "sqlite" in asked.only:
            yield from ours(asked, "SQLite", f"sqlite:///{folder / 'bench.db'}", None)
        if asked.only & {"postgresql", "peer"}:
            home = postgres.reachable_folder(FOLDER / "postgres")
            server = postgres.start(home, outlive_caller=False)
            try:
                if "postgresql" in asked.only:
                    yield from ours(asked, "PostgreSQL", server.url, server.pid)
                if "peer" in asked.only:
                    yield from peer(asked, server.url, server.pid)
            finally:
                postgres.stop(home)
                shutil.rmtree(home, ignore_errors=True)


def main(arguments: list[str]) -> None:
    """Measures and prints."""
    asked = given(arguments)
    print(f"{asked.records:,} records", file=sys.stderr)
    made(FOLDER, asked.records)
    measured = []
    for line in lines(asked):
        print(report.said(line), file=sys.stderr, flush=True)
        measured.append(line)
    print(report.table(measured))
    if asked.json:
        asked.json.write_text(report.as_json(measured))


if __name__ == "__main__":
    main(sys.argv[1:])
