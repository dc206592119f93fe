"""Records put into the tables as a sync puts them there: their facts, their heads, and a post in the outbox."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection

from bench.identity.speed.world import ROLES, Said
from kizuna import clock
from kizuna.model.facts import kind_of
from kizuna.storage import connections, evidence, fact_rows, runs
from kizuna.storage.bulk import delete, insert
from kizuna.storage.database import Database
from kizuna.storage.instants import micros
from kizuna.storage.tables import METADATA, facts

BATCH_RECORDS = 4_000
T = TypeVar("T")


def prepare(database: Database) -> None:
    """Empty tables and one connection for each system."""
    METADATA.drop_all(database.engine)
    METADATA.create_all(database.engine)
    with database.write() as sql:
        for role in ROLES:
            connections.add(sql, role, role, {}, {}, False, 0)


def load(database: Database, said: Iterable[Said]) -> int:
    """How many records were written, in batches of a first load."""
    done = 0
    for part in parts(said, BATCH_RECORDS):
        with database.write() as sql:
            write(sql, part)
        done += len(part)
    return done


def write(sql: Connection, said: Collection[Said]) -> None:
    """These records as they are now; what they said before is gone, and what they say is to be derived."""
    now = micros(clock.now())
    known = {role: connections.get(sql, role).id for role in {one.system for one in said}}
    rids = {one.rid for one in said}
    by_kind: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for one in said:
        by_kind[kind_of(type(one.fact))].append(fact_rows.row(one.fact, one.rid, one.system))
    there = evidence.heads(sql, rids).keys()
    for kind, rows in by_kind.items():
        delete(sql, facts.FACTS[kind], "rid", [row[0] for row in rows if row[0] in there])
        insert(sql, facts.FACTS[kind], fact_rows.columns(kind), rows)
    heads = [
        (one.rid, known[one.system], one.stream, one.source_id, now, 0, 1, None, now, 0, b"", "bench")
        for one in said
        if one.rid not in there
    ]
    evidence.add_records(sql, heads)
    runs.post(sql, rids, now)


def parts(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of at most ``size``."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
