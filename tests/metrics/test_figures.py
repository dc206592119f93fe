"""The figures that formulas are given: summed from rows, each under its own name, with what could not be read listed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kizuna.metrics.dated import Item, Subscription
from kizuna.metrics.fills import METRICS
from kizuna.metrics.frames import Question, summed
from kizuna.metrics.measures import MrrInputs, mrr
from kizuna.metrics.questions import Told, ask
from kizuna.metrics.rates import Rate
from kizuna.model.enums import SubscriptionStatus

MARCH = date(2026, 3, 1)


def sold(unit: int | None, seats: int = 1, product: str = "Gold", **more: Any) -> Item:
    price = None if unit is None else Decimal(unit)
    return Item(product=product, unit_amount=price, quantity=Decimal(seats), **more)


def agreed(name: str, *items: Item, start: date = date(2025, 1, 1), **more: Any) -> Subscription:
    return Subscription(
        id=name,
        start=start,
        items=items or (sold(100),),
        **{"customer": f"c{name}", "currency": "USD", "status": SubscriptionStatus.ACTIVE, **more},
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


UNREADABLE = [
    (agreed("x", sold(100, -1)), "negative_quantity"),
    (agreed("x", sold(100), sold(-20, product="Credit")), "negative_price"),
    (agreed("x", sold(None)), "missing_price"),
    (agreed("x", currency=""), "missing_currency"),
    (agreed("x", sold(100, tax_inclusive_rate=Decimal(-100))), "negative_tax"),
]


@pytest.mark.parametrize(("bad", "reason"), UNREADABLE)
@pytest.mark.parametrize("key", METRICS)
def test_what_cannot_be_read_is_listed_and_missing_in_the_coverage_of_every_metric(
    key: str, bad: Subscription, reason: str
) -> None:
    alone, beside = told(key, [bad]), told(key, [bad, agreed("y")])

    assert (alone.value, alone.reason, alone.coverage) == (None, "no_data", 0)
    assert beside.coverage == Decimal("0.5")
    for found in (alone, beside):
        assert [(one.id, one.reason) for one in found.excluded] == [("x", reason)]


def test_an_item_without_a_price_among_others_is_told_beside_what_they_are_worth() -> None:
    found = told("mrr", [agreed("a", sold(100), sold(None, product="Silver"))])

    assert (found.value, found.coverage) == (100, 0)
    assert [(one.id, one.reason) for one in found.excluded] == [("a", "missing_price")]


@pytest.mark.parametrize("rate", ["0", "-1"])
def test_a_rate_that_is_not_above_zero_is_missing(rate: str) -> None:
    found = told(
        "mrr", [agreed("a", currency="EUR")], currency="USD", rates=(Rate(currency="EUR", rate=Decimal(rate)),)
    )

    assert (found.value, found.reason, found.rates) == (None, "missing_fx", ())


def test_recurring_revenue_of_nothing_that_could_be_read_is_unknown() -> None:
    found = mrr(MrrInputs(subscriptions=(agreed("a", sold(1, -1)),), as_of=MARCH))

    assert (found.mrr, found.arr, found.active_customers, found.reason, found.coverage) == (
        None,
        None,
        None,
        "no_data",
        0,
    )


def contract(name: str, unit: int, start: date, ends: date, **more: Any) -> Subscription:
    item = sold(unit, since=start, until=ends)
    return agreed(name, item, start=start, cancel_effective_at=ends, basis="contract", **{"customer": "c", **more})


def test_the_end_of_a_term_alone_is_no_known_churn() -> None:
    due = contract("a", 100, date(2025, 5, 1), date(2026, 5, 1))

    found = told("cmrr", [due])

    assert (found.value, found.figures) == (100, {"mrr": 100})


@pytest.mark.parametrize("more", [{"cancel_requested_at": MARCH}, {"cancel_reason": "non_renewal"}])
def test_an_end_that_was_said_is_known_churn(more: dict[str, Any]) -> None:
    found = told("cmrr", [contract("a", 100, date(2025, 5, 1), date(2026, 5, 1), **more)])

    assert (found.value, found.figures) == (0, {"mrr": 100, "known_churn": 100})


def test_a_contract_that_is_renewed_already_is_committed_once() -> None:
    now = contract("a", 100, date(2025, 5, 1), date(2026, 5, 1))
    then = contract("b", 120, date(2026, 5, 1), date(2027, 5, 1))

    found = told("cmrr", [now, then])

    assert (found.value, found.figures) == (120, {"mrr": 100, "committed_expansion": 20})


def test_a_trial_that_runs_commits_to_nothing() -> None:
    found = told("cmrr", [agreed("a"), agreed("t", start=MARCH, trial_end=date(2026, 4, 20))])

    assert (found.value, found.figures) == (100, {"mrr": 100})
