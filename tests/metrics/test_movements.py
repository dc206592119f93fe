"""The movement ledger: what it names, and that it always sums to the balances it explains."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kizuna.metrics.dated import Belonged, Discount, Held, Item, Span, Subscription
from kizuna.metrics.movements import Movement, balances, ledger
from kizuna.metrics.policy import KIZUNA, POLICIES
from kizuna.model.enums import DiscountDuration, Interval, SubscriptionStatus
from kizuna.model.money import MICRO

ACTIVE, CANCELED = SubscriptionStatus.ACTIVE, SubscriptionStatus.CANCELED
JAN, FEB, MAR, APR, MAY = (date(2026, month, 1) for month in range(1, 6))


def sold(product: str, unit: int, quantity: int = 1, since: date | None = None, until: date | None = None) -> Item:
    return Item(product=product, unit_amount=Decimal(unit), quantity=Decimal(quantity), since=since, until=until)


def agreed(*items: Item, name: str = "a", **more: Any) -> Subscription:
    given: dict[str, Any] = {"id": name, "customer": "c", "status": ACTIVE, "currency": "JPY", "start": JAN}
    return Subscription(**{**given, "items": items or (sold("Gold", 100),), **more})


def told(*subscriptions: Subscription, policy: str = "kizuna") -> list[tuple[date, str, str, int]]:
    return [
        (one.date, one.kind.value, one.reason, one.micro // MICRO) for one in ledger(subscriptions, POLICIES[policy])
    ]


HALF = Discount(value=Decimal(50), duration=DiscountDuration.REPEATING, since=FEB, until=APR)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ((agreed(sold("Gold", 100, 2, until=FEB), sold("Gold", 100, 5, since=FEB)),), (FEB, "expansion", "seats", 300)),
        (
            (agreed(sold("Gold", 100, until=FEB), sold("Gold", 80, since=FEB)),),
            (FEB, "contraction", "price_decrease", -20),
        ),
        ((agreed(sold("Gold", 100, until=FEB), sold("Silver", 40, since=FEB)),), (FEB, "contraction", "tier", -60)),
        ((agreed(sold("Gold", 100), sold("Extra", 30, since=FEB)),), (FEB, "expansion", "product", 30)),
        ((agreed(sold("Gold", 100), sold("Extra", 30, until=FEB)),), (FEB, "contraction", "product_removed", -30)),
        ((agreed(discounts=(HALF,)),), (FEB, "contraction", "discount_added", -50)),
        ((agreed(pauses=(Span(since=FEB, until=MAR),)),), (FEB, "contraction", "pause", -100)),
        ((agreed(status=CANCELED, cancel_effective_at=FEB),), (FEB, "churn", "voluntary", -100)),
        (
            (agreed(status=CANCELED, cancel_effective_at=FEB, cancel_reason="payment_failed"),),
            (FEB, "churn", "involuntary", -100),
        ),
        (
            (agreed(statuses=(Held(status=ACTIVE, until=FEB), Held(status=SubscriptionStatus.UNPAID, since=FEB))),),
            (FEB, "churn", "involuntary", -100),
        ),
        ((agreed(), agreed(sold("Other", 10), name="b", start=FEB)), (FEB, "expansion", "product", 10)),
    ],
)
def test_a_change_is_named_by_what_changed(made: tuple[Subscription, ...], expected: tuple[Any, ...]) -> None:
    assert told(*made)[1] == expected


def test_an_end_of_a_discount_and_of_a_pause_are_expansions() -> None:
    discounted, paused = agreed(discounts=(HALF,)), agreed(pauses=(Span(since=FEB, until=MAR),))

    assert told(discounted)[-1] == (APR, "expansion", "discount_ended", 50)
    assert told(paused)[-1] == (MAR, "expansion", "resume", 100)


def test_seats_and_price_of_one_day_are_told_apart() -> None:
    (_, moved) = ledger([agreed(sold("Gold", 100, 2, until=FEB), sold("Gold", 150, 3, since=FEB))], KIZUNA)

    assert {part.reason: part.micro // MICRO for part in moved.parts} == {"seats": 100, "price_increase": 150}
    assert (moved.kind, moved.reason, moved.micro // MICRO) == ("expansion", "price_increase", 250)


def test_who_leaves_and_comes_back_is_reactivated_unless_the_policy_says_that_it_was_too_long() -> None:
    left = agreed(status=CANCELED, cancel_effective_at=FEB)
    back = agreed(name="b", start=date(2026, 9, 1))

    assert [one[1] for one in told(left, back)] == ["new", "churn", "reactivation"]
    assert [one[1] for one in told(left, back, policy="maxio")] == ["new", "churn", "new"]


def test_a_customer_who_ends_a_pause_by_leaving_is_lost_once() -> None:
    made = agreed(status=CANCELED, cancel_effective_at=APR, pauses=(Span(since=FEB),))

    assert told(made)[1:] == [(FEB, "contraction", "pause", -100), (APR, "churn", "voluntary", 0)]


def test_who_never_paid_is_new_on_the_first_day_with_revenue() -> None:
    begun_paused = agreed(pauses=(Span(since=JAN, until=MAR),))
    tried = agreed(trial_end=FEB)
    never = agreed(trial_end=FEB, status=CANCELED, cancel_effective_at=FEB)

    assert told(begun_paused) == [(MAR, "new", "first_subscription", 100)]
    assert told(tried) == [(FEB, "new", "trial_converted", 100)]
    assert told(never) == []


def test_a_contract_counts_where_nothing_is_billed_during_its_term() -> None:
    contract = agreed(name="deal", basis="contract", cancel_effective_at=APR)
    billed_meanwhile = agreed(sold("Gold", 120), name="sub", start=MAR)
    billed_later = agreed(sold("Gold", 120), name="sub", start=APR)

    assert told(contract) == [(JAN, "new", "contract_signed", 100), (APR, "churn", "non_renewal", -100)]
    assert told(contract, billed_meanwhile) == [
        (JAN, "new", "contract_signed", 100),
        (MAR, "expansion", "product", 20),
    ]
    assert [(kind, micro) for _, kind, _, micro in told(contract, billed_later)] == [("new", 100), ("expansion", 20)]
    assert balances([contract, billed_meanwhile], MAR, KIZUNA) == {("c", "JPY"): 120 * MICRO}


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (FEB, [("expansion", 20)]),
        (date(2026, 2, 20), [("migration", -100), ("expansion", 20), ("migration", 100)]),
        (date(2026, 6, 1), [("churn", -100), ("reactivation", 120)]),
    ],
)
def test_a_subscription_that_carries_another_one_on_is_no_churn(start: date, expected: list[tuple[str, int]]) -> None:
    old = agreed(status=CANCELED, cancel_effective_at=FEB)
    new = agreed(sold("Gold", 120), name="b", start=start, continues="a")

    assert [(kind, micro) for _, kind, _, micro in told(old, new)[1:]] == expected


def test_a_merge_of_customers_sums_to_nothing_over_all() -> None:
    moved = agreed(name="b", customers=(Belonged(customer="d", until=MAR),))

    made = ledger([agreed(), moved], KIZUNA)

    identity = [one for one in made if one.kind == "identity"]
    assert sorted((one.customer, one.micro // MICRO) for one in identity) == [("c", 100), ("d", -100)]
    assert {one.kind.value for one in made if one.date == MAR} == {"identity"}


def test_two_currencies_are_two_rows_and_one_customer() -> None:
    yen, dollars = agreed(), agreed(name="b", currency="USD", start=FEB)

    made = ledger([yen, dollars], KIZUNA)

    assert [(one.kind.value, one.currency, one.amount) for one in made] == [
        ("new", "JPY", Decimal(100)),
        ("expansion", "USD", Decimal(100)),
    ]


def test_what_caused_a_movement_is_named() -> None:
    one = Item(product="Gold", unit_amount=Decimal(1), until=FEB, source="v1")
    two = Item(product="Gold", unit_amount=Decimal(2), since=FEB, source="v2")

    (_, moved) = ledger([agreed(one, two, source="sub")], KIZUNA)

    assert moved.sources == ("v1", "v2")


days = st.integers(0, 400).map(lambda number: JAN + timedelta(days=number))


@st.composite
def spans(draw: Any) -> tuple[date | None, date | None]:
    since = draw(st.none() | days)
    until = draw(st.none() | days)
    return (since, until) if since is None or until is None or since <= until else (until, since)


@st.composite
def items(draw: Any) -> Item:
    since, until = draw(spans())
    return Item(
        product=draw(st.sampled_from("ABC")),
        unit_amount=Decimal(draw(st.integers(0, 50))),
        quantity=Decimal(draw(st.integers(0, 9))),
        interval=draw(st.sampled_from([Interval.MONTH, Interval.YEAR, Interval.WEEK, Interval.DAY])),
        interval_count=draw(st.integers(1, 7)),
        usage=draw(st.sampled_from(["licensed", "metered"])),
        tax_inclusive_rate=draw(st.none() | st.just(Decimal(10))),
        since=since,
        until=until,
    )


@st.composite
def discounts(draw: Any) -> Discount:
    since, until = draw(spans())
    return Discount(
        kind=draw(st.sampled_from(["percent", "amount"])),
        value=Decimal(draw(st.integers(0, 120))),
        duration=draw(st.none() | st.sampled_from(list(DiscountDuration))),
        since=since,
        until=until,
    )


@st.composite
def subscriptions(draw: Any) -> list[Subscription]:
    made = []
    for number in range(draw(st.integers(1, 5))):
        before = [one.cancel_effective_at for one in made if one.cancel_effective_at is not None]
        # One begins where another one ends more often than chance would have it.
        start = draw(st.sampled_from(before)) if before and draw(st.booleans()) else draw(days)
        ends = draw(st.none() | days)
        paused = draw(st.none() | spans())
        moves = draw(st.none() | days)
        made.append(
            Subscription(
                id=str(number),
                customer=draw(st.sampled_from("xy")),
                status=draw(st.sampled_from(list(SubscriptionStatus))),
                currency=draw(st.sampled_from(["JPY", "USD"])),
                start=start,
                trial_end=draw(st.none() | days),
                cancel_effective_at=None if ends is None else max(start, ends),
                cancel_requested_at=draw(st.none() | days),
                items=tuple(draw(st.lists(items(), max_size=3))),
                discounts=tuple(draw(st.lists(discounts(), max_size=2))),
                pauses=() if paused is None else (Span(since=paused[0], until=paused[1]),),
                continues=draw(st.none() | st.sampled_from("01234")),
                basis=draw(st.sampled_from(["billing", "billing", "contract"])),
                customers=() if moves is None else (Belonged(customer=draw(st.sampled_from("xyz")), until=moves),),
            )
        )
    return made


@settings(max_examples=150, deadline=None)
@given(subscriptions(), st.sampled_from(sorted(POLICIES)), days)
def test_movements_sum_to_the_balance_of_every_customer_currency_and_day(
    made: list[Subscription], policy: str, day: date
) -> None:
    moved = ledger(made, POLICIES[policy])

    summed: dict[tuple[str, str], int] = {}
    for one in moved:
        assert sum(part.micro for part in one.parts) == one.micro
        if one.date <= day:
            key = (one.customer, one.currency)
            summed[key] = summed.get(key, 0) + one.micro
    assert {key: micro for key, micro in summed.items() if micro} == balances(made, day, POLICIES[policy])
    assert all(micro >= 0 for micro in summed.values())


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_the_order_in_which_they_arrive_changes_nothing(data: Any) -> None:
    made = data.draw(subscriptions())
    shuffled = data.draw(st.permutations(made))

    assert shown(ledger(made, KIZUNA)) == shown(ledger(shuffled, KIZUNA))


@settings(max_examples=100, deadline=None)
@given(subscriptions())
def test_a_customer_is_new_once_and_lost_only_while_it_is_one(made: list[Subscription]) -> None:
    moved = ledger([msgspec.structs.replace(one, customers=()) for one in made], KIZUNA)

    for customer in "xy":
        kinds = [one.kind.value for one in moved if one.customer == customer]
        told_of = [kind for _, kind in dict.fromkeys(_by_day(moved, customer))]
        names = ["churn" if kind == "churn" else "come" for kind in told_of if kind in ("new", "churn", "reactivation")]
        assert kinds.count("new") <= 2  # of one day, in two currencies
        assert all(one != other for one, other in pairwise(names))
        assert names[:1] in ([], ["come"])


def _by_day(moved: list[Movement], customer: str) -> list[tuple[date, str]]:
    return [(one.date, one.kind.value) for one in moved if one.customer == customer]


def shown(moved: list[Movement]) -> list[tuple[Any, ...]]:
    return [(one.customer, one.date, one.kind, one.currency, one.micro, one.reason) for one in moved]
