"""Terms that end in a period, from dated subscriptions and contracts: what was due, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import msgspec

from kizuna.metrics.dated import Item, Subscription
from kizuna.metrics.due import EARLY, GRACE, Due, DuePeriod, Forecast, Renewals, renewal_cohort
from kizuna.metrics.forward import Ahead, Commitment
from kizuna.metrics.frames import Frame, Question
from kizuna.metrics.measures import MONTHS
from kizuna.metrics.months import months_after
from kizuna.metrics.movements import book, by_customer
from kizuna.metrics.questions import ask
from kizuna.metrics.revenue import standing
from kizuna.model.enums import Interval, SubscriptionStatus

Kind = Literal["new", "expansion", "contraction", "churn"]
A_TERM = 12
"""Months from which on a period that is billed at once is a term; who pays by the month renews nothing."""


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """A term that ends: whose it is, what is due a year, what came of it, and the records that say so."""

    customer: str
    subscription: str
    due: Due
    is_first: bool
    sources: tuple[str, ...] = ()


class RenewalReport(msgspec.Struct, frozen=True, kw_only=True):
    """The terms that end in the period with their rates; None of both with a ``reason`` in several currencies."""

    renewals: Renewals | None
    endings: tuple[Ending, ...]
    currency: str | None
    reason: str | None


def report(question: Question, since: date, until: date) -> RenewalReport:
    """The terms that end from ``since`` up to the day before ``until``, as seen on the question's day."""
    frame = Frame(question, 0)
    if frame.currency is None:
        return RenewalReport(renewals=None, endings=(), currency=None, reason="mixed_currencies")
    endings = tuple(
        sorted(_endings(frame, since, until), key=lambda one: (one.due.ends, one.customer, one.subscription))
    )
    contracts = tuple(one.due for one in endings)
    found = renewal_cohort(DuePeriod(since=since, until=until, as_of=question.as_of, contracts=contracts))
    return RenewalReport(
        renewals=found,
        endings=endings,
        currency=frame.currency or None,
        reason=None if found.reason is None else str(found.reason),
    )


def _endings(frame: Frame, since: date, until: date) -> Iterator[Ending]:
    for customer, held in by_customer(frame.question.subscriptions).items():
        for one in held:
            if customer in frame.missing or one.holder(since) != customer:
                continue
            ends = _contract_ends if one.basis == "contract" else _term_ends
            found = (_ending(frame, customer, held, one, day) for day in ends(one, since, until))
            yield from (ending for ending in found if ending is not None)


def _contract_ends(one: Subscription, since: date, until: date) -> Iterator[date]:
    ends = one.cancel_effective_at
    if ends is not None and since <= ends < until:
        yield ends


def _term_ends(one: Subscription, since: date, until: date) -> Iterator[date]:
    """The ends of its terms in the period; they follow each other from its first paid day on."""
    months = max((_months(item) for item in one.items), default=0)
    if one.start is None or months < A_TERM:
        return
    first = max(day for day in (one.start, one.trial_end) if day is not None)
    number = max(1, ((since.year - first.year) * 12 + since.month - first.month) // months)
    while (ends := months_after(first, number * months)) < until:
        if ends >= since:
            yield ends
        number += 1


def _months(item: Item) -> int:
    """How many months are billed at once."""
    if item.usage == "metered":
        return 0
    return item.interval_count * {Interval.YEAR: 12, Interval.MONTH: 1}.get(item.interval, 0)


def _ending(frame: Frame, customer: str, held: Sequence[Subscription], one: Subscription, ends: date) -> Ending | None:
    before = book(customer, held, ends - timedelta(days=1), frame.question.policy).get(one.id)
    if before is None or not before.present or before.state != "counted":
        return None
    value = frame.worth_today(before.micro, one.currency) * MONTHS
    renewed_on, renewed = _renewed(frame, held, one, ends)
    if renewed_on is not None and renewed_on > frame.question.as_of:
        renewed_on = renewed = None  # what will be is a forecast
    declined = (
        one.cancel_requested_at if one.cancel_effective_at is not None and one.cancel_effective_at <= ends else None
    )
    due = Due(
        id=f"{one.id}@{ends.isoformat()}",
        ends=ends,
        value=value,
        renewed_on=renewed_on,
        renewed_value=renewed,
        declined_on=declined,
        auto_renewed=one.basis != "contract" and renewed_on == ends,
        forecast=_forecast(frame, one, declined),
    )
    sources = tuple(dict.fromkeys(line.item.source for line in before.lines if line.item.source))
    return Ending(customer=customer, subscription=one.id, due=due, is_first=_is_first(one, ends), sources=sources)


def _renewed(
    frame: Frame, held: Sequence[Subscription], one: Subscription, ends: date
) -> tuple[date | None, Decimal | None]:
    """When the term was renewed, and what a year of it is worth since: by itself, or by another agreement in its place."""
    policy = frame.question.policy
    after = standing(one, ends, policy)
    if one.basis != "contract" and after.state == "counted" and after.present:
        return ends, frame.worth_today(after.micro, one.currency) * MONTHS
    for other in held:
        follows = other.basis == one.basis or other.continues == one.id
        if other.id == one.id or not follows or other.start is None or not ends - EARLY <= other.start <= ends + GRACE:
            continue
        stands = standing(other, max(other.start, ends), policy)
        if stands.present and (one.start is None or other.start > one.start):
            return other.start, frame.worth_today(stands.micro, other.currency) * MONTHS
    return None, None


def _forecast(frame: Frame, one: Subscription, declined: date | None) -> Forecast:
    if declined is not None and declined <= frame.question.as_of:
        return "lost"
    if one.status in (SubscriptionStatus.PAST_DUE, SubscriptionStatus.UNPAID):
        return "at_risk"
    return "unknown" if one.basis == "contract" else "committed"


def _is_first(one: Subscription, ends: date) -> bool:
    first = max((day for day in (one.start, one.trial_end) if day is not None), default=ends)
    months = A_TERM if one.basis == "contract" else max((_months(item) for item in one.items), default=A_TERM)
    return ends <= months_after(first, months)


def actual_rate(endings: Sequence[Ending], as_of: date) -> Fraction | None:
    """The share of their value that terms were renewed with of which it is known; None where there are none."""
    decided = tuple(one.due for one in endings if one.due.state(as_of) != "open")
    if not decided:
        return None
    since, until = min(one.ends for one in decided), max(one.ends for one in decided) + timedelta(days=1)
    return renewal_cohort(DuePeriod(since=since, until=until, as_of=as_of, contracts=decided)).gross


def ahead(question: Question, months: int) -> Ahead:
    """What is paid on the day and what is known today to change it in the months to come; None in several currencies."""
    frame = Frame(question, 0, ahead=months)
    if frame.currency is None:
        return Ahead(mrr=None, as_of=question.as_of, months=months)
    kinds: dict[str, Kind] = {
        "new": "new",
        "reactivation": "new",
        "expansion": "expansion",
        "contraction": "contraction",
        "churn": "churn",
    }
    changes = [
        Commitment(on=row.day, kind=kinds[kind], amount=value)
        for row in frame.coming(frame.until)
        for kind, value in row.figures.items()
        if kind in kinds and row.day is not None
    ]
    return Ahead(mrr=ask("mrr", question).value, as_of=question.as_of, changes=tuple(changes), months=months)
