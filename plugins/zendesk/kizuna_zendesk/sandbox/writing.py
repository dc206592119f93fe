"""What a client may change: create, update, delete, merge. Each goes through the neutral record, so that all follows."""

from __future__ import annotations

import secrets
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kizuna.sandbox import SandboxState
from kizuna.sandbox.records import Comment, StatusChange, Ticket
from kizuna_zendesk.sandbox.asking import Refusal, answer, body_of, not_found
from kizuna_zendesk.sandbox.ids import is_staff
from kizuna_zendesk.sandbox.showing import SHOWN, found

TICKET_FIELDS = {"subject": "subject", "priority": "priority", "requester_id": "person_id", "assignee_id": "staff_id"}
USER_FIELDS = {"name": "name", "email": "email", "phone": "phone", "organization_id": "account_id"}
ORGANIZATION_FIELDS = {"name": "name", "details": "description"}
STATUSES = {"new", "open", "pending", "hold", "solved", "closed"}


async def update(request: Request, state: SandboxState) -> Response:
    """A record changed as asked."""
    stream = request.path_params["stream"]
    asked = _inner(await body_of(request), SHOWN[stream])
    with state.lock:
        own = found(request, state, stream).id
        if stream == "tickets":
            change_ticket(own, asked, state)
        elif stream == "users":
            state.change(_user_kind(own), own, **_named(asked, USER_FIELDS))
        else:
            domains = _domains(asked.get("domain_names"))
            state.change("account", own, **_named(asked, ORGANIZATION_FIELDS), **domains)
        record = state.find(stream, own)
    assert record is not None
    body: dict[str, Any] = {SHOWN[stream]: record.payload}
    return answer({**body, "audit": _audit(int(own))} if stream == "tickets" else body)


def change_ticket(own: str, asked: dict[str, Any], state: SandboxState) -> None:
    """Fields, status and comment of a ticket. Refuses a status nobody knows and a ticket already closed."""
    ticket = state.neutral("ticket", own)
    assert isinstance(ticket, Ticket)
    if ticket.status == "closed":
        raise _invalid("status", "Status: closed prevents ticket update")
    now, fields = state.now(), _named(asked, TICKET_FIELDS)
    status = asked.get("status", ticket.status)
    if status not in STATUSES:
        raise _invalid("status", f"Status: {status} is not valid")
    if status != ticket.status:
        solved = now if status == "solved" else (ticket.solved_at if status == "closed" else None)
        fields |= {"status": status, "solved_at": solved, "history": (*ticket.history, StatusChange(status, now))}
        if ticket.status == "solved" and status == "open":
            fields["reopens"] = ticket.reopens + 1
    if "tags" in asked:
        fields["tags"] = tuple(asked["tags"])
    if asked.get("comment"):
        said = _comment(ticket, asked["comment"], state)
        fields["comments"] = (*ticket.comments, said)
        if said.staff_id is not None and said.public:
            fields["first_reply_at"] = ticket.first_reply_at or now
    state.change("ticket", own, **fields)


def _comment(ticket: Ticket, asked: dict[str, Any], state: SandboxState) -> Comment:
    own, made = state.fresh("comment")
    # Who asks the API is an administrator; the assignee, or the first of the staff, stands in.
    author = str(asked.get("author_id") or ticket.staff_id or next((one.id for one in state.of_kind("staff")), ""))
    theirs = bool(author) and not is_staff(author)
    return Comment(
        id=own,
        number=made,
        person_id=author if theirs else None,
        staff_id=None if theirs else author or None,
        body=str(asked.get("body") or asked.get("html_body") or ""),
        public=bool(asked.get("public", True)),
        at=state.now(),
    )


async def create_ticket(request: Request, state: SandboxState) -> Response:
    """A new ticket. Refuses one without a description."""
    asked = _inner(await body_of(request), "ticket")
    said = asked.get("comment") or {}
    description = said.get("body") or asked.get("description")
    if not description:
        raise _invalid("base", "Description: cannot be blank", "BlankValue")
    with state.lock:
        own, made = state.fresh("ticket")
        now = state.now()
        ticket = Ticket(
            id=own,
            number=made,
            account_id=_text(asked.get("organization_id")),
            person_id=_text(asked.get("requester_id")),
            staff_id=_text(asked.get("assignee_id")),
            team="Help desk",
            subject=str(asked.get("subject") or description[:80]),
            description=description,
            status="new",
            priority=asked.get("priority"),
            channel="api",
            category="other",
            tags=tuple(asked.get("tags", ())),
            comments=(),
            history=(StatusChange("new", now),),
            rating=None,
            first_reply_at=None,
            solved_at=None,
            reopens=0,
            created_at=now,
            updated_at=now,
        )
        first = _comment(ticket, {"author_id": ticket.person_id, **said, "body": description}, state)
        state.create(msgspec.structs.replace(ticket, comments=(first,)))
        record = state.find("tickets", own)
    assert record is not None
    return answer({"ticket": record.payload, "audit": _audit(made)}, 201)


async def delete(request: Request, state: SandboxState) -> Response:
    """A record deleted; a deleted user is answered, the others are not."""
    stream = request.path_params["stream"]
    with state.lock:
        record = found(request, state, stream)
        if not record.live:
            raise not_found()
        state.delete(_kind(stream, record.id), record.id)
    return answer({"user": record.payload}) if stream == "users" else Response(status_code=204)


async def scrub_user(request: Request, state: SandboxState) -> Response:
    """A deleted user deleted for good: nothing but the id is left of them. Refuses a living one."""
    with state.lock:
        record = found(request, state, "users")
        if record.live:
            raise not_found()
        blank = dict.fromkeys(("external_id", "notes", "details", "alias", "phone", "email"))
        stored = state.rewrite("users", record.id, name="Permanently Deleted User", tags=[], user_fields={}, **blank)
    return answer({"deleted_user": stored.payload})


async def merge_users(request: Request, state: SandboxState) -> Response:
    """The user of the path merged into the one of the body, who is answered. Only end users can be merged."""
    winner = str(_inner(await body_of(request), "user").get("id"))
    with state.lock:
        loser, kept = found(request, state, "users"), state.find("users", winner)
        if kept is None or not kept.live or not loser.live:
            raise not_found()
        if is_staff(winner) or is_staff(loser.id) or winner == loser.id:
            raise Refusal(422, "RecordInvalid", "Record validation errors", details={"base": [{"error": "NotAllowed"}]})
        state.merge("person", winner, loser.id)
        return answer({"user": kept.payload})


async def merge_tickets(request: Request, state: SandboxState) -> Response:
    """Tickets closed with a tag and a private comment that names the target; answered by a job that is done."""
    asked = await body_of(request)
    with state.lock:
        target = found(request, state, "tickets").id
        for own in map(str, asked.get("ids", ())):
            close_by_merge(own, target, asked.get("source_comment"), state)
            state.memory.setdefault("merged_tickets", {})[own] = target
        note = asked.get("target_comment") or f"Requests {asked.get('ids')} were closed and merged into this request."
        change_ticket(target, {"comment": {"body": note, "public": False}}, state)
    job = {"id": f"V3-{secrets.token_hex(16)}", "status": "completed", "total": 1, "progress": 1, "results": []}
    return answer({"job_status": {**job, "url": None, "message": None}})


def close_by_merge(own: str, target: str, note: str | None, state: SandboxState) -> None:
    """What a merged ticket looks like: closed, tagged; only its comment says into which."""
    ticket = state.neutral("ticket", own)
    assert isinstance(ticket, Ticket)
    body = note or f"This request was closed and merged into request #{target}"
    said = _comment(ticket, {"body": body, "public": False}, state)
    state.change(
        "ticket",
        own,
        status="closed",
        tags=(*ticket.tags, "closed_by_merge"),
        history=(*ticket.history, StatusChange("closed", state.now())),
        comments=(*ticket.comments, said),
    )


def _kind(stream: str, own: str) -> str:
    return {"tickets": "ticket", "organizations": "account"}.get(stream) or _user_kind(own)


def _user_kind(own: str) -> str:
    return "staff" if is_staff(own) else "person"


def _named(asked: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """The fields asked for under their neutral names, ids as text."""
    return {
        names[name]: _text(value) if name.endswith("_id") else value for name, value in asked.items() if name in names
    }


def _domains(given: list[str] | None) -> dict[str, Any]:
    """Domain names as the neutral record holds them: the main one and the others."""
    return {} if given is None else {"domain": next(iter(given), None), "other_domains": tuple(given[1:])}


def _inner(body: dict[str, Any], name: str) -> dict[str, Any]:
    inner = body.get(name)
    if not isinstance(inner, dict):
        raise Refusal(400, "InvalidParameter", f"Parameter {name} is required")
    return inner


def _invalid(field: str, text: str, code: str = "InvalidValue") -> Refusal:
    details = {field: [{"description": text, "error": code}]}
    return Refusal(422, "RecordInvalid", "Record validation errors", details=details)


def _audit(ticket_id: int) -> dict[str, Any]:
    return {"id": ticket_id, "ticket_id": ticket_id, "events": [], "metadata": {}}


def _text(value: Any) -> str | None:
    return None if value in (None, "", 0) else str(value)
