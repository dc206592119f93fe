"""Customers by when they began, by what they are and by what they buy; five questions asked of all of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from kizuna.metrics.cohorts import cohorts
from kizuna.metrics.dated import Discount, Item, Subscription
from kizuna.metrics.five import answers
from kizuna.metrics.frames import Question
from kizuna.metrics.months import months_after
from kizuna.metrics.segments import by_group, by_product
from kizuna.model.enums import DiscountDuration, Interval, SubscriptionStatus

ACTIVE, CANCELED = SubscriptionStatus.ACTIVE, SubscriptionStatus.CANCELED


def sold(product: str, unit: int, **more: Any) -> Item:
    return Item(product=product, unit_amount=Decimal(unit), **more)


def agreed(name: str, start: date, *items: Item, ends: date | None = None, **more: Any) -> Subscription:
    return Subscription(
        id=name,
        customer=f"c{name}",
        status=ACTIVE if ends is None else CANCELED,
        start=start,
        items=items or (sold("Gold", 100),),
        cancel_effective_at=ends,
        **{"currency": "JPY", **more},
    )


def asked(*subscriptions: Subscription, as_of: date = date(2026, 6, 30), **more: Any) -> Question:
    return Question(subscriptions=subscriptions, as_of=as_of, **more)


def test_a_cohort_is_followed_month_by_month() -> None:
    stays = agreed("a", date(2026, 3, 10))
    grows = agreed(
        "b", date(2026, 3, 20), sold("Gold", 100, until=date(2026, 5, 1)), sold("Gold", 300, since=date(2026, 5, 1))
    )
    leaves = agreed("c", date(2026, 3, 31), ends=date(2026, 6, 1))
    later = agreed("d", date(2026, 5, 1))

    found = cohorts(asked(stays, grows, leaves, later), 12)

    march, may = found.cohorts
    assert (march.cohort, march.customers, march.mrr, may.cohort) == ("2026-03", 3, 300, "2026-05")
    assert [(cell.customers, cell.nrr, cell.grr) for cell in march.cells] == [
        (3, 1, 1),
        (3, 1, 1),
        (3, Fraction(5, 3), 1),
        (2, Fraction(4, 3), Fraction(2, 3)),
    ]
    assert march.multiple_12 is None


def test_a_cohort_of_long_ago_has_its_multiples() -> None:
    grown = agreed(
        "a", date(2024, 1, 5), sold("Gold", 10, until=date(2025, 1, 9)), sold("Gold", 25, since=date(2025, 1, 9))
    )

    (one,) = cohorts(asked(grown), 40).cohorts

    assert (one.multiple_12, one.multiple_24, len(one.cells)) == (Fraction(5, 2), Fraction(5, 2), 30)


def test_cohorts_of_several_currencies_need_one_to_be_chosen() -> None:
    question = asked(agreed("a", date(2026, 1, 1)), agreed("b", date(2026, 1, 1), currency="USD"))

    assert (cohorts(question, 12).reason, cohorts(asked(), 12).reason) == ("mixed_currencies", "no_data")


def test_small_groups_are_not_ranked_and_the_unknown_are_shown() -> None:
    retail = [agreed(f"r{number}", date(2026, 1, 1)) for number in range(5)]
    mine, nobody = agreed("m", date(2026, 1, 1), sold("Gold", 9_000)), agreed("n", date(2026, 1, 1))
    groups = {**{one.customer: "Retail" for one in retail}, mine.customer: "Mining", nobody.customer: None}

    found = by_group("mrr", asked(*retail, mine, nobody), groups)

    assert [(one.group, one.customers, one.told.value, one.is_too_small) for one in found] == [
        ("Retail", 5, 500, False),
        ("Mining", 1, 9000, True),
        (None, 1, 100, True),
    ]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, [("Mining", None, None, "mixed_currencies", 1), ("Retail", None, None, "mixed_currencies", 2)]),
        (
            {"currency": "JPY"},
            [("Retail", 100, "JPY", None, 1), ("Mining", None, "JPY", "missing_fx", 0)],
        ),
    ],
)
def test_groups_are_told_in_one_currency_or_none(more: dict[str, Any], expected: list[tuple[Any, ...]]) -> None:
    mine = agreed("m", date(2025, 1, 1), currency="USD")
    yen, euro = agreed("y", date(2025, 1, 1)), agreed("e", date(2025, 1, 1), currency="EUR")
    groups = {"cm": "Mining", "cy": "Retail"} | ({} if more else {"ce": "Retail"})
    subscriptions = (mine, yen) if more else (mine, yen, euro)

    found = by_group("mrr", asked(*subscriptions, **more), groups)

    shown = [(one.group, one.told.value, one.told.currency, one.told.reason, one.customers) for one in found]
    assert sorted(shown, key=repr) == sorted(expected, key=repr)


def test_a_change_of_product_is_lost_by_one_and_won_by_the_other() -> None:
    day = date(2026, 2, 1)
    moved = agreed("a", date(2025, 1, 1), sold("Gold", 100, until=day), sold("Silver", 60, since=day))
    stays = agreed("b", date(2025, 1, 1))

    found = by_product(asked(moved, stays))

    assert found is not None
    gold, silver = found
    assert (gold.product, gold.start, gold.end, gold.nrr, gold.migrated_out) == ("Gold", 200, 100, Fraction(1, 2), 60)
    assert (silver.product, silver.start, silver.end, silver.nrr, silver.migrated_in) == ("Silver", 0, 60, None, 60)


def test_an_added_product_is_no_migration() -> None:
    day = date(2026, 2, 1)
    bought = (sold("Gold", 100, until=day), sold("Silver", 150, since=day), sold("Extra", 500, since=day))

    found = by_product(asked(agreed("a", date(2025, 1, 1), *bought))) or []

    moved = {one.product: (one.migrated_in, one.migrated_out) for one in found}
    assert moved == {"Extra": (0, 0), "Silver": (100, 0), "Gold": (0, 100)}


def test_a_window_of_cohorts_begins_on_the_first_of_a_month() -> None:
    began = [agreed(f"{day}", date(2026, 5, day)) for day in (1, 10, 31)]

    found = [
        cohorts(asked(*began, agreed("n", date(2026, 6, 5)), as_of=date(2026, 6, 22)), months) for months in (1, 2)
    ]

    shown = [[(one.cohort, one.customers) for one in each.cohorts] for each in found]
    assert shown == [[("2026-06", 1)], [("2026-05", 3), ("2026-06", 1)]]


def test_who_pauses_stays_in_the_cohort() -> None:
    pauses = agreed("a", date(2026, 4, 1), paused_from=date(2026, 5, 10))

    (found,) = cohorts(asked(pauses), 12).cohorts

    assert [(cell.customers, cell.logo_retention, cell.nrr) for cell in found.cells] == [
        (1, 1, 1),
        (1, 1, 0),
        (1, 1, 0),
    ]


def test_cohorts_say_when_only_rates_are_missing() -> None:
    found = cohorts(asked(agreed("a", date(2026, 1, 1), currency="EUR"), currency="USD"), 12)

    assert (found.cohorts, found.reason, found.missing_fx) == ((), "missing_fx", ("ca",))


def test_five_questions_are_answered_together() -> None:
    half = Discount(value=Decimal(50), duration=DiscountDuration.FOREVER, until=date(2024, 1, 1))
    long = agreed("a", date(2023, 1, 1), sold("Gold", 1_200, interval=Interval.YEAR), discounts=(half,))
    left = [agreed(f"l{number}", date(2024, 1, 1), ends=date(2026, 1, 1)) for number in range(2)]
    stay = [agreed(f"s{number}", date(2024, 1, 1)) for number in range(4)]
    industries = {one.customer: "Retail" for one in (*left, *stay)}

    found = answers(asked(long, *left, *stay), industries)

    assert found.expanded_share.value == 0
    assert (found.highest_churn.highest, found.highest_churn.rate) == ("Retail", Fraction(1, 3))
    assert found.highest_churn.unknown_rate == 0
    assert found.first_renewal.by_customer["ca"] == 50
    assert found.long_standing is not None
    assert (found.long_standing.customers, found.long_standing.ratio_of_means) == (1, 2)


@pytest.mark.parametrize(
    ("interval", "until", "points"),
    [(Interval.YEAR, date(2025, 1, 1), 24), (Interval.MONTH, date(2024, 2, 1), 2)],
)
def test_a_discount_of_one_bill_is_in_the_first_term(interval: Interval, until: date, points: int) -> None:
    start = date(2024, 1, 1)
    once = Discount(value=Decimal(24), duration=DiscountDuration.ONCE, since=start, until=until)
    reduced = agreed("a", start, sold("Gold", 1_200, interval=interval), discounts=(once,))
    full = agreed("b", start, sold("Gold", 3_600, interval=interval))

    found = answers(asked(reduced, full), {}).first_renewal

    assert (found.by_customer, found.mean_points) == ({"ca": points, "cb": 0}, Fraction(points, 2))
    assert found.weighted_points == Fraction(points, 4)


def test_five_questions_say_whom_a_missing_rate_leaves_out() -> None:
    foreign = agreed("e", date(2022, 1, 1), currency="EUR")

    found = answers(asked(foreign, currency="USD"), {})

    assert found.missing_fx == ("ce",)
    assert found.long_standing is not None
    assert (found.long_standing.reason, [one.id for one in found.long_standing.excluded]) == ("missing_fx", ["ce"])


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 15), 12, date(2027, 1, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
    ],
)
def test_a_term_ends_on_the_same_day_of_a_later_month(day: date, months: int, expected: date) -> None:
    assert months_after(day, months) == expected
