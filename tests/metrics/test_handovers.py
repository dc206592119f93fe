"""Who takes another's place is neither lost nor won, and who belongs to another customer is not changed by it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kizuna.metrics.dated import Belonged, Held, Item, Subscription
from kizuna.metrics.movements import balances, ledger
from kizuna.metrics.policy import KIZUNA, POLICIES
from kizuna.model.enums import SubscriptionStatus
from kizuna.model.money import MICRO
from tests.metrics.test_movements import subscriptions

ACTIVE = SubscriptionStatus.ACTIVE
JAN, FEB, MAR, APR = (date(2026, month, 1) for month in range(1, 5))


def agreed(name: str, unit: int = 100, **more: Any) -> Subscription:
    given: dict[str, Any] = {"id": name, "customer": "c", "status": ACTIVE, "currency": "JPY", "start": JAN}
    return Subscription(**{**given, "items": (Item(product="Gold", unit_amount=Decimal(unit)),), **more})


def told(*made: Subscription) -> list[tuple[str, str, int]]:
    return [(one.kind.value, one.reason, one.micro // MICRO) for one in ledger(made, KIZUNA)]


def closing(*made: Subscription) -> dict[str, int]:
    sums: dict[str, int] = {}
    for one in ledger(made, KIZUNA):
        sums[one.currency] = sums.get(one.currency, 0) + one.micro
    return {currency: micro for currency, micro in sums.items() if micro}


def test_a_subscription_split_in_two_is_what_both_are_worth_together() -> None:
    old = agreed("a", cancel_effective_at=MAR)
    new = [agreed(name, unit, start=MAR, continues="a") for name, unit in (("b", 60), ("c", 50))]

    assert told(old, *new)[1:] == [("expansion", "product", 10)]
    assert closing(old, *new) == {"JPY": 110 * MICRO}


@pytest.mark.parametrize("start", [MAR, date(2026, 3, 20)])
def test_another_currency_is_another_agreement(start: date) -> None:
    old, new = agreed("a", cancel_effective_at=MAR), agreed("b", 2, start=start, continues="a", currency="USD")

    assert closing(old, new) == {"USD": 200 * MICRO}
    assert "migration" not in [kind for kind, _, _ in told(old, new)]


def test_who_never_began_carries_nothing_on() -> None:
    old = agreed("a", cancel_effective_at=MAR)
    never = agreed("b", start=date(2026, 3, 10), continues="a", status=SubscriptionStatus.INCOMPLETE_EXPIRED)

    assert told(old, never) == [("new", "first_subscription", 100), ("churn", "voluntary", -100)]


def test_a_contract_renewed_at_another_price_is_that_price_and_no_other_product() -> None:
    first = agreed("a", basis="contract", cancel_effective_at=MAR)
    same, dearer = (agreed("b", unit, basis="contract", start=MAR) for unit in (100, 130))

    assert told(first, same) == [("new", "contract_signed", 100)]
    assert told(first, dearer)[1:] == [("expansion", "price_increase", 30)]


def moved(**more: Any) -> Subscription:
    spans = (Belonged(customer="a", until=MAR), Belonged(customer="b", since=MAR))
    return agreed("s", customer="b", customers=spans, **more)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (
            moved(
                items=(
                    Item(product="Gold", unit_amount=Decimal(100), until=MAR),
                    Item(product="Gold", unit_amount=Decimal(150), since=MAR),
                )
            ),
            [("identity", "merge", -100), ("expansion", "price_increase", 50), ("identity", "merge", 100)],
        ),
        (
            moved(cancel_effective_at=MAR),
            [("identity", "merge", -100), ("churn", "voluntary", -100), ("identity", "merge", 100)],
        ),
        (moved(start=MAR), [("new", "first_subscription", 100)]),
    ],
)
def test_what_changes_on_the_day_of_a_merge_is_told_of_who_holds_it(
    made: Subscription, expected: list[tuple[str, str, int]]
) -> None:
    assert [one for one in told(made) if one != ("new", "first_subscription", 100) or len(expected) == 1] == expected


def test_paid_for_again_and_then_ended_at_will_is_no_failed_payment() -> None:
    held = (
        Held(status=ACTIVE, until=FEB),
        Held(status=SubscriptionStatus.UNPAID, since=FEB, until=MAR),
        Held(status=ACTIVE, since=MAR),
    )

    found = told(agreed("a", statuses=held, cancel_effective_at=APR))

    assert found[1:] == [
        ("churn", "involuntary", -100),
        ("reactivation", "returned", 100),
        ("churn", "voluntary", -100),
    ]


def test_one_of_two_that_ends_is_a_product_less() -> None:
    assert told(agreed("a"), agreed("b", 7, cancel_effective_at=FEB))[1] == ("contraction", "product_removed", -7)


@settings(max_examples=150, deadline=None)
@given(subscriptions(), st.sampled_from(sorted(POLICIES)))
def test_merges_sum_to_nothing_over_all_customers(made: list[Subscription], policy: str) -> None:
    found = ledger(made, POLICIES[policy])

    sums: dict[tuple[date, str], int] = {}
    for one in found:
        if one.kind.value == "identity":
            sums[one.date, one.currency] = sums.get((one.date, one.currency), 0) + one.micro
    # A contract may be left out of the one customer's revenue and not of the other's.
    if not any(one.basis == "contract" for one in made):
        assert set(sums.values()) <= {0}
    last = max((one.date for one in found), default=JAN) + timedelta(days=1)
    assert sum(one.micro for one in found) == sum(balances(made, last, POLICIES[policy]).values())
