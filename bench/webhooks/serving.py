"""Processes that are measured: `kizuna serve` over a database made for it, or the raw limit."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.webhooks import SECRET
from kizuna.storage import connections, deliveries, schema
from kizuna.storage.database import Database

PROJECT = Path(__file__).resolve().parents[2]
NAME = "billing"
KEYS = {"KIZUNA_BENCH_KEY": "rk_live_bench", "KIZUNA_BENCH_HOOK": SECRET}
READY_WITHIN_S = 240.0


@dataclass(frozen=True, slots=True)
class Server:
    """A process that listens."""

    pid: int
    port: int


def prepare(url: str, settings: Mapping[str, object], key: str) -> None:
    """Empty tables, and one connection whose deliveries are believed."""
    database = Database(url)
    try:
        schema.upgrade(database)
        with database.write() as sql:
            made = connections.add(sql, NAME, "stripe", settings, {"api_key": f"env:{key}"}, False, 0)
            deliveries.use_secrets(sql, made.id, ["env:KIZUNA_BENCH_HOOK"], 0)
    finally:
        database.close()


@contextmanager
def serving(url: str, **environ: str) -> Iterator[Server]:
    """A `kizuna serve`, once it answers."""
    port = free_port()
    command = [sys.executable, "-m", "kizuna", "serve", "--port", str(port), "--database", url]
    with running(command, port, "/readyz", environ) as pid:
        yield Server(pid, port)


@contextmanager
def limit() -> Iterator[Server]:
    """The raw limit, once it answers."""
    port = free_port()
    with running([sys.executable, "-m", "bench.webhooks.limit", str(port)], port, "/", {}) as pid:
        yield Server(pid, port)


@contextmanager
def running(command: list[str], port: int, path: str, environ: Mapping[str, str]) -> Iterator[int]:
    """The process's id, from its first answer to the end of the block."""
    more = {**os.environ, **KEYS, "KIZUNA_LOG_LEVEL": "error", "KIZUNA_SYNC_EVERY_MINUTES": "0", **environ}
    process = subprocess.Popen(command, cwd=PROJECT, env=more, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + READY_WITHIN_S
        while not _answers(f"http://127.0.0.1:{port}{path}"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"it does not answer: {' '.join(command)}")
            time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False
