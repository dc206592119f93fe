"""The movement ledger: how recurring revenue came to be what it is, customer by customer, day by day.

Several changes on one day are one movement. Opening plus all movements is the closing balance: of a customer, of a
product, of a currency and of all, because a movement is the difference of two balances and its parts sum to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

import msgspec

from kizuna.metrics.causes import Change, changes, inside
from kizuna.metrics.dated import Subscription, fault
from kizuna.metrics.policy import Policy
from kizuna.metrics.revenue import OUT, Standing, amount, sound_standing, standing


class MovementKind(StrEnum):
    NEW = "new"
    EXPANSION = "expansion"
    CONTRACTION = "contraction"
    CHURN = "churn"
    REACTIVATION = "reactivation"
    FX = "fx"
    IDENTITY = "identity"
    MIGRATION = "migration"


class Part(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one product of a subscription has in a movement, and why; ``micro`` in millionths of a minor unit."""

    subscription: str
    product: str
    reason: str
    micro: int
    sources: tuple[str, ...] = ()


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a customer's recurring revenue in one currency on one day.

    ``reason`` is that of the greatest part. An amount of 0 is a change that takes or leaves no revenue: a customer
    who ends a pause by leaving, or another product at the same price.
    """

    customer: str
    date: date
    kind: MovementKind
    reason: str
    currency: str
    micro: int
    parts: tuple[Part, ...] = ()

    @property
    def amount(self) -> Decimal:
        """In major units, exact."""
        return amount(self.micro, self.currency)

    @property
    def sources(self) -> tuple[str, ...]:
        """The records whose words caused it, in order, each once."""
        return tuple(dict.fromkeys(source for part in self.parts for source in part.sources))


Book = Mapping[str, Standing]
"""Subscription → how it stands; one that is absent counts nothing."""


def ledger(subscriptions: Iterable[Subscription], policy: Policy) -> list[Movement]:
    """Every movement there ever was, by day and customer. The order of the subscriptions changes nothing."""
    made = [
        movement
        for customer, held in by_customer(subscriptions).items()
        for movement in of_customer(customer, held, policy)
    ]
    return sorted(made, key=lambda one: (one.date, one.customer, one.currency, one.kind))


def by_customer(subscriptions: Iterable[Subscription]) -> dict[str, list[Subscription]]:
    """Customer → the subscriptions that were ever counted for it, by their ids."""
    found: dict[str, list[Subscription]] = defaultdict(list)
    for subscription in sorted(subscriptions, key=lambda one: one.id):
        for customer in sorted({subscription.customer, *(span.customer for span in subscription.customers)}):
            found[customer].append(subscription)
    return dict(found)


def balances(subscriptions: Iterable[Subscription], day: date, policy: Policy) -> dict[tuple[str, str], int]:
    """(customer, currency) → millionths of a minor unit a month at the end of the day; customers without any are absent."""
    found: dict[tuple[str, str], int] = {}
    for customer, held in by_customer(subscriptions).items():
        for currency, micro in _totals(book(customer, held, day, policy), _by_id(held)).items():
            if micro:
                found[customer, currency] = micro
    return found


def book(customer: str, held: Sequence[Subscription], day: date, policy: Policy) -> dict[str, Standing]:
    """How these subscriptions stand for the customer at the end of the day.

    A contract counts where no billing subscription of the customer runs during its term.
    """
    stands = {one.id: standing(one, day, policy) for one in held if one.holder(day) == customer}
    return _without_doubled(stands, _by_id(held), policy)


def of_customer(customer: str, held: Sequence[Subscription], policy: Policy) -> Iterator[Movement]:
    """The movements of one customer, in order of time."""
    known = _by_id(held)
    turning: dict[date, list[str]] = defaultdict(list)
    for one in held:
        for day in one.turns() if fault(one) is None else ():
            turning[day].append(one.id)
    raw: dict[str, Standing] = {}
    before: Book = {}
    past = Past()
    for day in sorted(turning):
        raw = {**raw, **{key: _held(customer, known[key], day, policy) for key in turning[day]}}
        after = _without_doubled(raw, known, policy)
        if after == before:
            continue
        step = _Step(customer, day, before, after, known, policy, past)
        yield from step.movements()
        before, past = after, step.past_after()


def _held(customer: str, subscription: Subscription, day: date, policy: Policy) -> Standing:
    return sound_standing(subscription, day, policy) if subscription.holder(day) == customer else OUT


def _without_doubled(stands: Book, known: Mapping[str, Subscription], policy: Policy) -> dict[str, Standing]:
    """Contracts left out during whose term a subscription is billed, and all where the policy counts none."""
    left_out = {}
    for key, stand in stands.items():
        if stand.state == "out" or known[key].basis != "contract":
            continue
        if policy.contracts == "never":
            left_out[key] = Standing("out", "contracts_not_counted")
        elif any(_overlap(known[key], other) for other in known.values() if other.basis != "contract"):
            left_out[key] = Standing("out", "counted_by_billing")
    return {**stands, **left_out} if left_out else dict(stands)


def _overlap(one: Subscription, other: Subscription) -> bool:
    if one.start is None or other.start is None:
        return False
    ends, other_ends = one.cancel_effective_at or date.max, other.cancel_effective_at or date.max
    return one.start < other_ends and other.start < ends


def _by_id(held: Iterable[Subscription]) -> dict[str, Subscription]:
    return {one.id: one for one in held}


def _totals(stands: Book, known: Mapping[str, Subscription]) -> dict[str, int]:
    totals: dict[str, int] = defaultdict(int)
    for key, stand in stands.items():
        totals[known[key].currency.upper()] += stand.micro
    return totals


class Past(msgspec.Struct, frozen=True, gc=False):
    """What is remembered of a customer: whether it ever paid, and since when it pays no more."""

    paid: bool = False
    left_on: date | None = None


class _Step:
    """From how a customer's subscriptions stood to how they stand after a day."""

    def __init__(
        self,
        customer: str,
        day: date,
        before: Book,
        after: Book,
        known: Mapping[str, Subscription],
        policy: Policy,
        past: Past,
    ) -> None:
        self.customer, self.day, self.policy, self.past = customer, day, policy, past
        self.before, self.after, self.known = before, after, known
        self.was = past.paid and any(stand.present for stand in before.values())
        self.stays = any(stand.present for stand in after.values())

    def past_after(self) -> Past:
        """What is remembered when the day is over."""
        paid = self.past.paid or any(stand.micro for stand in self.after.values())
        left = self.day if self.was and not self.stays else self.past.left_on
        return Past(paid, None if self.stays else left)

    def movements(self) -> Iterator[Movement]:
        """One for each currency and kind that moved."""
        found: dict[tuple[str, MovementKind | None], list[Part]] = defaultdict(list)
        carried = False
        for subscription, kind, change in self._changes():
            carried = carried or kind is MovementKind.MIGRATION
            found[subscription.currency.upper(), kind].append(_part(subscription, change))
        for (currency, apart), parts in sorted(found.items(), key=lambda one: (one[0][0], one[0][1] or "")):
            micro = sum(part.micro for part in parts)
            kind = apart or self._kind(micro, carried=carried)
            if kind is None and micro == 0 and any(part.micro for part in parts):
                kind = MovementKind.MIGRATION  # another product at the same price
            if kind is not None and (micro or apart is None):
                yield self._movement(kind, currency, micro, tuple(parts))

    def _changes(self) -> Iterator[tuple[Subscription, MovementKind | None, Change]]:
        """What changed, each with the kind of movement it is where that is no matter of the whole customer."""
        turned = [
            key for key in sorted(self.before.keys() | self.after.keys()) if self._stood(key) != self._stands(key)
        ]
        taken = {self.known[key].continues for key in turned if self._follows_at_once(self.known[key])}
        for key in turned:
            subscription, was, now = self.known[key], self._stood(key), self._stands(key)
            if key in taken:
                continue
            if subscription.continues in taken:
                yield from ((subscription, None, one) for one in inside(self._stood(subscription.continues or ""), now))
                continue
            apart = self._apart(subscription, now)
            if apart is MovementKind.MIGRATION and now.state != "out":
                yield from self._carried_on(subscription, now)
                continue
            first = not self.was
            yield from ((subscription, apart, one) for one in changes(subscription, self.day, was, now, first=first))

    def _carried_on(
        self, subscription: Subscription, now: Standing
    ) -> Iterator[tuple[Subscription, MovementKind | None, Change]]:
        """As much as its predecessor was worth migrates; what there is more or less of is a change."""
        before = self.known[subscription.continues or ""]
        ended = before.cancel_effective_at or self.day
        was = standing(before, ended - timedelta(days=1), self.policy)
        for line in was.lines:
            yield subscription, MovementKind.MIGRATION, Change(line.item.product, "continued", line.micro, ())
        yield from ((subscription, None, one) for one in inside(was, now))

    def _stood(self, key: str) -> Standing:
        return self.before.get(key, OUT)

    def _stands(self, key: str) -> Standing:
        return self.after.get(key, OUT)

    def _movement(self, kind: MovementKind, currency: str, micro: int, parts: tuple[Part, ...]) -> Movement:
        main = max(parts, key=lambda part: (part.micro * (1 if micro >= 0 else -1), part.reason))
        return Movement(
            customer=self.customer,
            date=self.day,
            kind=kind,
            reason=main.reason,
            currency=currency,
            micro=micro,
            parts=parts,
        )

    def _apart(self, subscription: Subscription, now: Standing) -> MovementKind | None:
        """The kind of what is no change of what was agreed: another customer, another billing account."""
        if subscription.holder(self.day) != subscription.holder(self.day - timedelta(days=1)):
            return MovementKind.IDENTITY
        return MovementKind.MIGRATION if self._migrates(subscription, now) else None

    def _migrates(self, subscription: Subscription, now: Standing) -> bool:
        """Whether it begins in the place of one that ended at most so many days before, or ends with such a successor."""
        if now.state == "out":
            starts = [one.start for one in self.known.values() if one.continues == subscription.id]
            return any(start is not None and self.day < start <= self._within(self.day) for start in starts)
        before = self.known.get(subscription.continues or "")
        if before is None or subscription.start != self.day or before.cancel_effective_at is None:
            return False
        return before.cancel_effective_at < self.day <= self._within(before.cancel_effective_at)

    def _follows_at_once(self, subscription: Subscription) -> bool:
        """Whether it begins on the day on which the one it continues ends."""
        before = subscription.continues
        if before is None or before not in self.known:
            return False
        ends = self._stood(before).state == "counted" and self._stands(before).state == "out"
        return ends and self._stood(subscription.id).state == "out" and self._stands(subscription.id).state == "counted"

    def _within(self, day: date) -> date:
        return day + timedelta(days=self.policy.migration_days)

    def _kind(self, micro: int, *, carried: bool) -> MovementKind | None:
        """The kind of a change of what was agreed; None when no revenue and no customer came or went."""
        if not self.was and not carried:
            if not (self.stays and micro):
                return None
            return MovementKind.REACTIVATION if self._comes_back() else MovementKind.NEW
        if not self.stays and not carried:
            return MovementKind.CHURN
        if micro == 0:
            return None
        return MovementKind.EXPANSION if micro > 0 else MovementKind.CONTRACTION

    def _comes_back(self) -> bool:
        longest = self.policy.reactivation_days
        if not self.past.paid:
            return False
        return longest is None or self.past.left_on is None or self.day - self.past.left_on <= timedelta(days=longest)


def _part(subscription: Subscription, change: Change) -> Part:
    return Part(
        subscription=subscription.id,
        product=change.product,
        reason=change.reason,
        micro=change.micro,
        sources=change.sources,
    )
