"""The past of a subscription from what was invoiced for it: worked cases, each with figures of its own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kizuna.metrics.dated import Discount, Item, Span
from kizuna.metrics.reconstruction import Billed, Rebuilt, rebuilt
from kizuna.model.enums import DiscountDuration, Interval

TOKYO = ZoneInfo("Asia/Tokyo")
SEEN = date(2026, 6, 20)

Told = tuple[str, int, Decimal | None, str, date | None, date | None]


def on(month: int, day: int = 1, year: int = 2026, hour: int = 3) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def line(month: int, quantity: int, amount: str | int, item: str = "si_a", **more: Any) -> Billed:
    """A line for the month that begins then, of ten dollars a unit unless it says otherwise."""
    given: dict[str, Any] = {
        "item": item,
        "product": "gold",
        "price": "p10",
        "quantity": Decimal(quantity),
        "amount": Decimal(amount),
        "starts_at": on(month),
        "ends_at": on(month + 1),
        "invoice": f"in_{month}",
    }
    return Billed(**{**given, **more})


def part(month: int, day: int, quantity: int, amount: str | int, **more: Any) -> Billed:
    """A correction from a day of a month until its end."""
    given = {"starts_at": on(month, day), "proration": True, "invoice": f"in_{month}_{day}"}
    return line(month, quantity, amount, **{**given, **more})


def held(quantity: int, item: str = "si_a", **more: Any) -> Item:
    given: dict[str, Any] = {"product": "gold", "price": "p10", "unit_amount": Decimal(10)}
    return Item(id=item, quantity=Decimal(quantity), **{**given, **more})


def past(lines: list[Billed], items: list[Item] | None = None, **more: Any) -> Rebuilt:
    found = rebuilt([held(5)] if items is None else items, lines, SEEN, TOKYO, more.pop("currency", "USD"), **more)
    assert found is not None
    return found


def told(found: Rebuilt) -> list[Told]:
    return [(one.id, int(one.quantity), one.unit_amount, one.product, one.since, one.until) for one in found.items]


TEN = Decimal(10)
APR, MAY = date(2026, 4, 1), date(2026, 5, 1)


def test_without_a_line_of_the_time_before_nothing_is_told() -> None:
    later = line(7, 5, 50)
    no_item = line(3, 1, 200, item="")

    assert rebuilt([held(5)], [], SEEN, TOKYO, "USD") is None
    assert rebuilt([held(5)], [later, no_item], SEEN, TOKYO, "USD") is None


def test_what_is_known_holds_from_when_it_was_billed_first() -> None:
    found = past([line(3, 5, 50), line(4, 5, 50), line(5, 5, 50)])

    assert told(found) == [("si_a", 5, TEN, "gold", None, None)]


def test_a_change_between_two_periods_holds_from_the_boundary() -> None:
    found = past([line(3, 2, 20), line(4, 5, 50), line(5, 5, 50)])

    assert told(found) == [("si_a", 2, TEN, "gold", None, APR), ("si_a", 5, TEN, "gold", APR, None)]


def test_a_change_that_was_never_billed_holds_from_the_day_it_is_seen() -> None:
    found = past([line(4, 2, 20), line(5, 2, 20), line(6, 2, 20)])

    assert told(found) == [("si_a", 2, TEN, "gold", None, SEEN), ("si_a", 5, TEN, "gold", SEEN, None)]


def test_items_end_where_others_are_billed_and_they_are_not() -> None:
    gone = {"item": "si_b", "product": "extra", "price": "p3"}

    found = past([line(3, 5, 50), line(3, 5, 15, **gone), line(4, 5, 50)])

    assert told(found)[0] == ("si_b", 5, Decimal(3), "extra", None, APR)
    assert told(found)[1] == ("si_a", 5, TEN, "gold", None, None)


def test_a_month_without_any_invoice_goes_on_as_it_was() -> None:
    found = past([line(3, 2, 20), line(5, 5, 50)])

    assert told(found) == [("si_a", 2, TEN, "gold", None, MAY), ("si_a", 5, TEN, "gold", MAY, None)]


def test_a_correction_inside_a_period_holds_from_its_day_at_the_full_price() -> None:
    corrected = [part(4, 11, 2, "-13.33"), part(4, 11, 5, "33.33")]

    found = past([line(3, 2, 20), line(4, 2, 20), *corrected, line(5, 5, 50)])

    day = date(2026, 4, 11)
    assert told(found) == [("si_a", 2, TEN, "gold", None, day), ("si_a", 5, TEN, "gold", day, None)]


def test_a_swap_of_plans_gives_the_old_item_back_and_debits_another_one() -> None:
    new = {"item": "si_b", "product": "platinum", "price": "p20"}
    corrected = [part(4, 16, 5, -25), part(4, 16, 5, 50, **new)]
    known = [held(5, "si_b", product="platinum", price="p20", unit_amount=Decimal(20))]

    found = past([line(4, 5, 50), *corrected, line(5, 5, 100, **new)], known)

    day = date(2026, 4, 16)
    assert told(found) == [("si_a", 5, TEN, "gold", None, day), ("si_b", 5, Decimal(20), "platinum", day, None)]


def test_a_correction_that_names_no_item_is_of_the_one_that_is_paid_by_its_price() -> None:
    corrected = [part(4, 11, 2, "-13.33", item=""), part(4, 11, 5, "33.33", item="")]
    of_nothing_known = part(4, 11, 1, 99, item="", price="other")

    found = past([line(3, 2, 20), line(4, 2, 20), *corrected, of_nothing_known, line(5, 5, 50)])

    day = date(2026, 4, 11)
    assert told(found) == [("si_a", 2, TEN, "gold", None, day), ("si_a", 5, TEN, "gold", day, None)]


def test_a_price_that_was_never_billed_whole_is_computed_from_its_part_of_the_period() -> None:
    new = {"item": "si_b", "product": "extra", "price": "p12"}
    fourteen_of_thirty = part(4, 17, 3, "16.80", **new)

    found = past([line(4, 5, 50), fourteen_of_thirty, line(5, 5, 50)])

    assert ("si_b", 3, Decimal(12), "extra", date(2026, 4, 17), MAY) in told(found)


def test_a_known_price_stands_for_a_part_that_comes_near_it() -> None:
    counted_in_months_of_its_own = part(4, 17, 5, "29.00", item="si_b", price="p13", product="extra")
    known = [held(5), held(5, "si_b", price="p13", product="extra", unit_amount=Decimal(13))]

    found = past([line(4, 5, 50), counted_in_months_of_its_own], known)

    assert told(found)[1] == ("si_b", 5, Decimal(13), "extra", date(2026, 4, 17), None)


def test_a_change_of_the_term_begins_a_new_period() -> None:
    yearly = line(4, 5, 500, price="p100", starts_at=on(4, 11), ends_at=on(4, 11, 2027), invoice="in_year")
    known = [held(5, price="p100", unit_amount=Decimal(100), interval=Interval.YEAR)]

    found = past([line(4, 5, 50), part(4, 11, 5, "-33.33", invoice="in_year"), yearly], known)

    day = date(2026, 4, 11)
    assert [(one.interval, one.interval_count, one.since, one.until) for one in found.items] == [
        (Interval.MONTH, 1, None, day),
        (Interval.YEAR, 1, day, None),
    ]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (on(1, 31), on(2, 28), (Interval.MONTH, 1)),
        (on(2, 28), on(3, 31), (Interval.MONTH, 1)),
        (on(1, 15), on(4, 15), (Interval.MONTH, 3)),
        (on(2, 29, 2024), on(2, 28, 2025), (Interval.YEAR, 1)),
        (on(3, 2), on(3, 16), (Interval.WEEK, 2)),
        (on(3, 2), on(3, 12), (Interval.DAY, 10)),
    ],
)
def test_how_often_an_item_that_is_gone_was_paid_is_told_by_its_period(
    start: datetime, end: datetime, expected: tuple[Interval, int]
) -> None:
    found = past([line(1, 4, 40, starts_at=start, ends_at=end)], [])

    assert [(one.interval, one.interval_count) for one in found.items] == [expected]


def test_february_of_four_weeks_is_a_month_where_the_other_periods_of_the_price_are_months() -> None:
    months = past([line(2, 4, 40), line(3, 4, 40)], [])
    weeks = [
        line(2, 4, 40, starts_at=on(2) + timedelta(days=28 * n), ends_at=on(3) + timedelta(days=28 * n))
        for n in range(3)
    ]

    assert {(one.interval, one.interval_count) for one in months.items} == {(Interval.MONTH, 1)}
    assert {(one.interval, one.interval_count) for one in past(weeks, []).items} == {(Interval.WEEK, 4)}


def test_a_trial_that_costs_nothing_is_no_price_of_nothing() -> None:
    trial = line(3, 5, 0, ends_at=on(3, 15))
    paid = line(3, 5, 50, starts_at=on(3, 15), ends_at=on(4, 15), invoice="in_paid")

    assert told(past([trial, paid])) == [("si_a", 5, TEN, "gold", None, None)]


def test_a_short_first_period_is_no_lower_price() -> None:
    until_the_first = line(2, 5, 25, starts_at=on(2, 15), invoice="in_short")

    assert told(past([until_the_first, line(3, 5, 50), line(4, 5, 50)])) == [("si_a", 5, TEN, "gold", None, None)]
    assert told(past([until_the_first, line(3, 7, 70)], []))[0][1:3] == (5, TEN)


def test_usage_paid_afterwards_is_no_item() -> None:
    usage = {"item": "si_m", "product": "calls", "price": "pm"}
    by_invoice = line(3, 900, 9, **usage, invoice="in_4")
    by_date = line(4, 700, 7, **usage, invoice="in_use", billed_at=on(5))
    known = [held(5), held(0, "si_k", product="calls", usage="metered")]
    of_known = line(4, 300, 3, "si_k", product="calls", price="pk")

    found = past([line(3, 5, 50), line(4, 5, 50), by_invoice, by_date, of_known], known)

    assert {one.id for one in found.items} == {"si_a", "si_k"}
    assert found.items[-1].since is None


def test_drafts_other_currencies_and_empty_periods_tell_nothing() -> None:
    strange = [
        line(4, 9, 90, status="draft", invoice="in_draft"),
        line(4, 9, 90, currency="EUR", invoice="in_eur"),
        line(4, 9, 90, ends_at=on(4), invoice="in_empty"),
    ]

    assert told(past([line(3, 5, 50), line(4, 5, 50), *strange])) == [("si_a", 5, TEN, "gold", None, None)]


@pytest.mark.parametrize("status", ["paid", "open", "uncollectible"])
def test_what_was_demanded_counts_whether_or_not_it_was_paid(status: str) -> None:
    found = past([line(3, 2, 20), line(4, 5, 50, status=status), line(5, 5, 50)])

    assert told(found)[0][-1] == APR
    assert found.pauses == ()


def test_of_two_invoices_for_one_period_the_later_or_the_one_in_force_counts() -> None:
    wrong = line(4, 9, 90, invoice="in_wrong", status="void", billed_at=on(4, 3))
    right = line(4, 5, 50, invoice="in_right", billed_at=on(4, 1))
    twice = [
        line(5, 7, 70, invoice="in_first", billed_at=on(5)),
        line(5, 5, 50, invoice="in_second", billed_at=on(5, 2)),
    ]

    found = past([line(3, 5, 50), wrong, right, *twice])

    assert told(found) == [("si_a", 5, TEN, "gold", None, None)]
    assert found.pauses == ()


def test_the_tiers_of_one_price_are_one_line() -> None:
    tiers = [line(month, 3, 36) for month in (3, 4)] + [line(month, 2, 14) for month in (3, 4)]

    assert told(past(tiers)) == [("si_a", 5, TEN, "gold", None, None)]


def test_an_item_without_units_is_worth_nothing_until_it_has_some() -> None:
    found = past([line(3, 0, 0), line(4, 5, 50)])

    assert told(found) == [("si_a", 0, TEN, "gold", None, APR), ("si_a", 5, TEN, "gold", APR, None)]


def test_what_cannot_be_divided_is_kept_to_the_last_digit_that_matters() -> None:
    (item,) = past([line(3, 3, 100, price="odd")], []).items

    assert abs(item.quantity * (item.unit_amount or 0) - 100) < Decimal("1e-30")


def test_a_rounded_amount_keeps_the_known_price() -> None:
    known = [held(3, unit_amount=Decimal("0.125"))]

    assert told(past([line(3, 3, "0.38")], known)) == [("si_a", 3, Decimal("0.125"), "gold", None, None)]


def test_days_are_those_of_the_organisation() -> None:
    late = {"starts_at": on(4, 30, hour=18), "ends_at": on(5, 30, hour=18)}

    found = past([line(3, 2, 20, starts_at=on(3, 30, hour=18), ends_at=late["starts_at"]), line(4, 5, 50, **late)])

    assert told(found)[0][-1] == MAY


def reduced(month: int, amount: str | int, off: str | int, **more: Any) -> Billed:
    return line(month, 5, amount, discount=Decimal(off), **more)


def test_a_share_off_periods_in_a_row_lasted_until_the_first_without_it() -> None:
    found = past([reduced(2, 50, 10), reduced(3, 50, 10), line(4, 5, 50), line(5, 5, 50)])

    (told_of,) = found.discounts
    assert (told_of.kind, told_of.value, told_of.duration) == ("percent", Decimal(20), DiscountDuration.REPEATING)
    assert (told_of.since, told_of.until) == (date(2026, 2, 1), APR)


def test_an_amount_is_one_where_shares_differ() -> None:
    found = past([line(2, 2, 20, discount=Decimal(7)), reduced(3, 50, 7), line(4, 5, 50)])

    (told_of,) = found.discounts
    assert (told_of.kind, told_of.value, told_of.until) == ("amount", Decimal(7), APR)


def test_a_share_with_decimals_is_one_where_an_amount_would_not_do() -> None:
    found = past([line(2, 2, 20, discount=Decimal("2.5")), reduced(3, 50, "6.25"), line(4, 5, 50)])
    constant = past([reduced(2, 50, "6.25"), reduced(3, 50, "6.25"), line(4, 5, 50)])

    assert [(one.kind, one.value) for one in found.discounts] == [("percent", Decimal("12.5"))]
    assert [(one.kind, one.value) for one in constant.discounts] == [("amount", Decimal("6.25"))]


def test_a_discount_on_one_period_alone_was_for_that_invoice() -> None:
    found = past([reduced(3, 50, 25), line(4, 5, 50)])

    assert [(one.value, one.duration) for one in found.discounts] == [(Decimal(50), DiscountDuration.ONCE)]


def test_what_takes_nothing_off_or_adds_is_no_discount() -> None:
    free = line(3, 0, 0, discount=Decimal(3))
    surcharge = reduced(4, 50, -5)

    assert past([free, surcharge, line(5, 5, 50)]).discounts == ()


def test_one_discount_after_another_is_two() -> None:
    lines = [reduced(1, 50, 25), reduced(2, 50, 25), reduced(3, 50, 5), reduced(4, 50, 5), line(5, 5, 50)]

    found = past(lines)

    assert [(one.value, one.since, one.until) for one in found.discounts] == [
        (Decimal(50), date(2026, 1, 1), date(2026, 3, 1)),
        (Decimal(10), date(2026, 3, 1), MAY),
    ]


def test_a_discount_on_one_product_is_one_on_its_item() -> None:
    other = {"item": "si_b", "product": "extra", "price": "p8"}
    lines = [reduced(month, 50, 25) for month in (2, 3)] + [line(month, month, 8 * month, **other) for month in (2, 3)]
    more = [line(3, 1, 10, item="si_c", discount=Decimal(5))]

    found = past([*lines, line(4, 5, 50)])
    grown = past([*lines, *more, line(4, 5, 50)])

    assert [(one.item, one.value) for one in found.discounts] == [("si_a", Decimal(50))]
    assert len(grown.discounts) == 3


def test_what_a_known_discount_explains_is_told_once() -> None:
    known = Discount(value=Decimal(20), duration=DiscountDuration.FOREVER, since=date(2026, 4, 1))

    found = past([reduced(2, 50, 20), reduced(3, 50, 20), reduced(4, 50, 10), reduced(5, 50, 10)], discounts=[known])

    assert [(one.value, one.since, one.until) for one in found.discounts] == [
        (Decimal(40), date(2026, 2, 1), APR),
        (Decimal(20), APR, None),
    ]


def test_voided_periods_between_paid_ones_are_a_pause() -> None:
    void = {"status": "void"}

    found = past([line(2, 5, 50), line(3, 5, 50, **void), line(4, 5, 50, **void), line(5, 5, 50)])

    assert found.pauses == (Span(since=date(2026, 3, 1), until=MAY),)
    assert told(found) == [("si_a", 5, TEN, "gold", None, None)]


def test_a_period_voided_after_somebody_tried_to_collect_it_is_no_pause_nor_is_one_before_the_first() -> None:
    failed = past([line(2, 5, 50), line(3, 5, 50, status="void", attempts=4), line(4, 5, 50)])
    at_first = past([line(3, 5, 50, status="void"), line(4, 5, 50)])

    assert failed.pauses == at_first.pauses == ()


def test_a_pause_that_is_still_on_when_it_is_seen_began_with_the_first_voided_period() -> None:
    lines = [line(4, 5, 50), line(5, 5, 50, status="void"), line(6, 5, 50, status="void")]

    on_now = past(lines, pauses=[Span(since=SEEN, until=date(2026, 9, 1))])
    over = past(lines)
    better_known = past(lines, pauses=[Span(since=date(2026, 4, 20))])

    assert on_now.pauses == (Span(since=MAY, until=date(2026, 9, 1)),)
    assert over.pauses == (Span(since=MAY, until=SEEN),)
    assert better_known.pauses == (Span(since=date(2026, 4, 20)),)
