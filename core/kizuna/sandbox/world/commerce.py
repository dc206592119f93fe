"""Which subscriptions a company has had, and the ledger they fill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from kizuna.sandbox.records import Coupon, Price, Product
from kizuna.sandbox.seeds import between, moment, pick
from kizuna.sandbox.world.billing import Ledger
from kizuna.sandbox.world.calendar import add_months
from kizuna.sandbox.world.catalogue import SERVICES, price_number
from kizuna.sandbox.world.registry import digits
from kizuna.sandbox.world.subscriptions import MONTHS_OF_TURN, Plan, live
from kizuna.sandbox.world.truth_values import TrueCompany

# Numbers of what hangs on a company leave room for this many of a kind.
ROOM = 4096

_SEATS = {"sole": (1, 2), "small": (2, 15), "mid": (8, 80), "enterprise": (40, 600)}
_TIERS = {"sole": (0, 1), "small": (0, 2), "mid": (1, 3), "enterprise": (2, 3)}


def ledger(
    rng: Random,
    company: TrueCompany,
    products: Mapping[int, Product],
    prices: Mapping[int, Price],
    coupons: Sequence[Coupon],
    now: datetime,
) -> Ledger:
    """All that was ever billed to a company; empty for those who never bought."""
    made = Ledger(
        base=company.number * ROOM,
        prices=prices,
        products=products,
        now=now,
        prefix=f"HC{company.number:05d}",
        card=(pick(rng, ("visa", "mastercard", "jcb", "amex")), digits(rng, 4)),
    )
    if company.stage in {"customer", "former"}:
        for plan in _plans(rng, company, coupons, now):
            made.settle(rng, *live(rng, plan, prices, now))
        if company.segment in {"mid", "enterprise"} and rng.random() < 0.35:
            _serve_once(rng, company, made)
    return made


def _serve_once(rng: Random, company: TrueCompany, made: Ledger) -> None:
    """Larger customers often buy onboarding or a day of training as well."""
    service = pick(rng, SERVICES)
    price = made.prices[price_number(service, company.currency, 0)]
    made.bill_service(
        company.number, service, price, made.subscriptions[0].started_at + timedelta(days=between(rng, 1, 30))
    )


def _plans(rng: Random, company: TrueCompany, coupons: Sequence[Coupon], now: datetime) -> list[Plan]:
    """One subscription as a rule; some came back after leaving, some hold two."""
    earliest = company.first_seen_at + timedelta(days=between(rng, 3, 30))
    start = moment(rng, earliest, max(earliest + timedelta(days=1), now - timedelta(days=3)))
    if (now - start).days > 500 and rng.random() < 0.4:
        start = moment(rng, earliest, earliest + timedelta(days=120))
    start = min(start, now - timedelta(hours=2))
    base = company.number * ROOM
    draw = rng.random()
    if company.stage == "former":
        return [_plan(rng, company, base, start, _ending(rng, start, now), coupons, now)]
    plans = []
    if draw < 0.08 and (now - start).days > 400:
        end = start + timedelta(days=between(rng, 90, 240))
        plans.append(_plan(rng, company, base, start, end, coupons, now))
        start = end + timedelta(days=between(rng, 20, 120))
    plans.append(_plan(rng, company, base + len(plans), start, None, coupons, now))
    if draw > 0.92 and (now - start).days > 60:
        second = moment(rng, start + timedelta(days=20), now - timedelta(days=1))
        plans.append(_plan(rng, company, base + len(plans), second, None, coupons, now))
    return plans


def _ending(rng: Random, start: datetime, now: datetime) -> datetime:
    """A day before now on which the subscription ends, at least a few weeks after its start."""
    earliest = min(start + timedelta(days=25), now - timedelta(hours=1))
    return moment(rng, earliest, now - timedelta(minutes=30))


def _plan(
    rng: Random,
    company: TrueCompany,
    number: int,
    start: datetime,
    end: datetime | None,
    coupons: Sequence[Coupon],
    now: datetime,
) -> Plan:
    low, high = _SEATS[company.segment]
    first_tier, last_tier = _TIERS[company.segment]
    draw = rng.random()
    turn = 0 if draw < 0.58 else (1 if draw < 0.68 else 2)
    trial_days = (14 if rng.random() < 0.7 else 30) if rng.random() < 0.35 else 0
    if end is not None and end - start < timedelta(days=trial_days + 15):
        trial_days = 0
    if end is not None and rng.random() < 0.8:
        end = _boundary(start + timedelta(days=trial_days), end, MONTHS_OF_TURN[turn], now)
    coupon = pick(rng, coupons) if rng.random() < 0.16 else None
    if coupon is not None and coupon.amount_off is not None and (coupon.currency != company.currency or turn):
        coupon = None
    waits = rng.random() < (0.5 if company.segment in {"mid", "enterprise"} else 0.1)
    return Plan(
        number=number,
        account=company.number,
        currency=company.currency,
        turn=turn,
        start=start,
        trial_days=trial_days,
        seats=between(rng, low, high),
        tier=between(rng, first_tier, last_tier),
        end=end,
        involuntary=end is not None and rng.random() < 0.22,
        coupon=coupon,
        collection="send_invoice" if waits else "charge_automatically",
        cancel_pending=end is None and rng.random() < 0.04,
        failing_now=end is None and not waits and rng.random() < 0.03,
        restless=0.4 + rng.random() * 1.4,
    )


def _boundary(anchor: datetime, end: datetime, months: int, now: datetime) -> datetime:
    """The end of the period ``end`` falls into, or the one before when that is still to come; never the anchor itself."""
    periods = max(1, round((end - anchor).days / 30.44 / months))
    moved = add_months(anchor, periods * months)
    if moved <= now:
        return moved
    return add_months(anchor, (periods - 1) * months) if periods > 1 else end
