"""What is set aside is taken once more; whatever arrives meanwhile stays."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from kizuna import clock, sdk
from kizuna.plugins import load
from kizuna.storage import connections
from kizuna.storage.tables import evidence as t
from kizuna.sync.files.load import Loader
from kizuna.sync.replay import replay
from kizuna.sync.writer import Gathered, StreamWriter
from tests.support.toys import MORNING, Bench, Firm, Toy, ToySettings, at, bench, firm

NEWER = {"id": "2", "staff": "very many", "at": at(9)}


class Keyed(Toy):
    """A vendor whose records are named by more than their id."""

    def streams(self) -> tuple[sdk.AnyStream, ...]:
        def key(firm: Firm) -> str:
            return f"firm-{firm.id}"

        return tuple(replace(stream, key=key) if stream.name == "firms" else stream for stream in super().streams())


def loader(toy: Bench, connector: type[Toy] = Toy) -> Loader:
    plugins = load(allowed=[])
    plugins.connectors["toy"] = connector
    return Loader(toy.database, plugins, toy.deriver)


def understand(toy: Bench) -> None:
    """Everything set aside becomes what the mapping understands."""
    with toy.database.write() as sql:
        for number, source_id in sql.execute(text("SELECT id, source_id FROM quarantine")).all():
            payload = json.dumps({"id": source_id, "staff": 5}).encode()
            sql.execute(t.QUARANTINE.update().where(t.QUARANTINE.c.id == number).values(payload=payload))


def test_a_record_set_aside_under_its_bare_id_leaves_when_it_is_understood(toy: Bench) -> None:
    keyed = next(s for s in Keyed(ToySettings()).streams() if s.name == "firms")
    gathered = Gathered()
    gathered.add([sdk.Record(raw=b'{"id": "2", "staff": "many"}')], None, MORNING)
    StreamWriter(toy.writer().place, keyed).write(gathered)
    understand(toy)

    replay(loader(toy, Keyed), "toy", "firms")

    assert toy.rows("SELECT source_id FROM source_record") == [("firm-2",)]
    assert toy.rows("SELECT COUNT(*) FROM quarantine") == [(0,)]


def test_a_replay_that_fails_again_stays_set_aside(toy: Bench) -> None:
    toy.write({"id": "2", "staff": "many"})

    done = replay(loader(toy), "toy", "firms")

    assert (done.wrote.read, done.wrote.quarantined) == (1, 1)
    assert toy.rows("SELECT source_id, run_id FROM quarantine") == [("2", done.run_id)]
    assert toy.rows("SELECT state FROM sync_run") == [("degraded",)]
    assert toy.rows("SELECT read, quarantined FROM run_stream WHERE run_id = :run", run=done.run_id) == [(1, 1)]


@pytest.mark.parametrize("understood", [True, False])
def test_what_is_set_aside_meanwhile_outlasts_the_replay_of_the_older_payload(toy: Bench, understood: bool) -> None:
    toy.write({"id": "1", "staff": "many"})
    understand(toy)
    toy.write({"id": "2", "staff": "many"})
    if understood:
        understand(toy)

    replay(loader(toy, arriving(toy, NEWER)), "toy", "firms")

    ((payload,),) = toy.rows("SELECT payload FROM quarantine")
    assert json.loads(payload) == NEWER


def test_a_record_without_a_version_does_not_replace_what_was_read_since(toy: Bench) -> None:
    toy.write({"id": "2", "staff": "many"})
    understand(toy)

    replay(loader(toy, arriving(toy, {"id": "2", "staff": 7})), "toy", "firms")

    assert toy.rows("SELECT employees FROM fact_account") == [(7,)]
    assert toy.rows("SELECT COUNT(*) FROM quarantine") == [(0,)]


def arriving(toy: Bench, record: dict[str, Any]) -> type[Toy]:
    """A vendor who tells a record while the first one of a replay is being mapped."""
    waiting = [record]

    class Arriving(Toy):
        def streams(self) -> tuple[sdk.AnyStream, ...]:
            def mapped(payload: Firm) -> Iterable[sdk.Said]:
                while waiting:
                    toy.write(waiting.pop(), asked_at=clock.now())
                return firm(payload)

            return tuple(
                replace(stream, map=mapped) if stream.name == "firms" else stream for stream in super().streams()
            )

    return Arriving


def test_a_replay_of_many_records_needs_no_statement_of_as_many_values(sqlite_url: str) -> None:
    many = 3_000
    with bench(sqlite_url) as toy:
        with toy.database.write() as sql:
            source = connections.get(sql, "toy").id
            alike = {
                "connection_id": source,
                "stream": "firms",
                "reason": "",
                "mapping_version": "1",
                "run_id": "r",
                "at": 0,
            }
            rows = [{**alike, "source_id": str(n), "payload": b'{"id": "%d"}' % n} for n in range(many)]
            sql.execute(t.QUARANTINE.insert(), rows)
        with toy.database.engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            raw.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 2_500)

        done = replay(loader(toy), "toy", "firms")

        assert (done.wrote.read, done.wrote.written) == (many, many)
        assert toy.rows("SELECT COUNT(*) FROM quarantine") == [(0,)]


SINCE_EIGHT = datetime(2026, 3, 1, 8, tzinfo=UTC)


class Undated(Toy):
    """A vendor whose firms say neither when they changed nor whether they are gone: only the page does."""

    def streams(self) -> tuple[sdk.AnyStream, ...]:
        def undated(stream: sdk.AnyStream) -> sdk.AnyStream:
            return replace(stream, version=lambda firm: None, deleted=lambda firm: None)

        return tuple(undated(stream) if stream.name == "firms" else stream for stream in super().streams())


@pytest.mark.parametrize("unmapped", [False, True], ids=["undecoded", "unmapped"])
def test_a_replayed_record_is_as_old_and_as_deleted_as_its_page_said(toy: Bench, unmapped: bool) -> None:
    arrive(toy, sdk.Record(raw=b'{"id": "2", "staff": "many"}', version=SINCE_EIGHT, deleted="archived"), unmapped)
    understand(toy)

    replay(loader(toy, Undated), "toy", "firms")

    told = [(int(SINCE_EIGHT.timestamp() * 1e6), "archived")]
    assert toy.rows("SELECT version, deleted FROM source_record") == told
    assert toy.rows("SELECT COUNT(*) FROM quarantine") == [(0,)]


def test_what_a_newer_page_says_of_a_record_set_aside_replaces_what_the_older_said(toy: Bench) -> None:
    arrive(toy, sdk.Record(raw=b'{"id": "2", "staff": "many"}', version=SINCE_EIGHT, deleted="archived"))
    arrive(toy, sdk.Record(raw=b'{"id": "2", "staff": "very many"}'))

    assert toy.rows("SELECT version, deleted FROM quarantine") == [(None, None)]


def arrive(toy: Bench, record: sdk.Record, unmapped: bool = False) -> None:
    """The record comes with a page and is set aside, where ``unmapped`` because its mapping fails."""

    def unable(payload: Firm) -> Iterable[sdk.Said]:
        raise sdk.PayloadError("the staff cannot be counted", "staff")

    firms = next(stream for stream in Undated(ToySettings()).streams() if stream.name == "firms")
    if unmapped:
        record, firms = msgspec.structs.replace(record, raw=b'{"id": "2"}'), replace(firms, map=unable)
    gathered = Gathered()
    gathered.add([record], None, clock.now())
    StreamWriter(toy.writer().place, firms).write(gathered)
