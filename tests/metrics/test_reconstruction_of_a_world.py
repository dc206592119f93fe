"""Billed lives of a simulated world, seen in one go today: how many of their true changes the rebuilt past has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from kizuna.metrics import history
from kizuna.metrics.dated import Subscription
from kizuna.metrics.history import Version
from kizuna.metrics.policy import KIZUNA
from kizuna.metrics.reconstruction import Billed
from kizuna.metrics.revenue import standing
from kizuna.model.money import MICRO, exponent
from kizuna.sandbox import records
from kizuna.sandbox.world.billing import Ledger
from kizuna.sandbox.world.build import World

ZONE = ZoneInfo("Asia/Tokyo")
SEEDS = (1, 7, 42, 2026)
COMPANIES = 100

Moved = dict[date, tuple[str, int]]


def iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def body(said: records.Subscription, now: datetime) -> dict[str, Any]:
    lasts = (
        said.paused_from is not None and said.ended_at is None and (said.resumes_at is None or said.resumes_at > now)
    )
    return {
        "status": said.status,
        "currency": said.currency,
        "started_at": iso(said.started_at),
        "trial_starts_at": iso(said.trial_started_at),
        "trial_ends_at": iso(said.trial_ends_at),
        "cancel_requested_at": iso(said.cancel_requested_at),
        "cancels_at": None if said.ended_at else iso(said.cancel_at),
        "ended_at": iso(said.ended_at),
        "cancel_reason": said.cancel_reason,
        "paused": lasts,
        "paused_until": iso(said.resumes_at) if lasts else None,
    }


def item(said: records.SubscriptionItem, price: records.Price) -> dict[str, Any]:
    return {
        "product": {"id": said.product_id},
        "price": {"id": said.price_id},
        "quantity": str(said.quantity),
        "unit_minor": str(price.unit_amount),
        "currency": price.currency,
        "interval": price.interval,
        "interval_count": price.interval_count,
    }


def discount(said: records.Subscription, coupon: records.Coupon, now: datetime) -> dict[str, Any] | None:
    """As a billing system shows it: no more once it is over."""
    if said.coupon_from is None or (said.coupon_until is not None and said.coupon_until <= now):
        return None
    off = None if coupon.amount_off is None else {"minor": coupon.amount_off, "currency": coupon.currency}
    return {
        "percent_off": None if coupon.percent_off is None else str(coupon.percent_off),
        "amount_off": off,
        "duration": coupon.duration,
        "starts_at": iso(said.coupon_from),
        "ends_at": iso(said.coupon_until) if coupon.duration == "repeating" else None,
    }


def seen_today(world: World, ledger: Ledger, said: records.Subscription) -> Subscription:
    """The subscription as a first sync makes it: one version of today and all that was ever invoiced."""
    told = [("subscription", "", body(said, world.now))]
    told += [("subscription_item", one.id, item(one, ledger.prices[int(one.price_id)])) for one in said.items]
    coupon = next((one for one in world.coupons if one.id == said.coupon_id), None)
    shown = None if coupon is None else discount(said, coupon, world.now)
    told += [("discount", "di", shown)] if shown else []
    versions = [Version(kind, part, 1, world.now, each, "now/1") for kind, part, each in told]
    found = history.subscription(said.id, said.account_id, versions, ZONE, billed=list(billed(ledger, said)))
    assert found is not None
    return found


def billed(ledger: Ledger, said: records.Subscription) -> Iterator[Billed]:
    places = -exponent(said.currency)
    for invoice in ledger.invoices:
        if invoice.subscription_id != said.id:
            continue
        for line in invoice.lines:
            yield Billed(
                item=line.item_id or "",
                product=line.product_id,
                price=line.price_id,
                quantity=Decimal(line.quantity),
                amount=Decimal(line.amount).scaleb(places),
                discount=Decimal(line.discount).scaleb(places) if line.discount else None,
                currency=invoice.currency,
                starts_at=line.period_start,
                ends_at=line.period_end,
                proration=line.proration,
                status=invoice.status,
                attempts=invoice.attempts,
                billed_at=invoice.created_at,
                invoice=invoice.id,
                source=f"{invoice.id}/",
            )


def truly(said: records.Subscription) -> Moved:
    """Day → what kind of change moved the revenue, and by how much in minor units."""
    found: dict[date, tuple[str, int]] = {}
    before = 0
    for change in said.history:
        day = change.at.astimezone(ZONE).date()
        kind, moved = found.get(day, (change.kind, 0))
        found[day] = (change.kind if change.mrr != before else kind, moved + change.mrr - before)
        before = change.mrr
    return {day: told for day, told in found.items() if told[1]}


def rebuilt(said: Subscription, until: date) -> dict[date, int]:
    found, before = {}, 0
    for day in said.turns():
        worth = standing(said, day, KIZUNA).micro
        whole = int(Fraction(worth, MICRO) + Fraction(1, 2))
        if whole != before and day <= until:
            found[day] = whole - before
        before = whole
    return found


class Compared(msgspec.Struct, frozen=True):
    """One life: what moved it truly, what the rebuilt past has, and what of it invoices cannot tell."""

    truth: Moved
    ours: dict[date, int]
    boundaries: tuple[date, ...]  # days on which whole periods begin
    discounted_once: bool  # a lasting coupon of which a single period's invoice is all that tells

    def missed(self) -> list[date]:
        return [day for day, (_, moved) in self.truth.items() if self.ours.get(day) != moved]


@cache
def compared() -> tuple[Compared, ...]:
    return tuple(each for seed in SEEDS for each in lives(World(seed, COMPANIES)))


def lives(world: World) -> Iterator[Compared]:
    today = world.now.astimezone(ZONE).date()
    coupons = {coupon.id: coupon for coupon in world.coupons}
    for company in range(world.size):
        ledger = world.ledger_of(company)
        for said in ledger.subscriptions:
            lines = [line for line in billed(ledger, said) if not line.proration]
            coupon = coupons.get(said.coupon_id or "")
            reduced = {line.starts_at for line in lines if line.discount}
            gone = coupon is not None and coupon.duration == "repeating" and discount(said, coupon, world.now) is None
            yield Compared(
                truth=truly(said),
                ours=rebuilt(seen_today(world, ledger, said), today),
                boundaries=tuple(sorted({line.starts_at.astimezone(ZONE).date() for line in lines})),
                discounted_once=gone and len(reduced) == 1,
            )


def share(lives: Iterable[Compared]) -> dict[str, tuple[int, int]]:
    """Kind → how many of the true changes the rebuilt past has on the same day by the same amount, of how many."""
    there, met = Counter[str](), Counter[str]()
    for life in lives:
        for day, (kind, moved) in life.truth.items():
            there[kind] += 1
            met[kind] += life.ours.get(day) == moved
    return {kind: (met[kind], there[kind]) for kind in sorted(there)}


def test_nearly_all_changes_are_rebuilt_on_their_day_by_their_amount() -> None:
    found = share(compared())

    met, there = (sum(counts) for counts in zip(*found.values(), strict=True))
    assert there > 400
    assert met / there > 0.96, found


def test_what_invoices_tell_is_rebuilt_whole() -> None:
    told = [life for life in compared() if not life.discounted_once]

    found = share(told)

    assert {kind for kind, (met, there) in found.items() if met < there} <= {"pause", "resume"}
    assert sum(there for _, there in found.values()) > 400


def test_a_pause_begins_with_the_first_period_that_was_not_to_be_paid_or_leaves_no_trace() -> None:
    for life in compared():
        if life.discounted_once:
            continue
        for day in life.missed():
            kind, moved = life.truth[day]
            following = next(start for start in life.boundaries if start >= day)
            resumed = any(start == following and kind == "resume" for start, (kind, _) in life.truth.items())

            assert kind == "resume" or life.ours.get(following) == moved or resumed


def test_nothing_is_made_up_beside_the_beginnings_of_pauses() -> None:
    for life in compared():
        made_up = [day for day, moved in life.ours.items() if life.truth.get(day, ("", 0))[1] != moved]
        if not life.discounted_once:
            assert len(made_up) <= len(life.missed())
            assert all(day in life.boundaries for day in made_up)


def test_a_lasting_discount_of_which_one_invoice_tells_is_taken_for_one_of_that_invoice() -> None:
    found = [life for life in compared() if life.discounted_once]

    for life in found:
        lasting = [kind for kind, _ in life.truth.values() if kind == "discount_end"]
        assert sum(life.ours.values()) == sum(moved for _, moved in life.truth.values())
        assert not lasting or life.missed()
    assert found
