"""Who is erased leaves no piece of a payload in a dictionary that other payloads are made small with."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from kizuna import clock
from kizuna.sdk import Record
from kizuna.storage import evidence, payloads
from kizuna.storage.payloads import Payloads
from kizuna.sync import commit
from kizuna.sync import recompress as job
from kizuna.sync.recompress import recompress
from kizuna.sync.writer import Gathered
from tests.journeys.test_plans import scans_of, statements_of
from tests.support.toys import MORNING, Bench, at, bench

ERASED_AT = MORNING + timedelta(days=1)
WITHIN_S = 60.0
SECRET = "hanako.private@example.jp"


@pytest.fixture
def toy(database_url: str) -> Iterator[Bench]:
    """Three hundred firms, a dictionary trained on them, and a piece of what the first says in it."""
    with bench(database_url) as made:
        made.write(*(firm(number) for number in range(300)))
        yield made


def firm(number: int, minutes: int = 0) -> dict[str, Any]:
    words = random.Random(number)
    name = " ".join(words.choice(("Aoba", "Sakura", "Midori", "Kaede", "Hinode")) for _ in range(3))
    return {"id": str(number), "name": f"{name} {SECRET}" if number < 20 else name, "site": None, "at": at(minutes)}


def erase(toy: Bench, *numbers: int) -> None:
    """These firms are to be forgotten."""
    gathered = Gathered()
    gathered.add([Record(raw=b"{}", id=str(n), deleted="erased", version=ERASED_AT) for n in numbers], None, MORNING)
    toy.writer().write(gathered)


def finish(toy: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything done that waits, also what waits for readers to be gone."""
    recompress(toy.database, within_s=60)
    later(monkeypatch)
    recompress(toy.database, within_s=60)


def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two minutes on: nobody has a payload in hand that was read before."""
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=2))


def said(toy: Bench, source_id: str) -> list[bytes]:
    """Everything kept of what a firm said, its versions first."""
    with toy.database.read() as sql:
        opened = Payloads(evidence.dictionaries(sql))
    found = toy.rows(
        """
        SELECT v.dictionary_id, v.payload, v.version_no FROM source_version v
        JOIN source_record r ON r.rid = v.rid WHERE r.source_id = :id
        UNION ALL SELECT dictionary_id, payload, version_no FROM source_record WHERE source_id = :id ORDER BY 3
        """,
        id=source_id,
    )
    return [opened.opened(key, bytes(payload)) for key, payload, _ in found]


def stored(toy: Bench) -> dict[str, bytes]:
    """Source id → payload of every firm that is there."""
    with toy.database.read() as sql:
        opened = Payloads(evidence.dictionaries(sql))
    found = toy.rows("SELECT source_id, dictionary_id, payload FROM source_record WHERE deleted IS NULL")
    return {source_id: opened.opened(key, bytes(payload)) for source_id, key, payload in found}


def dictionaries(toy: Bench) -> list[bytes]:
    """The contents of all dictionaries."""
    return [bytes(content) for (content,) in toy.rows("SELECT content FROM compression_dictionary ORDER BY id")]


def test_the_dictionary_goes_that_knows_of_who_was_erased(toy: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    before = stored(toy)
    known = [SECRET.encode() in content for content in dictionaries(toy)]

    erase(toy, *range(20))
    finish(toy, monkeypatch)

    assert known == [True]
    assert [SECRET.encode() in content for content in dictionaries(toy)] == [False]
    assert stored(toy) == {source_id: raw for source_id, raw in before.items() if int(source_id) >= 20}


def test_payloads_stay_as_small_as_they_were(toy: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = "SELECT SUM(LENGTH(payload)) FROM source_record WHERE deleted IS NULL AND source_id <> '0'"
    ((before,),) = toy.rows(sizes)

    erase(toy, 0)
    finish(toy, monkeypatch)

    ((after,),) = toy.rows(sizes)
    assert after < 1.1 * before


def test_older_versions_are_made_small_anew_too(toy: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    toy.write(firm(40, minutes=5))

    erase(toy, 3)
    finish(toy, monkeypatch)

    (standing,) = toy.rows("SELECT id FROM compression_dictionary")
    assert toy.rows("SELECT DISTINCT dictionary_id FROM source_version") == [standing]


def test_an_erasure_of_who_was_in_no_sample_changes_no_dictionary(toy: Bench) -> None:
    toy.write(firm(900))
    before = dictionaries(toy)

    erase(toy, 900)

    assert not recompress(toy.database, within_s=60)
    assert dictionaries(toy) == before


def test_a_writer_that_holds_the_dictionary_does_not_write_with_it_any_more(
    toy: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = toy.writer()
    late = Gathered()
    late.add([Record(raw=b'{"id": "1000", "name": "Late"}')], None, MORNING)

    erase(toy, 3)
    early.write(late)
    finish(toy, monkeypatch)

    assert stored(toy)["1000"] == b'{"id": "1000", "name": "Late"}'


def test_work_broken_off_is_taken_up_where_it_stood(toy: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "CHUNK", 100)
    erase(toy, 3)

    left = recompress(toy.database, within_s=-1)
    ((key, position),) = toy.rows("SELECT id, position FROM compression_dictionary WHERE retired_at IS NOT NULL")
    ((needing,),) = toy.rows("SELECT COUNT(*) FROM source_record WHERE dictionary_id = :key", key=key)
    finish(toy, monkeypatch)

    assert left
    assert (position is not None, needing) == (True, 200)
    assert len(dictionaries(toy)) == 1


def test_a_dictionary_is_kept_until_who_has_just_read_a_payload_has_it(toy: Bench) -> None:
    erase(toy, 3)

    recompress(toy.database, within_s=60)
    recompress(toy.database, within_s=60)

    assert len(dictionaries(toy)) == 2


def wait_for_a_waiter(toy: Bench) -> None:
    """Until somebody waits for a row that another transaction holds."""
    waiting = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    for _ in range(int(WITHIN_S * 100)):
        if toy.rows(waiting) != [(0,)]:
            return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


def test_a_version_kept_while_the_work_waits_for_its_record_can_be_opened(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, go_on, renewed = threading.Event(), threading.Event(), Gathered()
    renewed.add([Record(raw=json.dumps(firm(40, minutes=5)).encode())], None, MORNING)

    def hold(name: str) -> None:
        if name == "batch.written":
            written.set()
            go_on.wait(WITHIN_S)

    with bench(postgres_url) as toy, ThreadPoolExecutor(2) as threads:
        toy.write(*(firm(number) for number in range(300)))
        erase(toy, 3)
        with monkeypatch.context() as small:
            small.setattr(job, "CHUNK", 10)
            recompress(toy.database, within_s=-1)  # the next dictionary stands, and firm 40 is still to come
        monkeypatch.setattr(commit, "failpoint", hold)

        batch = threads.submit(toy.writer().write, renewed)
        assert written.wait(WITHIN_S)
        work = threads.submit(recompress, toy.database, within_s=60)
        wait_for_a_waiter(toy)
        go_on.set()
        batch.result(WITHIN_S)
        work.result(WITHIN_S)
        finish(toy, monkeypatch)

        assert said(toy, "40") == [json.dumps(firm(40)).encode(), json.dumps(firm(40, minutes=5)).encode()]
        assert len(dictionaries(toy)) == 1


@pytest.mark.parametrize("table", ["source_record", "source_version"])
def test_a_dictionary_stays_while_a_payload_needs_it_whatever_was_found_before(
    toy: Bench, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    toy.write(firm(200, minutes=5))
    before = said(toy, "200")
    erase(toy, 3)
    recompress(toy.database, within_s=60)
    ((retired, content),) = toy.rows("SELECT id, content FROM compression_dictionary WHERE retired_at IS NOT NULL")
    ((rid,),) = toy.rows("SELECT rid FROM source_record WHERE source_id = '200'")
    payload = payloads.compressor(bytes(content))(before[0 if table == "source_version" else 1])
    with toy.database.write() as sql:
        values = {"key": retired, "payload": payload, "rid": rid}
        sql.execute(text(f"UPDATE {table} SET dictionary_id = :key, payload = :payload WHERE rid = :rid"), values)

    later(monkeypatch)
    recompress(toy.database, within_s=60)
    kept, opened = len(dictionaries(toy)), said(toy, "200")
    later(monkeypatch)
    recompress(toy.database, within_s=60)

    assert (kept, opened) == (2, before)
    assert (len(dictionaries(toy)), said(toy, "200")) == (1, before)


def test_no_payload_is_looked_for_through_the_whole_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with bench(f"sqlite:///{tmp_path / 'kizuna.db'}") as toy:
        toy.write(*(firm(number) for number in range(300)))
        erase(toy, 3)
        statements = statements_of(toy.database.engine)

        finish(toy, monkeypatch)

        scanned = scans_of(toy.database, set(statements))
        assert {name: sql for name, sql in scanned.items() if name in ("source_record", "source_version")} == {}


def test_no_more_payloads_are_opened_than_a_sample_takes(toy: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []
    plain = Payloads.opened

    def counted(self: Payloads, dictionary_id: int, payload: bytes) -> bytes:
        opened.append(dictionary_id)
        return plain(self, dictionary_id, payload)

    monkeypatch.setattr(payloads, "SAMPLES_BYTES", 2_000)
    monkeypatch.setattr(Payloads, "opened", counted)
    monkeypatch.setattr(job, "_step", lambda _database, _key: False)
    erase(toy, 1)

    recompress(toy.database, within_s=60)

    assert 0 < len(opened) < 100
