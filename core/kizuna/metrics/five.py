"""Five questions that are asked of every portfolio, each given what its definition wants from dated subscriptions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

import msgspec

from kizuna.metrics.churn import Group, Industries, IndustryChurn, churn_by_industry
from kizuna.metrics.contracts import (
    ContractSize,
    DiscountReduction,
    LongStanding,
    Missing,
    Portfolio,
    Renewed,
    Terms,
    contract_size_3y,
    first_renewal_discount,
)
from kizuna.metrics.dated import Subscription, fault
from kizuna.metrics.frames import Frame, Question
from kizuna.metrics.measures import MONTHS
from kizuna.metrics.months import months_after
from kizuna.metrics.movements import by_customer
from kizuna.metrics.questions import Told, ask
from kizuna.metrics.reasons import Reason
from kizuna.metrics.revenue import Standing, amount, standing
from kizuna.metrics.segments import ProductKept, by_product
from kizuna.model.enums import Interval

UNKNOWN = "None"


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """The five answers; the two that need one currency are None where there are several.

    ``missing_fx``: the customers who are not in those two because a rate of theirs is missing.
    """

    expanded_share: Told
    highest_churn: IndustryChurn
    products: list[ProductKept] | None
    first_renewal: DiscountReduction
    long_standing: ContractSize | None
    missing_fx: tuple[str, ...] = ()


def answers(question: Question, industries: Mapping[str, str | None]) -> Answers:
    """Over the twelve months before the day; ``industries``: customer → industry, None where it is not known."""
    frame = Frame(question, 0)
    return Answers(
        expanded_share=ask("expanded_share", question),
        highest_churn=_by_industry(question, industries),
        products=by_product(question),
        first_renewal=first_renewal_discount(Renewed(customers=tuple(_terms(question)))),
        long_standing=_long_standing(question),
        missing_fx=tuple(sorted(frame.missing)) if frame.currency is not None else (),
    )


def _by_industry(question: Question, industries: Mapping[str, str | None]) -> IndustryChurn:
    frame = Frame(question, 12, counting=True)
    start: dict[str, int] = defaultdict(int)
    lost: dict[str, int] = defaultdict(int)
    for customer in frame.opening:
        industry = industries.get(customer) or UNKNOWN
        start[industry] += 1
        lost[industry] += customer not in frame.closing
    groups = {industry: Group(start=count, lost=lost[industry]) for industry, count in start.items()}
    return churn_by_industry(Industries(customers_by_industry=groups))


def _terms(question: Question) -> list[Terms]:
    """Each customer's first subscription in its first and in its second term, by what was really paid for it."""
    paying = msgspec.structs.replace(question, policy=msgspec.structs.replace(question.policy, discounts="all"))
    frame, found = Frame(question, 0), []
    for customer, held in by_customer(question.subscriptions).items():
        paid = [(first, one) for one in held if (first := _first_paid(one)) is not None and fault(one) is None]
        if not paid:
            continue
        first, subscription = min(paid, key=lambda one: (one[0], one[1].id))
        again = months_after(first, _term_months(subscription, first, paying))
        one, two = _prices(subscription, first, paying), _prices(subscription, again, paying)
        if one is None:
            continue
        is_convertible = frame.currency is not None and customer not in frame.missing
        found.append(
            Terms(
                id=customer,
                list_1=one.listed,
                net_1=one.net,
                list_2=None if two is None else two.listed,
                net_2=None if two is None else two.net,
                arr=frame.worth_today(two.a_year, subscription.currency) if two and is_convertible else None,
            )
        )
    return found


def _first_paid(one: Subscription) -> date | None:
    return (
        one.trial_end
        if one.trial_end is not None and one.start is not None and one.trial_end > one.start
        else one.start
    )


def _term_months(one: Subscription, first: date, question: Question) -> int:
    """How long its first term is: what it is billed for at once, at least a year."""
    lines = standing(one, first, question.policy).lines
    years = [line.item.interval_count * 12 for line in lines if line.item.interval is Interval.YEAR]
    months = [line.item.interval_count for line in lines if line.item.interval is Interval.MONTH]
    return max([12, *years, *months])


class _Prices(msgspec.Struct, frozen=True):
    """A term's list and net price, and what a year is worth at its start in millionths of a minor unit."""

    listed: Decimal
    net: Decimal
    a_year: int


def _prices(one: Subscription, begins: date, question: Question) -> _Prices | None:
    """What a term is billed at, summed over its bills up to the question's day; None where it is not paid."""
    first = standing(one, begins, question.policy)
    if first.state != "counted" or begins > question.as_of:
        return None
    length, step = _term_months(one, begins, question), _bill_months(first)
    days = [months_after(begins, months) for months in range(0, length, step)]
    bills = [standing(one, day, question.policy) for day in days if day <= question.as_of]
    lines = [line for bill in bills if bill.state == "counted" for line in bill.lines]
    return _Prices(
        listed=amount(sum(line.listed for line in lines), one.currency),
        net=amount(sum(line.micro for line in lines), one.currency),
        a_year=first.micro * MONTHS,
    )


def _bill_months(stand: Standing) -> int:
    """How many months lie between two bills of it, at least one."""
    months = [
        line.item.interval_count * (12 if line.item.interval is Interval.YEAR else 1)
        for line in stand.lines
        if line.item.interval in (Interval.YEAR, Interval.MONTH)
    ]
    return max(1, min(months, default=1))


def _long_standing(question: Question) -> ContractSize | None:
    frame = Frame(question, 0)
    if frame.currency is None:
        return None
    paths: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    for one in frame.moved:
        if one.date <= question.as_of and one.customer not in frame.missing:
            before = paths[one.customer][-1][1] if paths[one.customer] else Decimal(0)
            paths[one.customer].append((one.date, before + frame.worth(one.micro, one.currency)))
    customers = tuple(_standing_long(customer, path) for customer, path in sorted(paths.items()) if path)
    found = contract_size_3y(Portfolio(as_of=question.as_of, customers=customers), question.policy)
    missing = tuple(Missing(customer, Reason.MISSING_FX) for customer in sorted(frame.missing))
    reason = Reason.MISSING_FX if missing and found.reason is Reason.EMPTY_COHORT else found.reason
    return msgspec.structs.replace(found, excluded=(*found.excluded, *missing), reason=reason)


def _standing_long(customer: str, path: Sequence[tuple[date, Decimal]]) -> LongStanding:
    first, _ = path[0]
    at_first = [value for day, value in path if day == first][-1]
    gaps = [(again - left).days for (left, value), (again, _) in pairwise(path) if not value and again > left]
    return LongStanding(
        id=customer,
        first_start=first,
        first_acv=at_first * MONTHS,
        current_acv=path[-1][1] * MONTHS,
        longest_gap_days=max(gaps, default=0),
    )
