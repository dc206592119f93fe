"""Tickets, engagements and feedback as facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from kizuna import sdk
from kizuna_hubspot.mapping.words import instant, main_target, merges, record_key, ref, said
from kizuna_hubspot.payloads import CrmRecord, Engagement, Feedback, Ticket

# The stages of the support pipeline every portal has; other pipelines' stages say only whether they are closed.
_DEFAULT_PIPELINE = "0"
_DEFAULT_STAGES: Mapping[str, sdk.TicketStatus] = {
    "1": sdk.TicketStatus.NEW,
    "2": sdk.TicketStatus.PENDING,  # waiting on contact
    "3": sdk.TicketStatus.OPEN,  # waiting on us
    "4": sdk.TicketStatus.CLOSED,
}

_PRIORITIES: Mapping[str, sdk.Priority] = {
    "low": sdk.Priority.LOW,
    "medium": sdk.Priority.NORMAL,
    "high": sdk.Priority.HIGH,
    "urgent": sdk.Priority.URGENT,
}

_CALLS: Mapping[str | None, sdk.Direction] = {
    "INBOUND": sdk.Direction.THEY_TO_US,
    "OUTBOUND": sdk.Direction.WE_TO_THEM,
}

# A forwarded mail was logged by hand: it may have gone either way.
_EMAILS: Mapping[str | None, sdk.Direction] = {
    "EMAIL": sdk.Direction.WE_TO_THEM,
    "INCOMING_EMAIL": sdk.Direction.THEY_TO_US,
}

_SURVEYS: Mapping[str, sdk.SurveyKind] = {
    "nps": sdk.SurveyKind.NPS,
    "csat": sdk.SurveyKind.CSAT,
    "ces": sdk.SurveyKind.CES,
    "custom": sdk.SurveyKind.CUSTOM,
}
_SCALES: Mapping[sdk.SurveyKind, float] = {sdk.SurveyKind.NPS: 10.0, sdk.SurveyKind.CES: 7.0}


def ticket(record: Ticket) -> tuple[sdk.Said, ...]:
    """The ticket, how it was handled, words not understood, and what was merged into it."""
    key, p = record_key(record), record.properties
    word = said(p.hs_ticket_priority)
    priority, unmapped = sdk.known(word, _PRIORITIES, sdk.Priority.OTHER, "hs_ticket_priority")
    opened_at = instant(p.createdate) or instant(record.created_at)
    solved_at = instant(p.closed_date)
    fact = sdk.Ticket(
        subject=said(p.subject),
        number=said(p.hs_ticket_id) or key,
        account=main_target(record, "companies"),
        person=main_target(record, "contacts"),
        assignee=ref("owners", p.hubspot_owner_id),
        status=ticket_status(record),
        stage=said(p.hs_pipeline_stage),
        priority=priority if word else None,
        channel=said(p.source_type),
        category=said(p.hs_ticket_category),
        opened_at=opened_at,
        updated_at=instant(p.hs_lastmodifieddate) or instant(record.updated_at),
        solved_at=solved_at,
    )
    measured = metrics(record, sdk.Ref("tickets", key), opened_at, solved_at)
    return (fact, *measured, *unmapped, *merges("tickets", key, p.hs_merged_object_ids))


def ticket_status(record: Ticket) -> sdk.TicketStatus:
    """The status: closed when HubSpot says so, exact in the default pipeline, else open."""
    p = record.properties
    if sdk.truth(said(p.hs_is_closed)):
        return sdk.TicketStatus.CLOSED
    found = _DEFAULT_STAGES.get(said(p.hs_pipeline_stage) or "")
    if found is not None and said(p.hs_pipeline) in (_DEFAULT_PIPELINE, None):
        return found
    return sdk.TicketStatus.CLOSED if said(p.closed_date) else sdk.TicketStatus.OPEN


def metrics(
    record: Ticket, parent: sdk.Ref, opened_at: datetime | None, solved_at: datetime | None
) -> tuple[sdk.TicketMetrics, ...]:
    """First reply and resolution in minutes, nothing when HubSpot knows neither."""
    p = record.properties
    replied_at = instant(p.first_agent_reply_date)
    to_close_ms = sdk.whole(said(p.time_to_close))
    first_reply_min = minutes(opened_at, replied_at)
    resolution_min = minutes(opened_at, solved_at) if to_close_ms is None else to_close_ms // 60_000
    if first_reply_min is None and resolution_min is None:
        return ()
    return (
        sdk.TicketMetrics(
            parent=parent, first_reply_min=first_reply_min, full_resolution_min=resolution_min, solved_at=solved_at
        ),
    )


def minutes(begin: datetime | None, end: datetime | None) -> int | None:
    """Whole minutes from ``begin`` to ``end``, None when either is unknown or the order is wrong."""
    return int((end - begin) / timedelta(minutes=1)) if begin and end and end >= begin else None


def note(record: Engagement) -> sdk.Engagement:
    """A note, which only we see."""
    return touch(
        record,
        sdk.EngagementKind.NOTE,
        body=sdk.plain(said(record.properties.hs_note_body)),
        direction=sdk.Direction.INTERNAL,
        public=False,
    )


def call(record: Engagement) -> sdk.Engagement:
    """A call; its duration comes in milliseconds."""
    p = record.properties
    length_ms = sdk.whole(said(p.hs_call_duration))
    at = instant(p.hs_timestamp)
    return touch(
        record,
        sdk.EngagementKind.CALL,
        title=said(p.hs_call_title),
        body=sdk.plain(said(p.hs_call_body)),
        ended_at=at + timedelta(milliseconds=length_ms) if at and length_ms else None,
        direction=_CALLS.get(said(p.hs_call_direction)),
        duration_s=None if length_ms is None else length_ms // 1000,
        outcome=said(p.hs_call_status),
    )


def email(record: Engagement) -> sdk.Engagement:
    """A mail; its text where there is one, else its HTML as plain text."""
    p = record.properties
    return touch(
        record,
        sdk.EngagementKind.EMAIL,
        title=said(p.hs_email_subject),
        body=sdk.text(said(p.hs_email_text), 2000) or sdk.plain(said(p.hs_email_html)),
        direction=_EMAILS.get(said(p.hs_email_direction)),
        outcome=said(p.hs_email_status),
    )


def meeting(record: Engagement) -> sdk.Engagement:
    """A meeting from its start to its end."""
    p = record.properties
    begin = instant(p.hs_meeting_start_time) or instant(p.hs_timestamp)
    end = instant(p.hs_meeting_end_time)
    lasted = end - begin if begin and end and end >= begin else None
    return touch(
        record,
        sdk.EngagementKind.MEETING,
        at=begin,
        title=said(p.hs_meeting_title),
        body=sdk.plain(said(p.hs_meeting_body)),
        ended_at=end,
        direction=sdk.Direction.MUTUAL,
        duration_s=int(lasted.total_seconds()) if lasted is not None else None,
        outcome=said(p.hs_meeting_outcome),
    )


def task(record: Engagement) -> sdk.Engagement:
    """A task of ours; ``hs_timestamp`` is when it is due."""
    p = record.properties
    status = said(p.hs_task_status)
    return touch(
        record,
        sdk.EngagementKind.TASK,
        title=said(p.hs_task_subject),
        body=sdk.plain(said(p.hs_task_body)),
        direction=sdk.Direction.INTERNAL,
        public=False,
        done=status == "COMPLETED" if status else None,
        due_at=instant(p.hs_timestamp),
        outcome=status,
    )


def communication(record: Engagement) -> sdk.Engagement:
    """A message by SMS, WhatsApp or LinkedIn, logged without its direction; ``outcome`` names the channel."""
    p = record.properties
    channel = said(p.hs_communication_channel_type)
    return touch(
        record,
        sdk.EngagementKind.CHAT,
        body=sdk.plain(said(p.hs_communication_body)),
        outcome=channel,
    )


def touch(
    record: Engagement,
    kind: sdk.EngagementKind,
    *,
    at: datetime | None = None,
    title: str | None = None,
    body: str | None = None,
    ended_at: datetime | None = None,
    direction: sdk.Direction | None = None,
    duration_s: int | None = None,
    outcome: str | None = None,
    public: bool = True,
    done: bool | None = None,
    due_at: datetime | None = None,
) -> sdk.Engagement:
    """An engagement with what all kinds share: time, owner, whom and what it is about."""
    record_key(record)
    p = record.properties
    return sdk.Engagement(
        engagement_kind=kind,
        title=title,
        body=body,
        at=at or instant(p.hs_timestamp) or instant(p.hs_createdate) or instant(record.created_at),
        ended_at=ended_at,
        direction=direction,
        account=main_target(record, "companies"),
        person=main_target(record, "contacts"),
        parent=subject(record),
        staff=ref("owners", p.hubspot_owner_id),
        done=done,
        due_at=due_at,
        duration_s=duration_s,
        outcome=outcome,
        public=public,
        updated_at=instant(p.hs_lastmodifieddate) or instant(record.updated_at),
    )


def subject(record: CrmRecord) -> sdk.Ref | None:
    """What an engagement is about: the ticket, else the deal."""
    return main_target(record, "tickets") or main_target(record, "deals")


def feedback(record: Feedback) -> tuple[sdk.Said, ...]:
    """An answer to a survey; the scale is given where it is the same in every portal."""
    p = record.properties
    kind, unmapped = sdk.known(said(p.hs_survey_type), _SURVEYS, sdk.SurveyKind.CUSTOM, "hs_survey_type")
    score = sdk.number(said(p.hs_value))
    fact = sdk.SurveyResponse(
        survey_kind=kind,
        score=None if score is None else float(score),
        scale_max=_SCALES.get(kind),
        label=said(p.hs_response_group) or said(p.hs_survey_name),
        comment=sdk.text(said(p.hs_content), 2000),
        account=main_target(record, "companies"),
        person=main_target(record, "contacts"),
        parent=main_target(record, "tickets"),
        answered_at=instant(p.hs_submission_timestamp) or instant(record.created_at),
    )
    return (fact, *unmapped)
