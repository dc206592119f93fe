"""Incremental exports: by cursor (tickets, users) and by time (also organisations, ticket events).

What changed in the last minute is withheld, and with it everything later, so that a row never surfaces behind a cursor.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from kizuna.sandbox import SandboxState, StoredRecord
from kizuna_zendesk.sandbox.asking import Refusal, answer, included, link, number
from kizuna_zendesk.sandbox.ids import EVENTS_A_TICKET, IDENTITIES_A_USER, METRIC, METRIC_EVENT, identity_id, seconds

FULL_PAGE = 1000
SAMPLE = 50
BY_CURSOR = ("tickets", "users")
BY_TIME = ("tickets", "users", "organizations", "ticket_events", "ticket_metric_events")
LAST = 1 << 62
SECOND = timedelta(seconds=1)
Place = tuple[int, int]


def place(record: StoredRecord) -> Place:
    """Where a record stands in its export: the second of its last change, then its id."""
    return seconds(record.updated_at), int(record.id)


def by_cursor(request: Request, state: SandboxState) -> Response:
    """A page of a cursor-based export; a poll with nothing new answers without a cursor."""
    stream = request.path_params["stream"]
    cursor, size = request.query_params.get("cursor"), page_size(request)
    after = opened(cursor) if cursor else (start_time(request, state), -1)
    rows, more = page(state, stream, bisect_right, after, size)
    closing = sealed(place(rows[-1])) if rows else None
    body: dict[str, Any] = {
        stream: payloads(rows, request, state),
        "after_url": link(request, {"cursor": closing, "start_time": None}) if closing else None,
        "before_url": None,
        "after_cursor": closing,
        "before_cursor": None,
        "end_of_stream": not more,
        **beside(rows, request, state),
    }
    return answer(body)


def by_time(request: Request, state: SandboxState) -> Response:
    """A page of a time-based export; the boundary is inclusive, and there is a next page even at the end."""
    return _by_time(request, state, page_size(request))


def sample(request: Request, state: SandboxState) -> Response:
    """At most fifty rows, to try the format."""
    return _by_time(request, state, min(SAMPLE, page_size(request)))


def _by_time(request: Request, state: SandboxState, size: int) -> Response:
    stream = request.path_params["stream"]
    rows, more = page(state, stream, bisect_left, (start_time(request, state), -1), size)
    end_time = place(rows[-1])[0] if rows else None
    body: dict[str, Any] = {
        stream: payloads(rows, request, state),
        "count": len(rows),
        "next_page": link(request, {"start_time": end_time}) if end_time is not None else None,
        "end_of_stream": not more,
        "end_time": end_time,
        **beside(rows, request, state),
    }
    return answer(body)


def page(
    state: SandboxState, stream: str, side: Callable[..., int], after: Place, size: int
) -> tuple[Sequence[StoredRecord], bool]:
    """The rows from that place on that may be seen already, and whether more of them follow."""
    with state.lock:
        rows = state.stream(stream).ordered("changed", place)
        begin = side(rows, after, key=place)
        until = bisect_right(rows, (seconds(horizon(state)), LAST), lo=begin, key=place)
        return rows[begin : min(begin + size, until)], begin + size < until


def horizon(state: SandboxState) -> datetime:
    """The latest change that may be seen; what was there when the desk opened is seen at once.

    A second is shown when it is over, else rows could join it behind a cursor.
    """
    withheld: timedelta = state.memory.get("withheld", timedelta(minutes=1))
    seen_by_now = state.now() - max(withheld, state.lateness, SECOND)
    opened_at: datetime = state.memory.get("opened_at", seen_by_now)
    return max(seen_by_now, opened_at - SECOND)


def start_time(request: Request, state: SandboxState) -> int:
    """The start time asked for. Refuses one that is missing or not yet a minute old."""
    if "start_time" not in request.query_params:
        raise Refusal(400, "InvalidValue", "Missing required parameter start_time")
    asked = number(request, "start_time")
    if asked > seconds(horizon(state)):
        raise Refusal(422, "InvalidValue", "Too recent start_time. Use a start_time older than 60 seconds")
    return asked


def page_size(request: Request) -> int:
    """Rows a page, a thousand unless fewer were asked for."""
    return max(1, min(FULL_PAGE, number(request, "per_page", FULL_PAGE)))


def payloads(rows: Iterable[StoredRecord], request: Request, state: SandboxState) -> list[Any]:
    """The rows as the export shows them, with what was asked for inside them."""
    stream, asked = request.path_params["stream"], included(request)
    if stream == "tickets" and "metric_sets" in asked:
        return [measured(row, state) for row in rows]
    if stream == "ticket_events" and "comment_events" not in asked:
        return [without_comments(row.payload) for row in rows]
    return [row.payload for row in rows]


def measured(row: StoredRecord, state: SandboxState) -> dict[str, Any]:
    """A ticket with its measures inside."""
    metrics = state.find("ticket_metrics", str(METRIC + int(row.id)))
    return {**row.payload, "metric_set": None if metrics is None else metrics.payload}


def without_comments(event: dict[str, Any]) -> dict[str, Any]:
    """An event as it is without the side-load: that there was a comment, and not what it said."""
    return {**event, "child_events": [_mentioned(child) for child in event["child_events"]]}


def _mentioned(child: dict[str, Any]) -> dict[str, Any]:
    if child["event_type"] != "Comment":
        return child
    flags = {"comment_present": True, "comment_public": child["public"], "event_type": "Comment"}
    return {"id": child["id"], "via": "Web form", "via_reference_id": 0, **flags}


def beside(rows: Sequence[StoredRecord], request: Request, state: SandboxState) -> dict[str, list[Any]]:
    """The side-loads that stand at the top of the answer."""
    asked = included(request)
    found: dict[str, list[Any]] = {}
    if request.path_params["stream"] == "users" and "identities" in asked:
        found["identities"] = [identity for row in rows for identity in identities(row.id, state)]
    if request.path_params["stream"] == "tickets" and "metric_events" in asked:
        found["metric_events"] = [event for row in rows for event in metric_events(row.id, state)]
    for name, fields in (("users", ("requester_id", "assignee_id")), ("organizations", ("organization_id",))):
        if name in asked and request.path_params["stream"] != name:
            ids = {str(row.payload[field]) for row in rows for field in fields if row.payload.get(field)}
            found[name] = [one.payload for own in sorted(ids) if (one := state.find(name, own)) is not None]
    return found


def metric_events(ticket_id: str, state: SandboxState) -> list[dict[str, Any]]:
    """All that happened to a ticket's measures."""
    first = METRIC_EVENT + int(ticket_id) * EVENTS_A_TICKET
    held = (state.find("ticket_metric_events", str(first + place)) for place in range(EVENTS_A_TICKET))
    return [event.payload for event in held if event is not None]


def identities(user_id: str, state: SandboxState) -> list[dict[str, Any]]:
    """A user's living identities: their own from the first place on, those of merged users from the last one back."""
    found: dict[str, dict[str, Any]] = {}
    for places in (range(IDENTITIES_A_USER), reversed(range(IDENTITIES_A_USER))):
        for own in places:
            record = state.find("identities", identity_id(user_id, own))
            if record is None:
                break
            if record.live:
                found[record.id] = record.payload
    return list(found.values())


def sealed(at: Place) -> str:
    """A cursor: opaque to the caller, as the vendor makes it."""
    return b64encode(f"{at[0]}.0||{at[1]}|".encode()).decode()


def opened(cursor: str) -> Place:
    """The place of a cursor. Refuses one that is none."""
    try:
        second, _, own = b64decode(cursor, validate=True).decode().rstrip("|").partition("||")
        return int(float(second)), int(own)
    except ValueError as error:
        raise Refusal(400, "InvalidValue", "Invalid cursor") from error
