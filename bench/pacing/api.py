"""A stand-in for Stripe's API that is slow to answer and strict about its limits; a process of its own.

    python -m bench.pacing.api RECORDS LATENCY_MS ACCOUNT_PER_S ENDPOINT_PER_S     prints its port

Every list holds so many records, one every 400 seconds, newest first. No more requests are answered than the limits allow in
any second, of the account and of each endpoint; the others get 429. `/bench/traffic` tells what came; `/bench/change?share=`
changes every so-and-so-manieth record and tells of it in the events. Serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl

import httpx

NEWEST_S, STEP_S = 1_760_000_000, 400
PER_S = 1.0
KINDS = {"customers": "customer", "invoices": "invoice", "charges": "charge", "subscriptions": "customer.subscription"}
TOO_MANY = b'{"error":{"type":"invalid_request_error","code":"rate_limit","message":"Too many requests."}}'


@dataclass
class Window:
    """The moments of the requests that were answered in the last second; at most ``most``."""

    most: int
    moments: deque[float] = field(default_factory=deque)

    def is_full(self, now_s: float) -> bool:
        while self.moments and self.moments[0] <= now_s - PER_S:
            self.moments.popleft()
        return len(self.moments) >= self.most


@dataclass
class World:
    """The lists, the feed, the limits and what came of them."""

    records: int
    account: Window
    endpoint_per_s: int
    endpoints: dict[str, Window] = field(default_factory=dict)
    events: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    came: Counter[str] = field(default_factory=Counter)

    def answer(self, path: str, query: str, now_s: float) -> tuple[int, bytes]:
        """Status and body of a request that arrives now."""
        asked = parse_qsl(query)
        given = dict(asked)
        _, _, name, *rest = path.split("/")
        if path == "/bench/traffic":
            return 200, json.dumps(self.came).encode()
        if path == "/bench/change":
            return 200, json.dumps({"changed": self.change(float(given["share"]))}).encode()
        endpoint = self.endpoints.setdefault(name, Window(self.endpoint_per_s))
        if self.account.is_full(now_s) or endpoint.is_full(now_s):
            self.came["refused"] += 1
            return 429, TOO_MANY
        self.came["answered"] += 1
        self.account.moments.append(now_s)
        endpoint.moments.append(now_s)
        if name == "events":
            return 200, self.feed({value for key, value in asked if key == "types[]"}, given)
        if rest:
            return 200, json.dumps(self.record(name, int(rest[0].rpartition("_")[2]))).encode()
        return 200, self.page(name, given)

    def record(self, name: str, place: int) -> dict[str, Any]:
        """The record at that place, 0 the newest."""
        kind = KINDS[name].rpartition(".")[2]
        created = NEWEST_S - place * STEP_S
        return {"id": f"{kind}_{place}", "object": kind, "created": created}

    def page(self, name: str, given: dict[str, str]) -> bytes:
        """A page of a list, in its range of ``created``."""
        end, begin = int(given.get("created[lt]", 1 << 40)), int(given.get("created[gte]", 0))
        first = max(0, (NEWEST_S - end) // STEP_S + 1)
        last = min(self.records, max(0, (NEWEST_S - begin) // STEP_S + 1))
        if "starting_after" in given:
            first = max(first, int(given["starting_after"].rpartition("_")[2]) + 1)
        shown = range(first, min(last, first + int(given["limit"])))
        body = {"object": "list", "data": [self.record(name, place) for place in shown], "has_more": shown.stop < last}
        return json.dumps({**body, "has_more": bool(shown) and body["has_more"]}).encode()

    def change(self, share: float) -> int:
        """So large a share of each list changed, with an event for each; how many there are."""
        step, changed = round(1 / share), 0
        for name, kind in KINDS.items():
            for place in range(0, self.records, step):
                number, at = len(self.events[name]), int(time.time())
                event = {"id": f"evt_{name}_{number}", "object": "event", "created": at, "type": f"{kind}.updated"}
                self.events[name].append({**event, "data": {"object": self.record(name, place)}})
                changed += 1
        return changed

    def feed(self, types: set[str], given: dict[str, str]) -> bytes:
        """A page of the events, newest first."""
        name = next((name for name, kind in KINDS.items() if f"{kind}.updated" in types), "")
        since = int(given.get("created[gte]", 0))
        found = [event for event in reversed(self.events[name]) if event["created"] >= since]
        first = 0
        if "starting_after" in given:
            first = next(place for place, event in enumerate(found) if event["id"] == given["starting_after"]) + 1
        shown = found[first : first + int(given["limit"])]
        return json.dumps({"object": "list", "data": shown, "has_more": first + len(shown) < len(found)}).encode()


class Simulated(httpx.AsyncBaseTransport):
    """The same without a network: an answer takes the latency, give or take a third, half of it on the way there."""

    def __init__(self, world: World, latency_s: float) -> None:
        self.world, self.latency_s, self.dice = world, latency_s, random.Random(7)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        there_s, back_s = (self.latency_s * self.dice.uniform(1 / 3, 2 / 3) for _ in range(2))
        await asyncio.sleep(there_s)
        now_s = asyncio.get_running_loop().time()
        status, body = self.world.answer(request.url.path, request.url.query.decode(), now_s)
        await asyncio.sleep(back_s)
        headers = {"Date": formatdate(usegmt=True), "Content-Type": "application/json"}
        return httpx.Response(status, headers=headers, content=body)


class Speaker(asyncio.Protocol):
    """One connection; HTTP/1.1 with keep-alive, requests without bodies. An answer leaves after the latency."""

    def __init__(self, world: World, latency_s: float) -> None:
        self.world, self.latency_s, self.received = world, latency_s, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        loop = asyncio.get_running_loop()
        while b"\r\n\r\n" in self.received:
            head, _, self.received = self.received.partition(b"\r\n\r\n")
            _, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
            path, _, query = target.partition("?")
            status, body = self.world.answer(path, query, loop.time())
            loop.call_later(0 if path.startswith("/bench") else self.latency_s, self.say, status, body)

    def say(self, status: int, body: bytes) -> None:
        if not self.transport.is_closing():
            head = f"HTTP/1.1 {status} -\r\nDate: {formatdate(usegmt=True)}\r\nContent-Type: application/json\r\n"
            self.transport.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)


async def serve(world: World, latency_s: float) -> None:
    """Serves on a free port of loopback until standard input ends."""
    server = await asyncio.get_running_loop().create_server(lambda: Speaker(world, latency_s), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    records, latency_ms, account_per_s, endpoint_per_s = map(int, sys.argv[1:5])
    asyncio.run(serve(World(records, Window(account_per_s), endpoint_per_s), latency_ms / 1000))
