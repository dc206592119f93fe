"""Tickets with their measures, events and ratings as Zendesk shows them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from kizuna.sandbox import Native
from kizuna.sandbox.records import Comment, Rating, Ticket
from kizuna_zendesk.sandbox.ids import BRAND, COMMENT_EVENT, FORM, GROUPS, METRIC, seconds, stamp, status_event_id
from kizuna_zendesk.sandbox.parties import HOST
from kizuna_zendesk.sandbox.promises import custom_fields, kept_or_broken, status_id

CHANNELS = {"email": "email", "web": "web", "chat": "chat", "phone": "voice", "api": "api"}
TYPES = {"incident": "incident", "bug": "problem", "how_to": "question", "request": "task"}
WAITING_FOR_US = {"new", "open", "hold"}

# What every recorded ticket carries beside what makes it this ticket.
TICKET: dict[str, Any] = {
    "recipient": None,
    "collaborator_ids": [],
    "follower_ids": [],
    "email_cc_ids": [],
    "forum_topic_id": None,
    "problem_id": None,
    "has_incidents": False,
    "is_public": True,
    "due_at": None,
    "sharing_agreement_ids": [],
    "followup_ids": [],
    "ticket_form_id": FORM,
    "brand_id": BRAND,
    "allow_channelback": False,
    "allow_attachments": True,
    "from_messaging_channel": False,
}


def ticket(record: Ticket) -> Iterator[Native]:
    """The ticket, its measures and promises, one event for every status and comment, and its rating."""
    yield Native(
        stream="tickets",
        id=record.id,
        payload=ticket_payload(record),
        created_at=record.created_at,
        updated_at=record.updated_at,
    )
    yield metrics(record)
    yield from kept_or_broken(record)
    for place, change in enumerate(record.history):
        yield status_event(record, place, change.status, change.at)
    for comment in record.comments:
        yield comment_event(record, comment)
    if record.rating is not None:
        yield rating(record, record.rating)


def ticket_payload(record: Ticket) -> dict[str, Any]:
    """The ticket as the exports show it."""
    return {
        "url": f"{HOST}/api/v2/tickets/{record.id}.json",
        "id": int(record.id),
        "external_id": None,
        "via": via(record.channel),
        "created_at": stamp(record.created_at),
        "updated_at": stamp(record.updated_at),
        "generated_timestamp": seconds(record.updated_at),
        "type": TYPES.get(record.category),
        "subject": record.subject,
        "raw_subject": record.subject,
        "description": record.description,
        "priority": record.priority,
        "status": record.status,
        "custom_status_id": status_id(record.status),
        "requester_id": whole(record.person_id),
        "submitter_id": whole(record.person_id),
        "assignee_id": whole(record.staff_id),
        "organization_id": whole(record.account_id),
        "group_id": GROUPS.get(record.team),
        "tags": list(record.tags),
        "satisfaction_rating": embedded_rating(record.rating),
        **TICKET,
        "custom_fields": custom_fields(record),
        "fields": custom_fields(record),
    }


def embedded_rating(found: Rating | None) -> dict[str, Any]:
    """The rating as it stands inside a ticket."""
    if found is None:
        return {"score": "unoffered"}
    return {"score": found.score, "id": int(found.id), "comment": found.comment}


def metrics(record: Ticket) -> Native:
    """The measures of a ticket in minutes; business hours are taken to be all hours."""
    own = METRIC + record.number
    waited, answered, held = waits(record)
    solved = [change.at for change in record.history if change.status == "solved"]
    replies = sum(1 for comment in record.comments if comment.staff_id is not None and comment.public)
    payload = {
        "url": f"{HOST}/api/v2/ticket_metrics/{own}.json",
        "id": own,
        "ticket_id": int(record.id),
        "created_at": stamp(record.created_at),
        "updated_at": stamp(record.updated_at),
        "group_stations": 1,
        "assignee_stations": 1 if record.staff_id else 0,
        "reopens": record.reopens,
        "replies": replies,
        "assignee_updated_at": stamp(record.first_reply_at),
        "requester_updated_at": stamp(record.created_at),
        "status_updated_at": stamp(record.history[-1].at if record.history else record.created_at),
        "initially_assigned_at": stamp(record.first_reply_at),
        "assigned_at": stamp(record.first_reply_at),
        "solved_at": stamp(record.solved_at),
        "latest_comment_added_at": stamp(record.comments[-1].at if record.comments else None),
        "reply_time_in_minutes": since(record.created_at, record.first_reply_at),
        "first_resolution_time_in_minutes": since(record.created_at, solved[0] if solved else None),
        "full_resolution_time_in_minutes": since(record.created_at, record.solved_at),
        "agent_wait_time_in_minutes": minutes(answered),
        "requester_wait_time_in_minutes": minutes(waited),
        "on_hold_time_in_minutes": minutes(held),
    }
    return Native(
        stream="ticket_metrics",
        id=str(own),
        payload=payload,
        created_at=record.created_at,
        updated_at=record.updated_at,
    )


def waits(record: Ticket) -> tuple[timedelta, timedelta, timedelta]:
    """How long the requester waited for us, we for the requester, and the ticket was on hold."""
    waited = answered = held = timedelta(0)
    ends = [change.at for change in record.history[1:]] + [record.updated_at]
    for change, end in zip(record.history, ends, strict=False):
        span = max(timedelta(0), end - change.at)
        waited += span if change.status in WAITING_FOR_US else timedelta(0)
        answered += span if change.status == "pending" else timedelta(0)
        held += span if change.status == "hold" else timedelta(0)
    return waited, answered, held


def status_event(record: Ticket, place: int, status: str, at: datetime) -> Native:
    """The entry of the event export for a status the ticket took."""
    first = place == 0
    child = {
        "id": int(status_event_id(record.number, place)) + 1,
        "via": "Web form",
        "via_reference_id": 0,
        "event_type": "Create" if first else "Change",
        "status": status,
    }
    if first:
        child |= {"subject": record.subject, "type": TYPES.get(record.category), "priority": record.priority}
    else:
        child["previous_value"] = record.history[place - 1].status
    return event(status_event_id(record.number, place), record, at, record.staff_id, [child])


def comment_event(record: Ticket, comment: Comment) -> Native:
    """The entry of the event export for a comment, as with ``include=comment_events``."""
    own = str(int(comment.id) + COMMENT_EVENT)
    child = comment_payload(record, comment) | {"via_reference_id": None, "event_type": "Comment"}
    return event(own, record, comment.at, comment.person_id or comment.staff_id, [child])


def event(own: str, record: Ticket, at: datetime, updater: str | None, children: list[dict[str, Any]]) -> Native:
    """One entry of the event export."""
    payload = {
        "id": int(own),
        "ticket_id": int(record.id),
        "timestamp": seconds(at),
        "created_at": stamp(at),
        "updater_id": whole(updater),
        "via": "Web form",
        "system": {"client": "Sandbox", "location": "Tokyo, 13, Japan"},
        "metadata": {},
        "event_type": "Audit",
        "child_events": children,
    }
    return Native(stream="ticket_events", id=own, payload=payload, created_at=at, updated_at=at)


def comment_payload(record: Ticket, comment: Comment) -> dict[str, Any]:
    """The comment as the ticket's own list shows it."""
    return {
        "id": int(comment.id),
        "type": "Comment",
        "author_id": whole(comment.person_id or comment.staff_id),
        "body": comment.body,
        "html_body": f'<div class="zd-comment" dir="auto">{comment.body}</div>',
        "plain_body": comment.body,
        "public": comment.public,
        "attachments": [],
        "audit_id": int(comment.id) + COMMENT_EVENT,
        "via": via(record.channel if comment.person_id else "web"),
        "created_at": stamp(comment.at),
        "metadata": {"system": {}, "custom": {}},
    }


def rating(record: Ticket, given: Rating) -> Native:
    """The rating as its own list shows it."""
    updated = given.answered_at or given.offered_at
    payload = {
        "url": f"{HOST}/api/v2/satisfaction_ratings/{given.id}.json",
        "id": int(given.id),
        "assignee_id": whole(record.staff_id),
        "group_id": GROUPS.get(record.team),
        "requester_id": whole(record.person_id),
        "ticket_id": int(record.id),
        "score": given.score,
        "created_at": stamp(given.offered_at),
        "updated_at": stamp(updated),
        "comment": given.comment,
        "reason": None,
    }
    return Native(
        stream="satisfaction_ratings", id=given.id, payload=payload, created_at=given.offered_at, updated_at=updated
    )


def via(channel: str) -> dict[str, Any]:
    """How something came in."""
    return {"channel": CHANNELS.get(channel, "web"), "source": {"from": {}, "to": {}, "rel": None}}


def since(start: datetime, end: datetime | None) -> dict[str, int | None]:
    """The minutes between, both null before the end."""
    return {"calendar": None, "business": None} if end is None else minutes(end - start)


def minutes(span: timedelta) -> dict[str, int | None]:
    """A duration as a pair of minutes."""
    whole_minutes = int(span.total_seconds() // 60)
    return {"calendar": whole_minutes, "business": whole_minutes}


def whole(own: str | None) -> int | None:
    """An id as a number."""
    return None if own is None else int(own)
