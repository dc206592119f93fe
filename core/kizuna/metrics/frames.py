"""Two balances of recurring revenue and what moved between them: what every question about it is answered from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

import msgspec

from kizuna.metrics.committed import committed
from kizuna.metrics.dated import Subscription
from kizuna.metrics.exact import decimal, total
from kizuna.metrics.months import months_before
from kizuna.metrics.movements import Movement, book, by_customer, ledger, without_visits
from kizuna.metrics.policy import KIZUNA, Policy
from kizuna.metrics.rates import Rate, Rates, indexed, rate_on
from kizuna.metrics.revenue import amount


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: of which subscriptions, at the end of which day, since the end of which day, in which currency.

    ``moved``: their ledger under this policy, where it is known already.
    """

    subscriptions: tuple[Subscription, ...]
    as_of: date
    since: date | None = None
    currency: str | None = None
    rates: tuple[Rate, ...] = ()
    policy: Policy = KIZUNA
    moved: tuple[Movement, ...] | None = None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What one customer, or one subscription of it, has in the figures; ``sources`` are the records that say so."""

    customer: str
    figures: dict[str, Decimal]
    subscription: str | None = None
    reason: str | None = None
    day: date | None = None
    sources: tuple[str, ...] = ()


class Frame:
    """Two balances and what moved between them, in one currency at the rates of the first (or only) day."""

    def __init__(
        self, question: Question, months: int, *, counting: bool = False, ahead: int = 0, only_period: bool = False
    ) -> None:
        """``ahead``: so many months behind the last day are asked about, too; ``only_period``: nothing before the first."""
        self.question, self.counting, self.only_period = question, counting, only_period
        self.since = question.as_of if not months else question.since or months_before(question.as_of, months)
        self.until = months_before(question.as_of, -ahead) if ahead else question.as_of
        self.used: dict[Rate, None] = {}

    @cached_property
    def rates(self) -> Rates:
        """The rates there are, to be found by currencies and day."""
        return indexed(self.question.rates)

    @cached_property
    def moved(self) -> list[Movement]:
        """Every movement there is, also those that are known to come."""
        known = self.question.moved
        return ledger(self.question.subscriptions, self.question.policy) if known is None else list(known)

    @cached_property
    def inside(self) -> list[Movement]:
        """What moved after the first day, up to the last one."""
        return [one for one in self.moved if self.since < one.date <= self.question.as_of]

    @cached_property
    def currencies(self) -> set[str]:
        """The currencies in which there was anything to count."""
        return {one.currency for one in self.moved if one.date <= self.question.as_of and one.micro}

    @cached_property
    def currency(self) -> str | None:
        """The currency of the answer; None when there are several and none was chosen; of counts there is none."""
        if self.counting:
            return ""
        if self.question.currency:
            return self.question.currency.upper()
        return next(iter(self.currencies), "") if len(self.currencies) <= 1 else None

    @cached_property
    def missing(self) -> set[str]:
        """The customers of whose currency there is no rate; they are left out of both balances."""
        return {
            customer for customer, currency in self._paid() if self._worth(1, currency, self.since, note=False) is None
        }

    def _paid(self) -> set[tuple[str, str]]:
        """(customer, currency) of all that there is to convert."""
        found = {(one.customer, one.currency) for one in self.moved if one.micro and self._is_asked(one.date)}
        if self.only_period:
            for day in {self.since, self.question.as_of}:
                found |= {key for key, micro in self._sums(day).items() if micro}
        return found

    def _is_asked(self, day: date) -> bool:
        return day <= self.until and (self.since < day or not self.only_period)

    def worth(self, micro: int, currency: str) -> Decimal:
        """The amount in the currency of the answer at the rate of the first day, of a customer that is not left out."""
        return decimal(self._worth(micro, currency, self.since) or 0)

    def worth_today(self, micro: int, currency: str) -> Decimal:
        """The same at the rate of the last day."""
        return decimal(self._worth(micro, currency, self.question.as_of) or 0)

    def _worth(self, micro: int, currency: str, day: date, *, note: bool = True) -> Fraction | None:
        value, own, to = Fraction(amount(micro, currency)), currency.upper(), (self.currency or currency).upper()
        if self.counting or own == to or not value:
            return value  # of a count, whether there is any is all that matters
        found = rate_on(own, to, day, self.rates)
        if found is None:
            return None
        if note:
            self.used[found.rate] = None
        return value * found.factor

    def balance(self, day: date) -> dict[str, Decimal]:
        """Customer → what it pays a month at the end of the day; of a count 1, also while it pauses."""
        if self.counting:
            return dict.fromkeys(self._present(day), Decimal(1))
        found: dict[str, Decimal] = defaultdict(Decimal)
        for (customer, currency), micro in self._sums(day).items():
            if micro and customer not in self.missing:
                found[customer] += self.worth(micro, currency)
        return dict(found)

    def _sums(self, day: date) -> dict[tuple[str, str], int]:
        """(customer, currency) → the movements up to the day, which is what is paid at its end."""
        sums: dict[tuple[str, str], int] = defaultdict(int)
        for one in self.moved:
            if one.date <= day:
                sums[one.customer, one.currency] += one.micro
        return sums

    def _present(self, day: date) -> list[str]:
        return [
            customer
            for customer, held in by_customer(self.question.subscriptions).items()
            if any(stand.present for stand in book(customer, held, day, self.question.policy).values())
        ]

    @cached_property
    def opening(self) -> dict[str, Decimal]:
        """Customer → what it paid at the end of the first day."""
        return self.balance(self.since)

    @cached_property
    def closing(self) -> dict[str, Decimal]:
        """Customer → what it pays at the end of the last day."""
        return self.balance(self.question.as_of)

    @cached_property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """Customer → the records that say what it paid on the first day, what moved since, and what it pays."""
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for customer, held in by_customer(self.question.subscriptions).items():
            for day in (self.since, self.question.as_of):
                for stand in book(customer, held, day, self.question.policy).values():
                    found[customer].update(dict.fromkeys(line.item.source for line in stand.lines if line.item.source))
        for one in self.inside:
            found[one.customer].update(dict.fromkeys(one.sources))
        return {customer: tuple(sources) for customer, sources in found.items()}

    @cached_property
    def flows(self) -> list[Row]:
        """A row for each movement inside, under its kind; losses are positive.

        Who came and left within the period is in none where the policy says so.
        """
        inside = self.inside if self.question.policy.same_period_new_churn == "both" else without_visits(self.inside)
        return [self._row(one) for one in inside if one.customer not in self.missing]

    def _row(self, one: Movement) -> Row:
        value = self.worth(one.micro, one.currency)
        lost = one.kind.value in ("churn", "contraction")
        return Row(
            customer=one.customer,
            subscription=one.parts[0].subscription if one.parts else None,
            figures={one.kind.value: -value if lost else value},
            reason=one.reason,
            day=one.date,
            sources=one.sources,
        )

    def coming(self, until: date) -> list[Row]:
        """What is committed today to move after the last day, up to another one."""
        day = self.question.as_of
        known = ledger(committed(self.question.subscriptions, day), self.question.policy)
        return [self._row(one) for one in known if day < one.date <= until and one.customer not in self.missing]


def summed(rows: Sequence[Row]) -> dict[str, Decimal]:
    """Name → the sum of the rows' figures of that name, exact."""
    totals: dict[str, list[Decimal]] = defaultdict(list)
    for row in rows:
        for name, value in row.figures.items():
            totals[name].append(value)
    return {name: decimal(total(values)) for name, values in totals.items()}
