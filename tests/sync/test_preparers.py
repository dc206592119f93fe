"""Batches prepared by another process: the same rows, and no harm when it fails or comes too late."""

from __future__ import annotations

import json
import logging
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from kizuna.sdk import Record
from kizuna.storage import connections
from kizuna.sync.prepare import Decoding
from kizuna.sync.preparing.fresh import Fresh, Line, fresh
from kizuna.sync.preparing.preparer import received, send
from kizuna.sync.preparing.preparers import Preparers
from kizuna.sync.writer import Gathered, StreamWriter
from tests.faults.smallness import in_small_pieces
from tests.support.toys import MORNING, Bench, at
from tests.support.worlds import Kizuna, kizuna, world

READY_S = 120.0
FIRST = {"id": "0", "name": "First", "at": at(0)}
ACME = {"id": "1", "name": "Acme", "site": "acme.jp", "at": at(0)}


@pytest.fixture
def preparers() -> Iterator[Preparers]:
    made = Preparers(1)
    made.warm()
    assert made.wait(READY_S)
    yield made
    made.close()


def test_a_load_with_another_process_stores_what_one_without_it_stores(
    database_url: str, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_small_pieces(monkeypatch.setattr)
    with world("stripe", "salesforce", companies=40) as served:
        with kizuna(f"{sqlite_url}.alone", served) as alone:
            small_batches(alone, processes=0)
            alone.sync("stripe", "salesforce")
            expected = alone.said(), [replace(record, run_id="") for record in alone.records()]

        with kizuna(database_url, served) as together:
            small_batches(together, processes=1)
            assert together.parts.syncer.preparers.wait(READY_S)
            runs = together.sync("stripe", "salesforce")

            assert [run.state for run in runs] == ["done", "done"]
            assert together.parts.syncer.preparers.batches > 0
            assert (together.said(), [replace(record, run_id="") for record in together.records()]) == expected
            assert together.not_as_rebuilt() == []


def small_batches(made: Kizuna, *, processes: int) -> None:
    syncer = made.parts.syncer
    syncer.limits = replace(syncer.limits, batch_bytes=10_000)
    syncer.preparers = Preparers(processes)
    syncer.preparers.warm()


def test_every_kind_of_record_comes_out_as_in_one_process(toy: Bench) -> None:
    records = [
        Record(raw=b'{"id": "1", "name": "Acme", "at": "%s"}' % at(1).encode()),
        Record(raw=b'{"id": "1", "name": "Acme KK", "at": "%s"}' % at(2).encode()),
        Record(raw=b'{"id": "2", "name": 5}'),
        Record(raw=b'{"id": "3", "name": "Gone", "gone": true, "at": "%s"}' % at(3).encode()),
        Record(raw=b"{}", id="4", deleted="deleted", version=MORNING),
        Record(raw=b"not JSON"),
    ]
    toy.connect("other")
    whole, alone = toy.writer(), toy.writer(connection="other")
    for writer in (whole, alone):
        writer.write(batch(FIRST))

    one, other = prepared(whole, *records), batch(*records)
    wrote = whole.write(*one), alone.write(other)

    assert wrote[0] == wrote[1]
    assert wrote[0].quarantined == 2
    stored = "SELECT source_id, version, hash, deleted FROM source_record WHERE connection_id = {} ORDER BY source_id"
    assert toy.rows(stored.format(1)) == toy.rows(stored.format(2))
    aside = "SELECT source_id, reason, field, payload FROM quarantine WHERE connection_id = {} ORDER BY source_id"
    assert toy.rows(aside.format(1)) == toy.rows(aside.format(2))


def test_what_another_run_has_stored_meanwhile_is_looked_at_again(toy: Bench) -> None:
    writer = toy.writer()
    writer.write(batch(FIRST))
    late = prepared(writer, {**ACME, "name": "Older", "at": at(1)}, {"id": "2", "name": "Umber", "at": at(1)})
    toy.write({**ACME, "name": "Newer", "at": at(5)})

    wrote = writer.write(*late)

    assert (wrote.written, wrote.unchanged) == (1, 1)
    assert toy.rows("SELECT name FROM fact_account ORDER BY name") == [("First",), ("Newer",), ("Umber",)]


def test_what_such_a_batch_shows_of_new_fields_is_noted_all_the_same(toy: Bench) -> None:
    writer = toy.writer()
    writer.write(batch(FIRST))
    late = prepared(writer, {**ACME, "colour": "red"})
    toy.write({**ACME, "name": "Newer", "at": at(5)})

    writer.write(*late)

    assert ("colour", "new_field") in toy.rows("SELECT path, change FROM schema_drift")


def test_one_value_that_no_column_holds_costs_only_its_record(toy: Bench) -> None:
    writer = toy.writer("bills")
    writer.write(batch({"id": "0", "firm": "1", "minor": 1, "at": at(0)}))
    bills = prepared(
        writer, *({"id": str(n), "firm": "1", "minor": minor} for n, minor in ((1, 2), (2, 2**70))), stream="bills"
    )

    wrote = writer.write(*bills)

    assert (wrote.written, wrote.quarantined) == (1, 1)
    assert toy.rows("SELECT source_id FROM quarantine") == [("2",)]


def test_the_first_batch_of_a_stream_is_prepared_where_it_is_written(toy: Bench) -> None:
    writer = toy.writer()
    before = writer.first

    writer.write(batch(FIRST))

    assert (before, writer.first) == (False, True)


def test_nothing_is_asked_of_another_process_while_something_may_be_stored(toy: Bench) -> None:
    toy.write(FIRST)
    later = toy.writer()
    later.write(batch(FIRST))

    assert not later.first


def test_a_connector_that_is_not_installed_is_left_to_whoever_asked(toy: Bench, preparers: Preparers) -> None:
    writer = toy.writer()
    writer.write(batch(FIRST))
    job = writer.job(line(toy), batch(ACME))

    promised = preparers.ask(job)

    assert promised is not None
    assert promised.result(READY_S) is None
    assert writer.write(batch(ACME), None).written == 1


def test_a_process_that_dies_is_missed_by_nobody(
    toy: Bench, preparers: Preparers, caplog: pytest.LogCaptureFixture
) -> None:
    writer = toy.writer()
    writer.write(batch(FIRST))
    job = writer.job(line(toy), batch(ACME))
    (process,) = preparers.processes()
    os.kill(process, signal.SIGKILL)

    with caplog.at_level(logging.WARNING):
        promised = preparers.ask(job)
        answer = promised.result(READY_S) if promised else None

    assert answer is None
    assert "has ended" in caplog.text
    assert preparers.ask(job) is None


def test_a_process_whose_asker_has_gone_ends_in_silence(toy: Bench) -> None:
    writer = toy.writer()
    writer.write(batch(FIRST))
    question = pickle.dumps(writer.job(line(toy), batch(ACME)))
    command = [sys.executable, "-m", "kizuna.sync.preparing.preparer"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        received(process.stdout)

        process.stdout.close()
        send(process.stdin, question)
        complaints = process.stderr.read()

    assert (process.returncode, complaints) == (0, b"")


def line(toy: Bench) -> Line:
    with toy.database.read() as sql:
        return Line("toy", connections.get(sql, "toy"), "firms")


def batch(*records: dict[str, Any] | Record) -> Gathered:
    gathered = Gathered()
    made = [r if isinstance(r, Record) else Record(raw=json.dumps(r).encode()) for r in records]
    gathered.add(made, None, MORNING)
    return gathered


def prepared(writer: StreamWriter, *records: dict[str, Any] | Record, stream: str = "firms") -> tuple[Gathered, Fresh]:
    """A batch with what another process would make of it."""
    gathered = batch(*records)
    stored = connections.StoredConnection(1, "toy", "toy", {}, {}, "active", False, None, 0)
    job = writer.job(Line("toy", stored, stream), gathered)
    decoding = Decoding(writer.place.connection, writer.stream, job.rules)
    return gathered, fresh(decoding, writer.place.origin, job.records(), job.now)
