"""How fast it is found who is who, on both databases: a first load, batches, and one record at a time.

bench/run identity speed [--records 100000] [--only sqlite|postgresql] [--batch 200] [--batches 20] [--single 300] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.identity.speed.steps import IDENTITY
from bench.sync.cost import cpu_of, memory_of
from tests.support import postgres

PROJECT = Path(__file__).resolve().parents[3]
FOLDER = PROJECT / ".kizuna" / "bench"
DATABASES = ("sqlite", "postgresql")
TITLES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
LINE = "| {:<10} | {:<22} | {:>9} | {:>9} | {:>9} | {:>9} | {:>9} | {:>10} | {:>8} |"
HEAD = ("database", "part", "records", "records/s", "CPU ms", "server ms", "identity", "statements", "peak MiB")


def given(arguments: list[str]) -> argparse.Namespace:
    """The command line, read."""
    parser = argparse.ArgumentParser(prog="bench/run identity speed")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--only", default=",".join(DATABASES), help="sqlite, postgresql, or both with a comma")
    parser.add_argument("--batch", type=int, default=200, help="records that change together")
    parser.add_argument("--batches", type=int, default=20, help="so many batches, after two that warm up")
    parser.add_argument("--single", type=int, default=300, help="records one at a time, after two that warm up")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    return parser.parse_args(arguments)


@contextmanager
def database(name: str) -> Iterator[tuple[str, int | None]]:
    """The URL of an empty database, and the process that serves it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if name == "sqlite":
        with tempfile.TemporaryDirectory(dir=FOLDER) as scratch:
            yield f"sqlite:///{Path(scratch) / 'bench.db'}", None
        return
    folder = postgres.reachable_folder(FOLDER / "identity-postgres")
    server = postgres.start(folder, outlive_caller=False)
    try:
        yield server.url, server.pid
    finally:
        postgres.stop(folder)


def part(url: str, server: int | None, *words: object) -> dict[str, Any]:
    """What one part told, with what the server did for it."""
    before = cpu_of(server) if server else 0.0
    command = [sys.executable, "-m", "bench.identity.speed.part", url, *map(str, words)]
    done = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    if server:
        told["server_cpu_s"] = cpu_of(server) - before
        told["server_mib"] = memory_of(server)
    return told


def line(name: str, title: str, told: dict[str, Any]) -> str:
    """One row: per record the milliseconds of this process, of the server, and the share that finds who is who."""
    count, cpu_s = told["records"], sum(told["steps"]["cpu_s"].values())
    finding_s = sum(seconds for step, seconds in told["steps"]["cpu_s"].items() if step in IDENTITY)
    wall_s = told.get("derive_s", told["wall_s"])
    return LINE.format(
        TITLES[name],
        title,
        f"{count:,}",
        f"{count / wall_s:,.0f}",
        f"{cpu_s / count * 1000:.2f}",
        f"{told['server_cpu_s'] / count * 1000:.2f}" if "server_cpu_s" in told else "-",
        f"{finding_s / cpu_s:.0%}",
        f"{told['steps']['statements']:,}",
        f"{told['peak_mib']:,.0f}",
    )


def main(arguments: list[str]) -> None:
    """The table printed."""
    asked = given(arguments)
    figures: dict[str, Any] = {"records": asked.records, "batch": asked.batch}
    print(LINE.format(*HEAD))
    for name in asked.only.split(","):
        with database(name) as (url, server):
            part(url, server, "load", asked.records)
            told = figures[name] = {"first": part(url, server, "first", asked.records)}
            print(line(name, "first load", told["first"]), flush=True)
            told["batches"] = part(url, server, "batches", asked.records, asked.batch, asked.batches + 2)
            print(line(name, f"batches of {asked.batch}", told["batches"]), flush=True)
            told["single"] = part(url, server, "single", asked.records, 1, asked.single + 2)
            print(line(name, "one at a time", told["single"]), flush=True)
            print(f"  one at a time, ms: {told['single']['derive_ms']}", flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
