"""Days in which everything happens to subscriptions that can, with time passing in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, tzinfo
from random import Random

from kizuna.sandbox import SandboxState, subscriptions, verbs
from kizuna.sandbox.records import Coupon, Price, Subscription, SubscriptionItem

Act = Callable[[SandboxState, Random], object]
_LAST_MOMENT = timedelta(seconds=1)


def lived(state: SandboxState, zone: tzinfo, *, seed: int, days: int, acts: int) -> Iterator[date]:
    """Day after day, each given when all but its last second is over; so many changes are spread over each.

    Every kind of change happens once before any happens again.
    """
    rng, deck = Random(seed), list[Act]()
    for _ in range(days):
        day = state.now().astimezone(zone).date()
        ends = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone) - _LAST_MOMENT
        step = (ends - state.now()) / (acts + 1)
        for _ in range(acts):
            subscriptions.pass_time(state, state.now() + step)
            deck = deck or rng.sample(_ACTS, len(_ACTS))
            deck.pop()(state, rng)
        subscriptions.pass_time(state, ends)
        yield day
        subscriptions.pass_time(state, ends + 2 * _LAST_MOMENT)


def _living(state: SandboxState, fits: Callable[[Subscription], bool] = lambda _: True) -> list[Subscription]:
    held = [one for one in state.of_kind("subscription") if isinstance(one, Subscription)]
    return [one for one in held if one.ended_at is None and one.cancel_at is None and fits(one)]


def _one(state: SandboxState, rng: Random, fits: Callable[[Subscription], bool] = lambda _: True) -> Subscription:
    return rng.choice(_living(state, fits))


def _paying(held: Subscription) -> bool:
    return held.status == "active" and held.paused_from is None


def _prices_like(state: SandboxState, item: SubscriptionItem) -> list[Price]:
    """The other prices of the same currency and term."""
    prices = [one for one in state.of_kind("price") if isinstance(one, Price)]
    now = next(one for one in prices if one.id == item.price_id)
    term = (now.currency, now.interval, now.interval_count)
    return [one for one in prices if (one.currency, one.interval, one.interval_count) == term and one.id != now.id]


def _start(state: SandboxState, rng: Random) -> None:
    account, price = rng.choice(state.of_kind("account")), rng.choice(_monthly(state))
    verbs.start_subscription(state, account.id, price.id, rng.randint(1, 30))


def _try(state: SandboxState, rng: Random) -> None:
    account, price = rng.choice(state.of_kind("account")), rng.choice(_monthly(state))
    verbs.start_subscription(state, account.id, price.id, rng.randint(1, 30), trial_days=rng.randint(2, 9))


def _monthly(state: SandboxState) -> list[Price]:
    return [one for one in state.of_kind("price") if isinstance(one, Price) and one.interval == "month"]


def _more_seats(state: SandboxState, rng: Random) -> None:
    held = _one(state, rng)
    verbs.change_seats(state, held.id, held.items[0].quantity + rng.randint(1, 9))


def _fewer_seats(state: SandboxState, rng: Random) -> None:
    held = _one(state, rng, lambda one: one.items[0].quantity > 1)
    verbs.change_seats(state, held.id, held.items[0].quantity // 2)


def _plan(state: SandboxState, rng: Random) -> None:
    held = _one(state, rng)
    subscriptions.change_plan(state, held.id, rng.choice(_prices_like(state, held.items[0])).id)


def _add(state: SandboxState, rng: Random) -> None:
    held = _one(state, rng)
    subscriptions.add_item(state, held.id, rng.choice(_prices_like(state, held.items[0])).id, rng.randint(1, 5))


def _drop(state: SandboxState, rng: Random) -> None:
    subscriptions.drop_item(state, _one(state, rng, lambda one: len(one.items) > 1).id)


def _pause(state: SandboxState, rng: Random) -> None:
    resumes_at = state.now() + timedelta(days=rng.randint(1, 6)) if rng.random() < 0.5 else None
    subscriptions.pause_subscription(state, _one(state, rng, _paying).id, resumes_at=resumes_at)


def _resume(state: SandboxState, rng: Random) -> None:
    if paused := _living(state, lambda one: one.paused_from is not None):
        subscriptions.resume_subscription(state, rng.choice(paused).id)


def _coupon(state: SandboxState, rng: Random) -> None:
    held = _one(state, rng, lambda one: one.coupon_id is None and _paying(one))
    coupons = [one for one in state.of_kind("coupon") if isinstance(one, Coupon)]
    fitting = [one for one in coupons if one.currency in (None, held.currency)]
    subscriptions.give_coupon(state, held.id, rng.choice(fitting).id)


def _fail(state: SandboxState, rng: Random) -> None:
    subscriptions.fail_payment(state, _one(state, rng, _paying).id)


def _give_up(state: SandboxState, rng: Random) -> None:
    if late := _living(state, lambda one: one.status == "past_due"):
        subscriptions.fail_payment(state, rng.choice(late).id, given_up=True)


def _recover(state: SandboxState, rng: Random) -> None:
    if late := _living(state, lambda one: one.status in ("past_due", "unpaid")):
        subscriptions.recover_payment(state, rng.choice(late).id)


def _cancel(state: SandboxState, rng: Random) -> None:
    verbs.cancel_subscription(state, _one(state, rng).id)


def _ask_to_end(state: SandboxState, rng: Random) -> None:
    verbs.cancel_subscription(state, _one(state, rng).id, at_period_end=True)


_ACTS: tuple[Act, ...] = (
    _start,
    _try,
    _more_seats,
    _fewer_seats,
    _plan,
    _add,
    _drop,
    _pause,
    _pause,
    _resume,
    _coupon,
    _fail,
    _fail,
    _give_up,
    _recover,
    _cancel,
    _ask_to_end,
)
