"""Cases, tasks and events of the org."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from kizuna.sandbox import Native, SandboxState
from kizuna.sandbox.records import Activity, Ticket
from kizuna_salesforce.sandbox.ids import QUEUE, with_prefix
from kizuna_salesforce.sandbox.rows import dependent, native, row

_STATUSES = {
    "new": "New",
    "open": "Working",
    "pending": "Waiting on Customer",
    "hold": "On Hold",
    "solved": "Resolved",
    "closed": "Closed",
}
_PRIORITIES = {"low": "Low", "normal": "Medium", "high": "High", "urgent": "Critical"}
_SUBTYPES = {"call": "Call", "email": "Email"}
_CALL_TYPES = {"they_to_us": "Inbound", "we_to_them": "Outbound", "internal": "Internal"}
_ARCHIVED_AFTER = timedelta(days=365)


def case(record: Ticket, state: SandboxState) -> Iterator[Native]:
    closed = record.status in ("solved", "closed")
    payload = row(
        "Case",
        record.id,
        record.created_at,
        record.updated_at,
        CaseNumber=f"{record.number:08}",
        AccountId=record.account_id,
        ContactId=record.person_id,
        Subject=record.subject,
        Description=record.description,
        Status=_STATUSES.get(record.status, record.status),
        Priority=_PRIORITIES.get(record.priority or ""),
        Origin=record.channel.title(),
        Type=record.category.replace("_", " ").title(),
        IsClosed=closed,
        ClosedDate=record.solved_at if closed else None,
        IsEscalated=record.priority == "urgent",
        OwnerId=record.staff_id or QUEUE,
        CurrencyIsoCode="JPY",
    )
    yield native("Case", payload, record.created_at, record.updated_at)
    if record.channel == "email":
        yield dependent(state, _first_mail(record))
    for said in record.comments:
        told = {"ParentId": record.id, "CommentBody": said.body, "IsPublished": said.public}
        author = {"CreatedById": said.staff_id} if said.staff_id else {}
        made = {**row("CaseComment", with_prefix(said.id, "00a"), said.at, said.at, **told), **author}
        yield native("CaseComment", made, said.at, said.at)


def _first_mail(ticket: Ticket) -> Native:
    """The mail by which the case came in."""
    payload = row(
        "EmailMessage",
        with_prefix(ticket.id, "02s"),
        ticket.created_at,
        ticket.updated_at,
        ParentId=ticket.id,
        RelatedToId=ticket.id,
        Subject=ticket.subject,
        TextBody=ticket.description,
        Incoming=True,
        MessageDate=ticket.created_at,
        Status="1",
    )
    return native("EmailMessage", payload, ticket.created_at, ticket.updated_at)


def activity(record: Activity, state: SandboxState) -> Iterator[Native]:
    """A meeting is an event, everything else a task; both are archived after a year."""
    archived = record.done and state.now() - record.at > _ARCHIVED_AFTER
    yield _event(record, archived=archived) if record.kind == "meeting" else _task(record, archived=archived)


def _task(record: Activity, *, archived: bool) -> Native:
    payload = row(
        "Task",
        record.id,
        record.created_at,
        record.updated_at,
        WhoId=record.person_id,
        WhatId=record.deal_id or record.account_id,
        AccountId=record.account_id,
        Subject=record.subject,
        Description=record.body,
        Status="Completed" if record.done else "Not Started",
        Priority="Normal",
        IsClosed=record.done,
        ActivityDate=record.at.date(),
        CompletedDateTime=record.at if record.done else None,
        TaskSubtype=_SUBTYPES.get(record.kind, "Task"),
        CallType=_CALL_TYPES.get(record.direction) if record.kind == "call" else None,
        CallDurationInSeconds=record.duration_s if record.kind == "call" else None,
        OwnerId=record.owner_id,
        IsArchived=archived,
        CurrencyIsoCode="JPY",
    )
    return native("Task", payload, record.created_at, record.updated_at)


def _event(record: Activity, *, archived: bool) -> Native:
    length = timedelta(seconds=record.duration_s or 3600)
    payload = row(
        "Event",
        with_prefix(record.id, "00U"),
        record.created_at,
        record.updated_at,
        WhoId=record.person_id,
        WhatId=record.deal_id or record.account_id,
        AccountId=record.account_id,
        Subject=record.subject,
        Description=record.body,
        StartDateTime=record.at,
        EndDateTime=record.at + length,
        DurationInMinutes=int(length.total_seconds() // 60),
        ActivityDateTime=record.at,
        ActivityDate=record.at.date(),
        EventSubtype="Event",
        OwnerId=record.owner_id,
        IsArchived=archived,
        CurrencyIsoCode="JPY",
    )
    return native("Event", payload, record.created_at, record.updated_at)
