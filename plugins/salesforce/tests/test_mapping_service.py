"""What Salesforce's cases, tasks and events mean: one test a decision."""

from datetime import UTC, datetime

import pytest

from kizuna import sdk
from kizuna_salesforce import mapping, payloads
from plugins.salesforce.tests.mapped import only, read


def test_a_case_is_a_ticket():
    record = read(
        payloads.Case,
        CaseNumber="00001026",
        Subject="Cannot log in",
        Status="On Hold",
        Priority="Medium",
        Origin="Phone",
        Type="Problem",
        IsEscalated=True,
        ContactId="003dM00001vWOXJQA4",
        OwnerId="00GdM000001aaaaAAA",
    )

    ticket = only(mapping.case(record))

    assert (ticket.status, ticket.priority) == (sdk.TicketStatus.HOLD, sdk.Priority.NORMAL)
    assert (ticket.number, ticket.channel, ticket.category) == ("00001026", "Phone", "Problem")
    assert (ticket.person, ticket.assignee) == (sdk.Ref("Contact", "003dM00001vWOXJQA4"), None)
    assert ticket.tags == ("escalated",)


def test_a_closed_case_is_closed_whatever_its_status_is_called():
    _, ticket = mapping.case(read(payloads.Case, Status="対応完了", IsClosed=True))

    assert isinstance(ticket, sdk.Ticket)
    assert (ticket.status, ticket.stage) == (sdk.TicketStatus.CLOSED, "対応完了")


def test_an_own_word_on_a_case_that_is_not_closed_counts_as_open():
    note, ticket = mapping.case(read(payloads.Case, Status="Awaiting parts", IsClosed=False))

    assert note == sdk.Unmapped(field="Status", value="Awaiting parts")
    assert isinstance(ticket, sdk.Ticket)
    assert ticket.status is sdk.TicketStatus.OPEN


def test_a_logged_call_knows_its_direction_and_length():
    record = read(
        payloads.Task,
        TaskSubtype="Call",
        CallType="Inbound",
        CallDurationInSeconds=372,
        CallDisposition="Left message",
        Status="Completed",
        IsClosed=True,
        ActivityDate="2026-02-01",
        CompletedDateTime="2026-02-03T04:05:06.000+0000",
        WhoId="003dM00001vWOXJQA4",
        WhatId="006dM000001aaaaAAA",
        AccountId="001dM00003jU9GxQAK",
    )

    call = only(mapping.task(record))

    assert (call.engagement_kind, call.direction) == (sdk.EngagementKind.CALL, sdk.Direction.THEY_TO_US)
    assert (call.duration_s, call.outcome, call.done) == (372, "Left message", True)
    assert call.at == datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert call.parent == sdk.Ref("Opportunity", "006dM000001aaaaAAA")
    assert call.account == sdk.Ref("Account", "001dM00003jU9GxQAK")


def test_an_open_task_stands_at_its_due_day():
    todo = only(mapping.task(read(payloads.Task, IsClosed=False, ActivityDate="2026-02-01", WhatId="001dM00003jU9Gx")))

    assert (todo.engagement_kind, todo.done) == (sdk.EngagementKind.TASK, False)
    assert todo.at == todo.due_at == datetime(2026, 2, 1, tzinfo=UTC)
    assert (todo.account, todo.parent) == (sdk.Ref("Account", "001dM00003jU9GxQAK"), None)


def test_a_task_of_an_org_without_subtypes_is_a_call_when_it_lasted():
    assert only(mapping.task(read(payloads.Task, CallDurationInSeconds=5))).engagement_kind is sdk.EngagementKind.CALL


def test_an_event_is_a_meeting_with_an_end():
    record = read(
        payloads.Event, StartDateTime="2026-02-01T01:00:00.000+0000", DurationInMinutes=45, WhoId="00QdM000001aaaaAAA"
    )

    meeting = only(mapping.event(record))

    assert meeting.engagement_kind is sdk.EngagementKind.MEETING
    assert meeting.ended_at == datetime(2026, 2, 1, 1, 45, tzinfo=UTC)
    assert (meeting.duration_s, meeting.direction) == (2700, sdk.Direction.MUTUAL)
    assert meeting.person == sdk.Ref("Lead", "00QdM000001aaaaAAA")


@pytest.mark.parametrize("flag", ["IsChild", "IsRecurrence"])
def test_invitees_copies_and_patterns_of_series_are_no_meetings(flag: str):
    assert tuple(mapping.event(read(payloads.Event, **{flag: True}))) == ()
