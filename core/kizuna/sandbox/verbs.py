"""What people do in their systems, in neutral words: a company moves, a seat is added, a ticket is solved, a deal is won."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from fractions import Fraction
from typing import Any, TypeVar

import msgspec

from kizuna.errors import ConfigError
from kizuna.sandbox.records import (
    Account,
    Comment,
    Deal,
    Person,
    Price,
    StageChange,
    StatusChange,
    Subscription,
    SubscriptionChange,
    SubscriptionItem,
    Ticket,
)
from kizuna.sandbox.state import SandboxState
from kizuna.sandbox.world.calendar import add_months
from kizuna.sandbox.world.stage import PROBABILITY

T = TypeVar("T")


def accounts_of(state: SandboxState, company: str) -> list[str]:
    """The ids of a true company's accounts in one system."""
    return [
        record.id for record in state.of_kind("account") if isinstance(record, Account) and record.company == company
    ]


def people_of(state: SandboxState, person: str) -> list[str]:
    """The ids of a true person's records in one system."""
    return [record.id for record in state.of_kind("person") if isinstance(record, Person) and record.person == person]


def change_company(states: Iterable[SandboxState], company: str, **fields: Any) -> list[tuple[str, str]]:
    """Change fields of all accounts of a true company in these systems; system and id of each that was changed."""
    changed = [(state, source_id) for state in states for source_id in accounts_of(state, company)]
    for state, source_id in changed:
        state.change("account", source_id, **fields)
    return [(state.view.profile.key, source_id) for state, source_id in changed]


def start_subscription(
    state: SandboxState, account_id: str, price_id: str, quantity: int, *, trial_days: int = 0
) -> str:
    """An account begins to pay for ``quantity`` units of a price now, or after a trial; the id of the new subscription."""
    price, account = state.neutral("price", price_id), state.neutral("account", account_id)
    if not isinstance(price, Price) or not isinstance(account, Account) or price.interval == "once":
        raise ConfigError(f"Price {price_id} is not charged again and again; take one by the month or year.")
    now = state.now()
    source_id, number = state.fresh("subscription")
    item_id, item_number = state.fresh("item")
    item = SubscriptionItem(
        id=item_id,
        number=item_number,
        price_id=price.id,
        product_id=price.product_id,
        quantity=quantity,
        created_at=now,
    )
    months = price.interval_count * (12 if price.interval == "year" else 1)
    trial_end = now + timedelta(days=trial_days) if trial_days else None
    subscription = Subscription(
        id=source_id,
        number=number,
        account_id=account_id,
        status="trialing" if trial_end else "active",
        currency=price.currency,
        collection="charge_automatically",
        items=(item,),
        started_at=now,
        trial_started_at=now if trial_end else None,
        trial_ends_at=trial_end,
        billing_anchor_at=trial_end or now,
        period_start=now,
        period_end=trial_end or add_months(now, months),
        cancel_requested_at=None,
        cancel_at=None,
        ended_at=None,
        cancel_reason=None,
        cancel_comment=None,
        paused_from=None,
        resumes_at=None,
        coupon_id=None,
        coupon_from=None,
        coupon_until=None,
        latest_invoice_id=None,
        history=(),
        created_at=now,
        updated_at=now,
    )
    state.create(_noted(state, subscription, "trial_start" if trial_end else "start"))
    return source_id


def change_seats(state: SandboxState, subscription_id: str, quantity: int) -> Subscription:
    """The first item of a live subscription is counted anew, from now on."""
    subscription = _live(state, subscription_id)
    first, *others = subscription.items
    kind = "upgrade" if quantity > first.quantity else "downgrade"
    items = (msgspec.structs.replace(first, quantity=quantity), *others)
    return _kept(state, _noted(state, msgspec.structs.replace(subscription, items=items), kind))


def cancel_subscription(state: SandboxState, subscription_id: str, *, at_period_end: bool = False) -> Subscription:
    """A live subscription ends now, or is asked to end with the running period."""
    subscription, now = _live(state, subscription_id), state.now()
    if at_period_end:
        asked = msgspec.structs.replace(subscription, cancel_requested_at=now, cancel_at=subscription.period_end)
        return _kept(state, _noted(state, asked, "cancel_request"))
    ended = msgspec.structs.replace(
        subscription, status="canceled", cancel_requested_at=subscription.cancel_requested_at or now, ended_at=now
    )
    return _kept(state, _noted(state, ended, "cancel", "cancellation_requested"))


def reply(state: SandboxState, ticket_id: str, body: str, *, staff_id: str | None = None) -> Ticket:
    """Someone writes on a ticket: the requester, or one of us when ``staff_id`` is given."""
    ticket = _of(state, "ticket", ticket_id, Ticket)
    source_id, number = state.fresh("comment")
    comment = Comment(
        id=source_id,
        number=number,
        person_id=None if staff_id else ticket.person_id,
        staff_id=staff_id,
        body=body,
        public=True,
        at=state.now(),
    )
    first = ticket.first_reply_at or (state.now() if staff_id else None)
    changed = state.change("ticket", ticket_id, comments=(*ticket.comments, comment), first_reply_at=first)
    return _checked(changed, Ticket)


def set_ticket_status(state: SandboxState, ticket_id: str, status: str) -> Ticket:
    """A ticket takes another status now; reopening a solved one is counted."""
    ticket, now = _of(state, "ticket", ticket_id, Ticket), state.now()
    done = status in {"solved", "closed"}
    reopened = not done and ticket.status in {"solved", "closed"}
    changed = state.change(
        "ticket",
        ticket_id,
        status=status,
        history=(*ticket.history, StatusChange(status, now)),
        solved_at=(ticket.solved_at or now) if done else None,
        reopens=ticket.reopens + reopened,
    )
    return _checked(changed, Ticket)


def move_deal(state: SandboxState, deal_id: str, stage: str) -> Deal:
    """A deal enters another stage now; winning or losing closes it."""
    deal, now = _of(state, "deal", deal_id, Deal), state.now()
    if stage not in PROBABILITY:
        raise ConfigError(f"There is no stage {stage!r}; known: {', '.join(PROBABILITY)}.")
    closed = stage in {"won", "lost"}
    close_on = now.date() if closed else deal.close_on
    changed = state.change(
        "deal",
        deal_id,
        stage=stage,
        probability=PROBABILITY[stage],
        close_on=close_on,
        closed_at=now if closed else None,
        history=(*deal.history, StageChange(stage, now, deal.amount, close_on)),
    )
    return _checked(changed, Deal)


def _live(state: SandboxState, subscription_id: str) -> Subscription:
    subscription = _of(state, "subscription", subscription_id, Subscription)
    if subscription.ended_at is not None:
        raise ConfigError(
            f"Subscription {subscription_id} ended at {subscription.ended_at.isoformat()}; start a new one."
        )
    return subscription


def _noted(state: SandboxState, subscription: Subscription, kind: str, reason: str | None = None) -> Subscription:
    """The subscription with what just happened written into its history."""
    mrr = recurring(state, subscription)
    change = SubscriptionChange(
        kind=kind, at=state.now(), status=subscription.status, items=subscription.items, mrr=mrr, reason=reason
    )
    return msgspec.structs.replace(subscription, history=(*subscription.history, change))


def recurring(state: SandboxState, subscription: Subscription) -> int:
    """Monthly recurring revenue of a subscription now, in minor units, rounded half up; once-only coupons do not count."""
    paused = subscription.paused_from is not None and (
        subscription.resumes_at is None or subscription.resumes_at > state.now()
    )
    if subscription.status not in {"active", "past_due"} or paused:
        return 0
    total, months = Fraction(0), 1
    for item in subscription.items:
        price = _of(state, "price", item.price_id, Price)
        months = price.interval_count * (12 if price.interval == "year" else 1)
        total += price.unit_amount * item.quantity
    return int(max(Fraction(0), total - _discount(state, subscription, total)) / months + Fraction(1, 2))


def _discount(state: SandboxState, subscription: Subscription, total: Fraction) -> Fraction:
    until = subscription.coupon_until
    if subscription.coupon_id is None or (until is not None and until <= state.now()):
        return Fraction(0)
    coupon = next(held for held in state.view.coupons if held.id == subscription.coupon_id)
    if coupon.duration == "once":
        return Fraction(0)
    return Fraction(coupon.amount_off or 0) + total * Fraction(coupon.percent_off or 0) / 100


def _kept(state: SandboxState, subscription: Subscription) -> Subscription:
    fields = {
        name: getattr(subscription, name)
        for name in ("status", "items", "cancel_requested_at", "cancel_at", "ended_at", "history")
    }
    return _checked(state.change("subscription", subscription.id, **fields), Subscription)


def _of(state: SandboxState, kind: str, source_id: str, shape: type[T]) -> T:
    return _checked(state.neutral(kind, source_id), shape)


def _checked(record: object, shape: type[T]) -> T:
    if not isinstance(record, shape):
        raise ConfigError(f"Record {record!r:.60} is no {shape.__name__.lower()}.")
    return record
