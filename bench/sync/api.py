"""A stand-in for Stripe's API that serves pages as fast as the system's sockets take them; a process of its own.

    python -m bench.sync.api FOLDER RECORDS      prints its port, serves until its standard input ends

Lists answer newest first with `limit`, `starting_after`, `created[gte]`, `created[lt]` and `has_more`; `/v1/events` tells what `POST /bench/change` changed.
Raw asyncio over a mapped file: a page is one slice of it, nothing is encoded while serving.
"""

from __future__ import annotations

import asyncio
import json
import mmap
import sys
import time
from array import array
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

from bench.sync.records import OLDEST, STEP_S, Collection, made

EMPTY = b'{"object":"list","data":[],"has_more":false,"url":"/"}'
KINDS = {"customers": ("cus", "customer"), "invoices": ("in", "invoice")}


class Listed:
    """One collection, mapped."""

    def __init__(self, collection: Collection) -> None:
        self.count = collection.count
        self._file = collection.records.open("rb")
        self._bytes = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        self._starts = array("Q", collection.starts.read_bytes())
        self.changed: dict[int, bytes] = {}

    def place(self, source_id: str) -> int:
        """Where the record of this id stands, 0 the newest; the id ends in the record's number."""
        return self.count - 1 - int(source_id[-7:])

    def record(self, place: int) -> bytes:
        """One record, as it is now."""
        found = self.changed.get(place)
        return found if found is not None else self._bytes[self._starts[place] : self._starts[place + 1]].rstrip(b",")

    def within(self, begin: int, end: int | None) -> range:
        """The places of what was created at or after ``begin`` and before ``end``, newest first."""
        oldest = max(0, -(-(begin - OLDEST) // STEP_S))
        newer = self.count if end is None else max(0, -(-(end - OLDEST) // STEP_S))
        return range(self.count - min(newer, self.count), self.count - min(oldest, self.count))

    def page(self, given: dict[str, str]) -> bytes:
        """The page that follows ``starting_after`` in the range of ``created``."""
        end = given.get("created[lt]")
        places = self.within(int(given.get("created[gte]", "0")), None if end is None else int(end))
        after = given.get("starting_after")
        first = places.start if after is None else max(places.start, self.place(after) + 1)
        last = min(first + int(given.get("limit", "10")), places.stop)
        if first >= last:
            return EMPTY
        more = b"true" if last < places.stop else b"false"
        if self.changed and not self.changed.keys().isdisjoint(range(first, last)):
            records = b",".join(map(self.record, range(first, last)))
        else:
            records = self._bytes[self._starts[first] : self._starts[last]].rstrip(b",")
        return b'{"object":"list","data":[' + records + b'],"has_more":' + more + b',"url":"/"}'


class World:
    """What the API serves: the collections and the feed of events, newest first."""

    def __init__(self, folder: Path, records: int) -> None:
        self.lists = {name: Listed(collection) for name, collection in made(folder, records).items()}
        self.events: list[dict[str, Any]] = []
        self.requests = 0

    def change(self, share: float) -> int:
        """Every so-and-so-manieth record changed and an event for each; how many there are."""
        step, changed = max(1, round(1 / share)), 0
        for name, listed in self.lists.items():
            for place in range(0, listed.count, step):
                record = json.loads(listed.record(place))
                record["metadata"]["changed"] = str(time.time())
                listed.changed[place] = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
                event = {"object": "event", "created": int(time.time()), "type": f"{KINDS[name][1]}.updated"}
                event = {"id": f"evt_{len(self.events):014d}", **event, "data": {"object": record}}
                self.events.append(event)
                changed += 1
        return changed

    def answer(self, method: str, path: str, query: str) -> tuple[int, bytes]:
        """Status and body."""
        self.requests += 1
        asked = parse_qsl(query)
        given = dict(asked)
        if path == "/bench/change":
            return 200, json.dumps({"changed": self.change(float(given["share"]))}).encode()
        if path == "/bench/traffic":
            return 200, json.dumps({"requests": self.requests, "cpu_s": time.process_time()}).encode()
        _, _, name, *rest = path.split("/")
        if name == "events":
            return 200, self.feed({value for key, value in asked if key == "types[]"}, given)
        listed = self.lists.get(name)
        if listed is None:
            return 200, EMPTY
        if rest:
            return 200, listed.record(listed.place(unquote(rest[0])))
        return 200, listed.page(given)

    def feed(self, types: set[str], given: dict[str, str]) -> bytes:
        """A page of the feed."""
        since, limit = int(given.get("created[gte]", "0")), int(given.get("limit", "10"))
        found = [event for event in reversed(self.events) if event["type"] in types and event["created"] >= since]
        ids = [event["id"] for event in found]
        first = ids.index(given["starting_after"]) + 1 if "starting_after" in given else 0
        shown = found[first : first + limit]
        return json.dumps({"object": "list", "data": shown, "has_more": first + limit < len(found)}).encode()


class Speaker(asyncio.Protocol):
    """One connection; HTTP/1.1 with keep-alive, requests without bodies."""

    def __init__(self, world: World) -> None:
        self.world, self.received = world, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, _, self.received = self.received.partition(b"\r\n\r\n")
            method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
            path, _, query = target.partition("?")
            status, body = self.world.answer(method, path, query)
            date = formatdate(usegmt=True)
            self.transport.write(
                f"HTTP/1.1 {status} OK\r\nDate: {date}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\nRequest-Id: req_1\r\n\r\n".encode()
            )
            self.transport.write(body)


async def serve(folder: Path, records: int) -> None:
    """Serves on a free port of loopback until standard input ends."""
    world, loop = World(folder, records), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Speaker(world), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
