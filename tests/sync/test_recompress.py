"""Who is erased leaves no piece of a payload in a dictionary that other payloads are made small with."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kizuna import clock
from kizuna.sdk import Record
from kizuna.storage import evidence
from kizuna.storage.payloads import Payloads
from kizuna.sync import recompress as job
from kizuna.sync.recompress import recompress
from kizuna.sync.writer import Gathered
from tests.journeys.test_plans import scans_of
from tests.support.toys import MORNING, Bench, at, bench

ERASED_AT = MORNING + timedelta(days=1)
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
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=2))
    recompress(toy.database, within_s=60)


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


def test_no_payload_is_looked_for_through_the_whole_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scanned: dict[str, str] = {}
    with bench(f"sqlite:///{tmp_path / 'kizuna.db'}") as toy:
        toy.write(*(firm(number) for number in range(300)))
        erase(toy, 3)
        scans_of(toy.database.engine, scanned)

        finish(toy, monkeypatch)

        assert {name: sql for name, sql in scanned.items() if name in ("source_record", "source_version")} == {}
