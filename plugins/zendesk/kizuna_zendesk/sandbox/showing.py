"""Single records and what hangs on them: show, show many, a ticket's comments and measures, a user's identities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from kizuna.sandbox import SandboxState, StoredRecord
from kizuna.sandbox.records import Ticket
from kizuna_zendesk.sandbox import exports
from kizuna_zendesk.sandbox.asking import EMAIL, answer, ids_of, included, known_caller, not_found
from kizuna_zendesk.sandbox.ids import METRIC
from kizuna_zendesk.sandbox.lists import either
from kizuna_zendesk.sandbox.tickets import comment_payload

SHOWN = {"tickets": "ticket", "users": "user", "organizations": "organization", "groups": "group"}


def found(request: Request, state: SandboxState, stream: str) -> StoredRecord:
    """The record of the path; refuses when it is not there. A deleted user is still shown, inactive."""
    record = state.find(stream, request.path_params["id"])
    if record is None or (not record.live and stream != "users"):
        raise not_found()
    return record


def me(request: Request, state: SandboxState) -> Response:
    """Who asks; somebody without (or with wrong) credentials is an anonymous user, and no error."""
    if not known_caller(request, state):
        return answer({"user": {"id": None, "url": None, "name": "Anonymous user", "email": "invalid@example.com"}})
    admin = {"id": 9, "name": "Sandbox admin", "email": EMAIL, "role": "admin", "active": True, "verified": True}
    return answer({"user": admin})


def show(request: Request, state: SandboxState) -> Response:
    """One record."""
    stream = request.path_params["stream"]
    record = found(request, state, stream)
    return answer({SHOWN[stream]: record.payload, **beside([record], request, state)})


def show_many(request: Request, state: SandboxState) -> Response:
    """Up to a hundred records by id; what is not there is left out."""
    stream = request.path_params["stream"]
    rows = [row for own in ids_of(request) if (row := state.find(stream, own)) is not None and row.live]
    around = {"next_page": None, "previous_page": None, "count": len(rows)}
    return answer({stream: [row.payload for row in rows], **around, **beside(rows, request, state)})


def beside(rows: Sequence[StoredRecord], request: Request, state: SandboxState) -> dict[str, list[Any]]:
    """What was asked for beside the records; the measures of tickets stand there too, and in an export inside them."""
    around = exports.beside(rows, request, state)
    if request.path_params["stream"] == "tickets" and "metric_sets" in included(request):
        found = [state.find("ticket_metrics", str(METRIC + int(row.id))) for row in rows]
        around["metric_sets"] = [one.payload for one in found if one is not None]
    return around


def comments(request: Request, state: SandboxState) -> Response:
    """A ticket's comments, the oldest first; a deleted ticket has none."""
    own = found(request, state, "tickets").id
    ticket = state.neutral("ticket", own)
    assert isinstance(ticket, Ticket)
    rows = [comment_payload(ticket, comment) for comment in ticket.comments]
    return either(request, "comments", rows)


def metrics(request: Request, state: SandboxState) -> Response:
    """A ticket's measures."""
    own = found(request, state, "tickets").id
    record = state.find("ticket_metrics", str(METRIC + int(own)))
    if record is None:
        raise not_found()
    return answer({"ticket_metric": record.payload})


def identities(request: Request, state: SandboxState) -> Response:
    """A user's identities."""
    rows: list[Any] = exports.identities(found(request, state, "users").id, state)
    return either(request, "identities", rows)
