"""What became of each promise on a ticket, from all the events of its measures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from kizuna import sdk
from kizuna_zendesk.facts import SlaOutcome
from kizuna_zendesk.payloads import Id, MetricEvent
from kizuna_zendesk.service_levels import minutes

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def outcomes(ticket_id: Id, events: Sequence[MetricEvent]) -> Iterator[SlaOutcome]:
    """One fact for each measure and each time it began anew, where something was promised of it.

    A breach that was taken back was none; one that stands is not mended by a fulfilment.
    """
    cycles: defaultdict[tuple[str, int | None], list[MetricEvent]] = defaultdict(list)
    for event in sorted(events, key=lambda event: event.time or _LONG_AGO):
        if event.metric is not None and not event.deleted:
            cycles[event.metric, event.instance_id].append(event)
    for (metric, instance), cycle in sorted(cycles.items(), key=lambda cycle: (cycle[0][0], cycle[0][1] or 0)):
        found = _outcome(sdk.Ref("tickets", str(ticket_id)), metric, instance, cycle)
        if found is not None:
            yield found


def _outcome(parent: sdk.Ref, metric: str, instance: int | None, cycle: Sequence[MetricEvent]) -> SlaOutcome | None:
    """What became of one promise; its events stand in the order of time."""
    times: defaultdict[str, list[datetime]] = defaultdict(list)
    for event in cycle:
        if event.time is not None:
            times[event.type or ""].append(event.time)
    promised = [event for event in cycle if event.sla is not None or event.group_sla is not None]
    breached_at = min(times["breach"], default=None)
    fulfilled_at = max(times["fulfill"], default=None)
    if not promised and breached_at is None:
        return None
    last = promised[-1] if promised else None
    applied = (last.sla or last.group_sla) if last is not None else None
    policy = applied.policy if applied is not None else None
    return SlaOutcome(
        part=metric if instance is None else f"{metric}/{instance}",
        parent=parent,
        metric=metric,
        instance=instance,
        outcome="breached" if breached_at else "achieved" if fulfilled_at else None,
        policy=sdk.Ref("sla_policies", str(policy.id)) if policy is not None and policy.id is not None else None,
        policy_name=sdk.text(policy.title) if policy is not None else None,
        group=last is not None and last.group_sla is not None,
        target_min=minutes(applied),
        business_hours=applied.business_hours if applied is not None else None,
        begun_at=min(times["activate"] + times["apply_sla"], default=None),
        fulfilled_at=fulfilled_at,
        breached_at=breached_at,
    )
