"""Files of payloads through the same path as a fetched page; the bookmark of the stream stays as it is."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from kizuna import clock
from kizuna.derive import Deriver
from kizuna.errors import ConfigError, PageError, UnknownName
from kizuna.plugins import Plugins
from kizuna.sdk import AnyConnector, AnyStream, Record
from kizuna.storage import aside, connections, payloads, runs
from kizuna.storage.connections import StoredConnection
from kizuna.storage.database import Database
from kizuna.storage.instants import micros
from kizuna.sync.commit import Place
from kizuna.sync.offline import unchecked
from kizuna.sync.unwrap import records
from kizuna.sync.writer import Gathered, StreamWriter, Wrote

BATCH_RECORDS = 2_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file came to."""

    stream: str
    wrote: Wrote
    run_id: str


class Loader:
    """Takes files into one connection."""

    def __init__(self, database: Database, plugins: Plugins, deriver: Deriver) -> None:
        self.database, self.plugins, self.deriver = database, plugins, deriver

    def load(self, name: str, stream: str, path: Path, observe: Callable[[Wrote], None] = lambda _: None) -> Loaded:
        """The file's records written and derived.

        Raises UnknownName for a connection or stream that is not there, ConfigError for a file that cannot be read,
        PageError for one that holds no JSON or no record.
        """
        with self.database.read() as sql:
            stored = connections.get(sql, name)
        connector = unchecked(self.plugins.connector(stored.plugin), stored)
        found = _stream(connector, stream)
        raws = self._records(path, found)
        return self._take(stored, connector, found, raws, "load", observe)

    def replay(self, name: str, stream: str, aside_rows: Sequence[tuple[int, bytes]]) -> Loaded:
        """Records (number in the quarantine, payload) taken once more; those understood now leave the quarantine."""
        with self.database.read() as sql:
            stored = connections.get(sql, name)
        connector = unchecked(self.plugins.connector(stored.plugin), stored)
        raws = (payload for _, payload in aside_rows)
        loaded = self._take(stored, connector, _stream(connector, stream), raws, "replay", lambda _: None)
        with self.database.write() as sql:
            aside.settle(sql, [number for number, _ in aside_rows], loaded.run_id)
        return loaded

    def _records(self, path: Path, stream: AnyStream) -> Iterator[bytes]:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ConfigError(f"The file {path} cannot be read ({error.strerror}); check the path.") from error
        found = records(content, (stream.name, *stream.also))
        try:
            first = next(found, None)
        except PageError as error:
            raise PageError(f"{path}: {error}.") from error
        if first is None:
            raise PageError(f"The file {path} holds no record of {stream.name}; nothing was loaded.")
        yield first
        yield from found

    def _take(
        self,
        stored: StoredConnection,
        connector: AnyConnector,
        stream: AnyStream,
        raws: Iterator[bytes],
        trigger: str,
        observe: Callable[[Wrote], None],
    ) -> Loaded:
        now = clock.now()
        batch = list(islice(raws, BATCH_RECORDS))  # before anything is written: a bad file leaves no trace
        run_id = f"run_{uuid.uuid4().hex}"
        with self.database.write() as sql:
            runs.queue_run(sql, run_id, stored.id, trigger, False, [stream.name], micros(now))
            runs.begin_run(sql, run_id, micros(now))
        place = Place(
            self.database,
            stored.name,
            stored.id,
            stream.name,
            run_id,
            None,
            payloads.compressor(None),
            payloads.PLAIN,
        )
        try:
            total = self._write(StreamWriter(place, stream), batch, raws, now, observe)
        except BaseException as error:  # also an interruption: the run must not stand there as if it went on
            why = f"Loading broke off ({type(error).__name__}); what was written before stays, load the rest again."
            self._end(run_id, stream.name, "failed", why)
            raise
        self._end(run_id, stream.name, "degraded" if total.quarantined else "complete", None)
        return Loaded(stream.name, total, run_id)

    def _write(
        self,
        writer: StreamWriter,
        batch: list[bytes],
        raws: Iterator[bytes],
        now: datetime,
        observe: Callable[[Wrote], None],
    ) -> Wrote:
        total = Wrote()
        while batch:
            gathered = Gathered()
            gathered.add([Record(raw=raw) for raw in batch], None, now)
            wrote = writer.write(gathered)
            total = total.plus(wrote)
            observe(wrote)
            batch = list(islice(raws, BATCH_RECORDS))
        self.deriver.drain()
        return total

    def _end(self, run_id: str, stream: str, state: str, why: str | None) -> None:
        now = micros(clock.now())
        with self.database.write() as sql:
            runs.count_stream(sql, run_id, stream, now, {}, state=state)
            runs.end_run(sql, run_id, state, why, now)


def _stream(connector: AnyConnector, name: str) -> AnyStream:
    for stream in connector.streams():
        if stream.answers_to(name):
            return stream
    raise UnknownName("stream", name, [stream.name for stream in connector.streams()])
