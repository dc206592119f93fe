"""Service levels: what was promised (policies), and what became of each promise (metric events of tickets)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from kizuna import sdk
from kizuna_zendesk.payloads import Applied, Id, MetricEvent

OUTCOMES = {"breach": "breached", "fulfill": "fulfilled"}


class PolicyMetric(sdk.Payload):
    """One promise of a policy; ``target`` in minutes, ``target_in_seconds`` in newer accounts."""

    priority: str | None = None
    metric: str | None = None
    target: float | None = None
    target_in_seconds: float | None = None
    business_hours: bool | None = None


class Policy(sdk.Payload):
    """A policy of service levels."""

    id: Id
    title: str | None = None
    description: str | None = None
    position: int | None = None
    policy_metrics: tuple[PolicyMetric, ...] | None = None
    updated_at: datetime | None = None


class SlaEvent(sdk.Fact, frozen=True, kw_only=True):
    """What happened to one promise on a ticket.

    The events of one ``parent``, ``metric`` and ``instance`` tell one promise: it was broken where one of them says
    ``breached``, and kept where one says ``fulfilled`` and none ``breached``.
    """

    kind: ClassVar[str] = "sla_event"

    parent: sdk.Ref  # the ticket
    metric: str
    instance: int | None = None
    event: str | None = None  # the system's own word: activate, pause, fulfill, apply_sla, breach …
    outcome: str | None = None  # breached · fulfilled, None for what decides nothing
    policy: sdk.Ref | None = None
    policy_name: str | None = None
    group: bool = False  # a promise between our own teams
    target_min: float | None = None
    business_hours: bool | None = None
    at: datetime | None = None


class SlaTarget(sdk.Fact, frozen=True, kw_only=True):
    """One promise of a policy; ``part`` is its priority and measure."""

    kind: ClassVar[str] = "sla_target"

    policy_name: str | None = None
    priority: str | None = None
    metric: str | None = None
    target_min: float | None = None
    business_hours: bool | None = None


def metric_event(record: MetricEvent) -> SlaEvent:
    """Raises PayloadError when the event names no ticket or no measure."""
    if record.ticket_id is None or record.metric is None:
        raise sdk.PayloadError("a metric event without ticket or metric", "ticket_id")
    applied = record.sla or record.group_sla
    policy = applied.policy if applied is not None else None
    return SlaEvent(
        parent=sdk.Ref("tickets", str(record.ticket_id)),
        metric=record.metric,
        instance=record.instance_id,
        event=sdk.text(record.type),
        outcome=OUTCOMES.get(record.type or ""),
        policy=sdk.Ref("sla_policies", str(policy.id)) if policy is not None and policy.id is not None else None,
        policy_name=sdk.text(policy.title) if policy is not None else None,
        group=record.group_sla is not None,
        target_min=minutes(applied),
        business_hours=applied.business_hours if applied is not None else None,
        at=record.time,
    )


def gone_event(record: MetricEvent) -> str | None:
    """``deleted`` for a breach taken back, as when the policy no longer holds."""
    return "deleted" if record.deleted else None


def policy(record: Policy) -> Iterator[SlaTarget]:
    """Each promise of the policy once; one that repeats an earlier one is the vendor's slip and left out."""
    said: set[str] = set()
    for promise in record.policy_metrics or ():
        part = f"{promise.priority or 'any'}:{promise.metric or 'any'}"
        if part in said:
            continue
        said.add(part)
        yield SlaTarget(
            part=part,
            policy_name=sdk.text(record.title),
            priority=promise.priority,
            metric=promise.metric,
            target_min=minutes(promise),
            business_hours=promise.business_hours,
        )


def minutes(promise: Applied | PolicyMetric | None) -> float | None:
    """The promised time in minutes."""
    if promise is None:
        return None
    if promise.target is None and promise.target_in_seconds is not None:
        return promise.target_in_seconds / 60
    return promise.target
