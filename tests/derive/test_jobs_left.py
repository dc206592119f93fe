"""Former places are kept of the living only, whatever becomes of the records that told of them."""

from __future__ import annotations

from datetime import timedelta

from kizuna import sdk
from kizuna.sync.writer import Gathered
from tests.support.toys import MORNING, Bench, at, bench

HANA = {"id": "p1", "human": "Hana Mori", "mail": "h@x.jp"}
TIE = {"id": "t1", "person": "p1", "firm": "1"}
JOBS = "SELECT COUNT(*) FROM person_job"
TOMORROW = MORNING + timedelta(days=1)


def employed(made: Bench) -> None:
    """Hana at one firm by a record of its own, and two firms."""
    made.write({"id": "1", "name": "Acme", "site": "acme.jp", "at": at(0)})
    made.write({"id": "2", "name": "Umber", "site": "umber.jp", "at": at(0)})
    made.write({**HANA, "at": at(0)}, stream="people")
    made.write({**TIE, "at": at(1)}, stream="ties")


def erased(made: Bench, stream: str, source_id: str) -> None:
    gathered = Gathered()
    gathered.add([sdk.Record(raw=b"", id=source_id, deleted=sdk.ERASED, version=TOMORROW)], None, MORNING)
    made.writer(stream).write(gathered)
    made.deriver.drain()


def test_a_job_that_ends_after_the_person_is_gone_is_not_written_down(database_url: str) -> None:
    with bench(database_url) as made:
        employed(made)
        made.write({**HANA, "gone": True, "at": at(2)}, stream="people")

        made.write({**TIE, "gone": True, "at": at(3)}, stream="ties")

        assert made.rows(JOBS) == [(0,)]


def test_a_job_that_ends_after_the_person_was_merged_away_is_written_down(database_url: str) -> None:
    with bench(database_url) as made:
        employed(made)
        made.write({**HANA, "id": "p2", "at": at(2)}, stream="people")
        made.write({**HANA, "merged_into": "p2", "at": at(2)}, stream="people")

        made.write({**TIE, "gone": True, "at": at(3)}, stream="ties")

        assert made.rows(JOBS) == [(1,)]


def test_a_vendors_merge_is_no_change_of_job_and_ends_no_history(database_url: str) -> None:
    with bench(database_url) as made:
        employed(made)
        made.write({**HANA, "firm": "1", "at": at(2)}, {**HANA, "id": "p2", "at": at(2)}, stream="people")
        made.write({**HANA, "firm": "2", "at": at(3)}, stream="people")
        before = made.rows(JOBS)

        made.write({**HANA, "firm": "2", "merged_into": "p2", "at": at(4)}, stream="people")

        assert before == [(1,)]
        assert made.rows(JOBS) == before


def test_nothing_is_kept_of_who_is_erased_and_of_what_an_erased_record_said(database_url: str) -> None:
    with bench(database_url) as made:
        employed(made)
        made.write({**TIE, "firm": "2", "at": at(2)}, stream="ties")
        before = made.rows(JOBS)

        erased(made, "ties", "t1")
        without_the_tie = made.rows(JOBS)
        made.write({**TIE, "id": "t2", "at": at(3)}, stream="ties")
        erased(made, "people", "p1")
        made.write({**TIE, "id": "t2", "gone": True, "at": at(4)}, stream="ties")

        assert before == [(1,)]
        assert without_the_tie == [(0,)]
        assert made.rows(JOBS) == [(0,)]
