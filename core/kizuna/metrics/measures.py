"""Recurring revenue as it is asked for: of a day, as movements of a period, as known on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec

from kizuna.metrics.dated import Subscription, fault, unread
from kizuna.metrics.exact import Result, decimal, ratio
from kizuna.metrics.inputs import Count, Inputs, NotNegative
from kizuna.metrics.movements import Movement, MovementKind, book, by_customer, ledger, without_visits
from kizuna.metrics.policy import KIZUNA, Policy
from kizuna.metrics.rates import Rate, converted, indexed
from kizuna.metrics.reasons import Reason
from kizuna.metrics.revenue import amount
from kizuna.model.money import MICRO

MONTHS = 12


class UnitAmount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An amount as a billing system writes it: whole minor units."""

    currency: str
    unit_amount: int


class Excluded(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription, or a customer, that is not in a number, and why."""

    id: str
    reason: str


class MrrInputs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Subscriptions and the day; ``currency`` is the one to answer in, by the ``rates`` of the day."""

    subscriptions: tuple[Subscription, ...]
    as_of: date
    currency: str | None = None
    rates: tuple[Rate, ...] = ()
    unit_amounts: tuple[UnitAmount, ...] = ()


class Mrr(msgspec.Struct, frozen=True, kw_only=True):
    """Major units, exact. ``mrr`` is None with a ``reason``: no_data, mixed_currencies or missing_fx.

    ``active_customers`` is None where nothing could be read.
    """

    mrr: Decimal | None
    arr: Decimal | None
    active_customers: int | None
    by_currency: dict[str, Decimal]
    currency: str | None = None
    reason: str | None = None
    excluded: tuple[Excluded, ...] = ()
    coverage: Decimal = Decimal(1)


def mrr(inputs: MrrInputs, policy: Policy = KIZUNA) -> Mrr:
    """Monthly recurring revenue at the end of the day, ARR as twelve times it, and who pays."""
    totals: dict[str, int] = defaultdict(int)
    of_customer: dict[str, dict[str, int]] = {}
    excluded = not_read(inputs.subscriptions)
    for customer, held in by_customer(inputs.subscriptions).items():
        currencies = {one.id: one.currency.upper() for one in held}
        for key, stand in book(customer, held, inputs.as_of, policy).items():
            if stand.present:
                own = of_customer.setdefault(customer, defaultdict(int))
                own[currencies[key]] += stand.micro
                totals[currencies[key]] += stand.micro
            elif stand.reason is not None and fault_free(held, key):
                excluded.append(Excluded(id=key, reason=stand.reason))
    by_currency = {code: amount(micro, code) for code, micro in sorted(totals.items())}
    by_currency |= {one.currency.upper(): amount(one.unit_amount * MICRO, one.currency) for one in inputs.unit_amounts}
    known = len(inputs.subscriptions)
    coverage = Decimal(known - len(not_read(inputs.subscriptions))) / known if known else Decimal(1)
    value, currency, reason, missing = _in_one(inputs, of_customer)
    excluded += [Excluded(id=customer, reason="missing_fx") for customer in missing]
    return Mrr(
        mrr=value,
        arr=None if value is None else decimal(Fraction(value) * MONTHS),
        active_customers=None if reason == Reason.NO_DATA else len(of_customer),
        by_currency=by_currency,
        currency=currency,
        reason=reason,
        excluded=tuple(excluded),
        coverage=coverage * _share(of_customer, missing),
    )


def not_read(subscriptions: Sequence[Subscription]) -> list[Excluded]:
    """The subscriptions that are not counted, or not in full, whatever the day, and why."""
    return [Excluded(id=one.id, reason=found) for one in subscriptions if (found := unread(one))]


def nothing_read(subscriptions: Sequence[Subscription]) -> bool:
    """Whether there is none that can be counted."""
    return all(fault(one) is not None for one in subscriptions)


def fault_free(held: Sequence[Subscription], key: str) -> bool:
    """Whether that subscription can be counted at all."""
    return all(fault(one) is None for one in held if one.id == key)


def _share(of_customer: Mapping[str, object], missing: Sequence[str]) -> Decimal:
    return Decimal(len(of_customer) - len(missing)) / len(of_customer) if of_customer else Decimal(1)


def _in_one(
    inputs: MrrInputs, of_customer: Mapping[str, Mapping[str, int]]
) -> tuple[Decimal | None, str | None, str | None, list[str]]:
    """(the sum in one currency, which, why there is none, the customers whose rate is missing)."""
    if nothing_read(inputs.subscriptions):
        return None, inputs.currency, "no_data", []
    known = {one.currency.upper() for one in inputs.subscriptions if fault(one) is None}
    paid = {code for own in of_customer.values() for code, micro in own.items() if micro}
    if inputs.currency is None and len(paid) > 1:
        return None, None, "mixed_currencies", []
    currency = (inputs.currency or min(paid or known)).upper()
    total, missing, rates = Fraction(0), [], indexed(inputs.rates)
    for customer, own in of_customer.items():
        values = [converted(amount(micro, code), code, currency, inputs.as_of, rates) for code, micro in own.items()]
        if any(value is None for value in values):
            missing.append(customer)
        else:
            total += sum((value for value in values if value is not None), Fraction(0))
    if missing and len(missing) == len(of_customer):
        return None, currency, "missing_fx", missing
    return decimal(total), currency, None, missing


class Arpa(Inputs, frozen=True, kw_only=True):
    """Recurring revenue and how many customers pay it."""

    mrr: NotNegative | None
    customers: Count | None


class Average(Result, frozen=True, kw_only=True):
    """Major units of a month, exact."""

    arpa: Fraction | None = None


def arpa(inputs: Arpa) -> Average:
    """Average revenue per account; None where nobody pays."""
    value = ratio(inputs.mrr, inputs.customers)
    if value is not None:
        return Average(arpa=value)
    return Average(reason=Reason.NO_DATA if inputs.mrr is None or inputs.customers is None else Reason.EMPTY_COHORT)


class MovementInputs(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"since": "from", "until": "to"}
):
    """Subscriptions and the period: after the end of the day ``from``, up to the end of the day ``to``."""

    subscriptions: tuple[Subscription, ...]
    since: date | None = None
    until: date | None = None


class Movements(msgspec.Struct, frozen=True, kw_only=True):
    """The movements by day, and the balances before and after them by currency, in major units."""

    movements: tuple[Moved, ...]
    opening: dict[str, Decimal]
    closing: dict[str, Decimal]


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A movement as it is shown: ``amount`` in major units, exact."""

    customer: str
    date: date
    kind: MovementKind
    reason: str
    amount: Decimal
    currency: str
    caused_by: tuple[str, ...]


def mrr_movements(inputs: MovementInputs, policy: Policy = KIZUNA) -> Movements:
    """What moved in the period; opening plus the movements is the closing balance."""
    made = ledger(inputs.subscriptions, policy)
    opening, closing = _sums(made, before=inputs.since), _sums(made, before=inputs.until)
    inside = [one for one in made if _within(one, inputs.since, inputs.until)]
    return Movements(
        movements=tuple(map(_moved, inside)),
        opening=opening if inputs.since is not None else {},
        closing=closing,
    )


def _within(movement: Movement, since: date | None, until: date | None) -> bool:
    return (since is None or since < movement.date) and (until is None or movement.date <= until)


def _sums(made: Sequence[Movement], *, before: date | None) -> dict[str, Decimal]:
    totals: dict[str, int] = defaultdict(int)
    for one in made:
        if before is None or one.date <= before:
            totals[one.currency] += one.micro
    return {code: amount(micro, code) for code, micro in sorted(totals.items())}


def _moved(one: Movement) -> Moved:
    return Moved(
        customer=one.customer,
        date=one.date,
        kind=one.kind,
        reason=one.reason,
        amount=one.amount,
        currency=one.currency,
        caused_by=one.sources,
    )


class PeriodInputs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Subscriptions and a month (2026-03)."""

    subscriptions: tuple[Subscription, ...]
    period: str


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """Sums of a period in major units: losses are positive numbers; ``net`` is what was gained over all."""

    new: Decimal
    expansion: Decimal
    contraction: Decimal
    churn: Decimal
    reactivation: Decimal
    migration: Decimal
    identity: Decimal
    net: Decimal


def mrr_period(inputs: PeriodInputs, policy: Policy = KIZUNA) -> Period:
    """The movements of a month by kind. Raises ValueError for what is no month."""
    first, after = month(inputs.period)
    made = [one for one in ledger(inputs.subscriptions, policy) if first <= one.date < after]
    if policy.same_period_new_churn == "ignore":
        made = without_visits(made)
    totals: dict[MovementKind, Decimal] = defaultdict(Decimal)
    for one in made:
        totals[one.kind] += one.amount
    net = sum(totals.values(), Decimal(0))
    lost = {MovementKind.CONTRACTION, MovementKind.CHURN}
    shown = {kind.value: abs(value) if kind in lost else value for kind, value in totals.items()}
    kinds = ("new", "expansion", "contraction", "churn", "reactivation", "migration", "identity")
    return Period(**{kind: shown.get(kind, Decimal(0)) for kind in kinds}, net=net)


def month(period: str) -> tuple[date, date]:
    """The first day of a month (2026-03) and the first day after it. Raises ValueError for what is no month."""
    first = date.fromisoformat(f"{period}-01")
    return first, (first + timedelta(days=31)).replace(day=1)


class Known(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a subscription was worth a month from a day on, and when that was learned."""

    sub: str
    mrr: Decimal
    valid_from: date
    known_at: date


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A day, as it was known on another one (None: on the last)."""

    as_of: date
    known_at: date | None = None


class AsOfInputs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Facts with both times, and what is asked of them."""

    facts: tuple[Known, ...]
    ask: tuple[Asked, ...]


class AsOf(msgspec.Struct, frozen=True, kw_only=True):
    """One answer for each day asked, None where nothing was known by then."""

    mrr: tuple[Decimal | None, ...]
    reason: tuple[str | None, ...]


def as_of(inputs: AsOfInputs, policy: Policy = KIZUNA) -> AsOf:  # noqa: ARG001  every measure is asked alike
    """The recurring revenue of each day, as it was known."""
    answers = [_known(inputs.facts, asked) for asked in inputs.ask]
    return AsOf(mrr=tuple(answers), reason=tuple("no_data" if answer is None else None for answer in answers))


def _known(facts: Sequence[Known], asked: Asked) -> Decimal | None:
    learned = [fact for fact in facts if asked.known_at is None or fact.known_at <= asked.known_at]
    if not learned:
        return None
    standing_now = in_force(((fact.sub, fact.valid_from, fact.known_at, fact) for fact in learned), asked.as_of)
    return sum((fact.mrr for fact in standing_now.values()), Decimal(0))


def in_force(facts: Any, as_of_day: Any) -> dict[Any, Any]:
    """Key → the fact in force, of (key, valid from, known at, fact): the latest by validity, then by when it was learned."""
    found: dict[Any, tuple[Any, Any, Any]] = {}
    for key, valid_from, known_at, fact in facts:
        if valid_from <= as_of_day and (key not in found or (valid_from, known_at) >= found[key][:2]):
            found[key] = (valid_from, known_at, fact)
    return {key: fact for key, (_, _, fact) in found.items()}
