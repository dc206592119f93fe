"""What was asked, said and done: cases, tasks, events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from kizuna import sdk
from kizuna_salesforce.ids import ref, ref_of_kind, staff
from kizuna_salesforce.mapping.common import merged
from kizuna_salesforce.payloads import Activity, Case, CaseComment, EmailMessage, Event, Task

_STATUSES = {
    "new": sdk.TicketStatus.NEW,
    "open": sdk.TicketStatus.OPEN,
    "working": sdk.TicketStatus.OPEN,
    "in progress": sdk.TicketStatus.OPEN,
    "escalated": sdk.TicketStatus.OPEN,
    "waiting on customer": sdk.TicketStatus.PENDING,
    "pending": sdk.TicketStatus.PENDING,
    "on hold": sdk.TicketStatus.HOLD,
    "resolved": sdk.TicketStatus.SOLVED,
    "solved": sdk.TicketStatus.SOLVED,
    "closed": sdk.TicketStatus.CLOSED,
    "merged": sdk.TicketStatus.CLOSED,
}

_PRIORITIES = {
    "low": sdk.Priority.LOW,
    "medium": sdk.Priority.NORMAL,
    "normal": sdk.Priority.NORMAL,
    "high": sdk.Priority.HIGH,
    "urgent": sdk.Priority.URGENT,
    "critical": sdk.Priority.URGENT,
}

_SUBTYPES = {
    "call": sdk.EngagementKind.CALL,
    "email": sdk.EngagementKind.EMAIL,
    "listemail": sdk.EngagementKind.EMAIL,
    "task": sdk.EngagementKind.TASK,
    "cadence": sdk.EngagementKind.TASK,
    "linkedin": sdk.EngagementKind.OTHER,
}

_DIRECTIONS = {
    "inbound": sdk.Direction.THEY_TO_US,
    "outbound": sdk.Direction.WE_TO_THEM,
    "internal": sdk.Direction.INTERNAL,
}

# What an activity may be about, beside an account; Salesforce allows some sixty objects more.
_TOPICS = ("Opportunity", "Case", "Contract", "Order", "Asset")


def case(record: Case) -> Iterator[sdk.Said]:
    """A ticket; closed is Salesforce's own flag, an unknown word on a case that is not closed counts as open."""
    gone = merged(record, "Case")
    if gone is not None:
        yield gone
        return
    status, notes = sdk.known(record.status, _STATUSES, sdk.TicketStatus.OPEN, "Status")
    yield from notes
    priority, unknown = sdk.known(record.priority, _PRIORITIES, sdk.Priority.OTHER, "Priority")
    yield from unknown
    ended = status in (sdk.TicketStatus.CLOSED, sdk.TicketStatus.SOLVED)
    yield sdk.Ticket(
        subject=sdk.text(record.subject),
        number=sdk.text(record.case_number),
        account=ref("Account", record.account_id),
        person=ref("Contact", record.contact_id),
        assignee=staff(record.owner_id),
        status=sdk.TicketStatus.CLOSED if sdk.truth(record.is_closed) and not ended else status,
        stage=sdk.text(record.status),
        priority=priority if record.priority else None,
        channel=sdk.text(record.origin),
        category=sdk.text(record.type) or sdk.text(record.reason),
        opened_at=sdk.instant(record.created_date),
        updated_at=sdk.instant(record.last_modified_date or record.system_modstamp),
        solved_at=sdk.instant(record.closed_date),
        tags=("escalated",) if sdk.truth(record.is_escalated) else (),
    )


def task(record: Task) -> Iterator[sdk.Said]:
    """A call, mail or thing to do; nothing for the pattern of a recurring series, whose occurrences come themselves."""
    if sdk.truth(record.is_recurrence):
        return
    kind, notes = sdk.known(record.task_subtype, _SUBTYPES, sdk.EngagementKind.OTHER, "TaskSubtype")
    yield from notes
    if not record.task_subtype:
        called = record.call_type or record.call_duration_in_seconds is not None
        kind = sdk.EngagementKind.CALL if called else sdk.EngagementKind.TASK
    due_at = sdk.instant(sdk.day(record.activity_date))
    done = sdk.truth(record.is_closed)
    yield sdk.Engagement(
        engagement_kind=kind,
        title=sdk.text(record.subject),
        body=sdk.plain(record.description),
        at=(sdk.instant(record.completed_date_time) if done else None) or due_at or sdk.instant(record.created_date),
        direction=_DIRECTIONS.get((record.call_type or "").casefold()),
        account=_account(record),
        person=ref_of_kind(record.who_id, "Contact", "Lead"),
        parent=ref_of_kind(record.what_id, *_TOPICS),
        staff=staff(record.owner_id),
        done=done,
        due_at=due_at,
        duration_s=sdk.whole(record.call_duration_in_seconds),
        outcome=sdk.text(record.call_disposition) or sdk.text(record.status),
        updated_at=sdk.instant(record.last_modified_date or record.system_modstamp),
    )


def event(record: Event) -> Iterator[sdk.Said]:
    """A meeting; nothing for an invitee's copy (the organiser's stands for all) and for the pattern of a series."""
    if sdk.truth(record.is_child) or sdk.truth(record.is_recurrence):
        return
    starts_at = sdk.instant(record.start_date_time or record.activity_date_time) or sdk.instant(
        sdk.day(record.activity_date)
    )
    ends_at = _end(record, starts_at)
    yield sdk.Engagement(
        engagement_kind=sdk.EngagementKind.MEETING,
        title=sdk.text(record.subject),
        body=sdk.plain(record.description),
        at=starts_at or sdk.instant(record.created_date),
        ended_at=ends_at,
        direction=sdk.Direction.MUTUAL if record.who_id or record.account_id else None,
        account=_account(record),
        person=ref_of_kind(record.who_id, "Contact", "Lead"),
        parent=ref_of_kind(record.what_id, *_TOPICS),
        staff=staff(record.owner_id),
        duration_s=int((ends_at - starts_at).total_seconds()) if starts_at and ends_at else None,
        updated_at=sdk.instant(record.last_modified_date or record.system_modstamp),
    )


def case_comment(record: CaseComment) -> sdk.Engagement:
    """A comment on a case; one that is not published is seen by colleagues only."""
    public = bool(sdk.truth(record.is_published))
    return sdk.Engagement(
        engagement_kind=sdk.EngagementKind.COMMENT,
        body=sdk.plain(record.comment_body),
        at=sdk.instant(record.created_date),
        # A published comment may be the customer's own, by a user of the portal: who wrote it does not say which.
        direction=None if public else sdk.Direction.INTERNAL,
        parent=ref("Case", record.parent_id),
        staff=staff(record.created_by_id),
        public=public,
        updated_at=sdk.instant(record.last_modified_date or record.system_modstamp),
    )


def email_message(record: EmailMessage) -> Iterator[sdk.Said]:
    """An e-mail; nothing for one that has a task of its own, which stands for it."""
    if record.activity_id:
        return
    incoming = sdk.truth(record.incoming)
    yield sdk.Engagement(
        engagement_kind=sdk.EngagementKind.EMAIL,
        title=sdk.text(record.subject),
        body=sdk.text(record.text_body, 2000) or sdk.plain(record.html_body),
        at=sdk.instant(record.message_date or record.created_date),
        direction=sdk.Direction.THEY_TO_US if incoming else sdk.Direction.WE_TO_THEM,
        account=ref_of_kind(record.related_to_id, "Account"),
        parent=ref_of_kind(record.parent_id, "Case") or ref_of_kind(record.related_to_id, *_TOPICS),
        # An incoming mail is created by the automation that takes it in.
        staff=None if incoming else staff(record.created_by_id),
        updated_at=sdk.instant(record.last_modified_date or record.system_modstamp),
    )


def _account(record: Activity) -> sdk.Ref | None:
    """The account Salesforce worked out itself, else the one the activity is about."""
    return ref("Account", record.account_id) or ref_of_kind(record.what_id, "Account")


def _end(record: Event, starts_at: datetime | None) -> datetime | None:
    if record.end_date_time is not None:
        return sdk.instant(record.end_date_time)
    minutes = sdk.whole(record.duration_in_minutes)
    return starts_at + timedelta(minutes=minutes) if starts_at and minutes is not None else None
