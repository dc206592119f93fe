"""What Zendesk says of tickets beyond the facts every support desk has; each kind is kept as a fact of this plugin."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from kizuna import sdk


class BusinessMetrics(sdk.Fact, frozen=True, kw_only=True):
    """How a ticket was handled, in minutes of the account's business hours; the calendar's are in ``ticket_metrics``."""

    kind: ClassVar[str] = "ticket_business_metrics"

    parent: sdk.Ref  # the ticket
    first_reply_min: int | None = None
    first_resolution_min: int | None = None
    full_resolution_min: int | None = None
    requester_wait_min: int | None = None
    agent_wait_min: int | None = None
    on_hold_min: int | None = None


class DeskPart(sdk.Fact, frozen=True, kw_only=True):
    """A group, a brand or a form: what the account calls a part of its desk."""

    kind: ClassVar[str] = "desk_part"

    of: str  # group, brand, form
    name: str | None = None
    active: bool = True


class TicketPlace(sdk.Fact, frozen=True, kw_only=True):
    """The parts of the desk that a ticket lies with; each is a record of its own stream and says its name."""

    kind: ClassVar[str] = "ticket_place"

    group: sdk.Ref | None = None
    brand: sdk.Ref | None = None
    form: sdk.Ref | None = None


class SlaOutcome(sdk.Fact, frozen=True, kw_only=True):
    """What became of one promise on a ticket; ``part`` is the measure and how often it began anew: ``reply_time/2``."""

    kind: ClassVar[str] = "sla_outcome"

    parent: sdk.Ref  # the ticket
    metric: str
    instance: int | None = None
    outcome: str | None = None  # achieved · breached, None while it runs
    policy: sdk.Ref | None = None
    policy_name: str | None = None
    group: bool = False  # a promise between our own teams
    target_min: float | None = None
    business_hours: bool | None = None
    begun_at: datetime | None = None
    fulfilled_at: datetime | None = None
    breached_at: datetime | None = None
