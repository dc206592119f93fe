"""Subscriptions that carry others on: which one takes the place of which, so that nobody is lost or won by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import msgspec

from kizuna.metrics.dated import Subscription, fault
from kizuna.metrics.policy import Policy
from kizuna.metrics.revenue import Standing, sound_standing


class Handover(msgspec.Struct, frozen=True, gc=False):
    """From one subscription to another: the first day without the one, the first with the other, what the one was."""

    before: str
    after: str
    left_on: date
    taken_on: date
    worth: Standing


def handovers(known: Mapping[str, Subscription], policy: Policy) -> list[Handover]:
    """The links that hold: within the policy's days, in one currency, from one that counted to one that counts.

    Of several in the place of one the first takes it; the others are agreements of their own.
    """
    found: dict[str, Handover] = {}
    linked = [*_linked(known), *_renewed(known.values())]
    for before, after in sorted(linked, key=lambda pair: (pair[1].start or date.max, pair[1].id)):
        made = _handover(before, after, policy)
        taken = {one.after for one in found.values()}
        if made is not None and before.id not in found and after.id not in taken:
            found[before.id] = made
    return list(found.values())


def _linked(known: Mapping[str, Subscription]) -> list[tuple[Subscription, Subscription]]:
    return [(known[one.continues], one) for one in known.values() if one.continues and one.continues in known]


def _renewed(known: Iterable[Subscription]) -> list[tuple[Subscription, Subscription]]:
    """Contracts that begin on the day after another one's last, which is what a renewed contract looks like."""
    contracts = [one for one in known if one.basis == "contract"]
    by_end = {one.cancel_effective_at: one for one in contracts if one.cancel_effective_at is not None}
    return [(by_end[one.start], one) for one in contracts if one.start in by_end and by_end[one.start].id != one.id]


def _handover(before: Subscription, after: Subscription, policy: Policy) -> Handover | None:
    if fault(before) or fault(after) or after.start is None or before.id == after.id:
        return None
    if before.currency.upper() != after.currency.upper():
        return None
    ends = before.cancel_effective_at
    if policy.cancel == "request" and before.cancel_requested_at is not None:
        ends = before.cancel_requested_at if ends is None else min(ends, before.cancel_requested_at)
    if ends is None or not ends <= after.start <= ends + timedelta(days=policy.migration_days):
        return None
    worth = sound_standing(before, ends - timedelta(days=1), policy)
    if worth.state != "counted" or not sound_standing(after, after.start, policy).present:
        return None
    return Handover(before.id, after.id, ends, after.start, worth)
