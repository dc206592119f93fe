"""The stand-in, served by a process of its own or played in this one."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import Protocol, Self
from urllib.request import urlopen

import httpx

from bench.pacing.api import Simulated, Window, World

ACCOUNT_PER_S, ENDPOINT_PER_S = 100, 25
RECORDS = 100_000


class Vendor(Protocol):
    """Who is asked."""

    base: str

    def http(self) -> httpx.AsyncBaseTransport | None:
        """The line to it; None for the usual one."""
        ...

    async def traffic(self) -> dict[str, int]:
        """How many requests were answered and refused so far."""
        ...

    async def change(self, share: float) -> None:
        """So large a share of its records is changed."""
        ...


class Served:
    """On loopback, in a process of its own."""

    def __init__(self, latency_ms: int) -> None:
        self._limits = [str(number) for number in (RECORDS, latency_ms, ACCOUNT_PER_S, ENDPOINT_PER_S)]

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "bench.pacing.api", *self._limits]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.base = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        return self

    def __exit__(self, *error: object) -> None:
        self._process.communicate("")  # it ends with its standard input

    def http(self) -> None:
        return None

    async def traffic(self) -> dict[str, int]:
        return await asyncio.to_thread(self._told, "/bench/traffic")

    async def change(self, share: float) -> None:
        await asyncio.to_thread(self._told, f"/bench/change?share={share}")

    def _told(self, path: str) -> dict[str, int]:
        with urlopen(f"{self.base}{path}") as answer:
            found: dict[str, int] = json.loads(answer.read())
            return found


class Simulation:
    """In this process, without a network."""

    base = "http://127.0.0.1:1"

    def __init__(self, latency_ms: int) -> None:
        self.world, self._latency_s = World(RECORDS, Window(ACCOUNT_PER_S), ENDPOINT_PER_S), latency_ms / 1000

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def http(self) -> httpx.AsyncBaseTransport:
        return Simulated(self.world, self._latency_s)

    async def traffic(self) -> dict[str, int]:
        return dict(self.world.came)

    async def change(self, share: float) -> None:
        self.world.change(share)
