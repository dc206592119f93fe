"""After the rules for custom fields have changed: a stream's stored records mapped again, without fetching.

Records go in chunks, each a transaction that carries facts, progress and outbox, so that it can be broken off anywhere and
is taken up where it stood. While a chunk is worked on no batch of the same connection commits; every batch after the
change is mapped by the new rules anyway.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import Connection

from kizuna import clock
from kizuna.derive import Deriver
from kizuna.plugins import Plugins
from kizuna.sdk import AnyStream
from kizuna.storage import connections, drift, evidence, field_rules, kept, remaps, runs
from kizuna.storage.database import Database
from kizuna.storage.instants import micros
from kizuna.storage.payloads import Payloads
from kizuna.storage.remaps import Remap
from kizuna.sync.mapping.remap import again
from kizuna.sync.offline import unchecked
from kizuna.sync.prepare import Decoding

CHUNK = 1_000
Observe = Callable[[Remap], None]


def finish(
    deriver: Deriver,
    plugins: Plugins,
    *,
    connection_id: int | None = None,
    within_s: float | None = None,
    observe: Observe = lambda _: None,
) -> bool:
    """Whether nothing waits any more: of one connection or of all, stopped after a chunk when the time is used up.

    What was mapped is derived. ``observe`` hears of each stream as it stands after a chunk.
    """
    until_s = None if within_s is None else time.monotonic() + within_s
    while (stands := step(deriver.database, plugins, connection_id)) is not None:
        observe(stands)
        if until_s is not None and time.monotonic() >= until_s:
            break
    deriver.drain()
    return stands is None


def step(database: Database, plugins: Plugins, connection_id: int | None = None) -> Remap | None:
    """The stream that a chunk of was mapped again, as it stands now; None when nothing waits."""
    with database.read() as sql:
        waiting = _first(sql, plugins, connection_id)
    if waiting is None:
        return None
    with database.write() as sql:
        field_rules.claim(sql, waiting.connection_id)
        _chunk(sql, plugins, waiting)
        return next(one for one in remaps.listed(sql, connection_id=waiting.connection_id) if _one(one, waiting))


def finish_within(sql: Connection, plugins: Plugins) -> None:
    """Everything that waits mapped again in this transaction, which must keep batches out."""
    while (waiting := _first(sql, plugins, None)) is not None:
        _chunk(sql, plugins, waiting)


def _first(sql: Connection, plugins: Plugins, connection_id: int | None) -> Remap | None:
    """The first stream that waits and whose connector runs."""
    waiting = remaps.listed(sql, waiting=True, connection_id=connection_id)
    return next((one for one in waiting if one.plugin in plugins.connectors), None)


def _chunk(sql: Connection, plugins: Plugins, waiting: Remap) -> None:
    now = micros(clock.now())
    remap = next(one for one in remaps.listed(sql, connection_id=waiting.connection_id) if _one(one, waiting))
    if remap.ended_at is not None:  # another process was faster
        return
    stream = _stream(sql, plugins, remap)
    records = remaps.next_records(sql, remap, CHUNK) if stream else {}
    if stream is None or not records:
        remaps.end(sql, remap, now)
        return
    rules = field_rules.standing(sql, remap.connection_id, remap.stream).rules
    decoding = Decoding(remap.connection, stream, rules)
    mapped = again(decoding, Payloads(evidence.dictionaries(sql)), kept.of_records(sql, records), remaps.TOUCHED)
    mapped.leave_out_failed()  # their new mapping says nothing: they keep what they said
    standing = sorted(records.keys() - mapped.failed)
    remaps.forget(sql, standing)
    mapped.facts.write(sql)
    note = f"remap_{remap.rule_id}"
    drift.record(sql, remap.connection_id, remap.stream, note, (), mapped.unmapped, now)
    runs.post(sql, standing, now)
    remaps.advance(sql, remap, list(records.values())[-1], len(records), len(mapped.failed))


def _stream(sql: Connection, plugins: Plugins, remap: Remap) -> AnyStream | None:
    stored = connections.get(sql, remap.connection)
    connector = unchecked(plugins.connector(remap.plugin), stored)
    return next((stream for stream in connector.streams() if stream.name == remap.stream), None)


def _one(one: Remap, other: Remap) -> bool:
    return (one.connection_id, one.stream) == (other.connection_id, other.stream)
