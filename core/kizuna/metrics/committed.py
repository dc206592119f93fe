"""What subscriptions commit to from a day on: dated facts only, and not what a contract's end or a trial may bring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from kizuna.metrics.dated import Subscription
from kizuna.metrics.due import GRACE


def committed(subscriptions: Sequence[Subscription], as_of: date) -> Iterator[Subscription]:
    """The subscriptions without their trials that still run, and contracts without the end that only their term sets.

    A contract that is due is a renewal, which nobody has decided yet; one that another agreement follows ends.
    """
    for one in subscriptions:
        if one.trial_end is None or one.trial_end <= as_of:
            yield _running_on(one) if _is_only_due(one, subscriptions, as_of) else one


def _is_only_due(one: Subscription, others: Sequence[Subscription], as_of: date) -> bool:
    ends = one.cancel_effective_at
    if one.basis != "contract" or ends is None or ends <= as_of:
        return False
    if one.cancel_requested_at is not None or one.cancel_reason is not None:
        return False
    return not any(_follows(other, one, ends) for other in others)


def _follows(other: Subscription, one: Subscription, ends: date) -> bool:
    """Whether it takes the contract's place: named so, begun about its end, or billed from then on."""
    if other.id == one.id or other.start is None:
        return False
    if other.continues == one.id:
        return True
    begins_later = other.customer == one.customer and other.start >= ends - GRACE
    return begins_later and (other.start <= ends + GRACE or other.basis != "contract")


def _running_on(one: Subscription) -> Subscription:
    ends = one.cancel_effective_at
    items = tuple(msgspec.structs.replace(item, until=None) if item.until == ends else item for item in one.items)
    return msgspec.structs.replace(one, cancel_effective_at=None, items=items)
