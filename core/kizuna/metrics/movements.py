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

from kizuna.metrics.causes import Change, changes, inside, renewed
from kizuna.metrics.dated import Subscription, fault
from kizuna.metrics.handovers import Handover, handovers
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


Told = tuple[Subscription, MovementKind | None, Change]
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


def without_visits(made: Sequence[Movement]) -> list[Movement]:
    """The movements of a period without those of customers who came and left within it."""
    came = {(one.customer, one.currency) for one in made if one.kind is MovementKind.NEW}
    left = {(one.customer, one.currency) for one in made if one.kind is MovementKind.CHURN}
    totals: dict[tuple[str, str], int] = defaultdict(int)
    for one in made:
        totals[one.customer, one.currency] += one.micro
    visits = {key for key in came & left if totals[key] == 0}
    return [one for one in made if (one.customer, one.currency) not in visits]


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

    A contract counts where no billing subscription of the customer does.
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
    links = Links.of(known, policy)
    for day in sorted(turning):
        raw = {**raw, **{key: _held(customer, known[key], day, policy) for key in turning[day]}}
        after = _without_doubled(raw, known, policy)
        if after == before:
            continue
        step = _Step(customer, day, before, after, known, policy, past, links)
        yield from step.movements()
        before, past = after, step.past_after()


def _held(customer: str, subscription: Subscription, day: date, policy: Policy) -> Standing:
    return sound_standing(subscription, day, policy) if subscription.holder(day) == customer else OUT


def _without_doubled(stands: Book, known: Mapping[str, Subscription], policy: Policy) -> dict[str, Standing]:
    """Contracts left out of days on which a subscription is billed, and of all where the policy counts none."""
    left_out = {}
    billed: bool | None = None
    for key, stand in stands.items():
        if stand.state == "out" or known[key].basis != "contract":
            continue
        if billed is None:
            billed = any(other.present for name, other in stands.items() if known[name].basis != "contract")
        if policy.contracts == "never":
            left_out[key] = Standing("out", "contracts_not_counted")
        elif billed:
            left_out[key] = Standing("out", "counted_by_billing")
    return {**stands, **left_out} if left_out else dict(stands)


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


class Links(msgspec.Struct, frozen=True, gc=False):
    """(subscription, day) → the handover in which it leaves, or comes, on that day."""

    leaving: dict[tuple[str, date], Handover]
    coming: dict[tuple[str, date], Handover]

    @classmethod
    def of(cls, known: Mapping[str, Subscription], policy: Policy) -> Links:
        """Those that hold among a customer's subscriptions."""
        if len(known) < 2:
            return cls({}, {})
        found = handovers(known, policy)
        return cls({(one.before, one.left_on): one for one in found}, {(one.after, one.taken_on): one for one in found})


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
        links: Links,
    ) -> None:
        self.customer, self.day, self.policy, self.past, self.links = customer, day, policy, past, links
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
        carried = arrives = False
        for subscription, kind, change in self._changes():
            arrives = arrives or (kind is MovementKind.IDENTITY and change.micro > 0)
            carried = carried or kind is MovementKind.MIGRATION
            found[subscription.currency.upper(), kind].append(_part(subscription, change))
        for (currency, apart), parts in sorted(found.items(), key=lambda one: (one[0][0], one[0][1] or "")):
            micro = sum(part.micro for part in parts)
            kind = apart or self._kind(micro, was=self.was or carried or arrives, stays=self.stays or carried)
            if kind is None and micro == 0 and any(part.micro for part in parts):
                kind = MovementKind.MIGRATION  # another product at the same price
            if kind is not None and (micro or apart is None):
                yield self._movement(kind, currency, micro, tuple(parts))

    def _changes(self) -> Iterator[Told]:
        """What changed, each with the kind of movement it is where that is no matter of the whole customer."""
        for key in sorted(self.before.keys() | self.after.keys()):
            if self._moves(self.known[key]):
                yield from self._given_or_taken(self.known[key], self._stood(key), self._stands(key))
            elif self._stood(key) != self._stands(key):
                yield from self._turned(self.known[key], self._stood(key), self._stands(key))

    def _turned(self, subscription: Subscription, was: Standing, now: Standing) -> Iterator[Told]:
        leaves = self.links.leaving.get((subscription.id, self.day))
        comes = self.links.coming.get((subscription.id, self.day))
        if leaves is not None and self._is_ours(leaves.after, leaves.taken_on):
            if leaves.taken_on > self.day:
                yield from ((subscription, MovementKind.MIGRATION, one) for one in self._change(subscription, was, now))
            return
        if comes is not None and self._is_ours(comes.before, comes.left_on - timedelta(days=1)):
            if comes.left_on < self.day:
                for line in comes.worth.lines:
                    yield subscription, MovementKind.MIGRATION, Change(line.item.product, "continued", line.micro, ())
            both = renewed if subscription.basis == "contract" else inside
            yield from ((subscription, None, one) for one in both(comes.worth, now))
            return
        yield from ((subscription, None, one) for one in self._change(subscription, was, now))

    def _given_or_taken(self, subscription: Subscription, was: Standing, now: Standing) -> Iterator[Told]:
        """What it was worth the day before is given to another customer, or taken over; then what the day changed."""
        if subscription.holder(self.day) != self.customer:
            for line in was.lines if was.state == "counted" else ():
                yield subscription, MovementKind.IDENTITY, Change(line.item.product, "merge", -line.micro, ())
            return
        yesterday = sound_standing(subscription, self.day - timedelta(days=1), self.policy)
        for line in yesterday.lines if yesterday.state == "counted" else ():
            yield subscription, MovementKind.IDENTITY, Change(line.item.product, "merge", line.micro, ())
        yield from ((subscription, None, one) for one in self._change(subscription, yesterday, now))

    def _change(self, subscription: Subscription, was: Standing, now: Standing) -> Iterator[Change]:
        if was == now:
            return iter(())
        paid = self.past.paid or was.state == "counted"
        return changes(
            subscription, self.day, was, now, first=not self.was, again=paid and not self.was, last=not self.stays
        )

    def _moves(self, subscription: Subscription) -> bool:
        """Whether it is counted for another customer since that day, and this is the one or the other."""
        before, since = subscription.holder(self.day - timedelta(days=1)), subscription.holder(self.day)
        return before != since and self.customer in (before, since)

    def _is_ours(self, key: str, day: date) -> bool:
        return self.known[key].holder(day) == self.customer

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

    def _kind(self, micro: int, *, was: bool, stays: bool) -> MovementKind | None:
        """The kind of a change of what was agreed; None when no revenue and no customer came or went."""
        if not was:
            if not (stays and micro):
                return None
            return MovementKind.REACTIVATION if self._comes_back() else MovementKind.NEW
        if not stays:
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
