"""Files of payloads through the same path as a fetched page; the bookmark of the stream stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from kizuna import clock
from kizuna.derive import Deriver
from kizuna.errors import ConfigError, PageError, UnknownName
from kizuna.plugins import Plugins
from kizuna.sdk import AnyConnector, AnyStream, Record
from kizuna.storage import connections
from kizuna.storage.database import Database
from kizuna.sync.files.taking import batches, taking
from kizuna.sync.files.unwrap import records_in
from kizuna.sync.offline import unchecked
from kizuna.sync.writer import Wrote


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
        found = stream_of(connector, stream)
        found_batches, now = batches(self._records(path, found)), clock.now()
        first = next(found_batches)  # before anything is written: a bad file leaves no trace
        with taking(self.database, self.deriver, stored, found, "load") as run:
            for batch in chain([first], found_batches):
                observe(run.take((Record(raw=raw), now) for raw in batch))
        return Loaded(found.name, run.total, run.run_id)

    def _records(self, path: Path, stream: AnyStream) -> Iterator[bytes]:
        try:
            with _opened(path) as file:
                found = records_in(file, (stream.name, *stream.also))
                try:
                    first = next(found, None)
                except PageError as error:
                    raise PageError(f"{path}: {error}.") from error
                if first is None:
                    raise PageError(f"The file {path} holds no record of {stream.name}; nothing was loaded.")
                yield first
                yield from found
        except OSError as error:
            raise ConfigError(f"The file {path} cannot be read ({error.strerror}); check the path.") from error


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file, or its content where it can be read only once, as a pipe can."""
    with path.open("rb") as file:
        yield file if file.seekable() else BytesIO(file.read())


def stream_of(connector: AnyConnector, name: str) -> AnyStream:
    """The stream that answers to the name. Raises UnknownName."""
    for stream in connector.streams():
        if stream.answers_to(name):
            return stream
    raise UnknownName("stream", name, [stream.name for stream in connector.streams()])
