"""Metrics group by group, and product by product."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

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

    A change from one product to another is a loss of the one and a gain of the other, and told apart as migrated.
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
    for one in frame.moved:
        if one.date > until or one.customer in frame.missing:
            continue
        for part in one.parts:
            value, key = frame.worth(part.micro, one.currency), (one.customer, part.product)
            end[key] += value
            if one.date <= since:
                start[key] += value
            elif part.reason == "tier":
                (into if value > 0 else out)[part.product] += abs(value)
    return start, end, into, out
