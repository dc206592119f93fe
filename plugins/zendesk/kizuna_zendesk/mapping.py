"""From Zendesk's payloads to facts; each function is pure and says no more than its payload does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from kizuna import sdk
from kizuna_zendesk.facts import BusinessMetrics, TicketPlace
from kizuna_zendesk.outcomes import outcomes
from kizuna_zendesk.payloads import (
    Comment,
    Id,
    Minutes,
    Organization,
    OrganizationMembership,
    SatisfactionRating,
    Ticket,
    TicketMetric,
    User,
    Via,
    is_said,
)

TICKET_STATUS = {
    "new": sdk.TicketStatus.NEW,
    "open": sdk.TicketStatus.OPEN,
    "pending": sdk.TicketStatus.PENDING,
    "hold": sdk.TicketStatus.HOLD,
    "solved": sdk.TicketStatus.SOLVED,
    "closed": sdk.TicketStatus.CLOSED,
    "deleted": sdk.TicketStatus.OTHER,
}
PRIORITY = {
    "low": sdk.Priority.LOW,
    "normal": sdk.Priority.NORMAL,
    "high": sdk.Priority.HIGH,
    "urgent": sdk.Priority.URGENT,
}
DONE = {sdk.TicketStatus.SOLVED, sdk.TicketStatus.CLOSED}
SCORES = {"good": 1.0, "bad": 0.0}
UNSCORED = {"offered", "unoffered"}
CHATS = {
    "chat",
    "messaging",
    "native_messaging",
    "web_messaging",
    "mobile",
    "whatsapp",
    "line",
    "facebook",
    "sms",
    "wechat",
}


def organization(record: Organization) -> sdk.Account:
    return sdk.Account(
        name=sdk.text(record.name),
        domains=record.domain_names or (),
        description=sdk.text(record.details),
        created_at=record.created_at,
        updated_at=record.updated_at,
        cross_references=cross_references(record.external_id),
        tags=record.tags or (),
    )


def gone_organization(record: Organization) -> str | None:
    """``deleted`` where the row carries the time of its deletion."""
    return "deleted" if record.deleted_at is not None else None


def user(record: User) -> sdk.Person | sdk.Staff | tuple[sdk.Person | sdk.Unmapped, ...]:
    """An end user is a person at a customer, an agent or administrator one of us."""
    if record.role in ("agent", "admin"):
        return sdk.Staff(
            name=sdk.text(record.name),
            email=sdk.text(record.email),
            department=sdk.Department.SUPPORT if record.role == "agent" else None,
            active=record.active is not False and not record.suspended,
        )
    person = sdk.Person(
        name=sdk.text(record.name),
        emails=addresses(record),
        phones=phones(record),
        account=ref("organizations", record.organization_id),
        role=sdk.text(record.role),
        active=record.active is not False and not record.suspended,
        language=sdk.text(record.locale),
        created_at=record.created_at,
        updated_at=record.updated_at,
        cross_references=cross_references(record.external_id),
        tags=record.tags or (),
    )
    if record.role in (None, "end-user"):
        return person
    return person, sdk.Unmapped(field="role", value=str(record.role)[:100])


def gone_user(record: User) -> str | None:
    """``deleted`` for what is left of a deleted (or merged away) user: inactive and without an address.

    A deactivated agent keeps the address; a user who signs in by phone alone stays active.
    """
    return "deleted" if record.active is False and not record.email else None


def ticket(record: Ticket) -> Iterator[sdk.Said]:
    """The ticket, and how it was handled where the export was asked for that.

    Of a ticket merged into another no more is said than that. Its stage is the account's own status where it has one.
    """
    if record.merged_into is not None:
        yield sdk.Merged(loser=sdk.Ref("tickets", str(record.id)), winner=sdk.Ref("tickets", str(record.merged_into)))
        return
    status, strange = sdk.known(record.status, TICKET_STATUS, sdk.TicketStatus.OTHER, "status")
    priority, strange_too = sdk.known(record.priority, PRIORITY, sdk.Priority.OTHER, "priority")
    measured = record.metric_set
    yield sdk.Ticket(
        subject=sdk.text(record.subject) or sdk.text(record.raw_subject),
        number=str(record.id),
        account=ref("organizations", record.organization_id),
        person=ref("users", record.requester_id),
        assignee=ref("users", record.assignee_id),
        status=status,
        stage=str(record.custom_status_id) if record.custom_status_id else sdk.text(record.status),
        priority=priority if record.priority else None,
        channel=channel(record.via),
        category=sdk.text(record.type),
        opened_at=record.created_at,
        updated_at=record.updated_at,
        solved_at=measured.solved_at if measured is not None and status in DONE else None,
        due_at=record.due_at,
        tags=record.tags or (),
    )
    place = TicketPlace(
        group=ref("groups", record.group_id),
        brand=ref("brands", record.brand_id),
        form=ref("ticket_forms", record.ticket_form_id),
    )
    if place.group or place.brand or place.form:
        yield place
    if measured is not None:
        yield from metrics_of(measured, record.id)
    events, unread = record.events()
    yield from outcomes(record.id, events)
    yield from (*strange, *strange_too, *unread)


SCRUBBED_SUBJECT = "SCRUBBED"
"""What stands in the subject of a ticket that was deleted for good; not confirmed against a live account."""


def gone_ticket(record: Ticket) -> str | None:
    """``deleted`` for a ticket of status deleted, which the export goes on listing; ``merged`` for one merged away.

    One that was deleted for good is emptied, and its past goes with it.
    """
    if record.status is not None and record.status.lower() == "deleted":
        return sdk.SCRUBBED if record.subject == SCRUBBED_SUBJECT else "deleted"
    return "merged" if record.merged_into is not None else None


def ticket_metric(record: TicketMetric) -> Iterator[sdk.Said]:
    """The measures. Raises PayloadError when they name no ticket."""
    if record.ticket_id is None:
        raise sdk.PayloadError("measures without a ticket", "ticket_id")
    return metrics_of(record, record.ticket_id)


def metrics_of(measured: TicketMetric, ticket_id: Id) -> Iterator[sdk.Said]:
    """The measures in calendar minutes, and those in business hours where the account has any."""
    parent, measures = sdk.Ref("tickets", str(ticket_id)), durations(measured)
    plain = sdk.TicketMetrics(
        parent=parent, reopens=measured.reopens, replies=measured.replies, solved_at=measured.solved_at
    )
    calendar = {name: whole(minutes.calendar) for name, minutes in measures.items()}
    yield msgspec.structs.replace(plain, **calendar)
    business = {name: whole(minutes.business) for name, minutes in measures.items()}
    if any(minutes is not None for minutes in business.values()):
        yield msgspec.structs.replace(BusinessMetrics(parent=parent), **business)


def comment(record: Comment) -> sdk.Engagement:
    """What was written on a ticket.

    Whether a public comment came from them or from us depends on the author's role, which only the author's own record
    tells: ``person`` and ``staff`` both name the author, and the one whose fact exists holds.
    Raises PayloadError for an event that is no comment.
    """
    if not is_said(record.type):
        raise sdk.PayloadError("not a comment: load comments, not the events that hold them", "type")
    public = record.public is not False
    author = ref("users", record.author_id)
    body = sdk.text(record.plain_body, 2000) or sdk.text(record.body, 2000) or sdk.plain(record.html_body)
    return sdk.Engagement(
        engagement_kind=engagement_kind(record),
        body=body,
        at=record.created_at,
        direction=None if public else sdk.Direction.INTERNAL,
        person=author if public else None,
        parent=ref("tickets", record.ticket_id),
        staff=author,
        duration_s=sdk.whole(record.data.call_duration) if record.data is not None else None,
        public=public,
    )


def engagement_kind(record: Comment) -> sdk.EngagementKind:
    """A recorded call, a chat, or a written comment."""
    if record.type == "VoiceComment":
        return sdk.EngagementKind.CALL
    return sdk.EngagementKind.CHAT if channel(record.via) in CHATS else sdk.EngagementKind.COMMENT


def satisfaction_rating(record: SatisfactionRating) -> Iterator[sdk.Said]:
    """Good is 1 and bad is 0; what was only offered is asked and not answered."""
    word = (record.score or "").lower()
    score = SCORES.get(word.split("_", 1)[0])
    yield sdk.SurveyResponse(
        survey_kind=sdk.SurveyKind.CSAT,
        score=score,
        scale_max=1.0,
        label=sdk.text(record.score),
        comment=sdk.text(record.comment) or sdk.text(record.reason),
        person=ref("users", record.requester_id),
        parent=ref("tickets", record.ticket_id),
        staff=ref("users", record.assignee_id),
        asked_at=None if word == "unoffered" else record.created_at,
        answered_at=answered_at(record) if score is not None else None,
    )
    if score is None and word and word not in UNSCORED:
        yield sdk.Unmapped(field="score", value=word[:100])


def answered_at(record: SatisfactionRating) -> datetime | None:
    """When the rating last changed, which is when it was given or turned."""
    return record.updated_at or record.created_at


def organization_membership(record: OrganizationMembership) -> sdk.Membership:
    return sdk.Membership(
        person=sdk.Ref("users", str(record.user_id)),
        account=sdk.Ref("organizations", str(record.organization_id)),
        primary=bool(record.default),
    )


def ref(stream: str, id_: Id | None) -> sdk.Ref | None:
    """The record of that id; None, 0 and "" name none."""
    return sdk.Ref(stream, str(id_)) if id_ not in (None, 0, "", "0") else None


def cross_references(external_id: Id | None) -> tuple[sdk.CrossRef, ...]:
    """Another system's record, where ``external_id`` is spelt ``system:id``; alone it names no known system."""
    system, colon, found = str(external_id or "").partition(":")
    if not colon or not system.strip() or not found.strip():
        return ()
    return (sdk.CrossRef(system.strip().lower(), found.strip()),)


def addresses(record: User) -> tuple[str, ...]:
    """The main address first, then those among the identities that the vendor does not call unverified."""
    others = (i.value for i in record.identities or () if i.type == "email" and i.theirs())
    return tuple(dict.fromkeys(found for value in (record.email, *others) if (found := sdk.text(value)) is not None))


def phones(record: User) -> tuple[str, ...]:
    """The main number first, then those among the identities that the vendor does not call unverified."""
    others = (i.value for i in record.identities or () if i.type == "phone_number" and i.theirs())
    return tuple(dict.fromkeys(found for value in (record.phone, *others) if (found := sdk.text(value)) is not None))


def channel(via: Via | str | None) -> str | None:
    """The channel's word; ticket events of old accounts write it in place of the object."""
    word = via.channel if isinstance(via, Via) else via
    return sdk.text(str(word)) if word is not None else None


def durations(measured: TicketMetric) -> dict[str, Minutes]:
    """Each measured duration under the name that facts have for it."""
    found = {
        "first_reply_min": measured.reply_time_in_minutes,
        "first_resolution_min": measured.first_resolution_time_in_minutes,
        "full_resolution_min": measured.full_resolution_time_in_minutes,
        "requester_wait_min": measured.requester_wait_time_in_minutes,
        "agent_wait_min": measured.agent_wait_time_in_minutes,
        "on_hold_min": measured.on_hold_time_in_minutes,
    }
    return {name: minutes for name, minutes in found.items() if minutes is not None}


def whole(minutes: float | None) -> int | None:
    """Whole minutes, None where nothing was measured."""
    return None if minutes is None else int(minutes)
