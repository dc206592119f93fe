"""Bulk jobs over the slices of a run: what the next slice knows, and when waiting for a job ends."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kizuna import sdk
from kizuna_salesforce import bulk
from kizuna_salesforce.readings import Keyset

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
READING = Keyset(sobject="Contact", wanted=("Id", "IsDeleted", "SystemModstamp"), version="62.0", bulk_from_rows=3)
FIELDS = {
    "fields": [
        {"name": "Id", "type": "id"},
        {"name": "IsDeleted", "type": "boolean"},
        {"name": "SystemModstamp", "type": "datetime"},
    ]
}
JOB = {"id": "750x", "state": "InProgress"}
JOBS = "/services/data/v62.0/jobs/query"
NEWEST = {"done": True, "records": [{"Id": "003dM0000000030AAA", "SystemModstamp": "2026-02-01T00:00:30.000+0000"}]}
FIRST_PAGE = {
    "done": False,
    "totalSize": 9,
    "nextRecordsUrl": "/next",
    "records": [{"Id": "003dM0000000001AAA", "SystemModstamp": "2026-02-01T00:00:01.000+0000"}],
}
NOT_FOUND = [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}]


def answer(body: Any, status: int = 200, at: datetime = NOW) -> sdk.Answer:
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return sdk.Answer(status=status, body=content, headers={}, asked_at=at)


def told(turn: sdk.Turn, body: Any, status: int = 200, at: datetime = NOW) -> sdk.Turn:
    assert turn.ask is not None
    return READING.turn(turn.state, turn.ask, answer(body, status, at))


def begun(bookmark: sdk.Bookmark | None = None, after: timedelta = timedelta(0)) -> sdk.Turn:
    return READING.begin(bookmark, sdk.Start(now=NOW + after, unbroken=True))


def waiting() -> sdk.Turn:
    """A first load behind its first page, whose job was made and is looked at for the first time."""
    return told(told(told(told(begun(), FIELDS), NEWEST), FIRST_PAGE), JOB)


def asked(turn: sdk.Turn) -> tuple[str, str]:
    assert turn.ask is not None
    return turn.ask.method, turn.ask.path


def test_the_next_slice_looks_at_the_job_at_once_and_knows_the_types_of_its_fields():
    looked = told(waiting(), JOB)

    complete = told(begun(looked.bookmark), {**JOB, "state": "JobComplete"})
    results = told(complete, '"Id","IsDeleted"\n"003dM0000000002AAA","false"\n')

    assert asked(complete) == ("GET", f"{JOBS}/750x/results")
    assert json.loads(bytes(results.records[0].raw))["IsDeleted"] is False


def test_a_slice_may_end_at_every_look_at_a_job():
    first, second = waiting(), told(waiting(), JOB)

    assert first.bookmark is not None
    assert second.bookmark == first.bookmark


def test_what_a_load_knows_of_types_and_jobs_goes_with_its_end():
    collecting = told(waiting(), {**JOB, "state": "JobComplete"})

    done = told(told(collecting, '"Id"\n"003dM0000000002AAA"\n'), "", 204)

    assert done.whole
    assert done.bookmark is not None
    assert done.bookmark["watermark"] == "2026-02-01T00:00:30Z"
    assert not {"types", "jobs", "remade"} & set(done.bookmark)


def vendor(asked_for: Counter[str], ask: sdk.Ask, at: datetime) -> sdk.Answer:
    """An org in which a job never ends; what it was asked is counted."""
    if ask.path.startswith(JOBS):
        asked_for[ask.method] += 1
        return answer(JOB, at=at)
    if ask.path.endswith("/describe"):
        asked_for["describe"] += 1
        return answer(FIELDS, at=at)
    return answer(NEWEST if "DESC LIMIT 1" in dict(ask.params)["q"] else FIRST_PAGE, at=at)


def test_a_job_that_never_ends_is_given_up_by_its_age_however_short_the_slices():
    asked_for: Counter[str] = Counter()
    turn, now, slice_ends = begun(), NOW, NOW + timedelta(minutes=30)
    bookmark = turn.bookmark

    while asked_for["DELETE"] == 0 and now < NOW + timedelta(days=2):
        assert turn.ask is not None
        now += timedelta(minutes=10)
        turn = READING.turn(turn.state, turn.ask, vendor(asked_for, turn.ask, now))
        bookmark = bookmark if turn.bookmark is None else turn.bookmark
        if now >= slice_ends and asked_for["PATCH"] == 0:
            turn, slice_ends = begun(bookmark, now - NOW), now + timedelta(minutes=30)

    assert bulk.WAITED_MOST < now - NOW < bulk.WAITED_MOST + timedelta(hours=2)
    assert asked_for["describe"] == 1
    assert turn.ask is not None
    assert "Id > '003dM0000000001AAA'" in dict(turn.ask.params)["q"]


def test_a_job_that_was_complete_while_nobody_looked_is_collected_whatever_its_age():
    resumed = begun(waiting().bookmark, bulk.WAITED_MOST * 2)
    described = told(resumed, FIELDS) if asked(resumed)[1].endswith("/describe") else resumed

    collecting = told(described, {**JOB, "state": "JobComplete"}, at=NOW + bulk.WAITED_MOST * 2)

    assert asked(collecting) == ("GET", f"{JOBS}/750x/results")


def test_a_job_made_in_place_of_one_that_has_expired_has_its_own_time():
    later = NOW + timedelta(hours=12)
    making = told(waiting(), NOT_FOUND, 404, at=later)
    looking = told(making, {**JOB, "id": "750y"}, at=later)

    looked = told(looking, {**JOB, "id": "750y"}, at=later + timedelta(hours=1))

    assert asked(looked) == ("GET", f"{JOBS}/750y")


def test_jobs_that_expire_in_one_slice_after_the_other_are_replaced_by_queries():
    turn = waiting()
    for _ in range(bulk.RESTARTS_MOST):
        making = told(begun(turn.bookmark), NOT_FOUND, 404)
        turn = told(making, JOB)

    last = told(begun(turn.bookmark), NOT_FOUND, 404)

    assert asked(last) == ("GET", "/services/data/v62.0/queryAll")


@pytest.mark.parametrize("hours", [1, 25])
def test_a_load_in_slices_is_described_once_a_day(hours: int):
    bookmark = told(told(told(begun(), FIELDS), NEWEST), {**FIRST_PAGE, "totalSize": 2}).bookmark

    resumed = begun(bookmark, timedelta(hours=hours))

    assert asked(resumed)[1].endswith("/describe") == (hours > 24)
