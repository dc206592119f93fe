"""Terms that end: who renewed, with how much, and what is known of the time ahead."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from kizuna.metrics.dated import Item, Subscription
from kizuna.metrics.forward import cmrr_forward
from kizuna.metrics.frames import Question
from kizuna.metrics.terms import actual_rate, ahead, report
from kizuna.model.enums import Interval, SubscriptionStatus

START, DAY = date(2025, 3, 10), date(2026, 6, 30)
YEAR = (date(2026, 1, 1), date(2027, 1, 1))


def yearly(unit: int, **more: Any) -> Item:
    return Item(product="Gold", unit_amount=Decimal(unit), interval=Interval.YEAR, source="1/1", **more)


def agreed(name: str, *items: Item, **more: Any) -> Subscription:
    given: dict[str, Any] = {"id": name, "customer": f"c{name}", "status": SubscriptionStatus.ACTIVE, "currency": "JPY"}
    return Subscription(**{**given, "start": START, "items": items or (yearly(1_200),), **more})


def asked(*subscriptions: Subscription, as_of: date = DAY) -> Question:
    return Question(subscriptions=subscriptions, as_of=as_of)


def states(found: Any, as_of: date = DAY) -> dict[str, str]:
    return {one.subscription: one.due.state(as_of) for one in found.endings}


def test_a_yearly_term_that_goes_on_is_renewed_and_one_that_ends_is_lost() -> None:
    ended = agreed("b", cancel_requested_at=date(2026, 1, 5), cancel_effective_at=date(2026, 3, 10))
    later = agreed("c", start=date(2025, 9, 1))

    found = report(asked(agreed("a"), ended, later), *YEAR)

    assert states(found) == {"a": "renewed", "b": "lost", "c": "open"}
    assert found.renewals is not None
    assert (found.renewals.due, found.renewals.renewed, found.renewals.lost, found.renewals.open) == (3, 1, 1, 1)
    assert found.renewals.open_value == {"committed": 1200}
    assert actual_rate(found.endings, DAY) == Fraction(1, 2)


def test_a_renewal_with_less_is_renewed_and_counts_less() -> None:
    less = agreed("a", yearly(1_200, until=date(2026, 3, 10)), yearly(900, since=date(2026, 3, 10)))

    found = report(asked(less), *YEAR)

    (one,) = found.endings
    assert (one.due.value, one.due.renewed_value, one.due.renewed_on, one.is_first) == (
        1200,
        900,
        date(2026, 3, 10),
        True,
    )
    assert found.renewals is not None
    assert (found.renewals.logo_renewal_rate, found.renewals.gross) == (1, Fraction(3, 4))


@pytest.mark.parametrize(
    ("item", "ends"),
    [
        (Item(unit_amount=Decimal(5)), None),
        (Item(unit_amount=Decimal(5), interval_count=6), None),
        (Item(unit_amount=Decimal(5), interval_count=12), date(2026, 3, 10)),
        (Item(unit_amount=Decimal(5), interval=Interval.YEAR, interval_count=2), None),
        (Item(unit_amount=Decimal(5), interval=Interval.YEAR, usage="metered"), None),
    ],
)
def test_only_what_is_billed_for_a_year_or_more_has_terms(item: Item, ends: date | None) -> None:
    found = report(asked(agreed("a", item)), *YEAR)

    assert [one.due.ends for one in found.endings] == ([] if ends is None else [ends])


def test_a_contract_is_renewed_by_the_one_that_follows_within_the_grace() -> None:
    first = agreed("a", basis="contract", cancel_effective_at=date(2026, 3, 10))
    second = agreed("b", yearly(1_500), basis="contract", customer="ca", start=date(2026, 4, 1))
    alone = agreed("d", basis="contract", cancel_effective_at=date(2026, 3, 10))

    found = report(asked(first, second, alone), *YEAR)

    assert states(found) == {"a": "renewed", "d": "lost"}
    assert [one.due.renewed_value for one in found.endings] == [1500, None]


def test_a_period_of_two_years_has_both_ends_of_a_yearly_term() -> None:
    found = report(asked(agreed("a")), date(2026, 1, 1), date(2028, 1, 1))

    assert [one.due.ends for one in found.endings] == [date(2026, 3, 10), date(2027, 3, 10)]
    assert [one.is_first for one in found.endings] == [True, False]


def test_what_will_be_is_a_forecast_and_no_renewal() -> None:
    found = report(asked(agreed("a"), as_of=date(2026, 2, 1)), *YEAR)

    (one,) = found.endings
    assert (one.due.renewed_on, one.due.state(date(2026, 2, 1)), one.due.forecast) == (None, "open", "committed")


def test_committed_revenue_follows_what_is_dated() -> None:
    leaves = agreed("a", cancel_requested_at=DAY, cancel_effective_at=date(2026, 8, 15))
    comes = agreed("b", yearly(2_400), start=date(2026, 9, 1))

    found = cmrr_forward(ahead(asked(agreed("c"), leaves, comes), 4))

    assert [(one.month, one.cmrr) for one in found.months or ()] == [
        ("2026-06", 200),
        ("2026-07", 200),
        ("2026-08", 100),
        ("2026-09", 300),
    ]


def test_several_currencies_have_no_rates_before_one_is_chosen() -> None:
    found = report(asked(agreed("a"), agreed("b", currency="USD")), *YEAR)

    assert (found.renewals, found.reason, found.endings) == (None, "mixed_currencies", ())
    assert cmrr_forward(ahead(asked(agreed("a"), agreed("b", currency="USD")), 3)).months is None
