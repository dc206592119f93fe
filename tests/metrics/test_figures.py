"""The figures that formulas are given: summed from rows, each under its own name, with what could not be read listed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kizuna.metrics.dated import Item, Subscription
from kizuna.metrics.frames import Question, summed
from kizuna.metrics.questions import Told, ask
from kizuna.model.enums import SubscriptionStatus

MARCH = date(2026, 3, 1)


def sold(unit: int | None, seats: int = 1, product: str = "Gold", **more: Any) -> Item:
    price = None if unit is None else Decimal(unit)
    return Item(product=product, unit_amount=price, quantity=Decimal(seats), **more)


def agreed(name: str, *items: Item, start: date = date(2025, 1, 1), **more: Any) -> Subscription:
    return Subscription(
        id=name,
        customer=f"c{name}",
        start=start,
        items=items or (sold(100),),
        **{"currency": "USD", "status": SubscriptionStatus.ACTIVE, **more},
    )


def told(key: str, subscriptions: Sequence[Subscription], **more: Any) -> Told:
    return ask(key, Question(subscriptions=tuple(subscriptions), **{"as_of": date(2026, 3, 31), **more}))


@pytest.mark.parametrize(
    ("before", "after", "expected", "figures"),
    [
        (
            [sold(10, 10, until=MARCH)],
            [sold(12, 12, since=MARCH)],
            "1.2",
            {"start": 100, "expansion_seats": 20, "expansion_price_increase": 24},
        ),
        (
            [sold(10, 10, until=MARCH)],
            [sold(12, 20, since=MARCH)],
            "2",
            {"start": 100, "expansion_seats": 100, "expansion_price_increase": 40},
        ),
        (
            [sold(120, until=MARCH), sold(80, product="Silver", until=MARCH)],
            [sold(130, since=MARCH)],
            "0.6",
            {"start": 200, "expansion_price_increase": 10, "contraction": 80},
        ),
    ],
)
def test_what_a_higher_price_brought_is_told_apart_whatever_else_changed_that_day(
    before: list[Item], after: list[Item], expected: str, figures: dict[str, int]
) -> None:
    found = told("nrr_ex_price", [agreed("a", *before, *after)])

    assert (found.value, found.figures) == (Decimal(expected), figures)
    assert summed(found.rows) == found.figures
