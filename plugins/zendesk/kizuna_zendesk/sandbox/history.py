"""A ticket's audits, the redaction of its comments, and the newer surveys."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kizuna.sandbox import Native, SandboxState
from kizuna.sandbox.records import Ticket
from kizuna_zendesk.sandbox.asking import answer, body_of, not_found
from kizuna_zendesk.sandbox.ids import COMMENT_EVENT, REDACTION_EVENT, seconds, stamp, survey_id
from kizuna_zendesk.sandbox.lists import either
from kizuna_zendesk.sandbox.showing import found
from kizuna_zendesk.sandbox.tickets import comment_payload, whole

MERGES = "merged_tickets"
"""Where the memory keeps which ticket was merged into which."""

REDACTED = "▇"
SURVEYS_A_PAGE_MOST = 50


def audits(request: Request, state: SandboxState) -> Response:
    """A ticket's audits, the oldest first: one for each comment, and that of its merge says so."""
    own = found(request, state, "tickets").id
    ticket = state.neutral("ticket", own)
    assert isinstance(ticket, Ticket)
    winner = state.memory.get(MERGES, {}).get(own)
    rows = [_audit(ticket, place, winner) for place in range(len(ticket.comments))]
    return either(request, "audits", rows)


def _audit(ticket: Ticket, place: int, winner: str | None) -> dict[str, Any]:
    comment = ticket.comments[place]
    events: list[dict[str, Any]] = [comment_payload(ticket, comment)]
    via: dict[str, Any] = {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}}
    if winner is not None and place == len(ticket.comments) - 1:
        via["source"]["rel"] = "merge"
        events.append({"id": 1, "type": "Change", "field_name": "status", "value": "closed", "previous_value": "open"})
        events.append({"id": 2, "type": "Change", "field_name": "tags", "value": list(ticket.tags)})
    return {
        "id": int(comment.id) + COMMENT_EVENT,
        "ticket_id": int(ticket.id),
        "created_at": stamp(comment.at),
        "author_id": whole(comment.person_id or comment.staff_id),
        "via": via,
        "metadata": {"system": {}, "custom": {}},
        "events": events,
    }


async def redact(request: Request, state: SandboxState) -> Response:
    """The words of the body gone from a comment; the events say that, and go on showing what was said."""
    words = str((await body_of(request)).get("text") or "")
    comment_id = str(request.path_params["comment_id"])
    with state.lock:
        own = found(request, state, "tickets").id
        ticket = state.neutral("ticket", own)
        assert isinstance(ticket, Ticket)
        said = next((comment for comment in ticket.comments if comment.id == comment_id), None)
        if said is None or not words or words not in said.body:
            raise not_found()
        event_id = str(int(comment_id) + COMMENT_EVENT)
        event = state.find("ticket_events", event_id)
        told = event.payload if event is not None else None
        now_said = msgspec.structs.replace(said, body=said.body.replace(words, REDACTED * len(words)))
        comments = tuple(now_said if comment is said else comment for comment in ticket.comments)
        state.change("ticket", own, comments=comments)
        if told is not None:
            state.rewrite("ticket_events", event_id, **told)
        state.put(_redaction(own, comment_id, state))
    changed = state.neutral("ticket", own)
    assert isinstance(changed, Ticket)
    return answer({"comment": comment_payload(changed, now_said)})


def _redaction(ticket_id: str, comment_id: str, state: SandboxState) -> Native:
    """The event that tells of a redaction: which comment, and not its words."""
    at, own = state.now(), int(comment_id) + REDACTION_EVENT
    payload = {
        "id": own,
        "ticket_id": int(ticket_id),
        "timestamp": seconds(at),
        "created_at": stamp(at),
        "event_type": "Audit",
        "child_events": [{"id": own + 1, "event_type": "CommentRedactionEvent", "comment_id": int(comment_id)}],
    }
    return Native(stream="ticket_events", id=str(own), payload=payload, created_at=at, updated_at=at)


def survey_responses(request: Request, state: SandboxState) -> Response:
    """The answers to surveys, where the account has switched to them; an account with ratings has none."""
    rows = [_survey(row.payload) for row in state.live("satisfaction_ratings")] if state.memory.get("surveys") else []
    return either(request, "survey_responses", rows, SURVEYS_A_PAGE_MOST)


def _survey(rating: dict[str, Any]) -> dict[str, Any]:
    """A rating as the newer survey tells it: five stars for good, one for bad."""
    times = {"created_at": rating["created_at"], "updated_at": rating["updated_at"]}
    answers: list[dict[str, Any]] = []
    if rating["score"] in ("good", "bad"):
        stars = 5 if rating["score"] == "good" else 1
        question = {
            "type": "rating_scale_numeric",
            "sub_type": "customer_satisfaction",
            "options": [{"rating": n} for n in range(1, 6)],
        }
        answers.append(
            {"type": "rating_scale", "rating": stars, "rating_category": rating["score"], "question": question, **times}
        )
    if rating["comment"]:
        answers.append({"type": "open_ended", "value": rating["comment"], "question": {"type": "open_ended"}, **times})
    subject = {"id": str(rating["ticket_id"]), "type": "ticket", "zrn": f"zen:ticket:{rating['ticket_id']}"}
    return {
        "id": survey_id(str(rating["id"]), datetime.fromisoformat(rating["created_at"])),
        "survey_id": "01J0000000000000000000SRVY",
        "survey_version": 1,
        "responder_id": rating["requester_id"],
        "subjects": [subject],
        "answers": answers,
        "expires_at": None,
    }
