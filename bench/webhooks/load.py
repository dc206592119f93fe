"""Vendors sending: signed deliveries over connections that stay open, each sent when the one before is answered.

    python -m bench.webhooks.load PORT PATH ABOUT SECONDS CONNECTIONS      prints "ready", then figures as JSON

``ABOUT`` is ``nothing`` (events that are not read) or ``customers``. The first second warms up and is not counted.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable

import uvloop

from bench.webhooks import SECRET
from kizuna_stripe.sandbox.hooks import signature

WARM_UP_S = 1.0
KINDS = {"nothing": ("payout.created", "payout", "po"), "customers": ("customer.updated", "customer", "cus")}


def event(about: str) -> Callable[[int], bytes]:
    """What makes the body of the event of that number; each is of another record, of some 1.3 kB as Stripe's are."""
    kind, name, prefix = KINDS[about]
    run = os.urandom(4).hex()
    filling = {f"field_{place}": "a value of some length" for place in range(24)}

    def body(number: int) -> bytes:
        held = {"object": name, "id": f"{prefix}_{number % 10_000:07}", **filling}
        data = {"id": f"evt_{run}{number:09}", "object": "event", "type": kind, "created": 1, "data": {"object": held}}
        return json.dumps(data).encode()

    return body


class Sender:
    """One connection after the other sends what is next; what is answered is remembered with its duration."""

    def __init__(self, port: int, path: str, about: str, until_s: float) -> None:
        self.port, self.path, self.until_s = port, path, until_s
        self.body, self.number = event(about), 0
        self.durations_s: list[float] = []
        self.refused = 0
        self.counted_from_s = time.perf_counter() + WARM_UP_S

    async def send(self) -> None:
        """Sends until the time is over."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            while (begun_s := time.perf_counter()) < self.until_s:
                self.number += 1
                writer.write(self._request(self.body(self.number)))
                good = await _good(reader)
                if begun_s >= self.counted_from_s:
                    self.durations_s.append(time.perf_counter() - begun_s)
                    self.refused += not good
        finally:
            writer.close()

    def _request(self, body: bytes) -> bytes:
        signed = signature(body, SECRET, int(time.time()))
        head = (
            f"POST {self.path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            f"stripe-signature: {signed}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


async def _good(reader: asyncio.StreamReader) -> bool:
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    if length:
        await reader.readexactly(int(length))
    return head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 204"))


async def measured(port: int, path: str, about: str, seconds: float, connections: int) -> dict[str, float]:
    """What was answered, and how soon."""
    sender = Sender(port, path, about, time.perf_counter() + WARM_UP_S + seconds)
    await asyncio.gather(*(sender.send() for _ in range(connections)))
    taken = sorted(sender.durations_s)

    def share(part: float) -> float:
        return taken[min(len(taken) - 1, int(len(taken) * part))] * 1000

    return {
        "sent": sender.number,
        "answered": len(taken),
        "refused": sender.refused,
        "seconds": seconds,
        "p50_ms": share(0.50),
        "p95_ms": share(0.95),
        "p99_ms": share(0.99),
        "most_ms": taken[-1] * 1000,
    }


if __name__ == "__main__":
    port, path, about, seconds, connections = sys.argv[1:]
    print("ready", flush=True)
    work = measured(int(port), path, about, float(seconds), int(connections))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(work)))
