"""List endpoints: by cursor when ``page[size]`` is given, else by page number as in the old days."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from kizuna.sandbox import SandboxState, StoredRecord
from kizuna_zendesk.sandbox.asking import Refusal, answer, link, number
from kizuna_zendesk.sandbox.ids import seconds, stamp

MOST_A_PAGE = 100
MOST_BY_OFFSET = 10_000
OF_DELETED_USERS = (
    "active created_at email id locale locale_id name organization_id phone photo role shared_phone_number time_zone "
    "updated_at url"
).split()
"""All that is told of a deleted user. Source: the vendor's OpenAPI description, DeletedUserObject."""

ARCHIVED_AFTER = timedelta(days=120)
Kept = Callable[[StoredRecord, Request, SandboxState], bool]


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list shows: the rows of a stream that are kept, in the order of their ids, the newest first where so said."""

    stream: str
    kept: Kept
    newest_first: bool = False

    def order(self, record: StoredRecord) -> int:
        """Where a record stands."""
        return -int(record.id) if self.newest_first else int(record.id)


def living(record: StoredRecord, _request: Request, _state: SandboxState) -> bool:
    """Neither deleted nor merged away."""
    return record.live


def unarchived(record: StoredRecord, _request: Request, state: SandboxState) -> bool:
    """Living, and not a ticket (or its measures) closed for so long that lists leave it out."""
    if not record.live:
        return False
    ticket = record if record.stream == "tickets" else state.find("tickets", str(record.payload["ticket_id"]))
    return ticket is None or ticket.payload["status"] != "closed" or ticket.updated_at > state.now() - ARCHIVED_AFTER


def rated(record: StoredRecord, request: Request, _state: SandboxState) -> bool:
    """Living, offered within the times asked for, of the score asked for."""
    at, score = seconds(record.created_at), request.query_params.get("score")
    within = number(request, "start_time", 0) <= at <= number(request, "end_time", 1 << 40)
    return record.live and within and (score is None or record.payload["score"] == score)


LISTS = {
    "tickets": Listed("tickets", unarchived),
    "users": Listed("users", living),
    "organizations": Listed("organizations", living),
    "organization_memberships": Listed("organization_memberships", living),
    "satisfaction_ratings": Listed("satisfaction_ratings", rated),
    "ticket_metrics": Listed("ticket_metrics", unarchived, newest_first=True),
    "groups": Listed("groups", living),
    "brands": Listed("brands", living),
    "ticket_forms": Listed("ticket_forms", living),
    "custom_statuses": Listed("custom_statuses", living),
    "ticket_fields": Listed("ticket_fields", living),
    "user_fields": Listed("user_fields", living),
    "organization_fields": Listed("organization_fields", living),
    "sla_policies": Listed("sla_policies", living),
}


def listing(request: Request, state: SandboxState) -> Response:
    """A page of the list of that name."""
    listed = LISTS[request.path_params["stream"]]
    with state.lock:
        rows = state.stream(listed.stream).ordered("by id", listed.order)
        if "page[size]" in request.query_params:
            return answer(by_cursor(request, state, listed, rows))
        kept = [row.payload for row in rows if listed.kept(row, request, state)]
    return answer(by_offset(request, listed.stream, kept))


def by_cursor(request: Request, state: SandboxState, listed: Listed, rows: Sequence[StoredRecord]) -> dict[str, Any]:
    """Cursor pagination: the next link is there even on the last page."""
    size = max(1, min(MOST_A_PAGE, number(request, "page[size]")))
    after, before = request.query_params.get("page[after]"), request.query_params.get("page[before]")
    found: list[StoredRecord] = []
    if before is not None:
        begin = bisect_left(rows, opened(before), key=listed.order)
        candidates: Sequence[StoredRecord] = rows[:begin][::-1]
    else:
        begin = bisect_right(rows, opened(after), key=listed.order) if after else 0
        candidates = rows[begin:] if begin else rows
    for row in candidates:
        if listed.kept(row, request, state):
            found.append(row)
            if len(found) > size:
                break
    shown = found[:size][::-1] if before is not None else found[:size]
    return enveloped(request, listed, shown, has_more=len(found) > size)


def enveloped(request: Request, listed: Listed, shown: Sequence[StoredRecord], *, has_more: bool) -> dict[str, Any]:
    """The rows with their cursors and links."""
    first, last = (sealed(listed.order(row)) for row in (shown[0], shown[-1])) if shown else (None, None)
    prev = link(request, {"page[before]": first, "page[after]": None}) if first else None
    following = link(request, {"page[after]": last, "page[before]": None}) if last else None
    return {
        listed.stream: [row.payload for row in shown],
        "meta": {"has_more": has_more, "after_cursor": last, "before_cursor": first},
        "links": {"prev": prev, "next": following},
    }


def by_offset(request: Request, name: str, rows: Sequence[Any]) -> dict[str, Any]:
    """Offset pagination: no further than ten thousand rows."""
    size = max(1, min(MOST_A_PAGE, number(request, "per_page", MOST_A_PAGE)))
    page = max(1, number(request, "page", 1))
    if page * size > MOST_BY_OFFSET:
        raise Refusal(400, "InvalidPaginationDepth", "Page and per_page go beyond 10000 records; use cursor pagination")
    end = page * size
    return {
        name: rows[end - size : end],
        "next_page": link(request, {"page": page + 1}) if end < len(rows) else None,
        "previous_page": link(request, {"page": page - 1}) if page > 1 else None,
        "count": len(rows),
    }


def either(request: Request, name: str, rows: Sequence[Any], most: int = MOST_A_PAGE) -> Response:
    """A page of a record's own list: by cursor when ``page[size]`` is given, else by page number."""
    if "page[size]" not in request.query_params:
        return answer(by_offset(request, name, rows))
    size = max(1, min(most, number(request, "page[size]")))
    after = request.query_params.get("page[after]")
    begin = opened(after) if after else 0
    shown = rows[begin : begin + size]
    last = sealed(begin + len(shown)) if shown else None
    meta = {"has_more": begin + size < len(rows), "after_cursor": last, "before_cursor": None}
    return answer({name: shown, "meta": meta, "links": {"prev": None, "next": None}})


def deleted_tickets(request: Request, state: SandboxState) -> Response:
    """The tickets in the bin."""
    rows = [
        {
            "id": int(row.id),
            "subject": row.payload["subject"],
            "actor": {"id": 0, "name": "Sandbox"},
            "deleted_at": stamp(row.deleted_at),
            "previous_state": row.versions[-2].payload["status"] if len(row.versions) > 1 else "open",
        }
        for row in state.stream("tickets")
        if not row.live
    ]
    return answer(by_offset(request, "deleted_tickets", rows))


def deleted_users(request: Request, state: SandboxState) -> Response:
    """The users in the bin, and those who were deleted for good: what the vendor still tells of them."""
    rows = (row.payload for row in state.stream("users") if not row.live)
    return either(request, "deleted_users", [{name: row.get(name) for name in OF_DELETED_USERS} for row in rows])


def sealed(place: int) -> str:
    """A cursor: opaque to the caller."""
    return b64encode(json.dumps({"o": "id", "v": place}).encode()).decode()


def opened(cursor: str) -> int:
    """The place of a cursor. Refuses one that is none."""
    try:
        return int(json.loads(b64decode(cursor, validate=True))["v"])
    except (ValueError, KeyError, TypeError) as error:
        raise Refusal(400, "InvalidCursor", "The cursor is invalid") from error
