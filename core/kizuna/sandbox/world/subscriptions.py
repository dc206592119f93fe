"""The life of one subscription: starts, trials, upgrades, downgrades, pauses, failed payments, cancellations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from random import Random

import msgspec

from kizuna.sandbox.records import Coupon, Price, Subscription, SubscriptionChange, SubscriptionItem
from kizuna.sandbox.seeds import between, pick
from kizuna.sandbox.world.calendar import add_months
from kizuna.sandbox.world.catalogue import ADDONS, PLANS, price_number

MONTHS_OF_TURN = (1, 3, 12)
CANCEL_REASONS = (
    "too_expensive",
    "missing_features",
    "switched_service",
    "unused",
    "customer_service",
    "too_complex",
    "low_quality",
    "other",
)
_COMMENTS = (
    "予算の都合により解約します。",
    "社内システムに統合することになりました。",
    "We are moving to another tool.",
    "担当者の退職に伴い利用を終了します。",
    "Not enough usage this year.",
)


class Bill(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something to invoice: the items of a period, or with ``before`` the proration of a change inside it.

    ``outcome``: paid · late · retried · failed · open · void.
    """

    reason: str
    at: datetime
    start: datetime
    end: datetime
    items: tuple[SubscriptionItem, ...]
    before: tuple[SubscriptionItem, ...] | None
    coupon: Coupon | None
    outcome: str


class Plan(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How a subscription is to go: decided before it is lived."""

    number: int
    account: int
    currency: str
    turn: int
    start: datetime
    trial_days: int
    seats: int
    tier: int
    end: datetime | None
    involuntary: bool
    coupon: Coupon | None
    collection: str
    cancel_pending: bool
    failing_now: bool
    restless: float


@dataclass(slots=True)
class Life:
    """A subscription being lived; ``bills`` is what it causes to be invoiced."""

    plan: Plan
    prices: Mapping[int, Price]
    now: datetime
    items: tuple[SubscriptionItem, ...] = ()
    status: str = "active"
    paused: tuple[datetime, datetime] | None = None
    discounted: bool = False
    coupon_until: datetime | None = None
    history: list[SubscriptionChange] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)
    made_items: int = 0

    def item(self, product: int, quantity: int, at: datetime) -> SubscriptionItem:
        """A new item of this subscription."""
        number = self.plan.number * 32 + self.made_items
        self.made_items += 1
        price = price_number(product, self.plan.currency, self.plan.turn)
        return SubscriptionItem(
            id=str(number),
            number=number,
            price_id=str(price),
            product_id=str(product),
            quantity=quantity,
            created_at=at,
        )

    def note(self, kind: str, at: datetime, reason: str | None = None) -> None:
        """Write down what happened."""
        self.history.append(
            SubscriptionChange(kind=kind, at=at, status=self.status, items=self.items, mrr=self.mrr(), reason=reason)
        )

    def mrr(self) -> int:
        """Monthly recurring revenue in force now, in minor units, rounded half up."""
        if self.status not in {"active", "past_due"} or self.paused is not None:
            return 0
        period = sum(self.prices[int(item.price_id)].unit_amount * item.quantity for item in self.items)
        value = Fraction(period)
        coupon = self.plan.coupon
        # A coupon for one invoice is no recurring price.
        if coupon is not None and self.discounted and coupon.duration != "once":
            off = Fraction(coupon.amount_off or 0) + value * Fraction(coupon.percent_off or 0) / 100
            value = max(Fraction(0), value - off)
        return int(value / MONTHS_OF_TURN[self.plan.turn] + Fraction(1, 2))


def live(rng: Random, plan: Plan, prices: Mapping[int, Price], now: datetime) -> tuple[Subscription, list[Bill]]:
    """The subscription as it stands at ``now`` and what it caused to be invoiced."""
    life = Life(plan, prices, now)
    life.items = (life.item(PLANS[plan.tier], plan.seats, plan.start),)
    if rng.random() < 0.3:
        life.items += (life.item(pick(rng, ADDONS), max(1, plan.seats // 2), plan.start),)
    anchor = _begin(life)
    months = MONTHS_OF_TURN[plan.turn]
    period, start = 0, anchor
    while start <= now and life.status not in {"canceled", "trialing"}:
        end = add_months(anchor, (period + 1) * months)
        _period(rng, life, start, end, first=period == 0)
        period, start = period + 1, end
    return _finished(rng, life, anchor, period, months), life.bills


def _begin(life: Life) -> datetime:
    """Start with or without a trial; the billing anchor."""
    plan = life.plan
    if plan.trial_days:
        life.status = "trialing"
        life.note("trial_start", plan.start)
        anchor = plan.start + timedelta(days=plan.trial_days)
        if anchor > life.now:
            return anchor
        life.status = "active"
        _start_coupon(life, anchor)
        life.note("trial_end", anchor)
        return anchor
    _start_coupon(life, plan.start)
    life.note("start", plan.start)
    return plan.start


def _start_coupon(life: Life, at: datetime) -> None:
    coupon = life.plan.coupon
    if coupon is None:
        return
    life.discounted = True
    if coupon.duration == "repeating":
        life.coupon_until = add_months(at, coupon.duration_months or 1)
    elif coupon.duration == "once":
        life.coupon_until = add_months(at, MONTHS_OF_TURN[life.plan.turn])


def _period(rng: Random, life: Life, start: datetime, end: datetime, *, first: bool) -> None:
    """One billing period: its invoice, then what happens inside it in order of time."""
    plan, now = life.plan, life.now
    _lapse_coupon(life, start)
    if plan.end is not None and start >= plan.end:
        return _cancel(life, start)
    if life.paused is not None and life.paused[1] <= start:
        life.paused = None
        life.note("resume", start)
    if not first:
        _downgrade(rng, life, start)
    _bill(rng, life, start, end, first=first)
    if plan.end is not None and end >= plan.end:
        # The wish to leave comes before the end of the last period.
        asked = plan.end - (plan.end - start) * 0.6
        if not plan.involuntary:
            life.note("cancel_request", max(asked, start + timedelta(hours=1)))
            return _cancel(life, plan.end) if plan.end < end else None
        return _dun(life, start, end)
    if now >= end:
        _change_inside(rng, life, start, end)
    _lapse_coupon(life, min(end, now), inside=True)
    return None


def _lapse_coupon(life: Life, at: datetime, *, inside: bool = False) -> None:
    until = life.coupon_until
    if life.discounted and until is not None and (until < at if inside else until <= at):
        life.discounted = False
        if life.plan.coupon is not None and life.plan.coupon.duration != "once":
            life.note("discount_end", max(until, life.history[-1].at))


def _bill(rng: Random, life: Life, start: datetime, end: datetime, *, first: bool) -> None:
    outcome = _outcome(rng, life, end)
    if life.paused is not None:
        outcome = "void"
    life.bills.append(
        Bill(
            reason="create" if first else "cycle",
            at=start,
            start=start,
            end=end,
            items=life.items,
            before=None,
            coupon=life.plan.coupon if life.discounted else None,
            outcome=outcome,
        )
    )
    if outcome == "retried" and life.plan.collection == "charge_automatically" and start + timedelta(days=5) < life.now:
        life.status = "past_due"
        life.note("past_due", start + timedelta(hours=1))
        life.status = "active"
        life.note("recovered", start + timedelta(days=5))
    elif outcome == "failed" and end > life.now:
        life.status = "past_due"
        life.note("past_due", start + timedelta(hours=1))


def _outcome(rng: Random, life: Life, end: datetime) -> str:
    plan = life.plan
    draw = rng.random()
    if end > life.now and plan.failing_now:
        return "failed"
    if plan.involuntary and plan.end is not None and end >= plan.end:
        return "failed"
    if plan.collection == "send_invoice":
        return "open" if end > life.now and draw < 0.3 else ("late" if draw < 0.25 else "paid")
    return "retried" if draw < 0.025 else "paid"


def _downgrade(rng: Random, life: Life, at: datetime) -> None:
    """Fewer seats or a smaller plan, at a boundary."""
    if rng.random() > 0.012 * MONTHS_OF_TURN[life.plan.turn] * life.plan.restless:
        return
    main, *others = life.items
    if main.quantity > 2:
        life.items = (msgspec.structs.replace(main, quantity=max(1, int(main.quantity * 0.7))), *others)
    elif others:
        life.items = (main,)
    else:
        return
    life.note("downgrade", at)


def _change_inside(rng: Random, life: Life, start: datetime, end: datetime) -> None:
    """An upgrade with proration, or a pause of collection, inside a period that is over."""
    months = MONTHS_OF_TURN[life.plan.turn]
    draw = rng.random()
    at = (start + (end - start) * (0.2 + 0.65 * rng.random())).replace(microsecond=0)
    if draw < 0.035 * months * life.plan.restless and life.paused is None:
        before = life.items
        life.items = _grown(rng, life, at)
        life.note("upgrade", at)
        life.bills.append(
            Bill(
                reason="update",
                at=at,
                start=at,
                end=end,
                items=life.items,
                before=before,
                coupon=life.plan.coupon if life.discounted else None,
                outcome="paid",
            )
        )
    elif draw > 1 - 0.004 * months and life.paused is None and life.plan.turn == 0:
        life.paused = (at, add_months(end, between(rng, 0, 2)))
        life.note("pause", at)


def _grown(rng: Random, life: Life, at: datetime) -> tuple[SubscriptionItem, ...]:
    main, *others = life.items
    draw = rng.random()
    if draw < 0.6 or len(life.items) > 3:
        more = max(1, int(main.quantity * (0.1 + 0.5 * rng.random())))
        return (msgspec.structs.replace(main, quantity=main.quantity + more), *others)
    tier = PLANS.index(int(main.product_id))
    if draw < 0.8 and tier < len(PLANS) - 1:
        return (life.item(PLANS[tier + 1], main.quantity, at), *others)
    held = {int(item.product_id) for item in life.items}
    return (*life.items, life.item(pick(rng, [addon for addon in ADDONS if addon not in held]), main.quantity, at))


def _dun(life: Life, start: datetime, end: datetime) -> None:
    """Payment failed for good: past due, then cancelled three weeks later."""
    if life.status != "past_due":
        life.status = "past_due"
        life.note("past_due", start + timedelta(hours=1))
    _cancel(life, min(start + timedelta(days=21), end))


def _cancel(life: Life, at: datetime) -> None:
    if at > life.now:
        return
    life.status = "canceled"
    life.note("cancel", at, "payment_failed" if life.plan.involuntary else "cancellation_requested")


def _finished(rng: Random, life: Life, anchor: datetime, periods: int, months: int) -> Subscription:
    plan, now = life.plan, life.now
    start = add_months(anchor, max(0, periods - 1) * months) if life.status != "trialing" else plan.start
    end = add_months(anchor, periods * months) if life.status != "trialing" else anchor
    requested = next((change.at for change in life.history if change.kind == "cancel_request"), None)
    ended = life.history[-1].at if life.status == "canceled" else None
    cancel_at = plan.end if requested is not None else None
    if plan.cancel_pending and life.status == "active" and requested is None:
        requested, cancel_at = start + (now - start) * 0.5, end
        life.note("cancel_request", max(requested, life.history[-1].at))
    if ended is not None and requested is None:
        requested = ended
    latest = max(life.history[-1].at, plan.start)
    return Subscription(
        id=str(plan.number),
        number=plan.number,
        account_id=str(plan.account),
        status=life.status,
        currency=plan.currency,
        collection=plan.collection,
        items=life.items,
        started_at=plan.start,
        trial_started_at=plan.start if plan.trial_days else None,
        trial_ends_at=plan.start + timedelta(days=plan.trial_days) if plan.trial_days else None,
        billing_anchor_at=anchor,
        period_start=start,
        period_end=end,
        cancel_requested_at=requested,
        cancel_at=cancel_at,
        ended_at=ended,
        cancel_reason=_reason(rng, life, requested),
        cancel_comment=pick(rng, _COMMENTS)
        if requested is not None and rng.random() < 0.3 and not plan.involuntary
        else None,
        paused_from=life.paused[0] if life.paused else None,
        resumes_at=life.paused[1] if life.paused else None,
        coupon_id=plan.coupon.id if plan.coupon is not None else None,
        coupon_from=_coupon_from(life, anchor),
        coupon_until=life.coupon_until,
        latest_invoice_id=None,
        history=tuple(life.history),
        created_at=plan.start,
        updated_at=max(latest, start) if start <= now else latest,
    )


def _coupon_from(life: Life, anchor: datetime) -> datetime | None:
    if life.plan.coupon is None:
        return None
    return anchor if life.plan.trial_days else life.plan.start


def _reason(rng: Random, life: Life, requested: datetime | None) -> str | None:
    if requested is None:
        return None
    return "payment_failed" if life.plan.involuntary else pick(rng, CANCEL_REASONS)
