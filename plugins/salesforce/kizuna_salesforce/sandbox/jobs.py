"""``/jobs/query``: query jobs of Bulk API 2.0, their states and their results as CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kizuna.sandbox import SandboxState
from kizuna_salesforce.sandbox import soql
from kizuna_salesforce.sandbox.ids import RUN_AS_USER, numbered
from kizuna_salesforce.sandbox.matching import Row, column, written
from kizuna_salesforce.sandbox.queries import found, hidden_fields, readable
from kizuna_salesforce.sandbox.refusals import Refused, no_object, not_found

PAGE_ROWS = 50_000


@dataclass(slots=True)
class Job:
    """A job and its results, which stand still; ``looks`` counts down until it is complete."""

    told: dict[str, Any]
    fields: tuple[str, ...]
    rows: list[Row] = field(repr=False)
    looks: int = 0


class JobDesk:
    """Answers for the query jobs of one org.

    ``memory["job_looks"]`` is how often a job is still under way when asked, ``memory["no_bulk"]`` the objects refused,
    ``memory["jobs_made"]`` the objects of all jobs there ever were, in order.
    """

    def __init__(self, state: SandboxState) -> None:
        self._state = state
        self._numbers = count(1)

    async def jobs(self, request: Request) -> Response:
        """All jobs; POST makes one."""
        if request.method == "POST":
            return await self._make(request)
        return JSONResponse(
            {"done": True, "records": [job.told for job in self._jobs().values()], "nextRecordsUrl": None}
        )

    async def job(self, request: Request) -> Response:
        """A job's state; PATCH aborts it, DELETE removes it."""
        job = self._named(request)
        if request.method == "DELETE":
            if job.told["state"] == "InProgress":
                raise Refused(400, "INVALIDJOBSTATE", "Deleting a job that is under way is not allowed")
            del self._jobs()[request.path_params["id"]]
            return Response(status_code=204)
        if request.method == "PATCH":
            if job.told["state"] not in ("UploadComplete", "InProgress"):
                raise Refused(400, "INVALIDJOBSTATE", "Aborting a job that has ended is not allowed")
            job.told["state"] = "Aborted"
        elif job.told["state"] in ("UploadComplete", "InProgress"):
            job.looks -= 1
            job.told["state"] = "InProgress" if job.looks >= 0 else "JobComplete"
        ended = {"jobType": "V2Query", "numberRecordsProcessed": len(job.rows), "retries": 0, "totalProcessingTime": 12}
        return JSONResponse({**job.told, **(ended if job.told["state"] == "JobComplete" else {})})

    async def results(self, request: Request) -> Response:
        """A page of a complete job's rows; ``Sforce-Locator`` names the next one."""
        job, params = self._named(request), request.query_params
        if job.told["state"] != "JobComplete":
            raise Refused(400, "INVALIDJOBSTATE", "The job is not complete")
        begin = int(params.get("locator") or 0)
        end = begin + min(int(params.get("maxRecords") or PAGE_ROWS), self._state.memory.get("page_rows", PAGE_ROWS))
        shown = job.rows[begin:end]
        headers = {
            "Sforce-Locator": str(end) if end < len(job.rows) else "null",
            "Sforce-NumberOfRecords": str(len(shown)),
        }
        return Response(as_csv(job.fields, shown), media_type="text/csv", headers=headers)

    async def _make(self, request: Request) -> Response:
        try:
            asked = msgspec.json.decode(await request.body(), type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise Refused(400, "JSON_PARSER_ERROR", "The body is no JSON object") from error
        query = soql.parse(str(asked.get("query", "")))
        sobject = readable(self._state, query.sobject)
        if sobject is None:
            raise no_object(query.sobject)
        if sobject in self._state.memory.get("no_bulk", ()):
            raise Refused(400, "INVALIDENTITY", f"Entity '{sobject}' is not supported by the Bulk API.")
        hidden = hidden_fields(self._state, sobject)
        everything = asked.get("operation") == "queryAll"
        with self._state.lock:
            rows = found(self._state, query, sobject, hidden, everything=everything)
        at = written(self._state.now())
        told = {
            "id": numbered("750", next(self._numbers)),
            "operation": asked.get("operation", "query"),
            "object": sobject,
            "createdById": RUN_AS_USER,
            "createdDate": at,
            "systemModstamp": at,
            "state": "UploadComplete",
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(request.path_params["version"].removeprefix("v")),
            "lineEnding": "LF",
            "columnDelimiter": "COMMA",
        }
        self._state.memory.setdefault("jobs_made", []).append(sobject)
        names = tuple(column(sobject, name, hidden).name for name in query.fields)
        self._jobs()[told["id"]] = Job(told, names, rows, self._state.memory.get("job_looks", 1))
        return JSONResponse(told)

    def _jobs(self) -> dict[str, Job]:
        jobs: dict[str, Job] = self._state.memory.setdefault("jobs", {})
        return jobs

    def _named(self, request: Request) -> Job:
        held = self._jobs().get(request.path_params["id"])
        if held is None:
            raise not_found()
        return held


def as_csv(fields: tuple[str, ...], rows: list[Row]) -> bytes:
    """The rows as Salesforce writes them: all values quoted, null as the empty text, instants with a Z."""
    paper = io.StringIO(newline="")
    writer = csv.writer(paper, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(fields)
    writer.writerows([_said(row[name]) for name in fields] for row in rows)
    return paper.getvalue().encode()


def _said(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return f"{text[:-5]}Z" if text.endswith(".000+0000") else text
