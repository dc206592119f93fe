"""What happens to a subscription as time passes, and what is true of its revenue afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kizuna.errors import ConfigError
from kizuna.sandbox import SandboxState, VirtualClock, World, populate
from kizuna.sandbox.records import Coupon, Price, Subscription
from kizuna.sandbox.subscriptions import (
    add_item,
    change_plan,
    drop_item,
    fail_payment,
    give_coupon,
    pass_time,
    pause_subscription,
    recover_payment,
    resume_subscription,
)
from kizuna.sandbox.verbs import cancel_subscription, start_subscription
from tests.sandbox.toys import Toy

DAY = timedelta(days=1)


@pytest.fixture
def till(small_world: World) -> SandboxState:
    return populate([Toy("till", "billing")], small_world, VirtualClock(small_world.now))[0]


def monthly(state: SandboxState) -> list[Price]:
    """The monthly prices in yen, the cheapest first."""
    prices = (one for one in state.of_kind("price") if isinstance(one, Price))
    yen = (one for one in prices if (one.currency, one.interval, one.interval_count) == ("JPY", "month", 1))
    return sorted(yen, key=lambda one: one.unit_amount)


def begun(state: SandboxState, *, trial_days: int = 0) -> str:
    """A new subscription of ten of the cheapest."""
    account = state.of_kind("account")[0].id
    return start_subscription(state, account, monthly(state)[0].id, 10, trial_days=trial_days)


def lived(state: SandboxState, subscription_id: str) -> list[tuple[str, int]]:
    """What happened to it, and what it was worth a month from then on."""
    held = state.neutral("subscription", subscription_id)
    assert isinstance(held, Subscription)
    return [(change.kind, change.mrr) for change in held.history]


def test_a_trial_is_paid_for_when_it_ends(till: SandboxState) -> None:
    tried, began = begun(till, trial_days=7), till.now()

    pass_time(till, began + 9 * DAY)

    held, worth = till.neutral("subscription", tried), 10 * monthly(till)[0].unit_amount
    assert lived(till, tried) == [("trial_start", 0), ("trial_end", worth)]
    assert isinstance(held, Subscription)
    assert (held.status, held.history[-1].at, held.period_start) == ("active", began + 7 * DAY, began + 7 * DAY)


def test_a_pause_runs_out_on_its_day_or_when_it_is_ended(till: SandboxState) -> None:
    first, second = begun(till), begun(till)

    pause_subscription(till, first, resumes_at=till.now() + 2 * DAY)
    pause_subscription(till, second)
    pass_time(till, till.now() + 3 * DAY)
    resume_subscription(till, second)

    worth = 10 * monthly(till)[0].unit_amount
    assert lived(till, first) == lived(till, second) == [("start", worth), ("pause", 0), ("resume", worth)]


def test_a_coupon_reduces_as_long_as_it_says_and_comes_once(till: SandboxState) -> None:
    reduced = begun(till)
    coupons = (one for one in till.of_kind("coupon") if isinstance(one, Coupon))
    coupon = next(one for one in coupons if one.duration == "repeating" and one.percent_off == 50)

    give_coupon(till, reduced, coupon.id)
    pass_time(till, till.now() + 31 * DAY * (coupon.duration_months or 1))

    worth = 10 * monthly(till)[0].unit_amount
    assert lived(till, reduced) == [("start", worth), ("discount_start", worth // 2), ("discount_end", worth)]
    with pytest.raises(ConfigError, match="has had its coupon"):
        give_coupon(till, reduced, coupon.id)


def test_an_end_takes_effect_with_the_period(till: SandboxState) -> None:
    leaving = begun(till)

    cancel_subscription(till, leaving, at_period_end=True)
    pass_time(till, till.now() + 40 * DAY)

    worth = 10 * monthly(till)[0].unit_amount
    assert lived(till, leaving) == [("start", worth), ("cancel_request", worth), ("cancel", 0)]
    with pytest.raises(ConfigError, match="no living subscription"):
        fail_payment(till, leaving)


def test_what_is_not_paid_any_more_counts_nothing_until_it_is(till: SandboxState) -> None:
    late = begun(till)

    fail_payment(till, late)
    fail_payment(till, late, given_up=True)
    recover_payment(till, late)

    worth = 10 * monthly(till)[0].unit_amount
    assert [mrr for _, mrr in lived(till, late)] == [worth, worth, 0, worth]


def test_plans_and_items_change_what_it_is_worth(till: SandboxState) -> None:
    changed, (cheap, dear, *_) = begun(till), monthly(till)
    yearly = next(one for one in till.of_kind("price") if isinstance(one, Price) and one.interval == "year")

    change_plan(till, changed, dear.id)
    add_item(till, changed, cheap.id, 3)
    drop_item(till, changed)

    both = 10 * dear.unit_amount + 3 * cheap.unit_amount
    assert [mrr for _, mrr in lived(till, changed)][1:] == [10 * dear.unit_amount, both, 10 * dear.unit_amount]
    with pytest.raises(ConfigError, match="take one alike"):
        change_plan(till, changed, yearly.id)
    with pytest.raises(ConfigError, match="one item only"):
        drop_item(till, changed)
