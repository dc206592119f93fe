"""Large first loads through bulk jobs: when one is made, where it goes on, what happens when it comes to nothing."""

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from kizuna import sdk
from kizuna_salesforce import Salesforce, SalesforceSettings, bulk
from kizuna_salesforce import results as results_of_jobs
from kizuna_salesforce.marks import Mark, Part, Place, bookmarked, marked
from kizuna_salesforce.readings import Keyset

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
READING = Keyset(sobject="Contact", wanted=("Id", "IsDeleted", "SystemModstamp"), version="62.0", bulk_from_rows=3)
FIELDS = {
    "fields": [
        {"name": "Id", "type": "id"},
        {"name": "IsDeleted", "type": "boolean"},
        {"name": "SystemModstamp", "type": "datetime"},
        {"name": "Score__c", "type": "double", "custom": True},
    ]
}
JOBS = "/services/data/v62.0/jobs/query"
EXPIRED = sdk.Answer(
    status=404,
    body=b'[{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}]',
    headers={},
    asked_at=NOW,
)
DELETED = sdk.Answer(status=204, body=b"", headers={}, asked_at=NOW)
HEADER = '"Id","IsDeleted","SystemModstamp","Score__c"\n'


def answer(body: Any, status: int = 200, **headers: str) -> sdk.Answer:
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return sdk.Answer(status=status, body=content, headers=headers, asked_at=NOW)


def row(number: int) -> dict[str, Any]:
    return {"Id": f"003dM00000000{number:02}AAA", "SystemModstamp": f"2026-02-01T00:00:{number:02}.000+0000"}


def line(number: int, score: str = "1.50") -> str:
    return f'"003dM00000000{number:02}AAA","false","2026-02-01T00:00:{number:02}.000Z","{score}"\n'


def results(*lines: str, locator: str = "null") -> sdk.Answer:
    return answer(HEADER + "".join(lines), **{"sforce-locator": locator, "sforce-numberofrecords": str(len(lines))})


def page(*rows: dict[str, Any], total: int, following: str | None = "/next") -> sdk.Answer:
    return answer({"totalSize": total, "done": following is None, "records": list(rows), "nextRecordsUrl": following})


def told(turn: sdk.Turn, said: sdk.Answer) -> sdk.Turn:
    assert turn.ask is not None
    return READING.turn(turn.state, turn.ask, said)


def begun(bookmark: sdk.Bookmark | None = None) -> sdk.Turn:
    return READING.begin(bookmark, sdk.Start(now=NOW))


def launching(total: int = 9) -> sdk.Turn:
    """A first load behind its first page, which held one row of ``total``."""
    turn = told(told(begun(), answer(FIELDS)), page(row(30), total=1, following=None))
    return told(turn, page(row(1), total=total))


def running() -> sdk.Turn:
    return told(launching(), answer({"id": "750x", "state": "UploadComplete"}))


def collecting() -> sdk.Turn:
    return told(running(), answer({"id": "750x", "state": "JobComplete"}))


def collected(said: sdk.Answer) -> sdk.Turn:
    return told(collecting(), said)


def test_many_rows_left_are_read_by_a_job_behind_the_first_page():
    turn = launching()

    assert turn.ask is not None
    assert (turn.ask.method, turn.ask.path) == ("POST", JOBS)
    assert turn.ask.json == {
        "operation": "queryAll",
        "query": "SELECT Id, IsDeleted, SystemModstamp, Score__c FROM Contact WHERE ((SystemModstamp = "
        "2026-02-01T00:00:01Z AND Id > '003dM0000000001AAA') OR SystemModstamp > 2026-02-01T00:00:01Z)",
    }
    assert len(turn.records) == 1


def test_few_rows_left_are_read_page_by_page():
    turn = launching(total=3)

    assert turn.ask is not None
    assert turn.ask.path == "/next"


def test_the_job_is_asked_for_within_a_limit_of_its_own_until_it_is_complete():
    waiting = told(running(), answer({"id": "750x", "state": "InProgress"}))
    complete = told(waiting, answer({"id": "750x", "state": "JobComplete"}))

    assert waiting.ask is not None
    assert (waiting.ask.path, waiting.ask.family) == (f"{JOBS}/750x", "bulk-state")
    assert complete.ask is not None
    assert complete.ask.path == f"{JOBS}/750x/results"


def test_as_many_results_are_asked_for_at_once_as_the_setting_says():
    wide = {"login_url": "https://a.example", "access_token": "t", "bulk_page_rows": 200}
    crm = Salesforce(SalesforceSettings.model_validate(wide))
    reading = next(stream.reading for stream in crm.streams() if stream.name == "Contact")
    assert isinstance(reading, Keyset)
    job = Place(mark=Mark(jobs=(Part(id="750x"),)), now=NOW, whole=True)

    by_setting = bulk.watched(reading, job, answer({"id": "750x", "state": "JobComplete"}))

    asked = [turn.ask.params for turn in (collecting(), by_setting) if turn.ask is not None]
    assert asked == [(("maxRecords", "1000"),), (("maxRecords", "200"),)]


def test_results_have_the_form_of_rows_of_a_query():
    turn = told(collecting(), results(line(2), line(3, score="")))

    assert [json.loads(bytes(record.raw)) for record in turn.records] == [
        {
            "attributes": {"type": "Contact", "url": "/services/data/v62.0/sobjects/Contact/003dM0000000002AAA"},
            "Id": "003dM0000000002AAA",
            "IsDeleted": False,
            "SystemModstamp": "2026-02-01T00:00:02.000+0000",
            "Score__c": 1.5,
        },
        {
            "attributes": {"type": "Contact", "url": "/services/data/v62.0/sobjects/Contact/003dM0000000003AAA"},
            "Id": "003dM0000000003AAA",
            "IsDeleted": False,
            "SystemModstamp": "2026-02-01T00:00:03.000+0000",
            "Score__c": None,
        },
    ]


def test_the_pass_ends_with_the_last_results_at_the_newest_change_there_was_when_it_began():
    first = told(collecting(), results(line(2), locator="MjAw"))
    last = told(told(first, results(line(3))), DELETED)

    assert first.ask is not None
    assert dict(first.ask.params)["locator"] == "MjAw"
    assert (last.ask, last.whole) == (None, True)
    assert last.bookmark is not None
    assert last.bookmark["watermark"] == "2026-02-01T00:00:30Z"
    assert "jobs" not in last.bookmark


def test_a_crash_between_results_goes_on_with_the_same_job_at_its_locator():
    bookmark = told(collecting(), results(line(2), locator="MjAw")).bookmark

    again = begun(bookmark)
    going_on = told(again, answer({"id": "750x", "state": "JobComplete"}))

    assert again.ask is not None
    assert again.ask.path == f"{JOBS}/750x"
    assert going_on.ask is not None
    assert dict(going_on.ask.params)["locator"] == "MjAw"


@pytest.mark.parametrize("under_way", [running, collecting], ids=["its state", "its results"])
def test_a_job_that_has_expired_is_made_again_behind_the_same_position(under_way: Callable[[], sdk.Turn]):
    crm = Salesforce(SalesforceSettings.model_validate({"login_url": "https://a.example", "access_token": "t"}))
    assert crm.sort_error(EXPIRED) is None

    turn = told(under_way(), EXPIRED)

    assert turn.ask is not None
    assert (turn.ask.method, turn.ask.path) == ("POST", JOBS)
    assert "Id > '003dM0000000001AAA'" in turn.ask.json["query"]
    assert turn.bookmark is not None
    assert "750x" not in str(turn.bookmark)


def test_a_job_that_expires_again_and_again_is_replaced_by_queries():
    turn = running()
    for _ in range(bulk.RESTARTS_MOST):
        turn = told(told(turn, EXPIRED), answer({"id": "750y", "state": "UploadComplete"}))

    last = told(turn, EXPIRED)

    assert last.ask is not None
    assert last.ask.path == "/services/data/v62.0/queryAll"


def test_a_complete_job_is_deleted_after_its_last_results():
    ending = collected(results(line(2)))
    done = told(ending, DELETED)

    assert ending.ask is not None
    assert (ending.ask.method, ending.ask.path) == ("DELETE", f"{JOBS}/750x")
    assert len(ending.records) == 1
    assert (done.ask, done.whole) == (None, True)


@pytest.mark.parametrize("refused", [404, 403, 400, 405], ids=str)
def test_a_job_that_cannot_be_deleted_harms_no_pass(refused: int):
    ending = collected(results(line(2)))

    done = told(ending, answer([{"errorCode": "NOT_FOUND", "message": "…"}], refused))

    assert (done.ask, done.whole) == (None, True)


def test_a_pass_killed_before_the_job_was_deleted_takes_it_up_again():
    ending = collected(results(line(2)))

    again = begun(ending.bookmark or running().bookmark)

    assert again.ask is not None
    assert again.ask.path == f"{JOBS}/750x"


def test_a_job_that_takes_too_long_is_aborted_and_deleted():
    in_progress = answer({"id": "750x", "state": "InProgress"})

    aborting = told(running(), msgspec.structs.replace(in_progress, asked_at=NOW + bulk.WAITED_MOST))
    deleting = told(aborting, answer({"id": "750x", "state": "Aborted"}))
    going_on = told(deleting, DELETED)

    assert aborting.ask is not None
    assert (aborting.ask.method, aborting.ask.path, aborting.ask.json) == (
        "PATCH",
        f"{JOBS}/750x",
        {"state": "Aborted"},
    )
    assert deleting.ask is not None
    assert (deleting.ask.method, deleting.ask.path) == ("DELETE", f"{JOBS}/750x")
    assert going_on.ask is not None
    assert "Id > '003dM0000000001AAA'" in dict(going_on.ask.params)["q"]


def test_what_is_left_of_a_load_is_given_back_by_aborting_and_deleting_its_jobs():
    bookmark = running().bookmark

    closed = READING.close(bookmark)

    path = f"/services/data/v{READING.version}/jobs/query/{bookmark['jobs'][0]['id']}"
    assert [(ask.method, ask.path) for ask in closed.asks] == [("PATCH", path), ("DELETE", path)]
    assert "jobs" not in closed.bookmark
    assert READING.close(closed.bookmark) is None


def test_a_field_that_became_readable_ends_the_job_that_does_not_ask_for_it():
    fields = {"fields": [*FIELDS["fields"], {"name": "New__c", "type": "string", "custom": True}]}

    next_day = READING.begin(running().bookmark, sdk.Start(now=NOW + timedelta(days=1)))
    aborting = told(next_day, answer(fields))
    newest = told(told(aborting, answer({})), DELETED)

    assert aborting.ask is not None
    assert (aborting.ask.method, aborting.ask.path) == ("PATCH", f"{JOBS}/750x")
    assert newest.ask is not None
    assert "New__c" not in dict(newest.ask.params)["q"]
    assert "DESC LIMIT 1" in dict(newest.ask.params)["q"]


def test_a_job_of_another_version_is_given_up_unasked():
    older = msgspec.structs.replace(marked(running().bookmark), job_version="61.0")

    aborting = begun(bookmarked(older))
    turn = told(told(aborting, answer({})), DELETED)

    assert turn.ask is not None
    assert turn.ask.path == "/services/data/v62.0/queryAll"
    assert turn.bookmark is not None
    assert "jobs" not in turn.bookmark


def test_versions_before_47_make_no_jobs():
    reading = dataclasses.replace(READING, version="46.0")
    place = Place(mark=Mark(types=()), now=NOW, whole=True)

    assert not bulk.worthwhile(reading, place, 1_000_000)
    assert bulk.worthwhile(READING, place, 1_000_000)


@pytest.mark.parametrize("state", ["Failed", "Aborted"])
def test_a_job_that_failed_is_replaced_by_queries_from_the_same_position(state: str):
    deleting = told(running(), answer({"id": "750x", "state": state}))
    turn = told(deleting, DELETED)
    next_page = told(turn, page(row(2), total=9))

    assert deleting.ask is not None
    assert deleting.ask.method == "DELETE"
    assert turn.ask is not None
    assert "Id > '003dM0000000001AAA'" in dict(turn.ask.params)["q"]
    assert next_page.ask is not None
    assert next_page.ask.path == "/next"


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "INVALIDENTITY"), (400, "EXCEEDEDQUOTA"), (403, "INSUFFICIENT_ACCESS"), (409, "INVALIDVERSION")],
)
def test_an_object_that_refuses_jobs_is_read_by_queries(status: int, code: str):
    refused = answer([{"errorCode": code, "message": "…"}], status)
    crm = Salesforce(SalesforceSettings.model_validate({"login_url": "https://a.example", "access_token": "t"}))
    assert crm.sort_error(refused) is None

    turn = told(launching(), refused)

    assert turn.ask is not None
    assert turn.ask.path == "/services/data/v62.0/queryAll"


@pytest.mark.parametrize(
    "said",
    [
        answer(HEADER + line(2), **{"sforce-numberofrecords": "2"}),
        answer(HEADER + '"003dM0000000002AAA","fal', **{"sforce-numberofrecords": "1"}),
        answer(HEADER + '"003dM0000000002AAA","false"\n', **{"sforce-numberofrecords": "1"}),
        answer('"Name"\n"Ada"\n', **{"sforce-numberofrecords": "1"}),
    ],
)
def test_results_that_are_cut_or_strange_are_refused(said: sdk.Answer):
    with pytest.raises(sdk.PageError):
        told(collecting(), said)


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("", "string", None),
        ("NA", "string", "NA"),
        ("null", "picklist", "null"),
        ("true", "boolean", True),
        ("12", "int", 12),
        ("007", "string", "007"),
        ("much", "double", "much"),
        ("2024-01-01", "date", "2024-01-01"),
    ],
)
def test_values_of_a_csv_get_the_types_of_their_fields(text: str, type_: str, value: object):
    assert results_of_jobs.typed(text, type_) == value


def test_a_later_pass_makes_no_job():
    bookmark = told(collected(results(line(3))), DELETED).bookmark

    turn = told(begun(bookmark), page(row(30), total=90))

    assert turn.ask is not None
    assert turn.ask.path == "/next"


def test_a_job_is_asked_for_every_ten_seconds_at_most():
    crm = Salesforce(SalesforceSettings.model_validate({"login_url": "https://a.example", "access_token": "t"}))

    limit = next(limit for limit in crm.limits if limit.family == bulk.FAMILY)

    assert (limit.calls, limit.per_s, limit.burst) == (1, 10.0, 1)
