"""A vendor's sandbox and the real engine over an empty database: syncs that last a moment and can be killed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from kizuna.config import SyncLimits
from kizuna.errors import AuthError
from kizuna.model.facts import Fact, Merged
from kizuna.sandbox import SandboxState, VendorSandbox, VirtualClock, World, populate
from kizuna.sandbox.gateway import Gateway
from kizuna.sdk import Answer, AnyConnector, AnyStream, Ask, Bookmark, Start, Transport
from kizuna.storage import connections, evidence, kept, payloads, schema
from kizuna.storage.database import Database
from kizuna.sync.commit import Place
from kizuna.sync.mapping.remap import said
from kizuna.sync.prepare import Decoding
from kizuna.sync.stream import Budget, StreamRun
from kizuna.sync.writer import StreamWriter, Wrote
from kizuna.testing.hurry import hurried
from kizuna.testing.line import Killed, Line, Script, undisturbed

NAME = "suite"
ADDRESS = "http://vendor.example"
PAGES_MOST = 2_000
TRIES, PAUSES_MOST = 3, 100
ATTEMPTS = 4
A_PAGE_A_BATCH = SyncLimits(batch_seconds=0.0)

Key = tuple[str, str]
"""Stream and id of a record."""


@dataclass(frozen=True, slots=True)
class End:
    """How a stream ended: complete, degraded, failed, waiting or reading (killed); what was written; after how much."""

    state: str
    reason: str | None
    wrote: Wrote


@dataclass(frozen=True, slots=True)
class Held:
    """A record as the engine holds it."""

    raw: bytes
    deleted: str | None
    facts: tuple[Fact, ...] = ()
    merged: tuple[Merged, ...] = ()


@dataclass(slots=True)
class Sync:
    """What a sync came to: how each stream ended, what was asked, and whether it was killed."""

    ends: dict[str, End] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)
    killed: bool = False

    def wrote(self) -> Wrote:
        """All streams together."""
        total = Wrote()
        for end in self.ends.values():
            total = total.plus(end.wrote)
        return total


class Watched(Transport):
    """The engine's own transport, which remembers what was asked."""

    asks: list[Ask]

    async def send(self, ask: Ask) -> Answer:
        self.asks.append(ask)
        return await super().send(ask)


class Stage:
    """A played vendor: its sandbox over a small world, behind the harness that keeps its time."""

    def __init__(
        self,
        sandbox: VendorSandbox,
        *,
        companies: int,
        narrowed: Callable[[SandboxState], None] = lambda _: None,
        short: Mapping[str, str] | None = None,
        streams: Collection[str] = (),
        within_others: Collection[str] = (),
    ) -> None:
        world = World(seed=7, companies=companies)
        self.sandbox, self.short, self.streams = sandbox, dict(short or {}), tuple(streams)
        self.within_others = frozenset(within_others)
        self.state = populate([sandbox], world, VirtualClock(world.now))[0]
        self.clock = self.state.clock
        self.gateway = Gateway(sandbox, self.state, limits=False, faults="none", seed="suite")
        narrowed(self.state)

    def settings(self) -> dict[str, Any]:
        """The settings and secrets with which a connector reads this vendor."""
        return {**self.sandbox.settings(ADDRESS), **self.sandbox.secrets()}

    def wanted(self, connector: AnyConnector) -> list[AnyStream]:
        """The connector's streams that are read here: those named, else all."""
        return [stream for stream in connector.streams() if not self.streams or stream.name in self.streams]

    def shown(self, connector: AnyConnector) -> dict[str, set[str]]:
        """Stream → ids of the records that the vendor has, of the streams by which its sandbox sorts them."""
        names = [stream.name for stream in self.wanted(connector) if stream.name not in self.within_others]
        return {name: {one.id for one in self.state.live(name)} for name in names if name in self.state.collections}


class Store:
    """An empty database and a connection of that connector in it; close it at the end."""

    def __init__(self, stage: Stage, connector: AnyConnector) -> None:
        self.stage, self.connector = stage, connector
        self._folder = tempfile.TemporaryDirectory()
        path = Path(self._folder.name) / "suite.db"
        path.write_bytes(_empty())
        self.database = Database(f"sqlite:///{path}")
        with self.database.write() as sql:
            connections.add(sql, NAME, self.connector.key, {}, {}, False, 0)
            self._id = connections.get(sql, NAME).id
        self._runs = 0

    def close(self) -> None:
        """The database closed and removed."""
        self.database.close()
        self._folder.cleanup()

    def sync(self, *, full: bool = False, script: Script = undisturbed, streams: Collection[str] = ()) -> Sync:
        """A sync of all streams, or of those named, one after the other, as the engine makes it."""
        done = Sync()
        with suppress(Killed):
            done.killed = True
            hurried(self._sync(done, full, script, streams))
            done.killed = False
        return done

    def bookmark(self, stream: str) -> Bookmark | None:
        """Where the stream stands."""
        with self.database.read() as sql:
            known = connections.streams(sql, self._id).get(stream)
        return None if known is None else known.bookmark

    def progress(self) -> tuple[object, ...]:
        """What tells whether anything was committed: every bookmark, and how many records there are."""
        with self.database.read() as sql:
            marks = [(name, repr(known.bookmark)) for name, known in connections.streams(sql, self._id).items()]
            return (*sorted(marks), *(tuple(row) for row in connections.counts(sql)))

    def held(self) -> dict[Key, Held]:
        """Every record that is held, deleted ones too."""
        with self.database.read() as sql:
            opened = payloads.Payloads(evidence.dictionaries(sql))
            found: dict[Key, Held] = {}
            for stream in self.stage.wanted(self.connector):
                decoding = Decoding(NAME, stream)
                for chunk in kept.versions(sql, self._id, stream.name, 2_000, current_only=True):
                    for one in chunk:
                        mapped = said(decoding, one, opened)
                        raw = opened.opened(one.dictionary_id, one.payload)
                        facts, merged = (mapped.facts, mapped.merged) if mapped else ((), ())
                        found[(stream.name, one.source_id)] = Held(raw, one.deleted, facts, merged)
        return found

    def set_aside(self) -> set[Key]:
        """The records in quarantine."""
        with self.database.read() as sql:
            names = [stream.name for stream in self.stage.wanted(self.connector)]
            return {(name, own) for name in names for own in evidence.quarantined(sql, self._id, name)}

    async def _sync(self, done: Sync, full: bool, script: Script, streams: Collection[str]) -> None:
        vendor = httpx.ASGITransport(self.stage.gateway)
        line = Line(vendor, script, self.stage.short)
        done.requests = line.requests
        self._runs += 1
        transport = Watched(self.connector, http=line, attempts=ATTEMPTS, paced=False)
        transport.asks = done.asks
        with ThreadPoolExecutor(1) as executor:
            async with transport:
                for stream in self.stage.wanted(self.connector):
                    if not streams or stream.name in streams:
                        try:
                            done.ends[stream.name] = await self._one(stream, transport, executor, full)
                        except AuthError as error:
                            done.ends[stream.name] = End("needs_authorisation", str(error), Wrote())
                            return

    async def _one(self, stream: AnyStream, transport: Transport, executor: ThreadPoolExecutor, full: bool) -> End:
        """The stream read as far as it goes, in several slices where the vendor makes it wait."""
        run = StreamRun(
            NAME,
            stream,
            StreamWriter(self._place(stream), stream),
            executor,
            lambda _: None,
            unbroken=full or not self.bookmark(stream.name),
            full=full,
            believed=full,
            limits=A_PAGE_A_BATCH,
        )
        patience, again = TRIES, full
        for _ in range(PAUSES_MOST):
            start = Start(now=self.stage.state.now(), full=again)
            await run.read(transport, None if again else self.bookmark(stream.name), start, _enough())
            patience, again = patience - (not run.paused_s), False
            if run.state != "waiting" or patience == 0:
                break
        return End(run.state, run.reason, run.total)

    def _place(self, stream: AnyStream) -> Place:
        plain, run_id = payloads.compressor(None), f"run_{self._runs}"
        return Place(self.database, NAME, self._id, stream.name, run_id, None, plain, payloads.PLAIN)


@contextmanager
def store(stage: Stage, connector: AnyConnector) -> Iterator[Store]:
    """A store that is closed at the end."""
    made = Store(stage, connector)
    try:
        yield made
    finally:
        made.close()


def _enough() -> Budget:
    return Budget(PAGES_MOST, float("inf"))


@cache
def _empty() -> bytes:
    """A database as a new installation has it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        database = Database(f"sqlite:///{path}")
        try:
            schema.upgrade(database)
        finally:
            database.close()
        return path.read_bytes()
