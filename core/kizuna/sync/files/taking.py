"""A run that takes payloads which are at hand; the bookmark of the stream stays as it is."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from kizuna import clock
from kizuna.derive import Deriver
from kizuna.sdk import AnyStream, Record
from kizuna.storage import payloads, runs
from kizuna.storage.connections import StoredConnection
from kizuna.storage.database import Database
from kizuna.storage.instants import micros
from kizuna.sync.commit import Place
from kizuna.sync.writer import Gathered, StreamWriter, Wrote

BATCH_RECORDS = 2_000
BATCH_BYTES = 4_000_000


@dataclass(slots=True)
class Taking:
    """A run under way; ``total`` is what it came to so far."""

    run_id: str
    stream: str
    writer: StreamWriter
    total: Wrote = field(default_factory=Wrote)

    def take(self, came: Iterable[tuple[Record, datetime]]) -> Wrote:
        """Records, each with the moment at which the vendor said so, written as one batch."""
        gathered = Gathered()
        for record, at in came:
            gathered.add([record], None, at)
        gathered.pages = 1
        wrote = self.writer.write(gathered)
        self.total = self.total.plus(wrote)
        return wrote


def batches(raws: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The records in batches of a bounded number and size."""
    batch: list[bytes] = []
    size_bytes = 0
    for raw in raws:
        batch.append(raw)
        size_bytes += len(raw)
        if len(batch) >= BATCH_RECORDS or size_bytes >= BATCH_BYTES:
            yield batch
            batch, size_bytes = [], 0
    if batch:
        yield batch


@contextmanager
def taking(
    database: Database,
    deriver: Deriver,
    stored: StoredConnection,
    stream: AnyStream,
    trigger: str,
    *,
    cures: bool = True,
) -> Iterator[Taking]:
    """A run of one stream that ends with the block, its records derived; a block that raises leaves a failed run."""
    run_id, now = f"run_{uuid.uuid4().hex}", micros(clock.now())
    with database.write() as sql:
        runs.queue_run(sql, run_id, stored.id, trigger, False, [stream.name], now)
        runs.begin_run(sql, run_id, now)
    plain = payloads.compressor(None)
    place = Place(database, stored.name, stored.id, stream.name, run_id, None, plain, payloads.PLAIN)
    try:
        under_way = Taking(run_id, stream.name, StreamWriter(place, stream, cures=cures))
        yield under_way
        deriver.drain()
    except BaseException as error:  # also an interruption: the run must not stand there as if it went on
        why = f"Loading broke off ({type(error).__name__}); what was written before stays, load the rest again."
        _end(database, run_id, stream.name, "failed", why)
        raise
    _end(database, run_id, stream.name, "degraded" if under_way.total.quarantined else "complete", None)


def _end(database: Database, run_id: str, stream: str, state: str, why: str | None) -> None:
    now = micros(clock.now())
    with database.write() as sql:
        runs.count_stream(sql, run_id, stream, now, {}, state=state)
        runs.end_run(sql, run_id, state, why, now)
