"""``/sobjects``: descriptions, single records, writes, and the lists of what was updated and deleted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kizuna.sandbox import Native, SandboxState, StoredRecord
from kizuna_salesforce.ids import full_id
from kizuna_salesforce.sandbox import schema
from kizuna_salesforce.sandbox.ids import numbered
from kizuna_salesforce.sandbox.matching import column, written
from kizuna_salesforce.sandbox.queries import JSON, hidden_fields, readable
from kizuna_salesforce.sandbox.refusals import Refused, no_column, not_found
from kizuna_salesforce.sandbox.rows import row
from kizuna_salesforce.sandbox.shelves import RECYCLE_BIN, is_purged, shelf

REPLICATION_LONGEST = timedelta(days=30)
_REQUIRED = {"Account": "Name", "Contact": "LastName", "Lead": "LastName", "Opportunity": "Name", "Product2": "Name"}
_KINDS = {
    "Account": "account",
    "Contact": "person",
    "Lead": "lead",
    "Opportunity": "deal",
    "Contract": "contract",
    "Case": "ticket",
    "Task": "activity",
    "Event": "activity",
    "Product2": "product",
}


class ObjectDesk:
    """Answers for single objects and records of one org."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state

    async def every(self, request: Request) -> Response:
        version = request.path_params["version"]
        unreadable = self._state.memory.get("unreadable", {})
        described = [schema.summary(name, version) for name in schema.objects() if name not in unreadable]
        return JSONResponse({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": described})

    async def describe(self, request: Request) -> Response:
        sobject, version = self._sobject(request), request.path_params["version"]
        if request.headers.get("if-modified-since"):
            return Response(status_code=304)
        said = schema.description(sobject, version, hidden_fields(self._state, sobject))
        said["replicateable"] = self._logged(sobject)
        return Response(msgspec.json.encode(said), media_type=JSON)

    async def about(self, request: Request) -> Response:
        """The object's summary with its newest records; POST makes a record."""
        if request.method == "POST":
            return await self._create(request)
        sobject, version = self._sobject(request), request.path_params["version"]
        newest = shelf(self._state, sobject).rows[-5:]
        return JSONResponse(
            {
                "objectDescribe": schema.summary(sobject, version),
                "recentItems": [_shown(sobject, r, version) for r in newest],
            }
        )

    async def record(self, request: Request) -> Response:
        """One record: read, changed or deleted."""
        if request.method == "PATCH":
            return await self._change(request)
        if request.method == "DELETE":
            held = self._held(request)
            with self._state.lock:
                self._state.remove(held.stream, held.id)
            return Response(status_code=204)
        held = self._held(request)
        version = held.seen_at(self._state.now())
        if version is None:
            raise not_found()
        return JSONResponse(self._chosen(held.stream, version.payload, request))

    async def updated(self, request: Request) -> Response:
        """The ids changed between two moments."""
        sobject = self._replicated(request)
        start, end = self._window(request, REPLICATION_LONGEST)
        rows = shelf(self._state, sobject).since(written(start))
        ids = [r["Id"] for r in rows if r["SystemModstamp"] < written(end) and not r.get("IsDeleted")]
        return JSONResponse({"ids": ids, "latestDateCovered": written(end)})

    async def deleted(self, request: Request) -> Response:
        """The ids deleted between two moments, purged ones too, merge losers without their winners."""
        sobject = self._replicated(request)
        start, end = self._window(request, RECYCLE_BIN)
        gone = [
            {"id": held.id, "deletedDate": written(held.deleted_at)}
            for held in self._state.stream(sobject)
            if held.deleted_at is not None and start <= held.deleted_at.replace(microsecond=0) < end
        ]
        earliest = self._state.now() - RECYCLE_BIN
        return JSONResponse(
            {"deletedRecords": gone, "earliestDateAvailable": written(earliest), "latestDateCovered": written(end)}
        )

    def _logged(self, sobject: str) -> bool:
        """Whether changes and deletions are logged; ``memory["unlogged"]`` names further objects of which they are not."""
        return sobject not in schema.UNLOGGED and sobject not in self._state.memory.get("unlogged", ())

    def _replicated(self, request: Request) -> str:
        sobject = self._sobject(request)
        if not self._logged(sobject):
            raise Refused(400, "INVALID_TYPE", f"sObject type '{sobject}' is not replicateable")
        return sobject

    def _window(self, request: Request, longest: timedelta) -> tuple[datetime, datetime]:
        """Start and end to the minute, the end not in the future. Raises Refused (INVALID_REPLICATION_DATE)."""
        now = self._state.now()
        start, asked_end = _moment(request, "start"), _moment(request, "end")
        end = min(asked_end, now.replace(second=0, microsecond=0) + timedelta(minutes=1))
        if now - start > longest or asked_end - start < timedelta(minutes=1):
            raise Refused(400, "INVALID_REPLICATION_DATE", "startDate before org replication enabled date")
        return start, max(start, end)

    def _sobject(self, request: Request) -> str:
        """The object named in the path. Raises Refused (NOT_FOUND, INSUFFICIENT_ACCESS)."""
        found = readable(self._state, request.path_params["sobject"])
        if found is None:
            raise not_found()
        return found

    def _held(self, request: Request) -> StoredRecord:
        """The record named in the path. Raises Refused (NOT_FOUND, ENTITY_IS_DELETED)."""
        held = self._state.find(self._sobject(request), full_id(request.path_params["id"]))
        if held is None or is_purged(self._state, held, self._state.now()):
            raise not_found()
        if not held.live:
            raise Refused(404, "ENTITY_IS_DELETED", "entity is deleted")
        return held

    def _chosen(self, sobject: str, payload: Mapping[str, Any], request: Request) -> dict[str, Any]:
        shown, hidden = _shown(sobject, payload, request.path_params["version"]), hidden_fields(self._state, sobject)
        wanted = request.query_params.get("fields")
        names = wanted.split(",") if wanted else [name for name in payload if name not in hidden]
        return {**shown, **{field.name: payload[field.name] for field in (column(sobject, n, hidden) for n in names)}}

    async def _create(self, request: Request) -> Response:
        sobject = self._sobject(request)
        body = _checked(sobject, await _body(request))
        required = _REQUIRED.get(sobject)
        if required and not body.get(required):
            raise Refused(400, "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{required}]", (required,))
        with self._state.lock:
            now = self._state.now()
            kind = _KINDS.get(sobject)
            if kind is None:
                raise Refused(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type cannot be inserted: {sobject}")
            _, number = self._state.fresh(kind)
            source_id = numbered(schema.summary(sobject, "v62.0")["keyPrefix"], number)
            payload = row(sobject, source_id, now, now, **body)
            if "Name" in payload and payload["Name"] is None:
                payload["Name"] = " ".join(filter(None, (body.get("FirstName"), body.get("LastName")))) or None
            self._state.put(Native(stream=sobject, id=source_id, payload=payload, created_at=now, updated_at=now))
        return JSONResponse({"id": source_id, "success": True, "errors": []}, 201)

    async def _change(self, request: Request) -> Response:
        body = _checked(self._sobject(request), await _body(request))
        with self._state.lock:
            held = self._held(request)
            at = written(self._state.now())
            self._state.rewrite(held.stream, held.id, **body, LastModifiedDate=at, SystemModstamp=at)
        return Response(status_code=204)


def _shown(sobject: str, payload: Mapping[str, Any], version: str) -> dict[str, Any]:
    url = f"/services/data/{version}/sobjects/{sobject}/{payload['Id']}"
    return {"attributes": {"type": sobject, "url": url}, "Id": payload["Id"]} | (
        {"Name": payload["Name"]} if "Name" in payload else {}
    )


def _moment(request: Request, name: str) -> datetime:
    text = request.query_params.get(name, "").replace(" ", "+")  # a plus that was not encoded
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(400, "MALFORMED_QUERY", f"{name} is no valid dateTime") from error
    return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC).replace(second=0, microsecond=0)


def _checked(sobject: str, body: dict[str, Any]) -> dict[str, Any]:
    """The body. Raises Refused for fields that are unknown or not to be written."""
    for name in body:
        if name.lower() not in schema.fields(sobject):
            raise no_column(name, sobject, "sobject of type")
        if not schema.writable(sobject, name):
            message = f"Unable to create/update fields: {name}. Please check the security settings of this field."
            raise Refused(400, "INVALID_FIELD_FOR_INSERT_UPDATE", message, (name,))
    return {schema.fields(sobject)[name.lower()].name: value for name, value in body.items()}


async def _body(request: Request) -> dict[str, Any]:
    try:
        return msgspec.json.decode(await request.body(), type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise Refused(400, "JSON_PARSER_ERROR", "The body is no JSON object") from error
