"""Two answers to one question: each difference has a cause, and the causes sum to the difference."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from kizuna.metrics.comparing import reconciled, restated
from kizuna.metrics.dated import Discount, Item, Span, Subscription
from kizuna.metrics.frames import Question
from kizuna.metrics.policy import POLICIES, Policy
from kizuna.model.enums import DiscountDuration, Interval, SubscriptionStatus

DAY = date(2026, 6, 30)
STRICT = Policy(name="strict", discounts="forever", cancel="request", paused="keep", metered="include", week="4")


def agreed(name: str, *items: Item, **more: Any) -> Subscription:
    given: dict[str, Any] = {"id": name, "customer": f"c{name}", "status": SubscriptionStatus.ACTIVE, "currency": "JPY"}
    return Subscription(**{**given, "start": date(2026, 1, 1), "items": items or (sold(100),), **more})


def sold(unit: int, **more: Any) -> Item:
    return Item(product="Gold", unit_amount=Decimal(unit), **{"source": "1/1", **more})


def asked(*subscriptions: Subscription, **more: Any) -> Question:
    return Question(subscriptions=subscriptions, as_of=DAY, **more)


REPEATING = Discount(value=Decimal(50), duration=DiscountDuration.REPEATING, since=date(2026, 6, 1))


@pytest.mark.parametrize(
    ("made", "cause", "difference"),
    [
        (agreed("a", discounts=(REPEATING,)), "discounts", 50),
        (agreed("a", sold(100), sold(7, usage="metered", id="m")), "metered", 7),
        (agreed("a", sold(12, interval=Interval.WEEK)), "interval", -4),
        (agreed("a", pauses=(Span(since=date(2026, 6, 1)),)), "paused", 100),
        (
            agreed("a", cancel_requested_at=date(2026, 6, 1), cancel_effective_at=date(2026, 7, 1)),
            "cancel",
            -100,
        ),
    ],
)
def test_a_difference_of_policies_has_the_answer_that_makes_it(made: Subscription, cause: str, difference: int) -> None:
    found = reconciled("mrr", asked(made, agreed("b")), STRICT)

    (row,) = found.rows
    assert (row.customer, row.cause, found.difference) == ("ca", cause, difference)
    assert found.by_cause == {cause: {"mrr": difference}}


def test_what_two_answers_make_of_one_subscription_is_told_apart() -> None:
    half = Discount(value=Decimal(50), duration=DiscountDuration.FOREVER)
    made = agreed("a", sold(100), sold(100, usage="metered", id="m"), discounts=(half,))

    found = reconciled("mrr", asked(made), Policy(name="other", discounts="none", metered="include"))

    assert (found.before.value, found.after.value) == (50, 200)
    assert found.by_cause == {"metered": {"mrr": 50}, "discounts": {"mrr": 100}}
    assert {row.cause for row in found.rows if row.sources == ("1/1",)} == {"metered", "discounts"}


def test_one_policy_does_not_differ_from_itself() -> None:
    found = reconciled("arr", asked(agreed("a"), agreed("b")), POLICIES["kizuna"])

    assert (found.rows, found.difference) == ((), 0)


def test_what_was_learned_later_is_named_with_its_records() -> None:
    now = agreed("a", sold(100, until=date(2026, 5, 1)), sold(150, since=date(2026, 5, 1), source="1/2"))

    found = restated("mrr", asked(agreed("a"), agreed("b")), asked(now, agreed("b")))

    (row,) = found.rows
    assert (found.before.value, found.after.value, found.difference) == (200, 250, 50)
    assert (row.cause, row.sources, row.before, row.after) == ("learned", ("1/2",), {"mrr": 100}, {"mrr": 150})


def test_what_is_no_longer_said_is_withdrawn_and_what_belongs_to_others_has_moved() -> None:
    moved = msgspec.structs.replace(agreed("b"), customer="else")

    gone = restated("mrr", asked(agreed("a"), agreed("b")), asked(agreed("a")))
    other = restated("mrr", asked(agreed("b")), asked(moved))

    assert [(row.cause, row.customer) for row in gone.rows] == [("withdrawn", "cb")]
    assert [(row.customer, row.cause) for row in other.rows] == [("cb", "withdrawn"), ("else", "learned")]
    assert other.difference == 0


def test_nothing_known_is_no_zero_to_subtract_from() -> None:
    found = restated("mrr", asked(), asked(agreed("a")))

    assert (found.before.value, found.before.reason, found.after.value, found.difference) == (
        None,
        "no_data",
        100,
        None,
    )
