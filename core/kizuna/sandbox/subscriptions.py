"""What happens to a subscription beside its start, its seats and its end: plans, pauses, coupons, failed payments, and time that passes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from kizuna.errors import ConfigError
from kizuna.sandbox.records import Coupon, Price, Subscription, SubscriptionChange, SubscriptionItem
from kizuna.sandbox.state import SandboxState
from kizuna.sandbox.verbs import recurring
from kizuna.sandbox.world.calendar import add_months


def change_plan(state: SandboxState, subscription_id: str, price_id: str) -> Subscription:
    """The first item of a subscription costs another price from now on, of the same currency and term."""
    held = _living(state, subscription_id)
    first, *others = held.items
    new, old = _price(state, price_id), _price(state, first.price_id)
    if (new.currency, new.interval, new.interval_count) != (old.currency, old.interval, old.interval_count):
        raise ConfigError(f"Price {price_id} has another currency or term than {old.id}; take one alike.")
    items = (msgspec.structs.replace(first, price_id=new.id, product_id=new.product_id), *others)
    kind = "upgrade" if new.unit_amount > old.unit_amount else "downgrade"
    return _happens(state, held, kind, items=items)


def add_item(state: SandboxState, subscription_id: str, price_id: str, quantity: int) -> Subscription:
    """One more item from now on."""
    held, price = _living(state, subscription_id), _price(state, price_id)
    item_id, number = state.fresh("item")
    item = SubscriptionItem(
        id=item_id,
        number=number,
        price_id=price.id,
        product_id=price.product_id,
        quantity=quantity,
        created_at=state.now(),
    )
    return _happens(state, held, "upgrade", items=(*held.items, item))


def drop_item(state: SandboxState, subscription_id: str) -> Subscription:
    """The last of several items is held no more."""
    held = _living(state, subscription_id)
    if len(held.items) == 1:
        raise ConfigError(f"Subscription {subscription_id} has one item only; cancel it instead.")
    return _happens(state, held, "downgrade", items=held.items[:-1])


def pause_subscription(
    state: SandboxState, subscription_id: str, *, resumes_at: datetime | None = None
) -> Subscription:
    """Nothing is collected from now on, until that instant or until it is resumed."""
    held = _living(state, subscription_id)
    return _happens(state, held, "pause", paused_from=state.now(), resumes_at=resumes_at)


def resume_subscription(state: SandboxState, subscription_id: str) -> Subscription:
    """A pause ends now."""
    return _happens(state, _living(state, subscription_id), "resume", paused_from=None, resumes_at=None)


def give_coupon(state: SandboxState, subscription_id: str, coupon_id: str) -> Subscription:
    """A coupon is in force from now on, as long as it says; a subscription has one in its life."""
    held, coupon, now = _living(state, subscription_id), state.neutral("coupon", coupon_id), state.now()
    if held.coupon_id is not None or not isinstance(coupon, Coupon):
        raise ConfigError(f"Subscription {subscription_id} has had its coupon; take another subscription.")
    months = {"once": 1, "repeating": coupon.duration_months or 1, "forever": None}[coupon.duration]
    until = None if months is None else add_months(now, months)
    return _happens(state, held, "discount_start", coupon_id=coupon.id, coupon_from=now, coupon_until=until)


def fail_payment(state: SandboxState, subscription_id: str, *, given_up: bool = False) -> Subscription:
    """What is due was not paid: past due, or unpaid when nobody tries any more."""
    status = "unpaid" if given_up else "past_due"
    return _happens(state, _living(state, subscription_id), status, status=status)


def recover_payment(state: SandboxState, subscription_id: str) -> Subscription:
    """What was due is paid after all."""
    return _happens(state, _living(state, subscription_id), "recovered", status="active")


def pass_time(state: SandboxState, until: datetime) -> None:
    """The clock moves on, and whatever falls due on the way happens at its instant.

    Trials end, pauses and coupons run out, cancellations take effect, periods begin anew; nothing is invoiced.
    """
    while (found := min(_due(state, until), default=None)) is not None:
        at, source_id = found
        if at > state.now():
            state.clock.move_to(at)
        _falls_due(state, _living(state, source_id))
    state.clock.move_to(until)


def _due(state: SandboxState, until: datetime) -> Iterator[tuple[datetime, str]]:
    """The instants not after ``until`` at which something of a living subscription falls due."""
    for held in state.of_kind("subscription"):
        if isinstance(held, Subscription) and held.ended_at is None:
            instants = (held.period_end, held.cancel_at, held.resumes_at, _lapses_at(held), _trial_end(held))
            yield from ((at, held.id) for at in instants if at is not None and at <= until)


def _lapses_at(held: Subscription) -> datetime | None:
    """When the coupon in force runs out; None when that has been noted."""
    told = any(change.kind == "discount_end" for change in held.history)
    return None if told else held.coupon_until


def _trial_end(held: Subscription) -> datetime | None:
    return held.trial_ends_at if held.status == "trialing" else None


def _falls_due(state: SandboxState, held: Subscription) -> None:
    """One thing that is due now, the end first, for nothing comes after it."""
    now = state.now()
    if held.cancel_at is not None and held.cancel_at <= now:
        _happens(state, held, "cancel", "cancellation_requested", status="canceled", ended_at=now)
    elif (ends := _trial_end(held)) is not None and ends <= now:
        _happens(state, held, "trial_end", status="active", **_renewed(state, held))
    elif held.resumes_at is not None and held.resumes_at <= now:
        resume_subscription(state, held.id)
    elif (lapses := _lapses_at(held)) is not None and lapses <= now:
        _happens(state, held, "discount_end")
    else:
        state.change("subscription", held.id, **_renewed(state, held))


def _renewed(state: SandboxState, held: Subscription) -> dict[str, Any]:
    price = _price(state, held.items[0].price_id)
    months = price.interval_count * (12 if price.interval == "year" else 1)
    return {"period_start": held.period_end, "period_end": add_months(held.period_end, months)}


def _happens(
    state: SandboxState, held: Subscription, kind: str, reason: str | None = None, /, **fields: Any
) -> Subscription:
    """The subscription with these fields from now on, and with what happened written into its history."""
    changed = msgspec.structs.replace(held, **fields)
    told = SubscriptionChange(
        kind=kind,
        at=state.now(),
        status=changed.status,
        items=changed.items,
        mrr=recurring(state, changed),
        reason=reason,
    )
    kept = state.change("subscription", held.id, **fields, history=(*held.history, told))
    assert isinstance(kept, Subscription)
    return kept


def _living(state: SandboxState, subscription_id: str) -> Subscription:
    held = state.neutral("subscription", subscription_id)
    if not isinstance(held, Subscription) or held.ended_at is not None:
        raise ConfigError(f"Record {subscription_id} is no living subscription; start a new one.")
    return held


def _price(state: SandboxState, price_id: str) -> Price:
    found = state.neutral("price", price_id)
    if not isinstance(found, Price) or found.interval == "once":
        raise ConfigError(f"Price {price_id} is not charged again and again; take one by the month or year.")
    return found
