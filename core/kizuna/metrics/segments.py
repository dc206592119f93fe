"""Metrics group by group, and product by product."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

import msgspec

from kizuna.metrics.exact import ratio
from kizuna.metrics.fills import METRICS
from kizuna.metrics.frames import Frame, Question
from kizuna.metrics.questions import Told, ask
from kizuna.metrics.reasons import Reason
from kizuna.metrics.retention import Balance, Cohort, nrr_grr_cohort

SMALLEST = 5


class Grouped(msgspec.Struct, frozen=True, kw_only=True):
    """A group's answer; ``group`` None are those of whom nothing is known, who are always shown.

    ``is_too_small``: fewer customers than the least number, so that its figure says nothing and is not ranked.
    """

    group: str | None
    customers: int
    told: Told
    is_too_small: bool


def by_group(key: str, question: Question, groups: Mapping[str, str | None], smallest: int = SMALLEST) -> list[Grouped]:
    """The metric of each group of customers: the greatest value first, then those too small, the unknown at the end.

    All are in one currency, that of the whole question; where that has several and none was chosen, none has a value.
    A group is left out when nobody in it pays and nothing is missing of it.
    """
    currency = METRICS[key].frame(question).currency if key in METRICS else ""
    if currency:
        question = msgspec.structs.replace(question, currency=currency)
    held = defaultdict(list)
    for one in question.subscriptions:
        held[groups.get(one.customer)].append(one)
    found = []
    for group, subscriptions in held.items():
        told, counted = _counted(key, msgspec.structs.replace(question, subscriptions=tuple(subscriptions)))
        if currency is None:
            told = msgspec.structs.replace(told, value=None, currency=None, reason=str(Reason.MIXED_CURRENCIES))
        if counted or told.coverage == 0:
            found.append(Grouped(group=group, customers=counted, told=told, is_too_small=counted < smallest))
    return sorted(found, key=lambda one: (one.group is None, one.is_too_small, -(one.told.value or 0), one.group or ""))


def _counted(key: str, question: Question) -> tuple[Told, int]:
    """The answer, and how many customers are in it; in several currencies how many there are."""
    told = ask(key, question)
    if told.reason == Reason.MIXED_CURRENCIES:
        return told, int(ask("active_customers", question).value or 0)
    return told, len({row.customer for row in told.rows})


class ProductKept(msgspec.Struct, frozen=True, kw_only=True):
    """A product in a period: retention of those who had it, growth over all, and what moved from and to other products.

    Amounts are of a month, in major units of the answer's currency.
    """

    product: str
    customers: int
    start: Decimal
    end: Decimal
    nrr: Fraction | None
    grr: Fraction | None
    growth: Fraction | None
    migrated_in: Decimal
    migrated_out: Decimal


def by_product(question: Question, months: int = 12) -> list[ProductKept] | None:
    """Each product there was, the greatest first; None when there is no one currency to count in.

    A change from one product to another is a loss of the one and a gain of the other; what a customer pays for a
    product begun on the day it leaves another is told apart as migrated, up to what the other was worth.
    """
    frame = Frame(question, months)
    if frame.currency is None:
        return None
    start, end, into, out = _products(frame, frame.since, question.as_of)
    found = []
    for product in sorted({key for _, key in start.keys() | end.keys()}):
        opening = {who: value for (who, key), value in start.items() if key == product and value}
        closing = {who: value for (who, key), value in end.items() if key == product and value}
        kept = nrr_grr_cohort(
            Cohort(
                customers=tuple(
                    Balance(customer=who, start=value, end=closing.get(who, Decimal(0)))
                    for who, value in opening.items()
                )
            )
        )
        before, after = sum(opening.values(), Decimal(0)), sum(closing.values(), Decimal(0))
        found.append(
            ProductKept(
                product=product,
                customers=len(closing),
                start=before,
                end=after,
                nrr=kept.nrr,
                grr=kept.grr,
                growth=ratio(after - before, before),
                migrated_in=into.get(product, Decimal(0)),
                migrated_out=out.get(product, Decimal(0)),
            )
        )
    return sorted(found, key=lambda one: (-one.end, one.product))


Sums = dict[tuple[str, str], Decimal]


def _products(frame: Frame, since: date, until: date) -> tuple[Sums, Sums, dict[str, Decimal], dict[str, Decimal]]:
    """((customer, product) → what is paid on each day, product → what moved to it and from it in between)."""
    start: Sums = defaultdict(Decimal)
    end: Sums = defaultdict(Decimal)
    into: dict[str, Decimal] = defaultdict(Decimal)
    out: dict[str, Decimal] = defaultdict(Decimal)
    held: dict[str, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    moved = [one for one in frame.moved if one.date <= until and one.customer not in frame.missing]
    for (day, customer), made in groupby(moved, key=lambda one: (one.date, one.customer)):
        was = _bought(held[customer])
        change: dict[str, Decimal] = defaultdict(Decimal)
        for one in made:
            for part in one.parts:
                held[customer][part.product, one.currency] += part.micro
                change[part.product] += frame.worth(part.micro, one.currency)
        for product, value in change.items():
            end[customer, product] += value
            if day <= since:
                start[customer, product] += value
        if day > since:
            now = _bought(held[customer])
            come = {product: value for product, value in change.items() if product in now - was}
            gone = {product: -value for product, value in change.items() if product in was - now}
            for one_out, one_in, value in _paired(gone, come):
                out[one_out] += value
                into[one_in] += value
    return start, end, into, out


def _bought(held: Mapping[tuple[str, str], int]) -> set[str]:
    return {product for (product, _), micro in held.items() if micro}


def _paired(gone: dict[str, Decimal], come: dict[str, Decimal]) -> Iterator[tuple[str, str, Decimal]]:
    """What went from products left that day to those begun, the nearest in value first, never more than either has."""
    pairs = sorted((abs(lost - won), one, other) for one, lost in gone.items() for other, won in come.items())
    for _, one, other in pairs:
        value = min(gone[one], come[other])
        if value > 0:
            gone[one], come[other] = gone[one] - value, come[other] - value
            yield one, other, value
