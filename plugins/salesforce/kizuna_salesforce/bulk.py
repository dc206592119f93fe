"""Large first loads through Bulk API 2.0: query jobs are made, watched and collected as CSV.

The first page of a first load tells how many rows there are; when many are left, jobs read what lies behind that page, each
a range of ids, so that their results come side by side. Whatever goes wrong with one of them, the rows are read by ordinary
queries from the same position; one that has expired is made again. Rows of a job come in no order, so the position stays
before them and the bookmark holds the jobs and their locators. A job is deleted when its results have come, and aborted
before that when they are not wanted any more.
Source: Bulk API 2.0 and Bulk API Developer Guide, query jobs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from kizuna import sdk
from kizuna_salesforce import pages, results, soql
from kizuna_salesforce.currency import with_currency
from kizuna_salesforce.marks import After, Mark, Part, Place, bookmarked
from kizuna_salesforce.splitting import condition, cuts

if TYPE_CHECKING:
    from kizuna_salesforce.readings import Keyset

FAMILY = "bulk-state"
ASKED_EVERY_S = 10.0  # how often the state of a job may be asked for
WAITED_MOST = timedelta(hours=11)  # for a job; what is not done by then is read without jobs
RESTARTS_MOST = 8  # jobs made anew in one pass because others had expired
PARTS_MOST = 4  # of an object, and four objects may be read at once; Salesforce itself works on each in pieces
PART_WORTH = 2  # how often over each job of several must have enough rows for one
SINCE_VERSION = 47.0
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
    return bool(able and mark.types is not None and mark.watermark is None and not mark.unhurried) and (
        left >= reading.bulk_from_rows
    )


def launch(reading: Keyset, place: Place, records: tuple[sdk.Record, ...], left: int) -> sdk.Turn:
    """The records of the page before, and what must be known to make jobs for the ``left`` rows behind it."""
    parts, bookmark = min(PARTS_MOST, left // (PART_WORTH * reading.bulk_from_rows)), bookmarked(place.mark)
    if parts <= 1:
        turn = split(reading, place, "")
    else:
        lowest, highest = (reading.query(soql.outermost(reading.sobject, direction)) for direction in ("ASC", "DESC"))
        turn = sdk.Turn(ask=lowest, ahead=(highest,), state=replace(place, asking="lowest", parts=parts))
    turn.records, turn.bookmark = records, bookmark
    return turn


def bounded(reading: Keyset, place: Place, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
    """The question for the highest id behind that for the lowest, then the jobs for what lies between."""
    source_id = pages.first_id(pages.page(answer, reading.sobject, ask.path))
    if place.asking == "highest":
        return split(reading, place, source_id)
    highest = reading.query(soql.outermost(reading.sobject, "DESC"))
    return sdk.Turn(ask=highest, state=replace(place, asking="highest", lowest=source_id))


def split(reading: Keyset, place: Place, highest: str) -> sdk.Turn:
    """The first of the jobs; only one, for all rows, where the ids do not tell how to cut."""
    ends = cuts(place.lowest, highest, place.parts)
    below: tuple[str | None, ...] = (*ends, None)
    jobs = tuple(Part(above=ends[:number], below=end) for number, end in enumerate(below))
    return made(reading, replace(place, mark=replace(place.mark, jobs=jobs, job_version=reading.version)))


def made(reading: Keyset, place: Place) -> sdk.Turn:
    """The request that makes the first job that is missing; when none is, a look at those there are."""
    mark = place.mark
    number = next((number for number, job in enumerate(mark.jobs) if not job.id), None)
    if number is None:
        return _looked_after(reading, place)
    job = mark.jobs[number]
    behind = soql.beyond(reading.cursor(mark), mark.at, mark.id) if mark.at is not None and mark.id is not None else ""
    where = " AND ".join(filter(None, (behind, condition(job.above, job.below))))
    query = soql.unordered(reading.sobject, mark.fields, where)
    ask = sdk.Ask(method="POST", path=_path(reading), json={"operation": "queryAll", "query": query})
    return sdk.Turn(ask=ask, state=replace(place, asking="job", part=number))


def launched(reading: Keyset, place: Place, answer: sdk.Answer) -> sdk.Turn:
    """What follows on a job that was made; the bookmark names it."""
    place = _having(place, id=_job(reading, answer).id, made_at=answer.asked_at)
    turn = made(reading, place)
    turn.bookmark = bookmarked(place.mark)
    return turn


def watched(reading: Keyset, place: Place, answer: sdk.Answer) -> sdk.Turn:
    """The next look at the jobs, or their first results."""
    job = place.mark.jobs[place.part]
    ended = place.ended | {job.id}
    match _job(reading, answer).state:
        case "JobComplete":
            return _looked_after(reading, replace(place, ended=ended))
        case "Failed" | "Aborted":
            return given_up(reading, replace(place, ended=ended))
    if job.made_at is not None and answer.asked_at - job.made_at >= WAITED_MOST:
        return given_up(reading, place)
    return _looked_after(reading, place)


def collected(reading: Keyset, place: Place, answer: sdk.Answer) -> sdk.Turn:
    """The records of a page of results, and the request for those of the next job in turn.

    Raises PageError when the page holds fewer rows than Salesforce says.
    """
    job = place.mark.jobs[place.part]
    read = results.rows(reading.sobject, reading.version, answer, dict(place.mark.types or ()))
    records = tuple(sdk.Record(raw=with_currency(record.raw, place.mark.currency)) for record in read)
    locator = answer.headers.get("sforce-locator", "null")
    if locator in ("", "null"):
        # The bookmark names the job until it is deleted, so that a kill before that leaves none behind.
        turn = discarded(reading, place, (job.id,), "part")
    elif locator == job.locator:
        raise sdk.PageError(f"{reading.sobject}: the results name themselves as the next ones; the page is refused")
    else:
        turn = _collecting(reading, _having(place, locator=locator))
    turn.records = records
    return turn


def expired(reading: Keyset, place: Place) -> sdk.Turn:
    """Another job in place of one that Salesforce does not have any more, for the same rows."""
    lost = place.mark.jobs[place.part].id
    anew = replace(_having(place, id="", locator=None, made_at=None), ended=place.ended - {lost})
    if place.mark.remade >= RESTARTS_MOST:
        return given_up(reading, anew)
    anew = replace(anew, mark=replace(anew.mark, remade=anew.mark.remade + 1))
    turn = made(reading, anew)
    turn.bookmark = bookmarked(anew.mark)
    return turn


def unfinished(mark: Mark) -> tuple[str, ...]:
    """The jobs that Salesforce still has because of this reading."""
    return tuple(job.id for job in mark.jobs if job.id and not job.done)


def closed(reading: Keyset, mark: Mark) -> sdk.Closed | None:
    """What aborts and deletes the jobs that Salesforce still has, and the bookmark without them."""
    paths = [f"{_path(reading)}/{job}" for job in unfinished(mark)]
    aborting = (sdk.Ask(method="PATCH", path=path, json={"state": "Aborted"}) for path in paths)
    asks = [
        ask for path, abort in zip(paths, aborting, strict=True) for ask in (abort, sdk.Ask(method="DELETE", path=path))
    ]
    return sdk.Closed(asks=tuple(asks), bookmark=bookmarked(replace(mark, jobs=(), job_version=""))) if asks else None


def given_up(reading: Keyset, place: Place) -> sdk.Turn:
    """Ordinary queries from the position before the jobs, for the rest of this pass; the jobs are deleted."""
    left = unfinished(place.mark)
    place = replace(place, mark=replace(place.mark, jobs=(), job_version="", unhurried=True))
    return discarded(reading, place, left, "rows") if left else _onward(reading, place)


def discarded(reading: Keyset, place: Place, jobs: Sequence[str], then: After) -> sdk.Turn:
    """The request that deletes the first of the jobs, behind the one that aborts it when it may be under way."""
    path, state = f"{_path(reading)}/{jobs[0]}", replace(place, dropping=tuple(jobs), then=then)
    ahead = tuple(_results(reading, job) for job in _in_turn(place)[:-1]) if then == "part" else ()
    if jobs[0] not in place.ended:
        ask = sdk.Ask(method="PATCH", path=path, json={"state": "Aborted"})
        return sdk.Turn(ask=ask, ahead=ahead, state=replace(state, asking="abort"))
    return sdk.Turn(ask=sdk.Ask(method="DELETE", path=path), ahead=ahead, state=replace(state, asking="drop"))


def dropped(reading: Keyset, place: Place, answer: sdk.Answer) -> sdk.Turn:
    """How the reading goes on, whatever Salesforce answers: a job that stays is deleted by itself after seven days."""
    job, *others = place.dropping
    if place.asking == "abort":
        return discarded(reading, replace(place, ended=place.ended | {job}), place.dropping, place.then)
    if others:
        return discarded(reading, place, others, place.then)
    match place.then:
        case "rows":
            return _onward(reading, place)
        case "part":
            place = _having(place, done=True)
            if unfinished(place.mark):
                return _collecting(reading, place)
            mark = replace(place.mark, jobs=(), job_version="")
            return reading.finished(replace(place, mark=mark, high=mark.ceiling), (), answer)


def _onward(reading: Keyset, place: Place) -> sdk.Turn:
    """The query for what lies behind the position; the bookmark names no job any more."""
    turn = reading.rows(place)
    if place.mark.ceiling is not None:
        turn.bookmark = bookmarked(place.mark)
    return turn


def _looked_after(reading: Keyset, place: Place) -> sdk.Turn:
    """A look at the first job that may be under way; when none is, their results. A run's slice may end at each look."""
    waiting = ((n, job) for n, job in enumerate(place.mark.jobs) if not job.done and job.id not in place.ended)
    number, job = next(waiting, (-1, None))
    if job is None:
        return _collecting(reading, replace(place, part=len(place.mark.jobs) - 1))
    ask = sdk.Ask(path=f"{_path(reading)}/{job.id}", family=FAMILY)
    return sdk.Turn(ask=ask, state=replace(place, asking="state", part=number), bookmark=bookmarked(place.mark))


def _collecting(reading: Keyset, place: Place) -> sdk.Turn:
    """The request for results of the next job in turn; those of the others do not wait for its answer."""
    here, *others = _in_turn(place)
    state = replace(place, asking="results", part=place.mark.jobs.index(here))
    ahead = tuple(_results(reading, job) for job in others)
    return sdk.Turn(ask=_results(reading, here), ahead=ahead, state=state, bookmark=bookmarked(place.mark))


def _in_turn(place: Place) -> list[Part]:
    """The jobs whose results have not all come, the one behind that which is asked about first, that one last."""
    jobs, behind = place.mark.jobs, place.part + 1
    return [job for job in (*jobs[behind:], *jobs[:behind]) if not job.done]


def _having(place: Place, **changed: Any) -> Place:
    """The place with the job that is asked about changed so."""
    jobs, number = place.mark.jobs, place.part
    changed_job = replace(jobs[number], **changed)
    mark = replace(place.mark, jobs=(*jobs[:number], changed_job, *jobs[number + 1 :]))
    return replace(place, mark=mark)


def _results(reading: Keyset, job: Part) -> sdk.Ask:
    path = f"{_path(reading)}/{job.id}/results"
    ask = sdk.Ask(path=path, params=(("maxRecords", str(reading.bulk_page_rows)),), headers=(("Accept", "text/csv"),))
    return ask.having(locator=job.locator) if job.locator else ask


def _path(reading: Keyset) -> str:
    return f"/services/data/v{reading.version}/jobs/query"


def _job(reading: Keyset, answer: sdk.Answer) -> Job:
    try:
        return _JOB.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise sdk.PageError(f"{reading.sobject}: the answer is no job; it is refused") from error
