"""`kizuna serve` in a process of its own, killed at a named point or at the end."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from kizuna.sandbox import WebhookCall
from tests.support.project import PROJECT
from tests.support.webhooks import until


@dataclass(frozen=True, slots=True)
class Serving:
    """The process and where it listens."""

    process: subprocess.Popen[bytes]
    url: str

    def send(self, name: str, call: WebhookCall) -> int:
        """The status of the answer to a delivery; 0 when there was none."""
        try:
            url = f"{self.url}/webhooks/{name}"
            return httpx.post(url, content=call.body, headers=dict(call.headers), trust_env=False).status_code
        except httpx.TransportError:
            return 0


@contextmanager
def serving(database_url: str, failpoint: str = "") -> Iterator[Serving]:
    """The server, once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "kizuna", "serve", "--port", str(port), "--database", database_url]
    environ = os.environ | {
        "KIZUNA_FAILPOINT": failpoint,
        "KIZUNA_LOG_LEVEL": "error",
        "KIZUNA_SYNC_EVERY_MINUTES": "0",
    }
    process = subprocess.Popen(command, cwd=PROJECT, env=environ, stdout=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        until(lambda: process.poll() is not None or _answers(url))
        yield Serving(process, url)
    finally:
        process.kill()
        process.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", trust_env=False).is_success
    except httpx.TransportError:
        return False
