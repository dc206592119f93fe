"""What was asked, said and done: tickets, their measures, engagements, answers to surveys."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from kizuna.model.enums import Direction, EngagementKind, Priority, SurveyKind, TicketStatus
from kizuna.model.facts.base import Fact
from kizuna.model.refs import Ref


class Ticket(Fact, frozen=True, kw_only=True):
    """A request of a customer."""

    kind: ClassVar[str] = "ticket"

    subject: str | None = None
    number: str | None = None
    account: Ref | None = None
    person: Ref | None = None  # who asks
    assignee: Ref | None = None  # our staff
    status: TicketStatus = TicketStatus.OPEN
    stage: str | None = None  # the system's own status word or stage id
    priority: Priority | None = None
    channel: str | None = None
    category: str | None = None
    opened_at: datetime | None = None
    updated_at: datetime | None = None
    solved_at: datetime | None = None
    due_at: datetime | None = None
    tags: tuple[str, ...] = ()


class TicketMetrics(Fact, frozen=True, kw_only=True):
    """How a ticket was handled; minutes are calendar minutes."""

    kind: ClassVar[str] = "ticket_metrics"

    parent: Ref  # the ticket
    first_reply_min: int | None = None
    first_resolution_min: int | None = None
    full_resolution_min: int | None = None
    requester_wait_min: int | None = None
    agent_wait_min: int | None = None
    on_hold_min: int | None = None
    reopens: int | None = None
    replies: int | None = None
    solved_at: datetime | None = None


class Engagement(Fact, frozen=True, kw_only=True):
    """A touch between us and them: call, meeting, mail, note, task, comment."""

    kind: ClassVar[str] = "engagement"

    engagement_kind: EngagementKind = EngagementKind.OTHER
    title: str | None = None
    body: str | None = None  # plain text, at most some 2,000 characters; the payload keeps all
    at: datetime | None = None
    ended_at: datetime | None = None
    direction: Direction | None = None
    account: Ref | None = None
    person: Ref | None = None
    parent: Ref | None = None  # the ticket, deal or contract it is about
    staff: Ref | None = None  # who of us
    done: bool | None = None  # of a task
    due_at: datetime | None = None
    duration_s: int | None = None
    outcome: str | None = None
    public: bool = True
    updated_at: datetime | None = None


class SurveyResponse(Fact, frozen=True, kw_only=True):
    """An answer (or its absence) to a question about satisfaction."""

    kind: ClassVar[str] = "survey_response"

    survey_kind: SurveyKind = SurveyKind.CSAT
    score: float | None = None  # on the survey's own scale; csat good = 1, bad = 0
    scale_max: float | None = None
    label: str | None = None  # the system's own word: good, bad, offered
    comment: str | None = None
    account: Ref | None = None
    person: Ref | None = None
    parent: Ref | None = None  # the ticket it is about
    staff: Ref | None = None
    asked_at: datetime | None = None
    answered_at: datetime | None = None
