"""What Zendesk sends, as far as the mappings read it; nearly everything may be null, whatever its OpenAPI says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from kizuna import sdk

Id = int | str
"""Numbers in the API, strings in webhooks and in some exports."""


class Via(sdk.Payload):
    """How something came in."""

    channel: str | int | None = None


class Minutes(sdk.Payload):
    """A duration in minutes: by the wall clock, and within business hours."""

    calendar: float | None = None
    business: float | None = None


class TicketMetric(sdk.Payload):
    """How a ticket was handled; on its own, or inside a ticket as ``metric_set``."""

    id: Id | None = None
    ticket_id: Id | None = None
    reopens: int | None = None
    replies: int | None = None
    reply_time_in_minutes: Minutes | None = None
    first_resolution_time_in_minutes: Minutes | None = None
    full_resolution_time_in_minutes: Minutes | None = None
    agent_wait_time_in_minutes: Minutes | None = None
    requester_wait_time_in_minutes: Minutes | None = None
    on_hold_time_in_minutes: Minutes | None = None
    solved_at: datetime | None = None
    updated_at: datetime | None = None


class AppliedPolicy(sdk.Payload):
    """The policy an event applies."""

    id: Id | None = None
    title: str | None = None


class Applied(sdk.Payload):
    """The promise an event applies: ``target`` in minutes, ``target_in_seconds`` in newer accounts."""

    target: float | None = None
    target_in_seconds: float | None = None
    business_hours: bool | None = None
    policy: AppliedPolicy | None = None


class MetricEvent(sdk.Payload):
    """Something that happened to a measure of a ticket; ``instance_id`` counts how often the measure began anew."""

    id: Id
    ticket_id: Id | None = None
    metric: str | None = None
    instance_id: int | None = None
    type: str | None = None
    time: datetime | None = None
    deleted: bool | None = None
    sla: Applied | None = None
    group_sla: Applied | None = None


_EVENTS = msgspec.json.Decoder(list[MetricEvent] | dict[str, list[MetricEvent] | None] | None)


class Ticket(sdk.Payload):
    """A ticket of the export (with ``generated_timestamp``) or of a list (without)."""

    id: Id
    status: str | None = None
    subject: str | None = None
    raw_subject: str | None = None
    type: str | None = None
    priority: str | None = None
    via: Via | None = None
    requester_id: Id | None = None
    assignee_id: Id | None = None
    organization_id: Id | None = None
    group_id: Id | None = None
    brand_id: Id | None = None
    ticket_form_id: Id | None = None
    tags: tuple[str, ...] | None = None
    due_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    generated_timestamp: float | None = None
    custom_status_id: Id | None = None
    merged_into: Id | None = None  # set by the reading, from the audits: a ticket itself does not say
    metric_set: TicketMetric | None = None
    # Only where asked for, and nowhere documented: left raw, so that no ticket hangs on its shape.
    metric_events: msgspec.Raw = msgspec.Raw(b"null")

    def events(self) -> tuple[list[MetricEvent], tuple[sdk.Unmapped, ...]]:
        """All that happened to its measures, however that is laid out, and a note of what cannot be read."""
        try:
            found = _EVENTS.decode(self.metric_events) or []
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return [], (sdk.Unmapped(field="metric_events", value=str(error)[:100]),)
        if isinstance(found, list):
            return found, ()
        return [event for events in found.values() for event in events or ()], ()

    def changed_at(self) -> datetime | None:
        """When the export last saw the ticket change, system updates included; else its own ``updated_at``."""
        if self.generated_timestamp is not None:
            return datetime.fromtimestamp(self.generated_timestamp, UTC)
        return self.updated_at


class Identity(sdk.Payload):
    """A further way to recognise a user."""

    type: str | None = None
    value: str | None = None
    primary: bool | None = None
    verified: bool | None = None

    def theirs(self) -> bool:
        """Whether it may be relied upon: anybody can write a further address for themselves that is another's."""
        return self.verified is not False or bool(self.primary)


class User(sdk.Payload):
    """An end user, an agent or an administrator."""

    id: Id
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    role: str | None = None
    organization_id: Id | None = None
    external_id: Id | None = None
    locale: str | None = None
    tags: tuple[str, ...] | None = None
    active: bool | None = None
    suspended: bool | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    identities: tuple[Identity, ...] | None = None


class Organization(sdk.Payload):
    """An organisation."""

    id: Id
    name: str | None = None
    external_id: Id | None = None
    domain_names: tuple[str, ...] | None = None
    details: str | None = None
    tags: tuple[str, ...] | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    deleted_at: datetime | None = None

    def changed_at(self) -> datetime | None:
        """The later of its change and its deletion."""
        return max((at for at in (self.updated_at, self.deleted_at) if at is not None), default=None)


class OrganizationMembership(sdk.Payload):
    """A user belongs to an organisation."""

    id: Id
    user_id: Id
    organization_id: Id
    default: bool | None = None
    updated_at: datetime | None = None


class VoiceData(sdk.Payload):
    """What a recorded call adds to its comment."""

    call_duration: float | str | None = None


class Comment(sdk.Payload):
    """Something written (or said) on a ticket; ``ticket_id`` is set by the reading, a comment itself has none."""

    id: Id
    type: str | None = None
    ticket_id: Id | None = None
    author_id: Id | None = None
    body: str | None = None
    html_body: str | None = None
    plain_body: str | None = None
    public: bool | None = None
    via: Via | str | None = None
    data: VoiceData | None = None
    created_at: datetime | None = None


class SatisfactionRating(sdk.Payload):
    """The requester's judgement of a solved ticket; ``score`` goes from offered to good or bad, and may turn."""

    id: Id
    score: str | None = None
    comment: str | None = None
    reason: str | None = None
    ticket_id: Id | None = None
    requester_id: Id | None = None
    assignee_id: Id | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


def is_said(type_: object) -> bool:
    """Whether a comment's or event's type is one of something said: Comment, VoiceComment, FacebookComment, Tweet."""
    return isinstance(type_, str) and (type_.endswith("Comment") or type_ == "Tweet")


REWRITES = {"CommentRedactionEvent", "AttachmentRedactionEvent", "CommentPrivacyChange"}
"""Events after which a comment is no longer what its own event said."""


class TicketEvent(msgspec.Struct):
    """An entry of the ticket event export: what changed on a ticket at once, comments among it."""

    ticket_id: Id | None = None
    created_at: str | None = None
    child_events: list[msgspec.Raw] | None = None


class ChildEvent(msgspec.Struct):
    """What one child of a ticket event is. A change is written as the name of its field, so ``type`` may be a ticket's."""

    event_type: str | None = None
    type: Any = None
    created_at: Any = None

    def said_type(self) -> Any:
        """The event's own type, or the child's where it has none."""
        return self.event_type or self.type
