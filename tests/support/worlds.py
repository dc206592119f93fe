"""A Kizuna connected to sandboxes that play one world over HTTP, and short ways to sync it and to compare the two."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, Table, select, text

from kizuna import config, sandbox
from kizuna.jobs import RunStatus
from kizuna.plugins import load
from kizuna.storage import connections, derived
from kizuna.storage.database import Database
from kizuna.storage.tables import METADATA, evidence, facts, identity
from kizuna.sync.rebuild import rebuild
from kizuna.sync.service import JOB, Service, engine, service, submit

EXECUTOR = "tests"
_LIMIT_S = 240.0
# Streams that hold nothing of their own here: what they would say comes within the records of another.
_WITHIN_OTHERS = {("zendesk", "ticket_metrics")}
# When something was learned is no part of what was said, and differs from run to run.
_TIMES = {"known_at", "valid_from"}

Rows = dict[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as it is stored; ``merged``: another record has said that it took this one in."""

    connection: str
    stream: str
    source_id: str
    hash: int
    deleted: str | None
    version_no: int
    run_id: str
    merged: bool


@dataclass(slots=True)
class Kizuna:
    """An installation over one database, with a connection to each sandbox named after its vendor."""

    parts: Service

    def sync(self, *vendors: str, full: bool = False) -> list[RunStatus]:
        """The runs at their end, one of each vendor, one after the other."""

        async def scenario() -> list[RunStatus]:
            async with engine(self.parts, executor_id=EXECUTOR) as opened:
                ends = []
                for vendor in vendors:
                    run_id = await submit(opened, self.parts, vendor, full=full, trigger="command")
                    ends.append(await opened.wait(run_id, timeout_s=_LIMIT_S))
                return ends

        return asyncio.run(scenario())

    def queue(self, vendor: str) -> str:
        """The id of a run that waits for whoever takes it."""
        return self.parts.syncer.queue(vendor)

    def finish(self, vendor: str, run_id: str) -> RunStatus:
        """That run at its end, taken up where whoever had it left it."""

        async def scenario() -> RunStatus:
            async with engine(self.parts, executor_id=EXECUTOR) as opened:
                await opened.submit(JOB, vendor, run_id=run_id)
                return await opened.wait(run_id, timeout_s=_LIMIT_S)

        return asyncio.run(scenario())

    def records(self) -> list[Stored]:
        """Every record, deleted ones too."""
        with self.parts.database.read() as sql:
            return records(sql)

    def living(self, vendor: str) -> dict[str, set[str]]:
        """Stream → the ids of a connection's records that are neither deleted nor merged away."""
        found: dict[str, set[str]] = {}
        for record in self.records():
            if record.connection == vendor and record.deleted is None and not record.merged:
                found.setdefault(record.stream, set()).add(record.source_id)
        return found

    def streams(self, vendor: str) -> list[str]:
        """The names of the streams a connection reads."""
        with self.parts.database.read() as sql:
            stored = connections.get(sql, vendor)
            return sorted(connections.streams(sql, stored.id))

    def said(self) -> Rows:
        """What the records say, table for table, without the times at which it was learned."""
        with self.parts.database.read() as sql:
            return {table.name: _rows(sql, table) for table in derived.MAPPED}

    def everything(self) -> dict[str, set[int]]:
        """The fingerprint of all that is mapped and derived, times included."""
        with self.parts.database.read() as sql:
            return derived.fingerprint(sql)

    def facts(self) -> Rows:
        """What the living records say, whenever and in whatever order it was learned.

        A reference to what was merged away is one to the winner, a reference to what is not there is none.
        """
        with self.parts.database.read() as sql:
            record, alias = evidence.SOURCE_RECORD.c, evidence.RECORD_ALIAS.c
            winners = {row.rid: row.winner_rid for row in sql.execute(select(alias.rid, alias.winner_rid))}
            living = set(sql.scalars(select(record.rid).where(record.deleted.is_(None)))) - set(winners)
            now = {rid: rid for rid in living} | {rid: winner for rid, winner in winners.items() if winner in living}
            return {table.name: _rows(sql, table, now) for table in facts.FACTS.values()}

    def who_is_who(self) -> set[frozenset[tuple[str, int]]]:
        """Which records are one, whatever the ids of the customers and people are."""
        with self.parts.database.read() as sql:
            table = identity.MEMBERSHIP
            members = sql.execute(select(table.c.entity_id, table.c.entity, table.c.rid)).all()
        by_entity: dict[str, set[tuple[str, int]]] = {}
        for entity_id, entity, rid in members:
            by_entity.setdefault(entity_id, set()).add((entity, rid))
        return {frozenset(group) for group in by_entity.values()}

    def not_as_rebuilt(self) -> list[str]:
        """How the tables differ from what a rebuild gives; nothing when all is well."""
        found = rebuild(self.parts.deriver, self.parts.plugins, check=True)
        return [f"{one.table}: -{one.only_before} +{one.only_after} {one.example}" for one in found]

    def rows(self, question: str) -> list[tuple[object, ...]]:
        """The answer to a SQL question."""
        with self.parts.database.read() as sql:
            return [tuple(row) for row in sql.execute(text(question))]


@contextmanager
def world(
    *vendors: str, companies: int, seed: int = 7, limits: bool = False, faults: str = "none"
) -> Iterator[sandbox.Served]:
    """These vendors' sandboxes, all without names, looking at one world; their secrets are in the environment."""
    known = load().sandboxes()
    chosen = [known[vendor] for vendor in vendors or sorted(known)]
    made = sandbox.World(seed=seed, companies=companies)
    with sandbox.serve(chosen, world=made, port_base=0, limits=limits, faults=faults) as served:
        before = dict(os.environ)
        os.environ.update(secrets(served))
        try:
            yield served
        finally:
            os.environ.clear()
            os.environ.update(before)


def secrets(served: sandbox.Served) -> dict[str, str]:
    """The environment in which the connections find their secrets."""
    return {
        _variable(endpoint.vendor, name): value
        for endpoint in served.endpoints
        for name, value in endpoint.secrets.items()
    }


@contextmanager
def kizuna(url: str, served: sandbox.Served | None = None, *, zone: str = "UTC") -> Iterator[Kizuna]:
    """An installation over that database; with ``served``, its tables are made and every sandbox is connected."""
    parts = service(config.load(Path("/nonexistent"), environ={}, options={"database": url, "time_zone": zone}))
    try:
        if served is not None:
            METADATA.create_all(parts.database.engine)
            connect(parts.database, served)
        yield Kizuna(parts)
    finally:
        parts.close()


def connect(database: Database, served: sandbox.Served) -> None:
    """A connection to each sandbox."""
    with database.write() as sql:
        for endpoint in served.endpoints:
            names = {name: f"env:{_variable(endpoint.vendor, name)}" for name in endpoint.secrets}
            connections.add(sql, endpoint.vendor, endpoint.vendor, dict(endpoint.settings), names, False, 0)


def edit(served: sandbox.Served, *, seed: int, edits: int, kinds: Mapping[str, Collection[str]] | None = None) -> None:
    """An hour of work in every system: random edits, and one delete and one merge for certain; another hour passes."""
    served.clock.advance(timedelta(hours=1))
    for state in served.states:
        sandbox.random_edits(state, seed, edits)
        for kind in (kinds or {}).get(state.view.profile.key, ()):
            first, second, third = [record.id for record in state.of_kind(kind)][:3]
            state.delete(kind, first)
            if kind == "account":
                state.merge(kind, second, third)
    served.clock.advance(timedelta(hours=1))


def shown(served: sandbox.Served, vendor: str, streams: Collection[str]) -> dict[str, set[str]]:
    """Stream → the ids of what the sandbox shows, of those streams that its records are sorted by."""
    state = served.state(vendor)
    own = [name for name in streams if name in state.collections and (vendor, name) not in _WITHIN_OTHERS]
    held = {name: {record.id for record in state.live(name)} for name in own}
    return {name: ids for name, ids in held.items() if ids}


def records(sql: Connection) -> list[Stored]:
    """Every stored record, sorted."""
    question = """
        SELECT connection.name, stream, source_id, hash, deleted, version_no, run_id, record_alias.rid IS NOT NULL
        FROM source_record JOIN connection ON connection.id = connection_id
        LEFT JOIN record_alias ON record_alias.rid = source_record.rid ORDER BY 1, 2, 3
    """
    return [Stored(*row) for row in sql.execute(text(question))]


def _rows(sql: Connection, table: Table, now: Mapping[int, int] | None = None) -> frozenset[str]:
    """The rows without times; with ``now``, only those it leaves as they are, their references as it says."""
    columns = [column for column in table.columns if column.name not in _TIMES]
    found = set()
    for row in sql.execute(select(*columns)).mappings():
        if now is None:
            found.add(repr(tuple(row.values())))
        elif now.get(row["rid"]) == row["rid"]:
            found.add(repr(tuple(now.get(value) if name.endswith("_rid") else value for name, value in row.items())))
    return frozenset(found)


def _variable(vendor: str, name: str) -> str:
    return f"KZ_{vendor}_{name}".upper()
