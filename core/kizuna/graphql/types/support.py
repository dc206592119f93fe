"""What was asked, said and done."""

from __future__ import annotations

import strawberry

from kizuna.graphql.labels import PII, SUPPORT, labelled
from kizuna.graphql.paging import Connection
from kizuna.graphql.plan import column, one, pages, shaped
from kizuna.graphql.scalars import DateTime
from kizuna.graphql.types.node import LazyCustomer, LazyPerson, Node
from kizuna.graphql.types.records import SourceRecord, Staff
from kizuna.graphql.types.sales import Deal
from kizuna.graphql.types.words import Direction, EngagementKind, Priority, SurveyKind, TicketStatus


@labelled(SUPPORT)
@shaped("ticket", "ticket")
@strawberry.type(description="A request of a customer.")
class Ticket(Node):
    subject: str | None = column("What it is about.")
    number: str | None = column("Its number.")
    status: TicketStatus = column("Where it stands.")
    stage: str | None = column("The system's own word or id for where it stands.")
    stage_label: str | None = column("The stage as the system's list of stages calls it.")
    priority: Priority | None = column("How urgent it is.")
    channel: str | None = column("By which way it came.")
    category: str | None = column("What sort of request it is.")
    opened_at: DateTime | None = column("When it was opened.")
    updated_at: DateTime | None = column("When it was last changed.")
    solved_at: DateTime | None = column("When it was solved.")
    due_at: DateTime | None = column("When it is due.")
    tags: list[str] = column("Its tags.")
    system: str = column("The key of the connector that knows it.")
    metrics: TicketMetrics | None = one("How it was handled.")
    comments: Connection[Engagement] = pages("What was written in it, the oldest first.")
    surveys: Connection[SurveyResponse] = pages("What they thought of it.")
    assignee: Staff | None = one("Who of us works on it.")
    person: LazyPerson | None = one("Who asks.")
    customer: LazyCustomer | None = one("Whose it is.")
    record: SourceRecord | None = one("The record that says so.")


@labelled(SUPPORT)
@shaped("ticket_metrics", "ticket_metrics")
@strawberry.type(description="How a ticket was handled; minutes are calendar minutes.")
class TicketMetrics(Node):
    first_reply_min: int | None = column("Minutes to the first reply.")
    first_resolution_min: int | None = column("Minutes to the first solution.")
    full_resolution_min: int | None = column("Minutes to the last solution.")
    requester_wait_min: int | None = column("Minutes the customer waited for us.")
    agent_wait_min: int | None = column("Minutes we waited for the customer.")
    on_hold_min: int | None = column("Minutes on hold.")
    reopens: int | None = column("How often it was opened again.")
    replies: int | None = column("How many replies it took.")
    solved_at: DateTime | None = column("When it was solved.")
    record: SourceRecord | None = one("The record that says so.")


@shaped("engagement", "engagement")
@strawberry.type(description="A touch between us and them: a call, a meeting, a mail, a note, a comment.")
class Engagement(Node):
    kind: EngagementKind = column("What it was.", "engagement_kind")
    title: str | None = column("What it was about.", label=PII)
    body: str | None = column("What was said, in plain text, shortened.", label=PII)
    at: DateTime | None = column("When it was.")
    ended_at: DateTime | None = column("When it ended.")
    direction: Direction | None = column("Who turned to whom.")
    done: bool | None = column("Whether a task is done.")
    due_at: DateTime | None = column("When a task is due.")
    duration_s: int | None = column("How long it lasted, in seconds.")
    outcome: str | None = column("What came of it.", label=PII)
    public: bool = column("Whether the customer can see it.")
    system: str = column("The key of the connector that knows it.")
    staff: Staff | None = one("Who of us it was.")
    person: LazyPerson | None = one("Who of them it was.")
    customer: LazyCustomer | None = one("Whose it is.")
    ticket: Ticket | None = one("The ticket it belongs to.")
    deal: Deal | None = one("The deal it belongs to.")
    record: SourceRecord | None = one("The record that says so.")


@labelled(SUPPORT)
@shaped("survey_response", "survey_response")
@strawberry.type(description="An answer, or its absence, to a question about satisfaction.")
class SurveyResponse(Node):
    kind: SurveyKind = column("What was measured.", "survey_kind")
    score: float | None = column("The score on the survey's own scale.")
    scale_max: float | None = column("The best score of that scale.")
    label: str | None = column("The system's own word for the score.")
    comment: str | None = column("What they added.")
    asked_at: DateTime | None = column("When they were asked.")
    answered_at: DateTime | None = column("When they answered; null when they did not.")
    system: str = column("The key of the connector that knows it.")
    person: LazyPerson | None = one("Who answered.")
    customer: LazyCustomer | None = one("Whose it is.")
    ticket: Ticket | None = one("The ticket it is about.")
    staff: Staff | None = one("Who of us it is about.")
    record: SourceRecord | None = one("The record that says so.")
