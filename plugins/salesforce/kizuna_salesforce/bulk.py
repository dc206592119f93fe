"""Large first loads through Bulk API 2.0: a query job is made, watched and collected as CSV.

The first page of a first load tells how many rows there are; when many are left, a job reads what lies behind that
page. Whatever goes wrong with the job, the rows are read by ordinary queries from the same position; one that has expired is made
again. Rows of a job come in no order, so the position stays before them and the bookmark holds the job and its locator.
A job is deleted when its results have come, and aborted before that when they are not wanted any more.
Source: Bulk API 2.0 and Bulk API Developer Guide, query jobs.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from kizuna import sdk
from kizuna_salesforce import soql
from kizuna_salesforce.currency import with_currency
from kizuna_salesforce.marks import After, Place, bookmarked

if TYPE_CHECKING:
    from kizuna_salesforce.readings import Keyset

FAMILY = "bulk-state"
ASKED_EVERY_S = 10.0  # how often the state of a job may be asked for
ASKED_MOST = 4000  # some eleven hours; what is not done by then is read without a job
RESTARTS_MOST = 2  # jobs made anew in one conversation because the one before had expired
SINCE_VERSION = 47.0
LONGEST_VALUE = 16_000_000
NUMBERS = frozenset({"int", "long", "double", "currency", "percent"})
replace = msgspec.structs.replace


class Job(msgspec.Struct, frozen=True):
    """What Salesforce says of a job."""

    id: str
    state: str


_JOB = msgspec.json.Decoder(Job)


def worthwhile(reading: Keyset, place: Place, left: int) -> bool:
    """Whether the ``left`` rows of a pass are enough for a job."""
    mark = place.mark
    able = reading.bulk_from_rows and float(reading.version) >= SINCE_VERSION
    return bool(able and place.types and mark.watermark is None and not mark.unhurried) and (
        left >= reading.bulk_from_rows
    )


def launch(reading: Keyset, place: Place, records: tuple[sdk.Record, ...]) -> sdk.Turn:
    """The records of the page before, and the request that makes a job for what lies behind it."""
    mark = place.mark
    where = soql.beyond(reading.cursor(mark), mark.at, mark.id) if mark.at is not None and mark.id is not None else ""
    ask = sdk.Ask(
        method="POST",
        path=_path(reading),
        json={"operation": "queryAll", "query": soql.unordered(reading.sobject, mark.fields, where)},
    )
    return sdk.Turn(ask=ask, state=replace(place, asking="job"), records=records, bookmark=bookmarked(mark))


def launched(reading: Keyset, place: Place, answer: sdk.Answer) -> sdk.Turn:
    """The first look at a job that was made; the bookmark names it."""
    mark = replace(place.mark, job=_job(reading, answer).id, job_version=reading.version, locator=None)
    return _watch(reading, replace(place, mark=mark), bookmark=True)


def taken_up(reading: Keyset, place: Place) -> sdk.Turn:
    """A look at the job of an earlier run."""
    return _watch(reading, place)


def watched(reading: Keyset, place: Place, answer: sdk.Answer) -> sdk.Turn:
    """The next look at the job, or its first results."""
    match _job(reading, answer).state:
        case "JobComplete":
            return sdk.Turn(ask=_results(reading, place), state=replace(place, asking="results"))
        case "Failed" | "Aborted":
            return given_up(reading, place, running=False)
    if place.looks >= ASKED_MOST:
        return given_up(reading, place)
    return _watch(reading, replace(place, looks=place.looks + 1))


def collected(reading: Keyset, place: Place, answer: sdk.Answer) -> sdk.Turn:
    """The records of a page of results, and the request for the next one.

    Raises PageError when the page holds fewer rows than Salesforce says.
    """
    read = rows(reading.sobject, reading.version, answer, dict(place.types))
    records = tuple(sdk.Record(raw=with_currency(record.raw, place.mark.currency)) for record in read)
    locator = answer.headers.get("sforce-locator", "null")
    if locator in ("", "null"):
        # The bookmark names the job until it is deleted, so that a kill before that leaves none behind.
        turn = discarded(reading, place, place.mark.job or "", "end", running=False)
        turn.records = records
        return turn
    if locator == place.mark.locator:
        raise sdk.PageError(f"{reading.sobject}: the results name themselves as the next ones; the page is refused")
    place = replace(place, mark=replace(place.mark, locator=locator))
    return sdk.Turn(ask=_results(reading, place), state=place, records=records, bookmark=bookmarked(place.mark))


def expired(reading: Keyset, place: Place) -> sdk.Turn:
    """Another job in place of one that Salesforce does not have any more, from the same position."""
    unhurried = place.restarts >= RESTARTS_MOST
    mark = replace(place.mark, job=None, job_version="", locator=None, unhurried=unhurried)
    return _onward(reading, replace(place, mark=mark, restarts=place.restarts + 1, looks=0))


def given_up(reading: Keyset, place: Place, *, running: bool = True) -> sdk.Turn:
    """Ordinary queries from the position before the job, for the rest of this pass; the job is deleted."""
    job = place.mark.job
    place = replace(place, mark=replace(place.mark, job=None, job_version="", locator=None, unhurried=True))
    return _onward(reading, place) if job is None else discarded(reading, place, job, "rows", running=running)


def discarded(reading: Keyset, place: Place, job: str, then: After, *, running: bool = True) -> sdk.Turn:
    """The request that deletes a job, behind the one that aborts it when it may be running; then the reading goes on."""
    path, state = f"{_path(reading)}/{job}", replace(place, dropping=job, then=then)
    if running:
        ask = sdk.Ask(method="PATCH", path=path, json={"state": "Aborted"})
        return sdk.Turn(ask=ask, state=replace(state, asking="abort"))
    return sdk.Turn(ask=sdk.Ask(method="DELETE", path=path), state=replace(state, asking="drop"))


def dropped(reading: Keyset, place: Place, answer: sdk.Answer) -> sdk.Turn:
    """How the reading goes on, whatever Salesforce answers: a job that stays is deleted by itself after seven days."""
    if place.asking == "abort":
        return discarded(reading, place, place.dropping, place.then, running=False)
    match place.then:
        case "describe":
            return reading.describe(place)
        case "rows":
            return _onward(reading, place)
        case "end":
            mark = replace(place.mark, job=None, job_version="", locator=None)
            return reading.finished(replace(place, mark=mark, high=mark.ceiling), (), answer)


def rows(sobject: str, version: str, answer: sdk.Answer, types: dict[str, str]) -> Iterator[sdk.Record]:
    """Each row of the CSV as the JSON that a query would give; empty is null, which CSV cannot tell apart.

    Raises PageError when it is no CSV, or when rows are missing.
    """
    csv.field_size_limit(LONGEST_VALUE)
    try:
        text = answer.body.decode("utf-8-sig").replace("\x00", "")
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise sdk.PageError(f"{sobject}: the results of the job are no CSV; the page is refused") from error
    header, found = (lines[0], lines[1:]) if lines else ([], [])
    promised = answer.headers.get("sforce-numberofrecords", "")
    if promised.isdigit() and int(promised) != len(found):
        raise sdk.PageError(f"{sobject}: {len(found)} of {promised} results arrived; the page is refused")
    if found and "Id" not in header:
        raise sdk.PageError(f"{sobject}: the results of the job have no Id; the page is refused")
    for line in found:
        if len(line) != len(header):
            raise sdk.PageError(f"{sobject}: a result has another number of fields; the page is refused")
        named = dict(zip(header, line, strict=True))
        url = f"/services/data/v{version}/sobjects/{sobject}/{named['Id']}"
        record: dict[str, Any] = {"attributes": {"type": sobject, "url": url}}
        record |= {name: typed(value, types.get(name, "string")) for name, value in named.items()}
        yield sdk.Record(raw=msgspec.json.encode(record))


def typed(text: str, type_: str) -> Any:
    """A value of a CSV as a query's JSON has it; what is not of its type stays text."""
    if text == "":
        return None
    if type_ == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if type_ == "datetime":
        return f"{text[:-1]}+0000" if text.endswith("Z") else text
    if type_ in NUMBERS:
        try:
            number = msgspec.json.decode(text, type=int | float)
        except msgspec.DecodeError:
            return text
        return msgspec.Raw(text.encode()) if isinstance(number, float) else number
    return text


def _onward(reading: Keyset, place: Place) -> sdk.Turn:
    """The query for what lies behind the position; the bookmark names no job any more."""
    turn = reading.rows(place)
    if place.mark.ceiling is not None:
        turn.bookmark = bookmarked(place.mark)
    return turn


def _watch(reading: Keyset, place: Place, *, bookmark: bool = False) -> sdk.Turn:
    ask = sdk.Ask(path=f"{_path(reading)}/{place.mark.job}", family=FAMILY)
    kept = bookmarked(place.mark) if bookmark else None
    return sdk.Turn(ask=ask, state=replace(place, asking="state"), bookmark=kept)


def _results(reading: Keyset, place: Place) -> sdk.Ask:
    path = f"{_path(reading)}/{place.mark.job}/results"
    ask = sdk.Ask(path=path, params=(("maxRecords", str(reading.bulk_page_rows)),), headers=(("Accept", "text/csv"),))
    return ask.having(locator=place.mark.locator) if place.mark.locator else ask


def _path(reading: Keyset) -> str:
    return f"/services/data/v{reading.version}/jobs/query"


def _job(reading: Keyset, answer: sdk.Answer) -> Job:
    try:
        return _JOB.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise sdk.PageError(f"{reading.sobject}: the answer is no job; it is refused") from error
