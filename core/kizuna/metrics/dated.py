"""Dated subscriptions: what was agreed, in force from when until when. Nothing here is read off today's status.

Days are those of the organisation's time zone; every interval is half-open, its ``until`` the first day without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from kizuna.model.enums import DiscountDuration, Interval, SubscriptionStatus

Basis = Literal["billing", "contract", "reconstructed"]


class Span(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """From a day until another one; a side that is None is open."""

    since: date | None = None
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it is in force at the end of the day."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)

    def bounds(self) -> Iterator[date]:
        """The days on which it begins and ends."""
        return (day for day in (self.since, self.until) if day is not None)


class Tier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A price for the units up to ``up_to`` (None: all that follow); ``flat`` is added once in it."""

    up_to: Decimal | None = None
    unit_amount: Decimal = Decimal(0)
    flat: Decimal = Decimal(0)


class Item(Span, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A recurring line: ``unit_amount`` in major units for one of ``quantity``, each ``interval_count`` intervals.

    ``tax_inclusive_rate`` is the percentage of tax inside the price. ``price`` is what the system calls its price;
    ``source`` names the record that says so.
    """

    product: str = ""
    price: str = ""
    unit_amount: Decimal | None = None
    quantity: Decimal = Decimal(1)
    interval: Interval = Interval.MONTH
    interval_count: int = 1
    usage: Literal["licensed", "metered"] = "licensed"
    tax_inclusive_rate: Decimal | None = None
    tiers: tuple[Tier, ...] = ()
    tiers_mode: Literal["graduated", "volume"] = "graduated"
    id: str = ""
    name: str | None = None
    source: str = ""


class Discount(Span, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What comes off while it is in force: ``value`` per cent, or an amount in major units off each invoice.

    ``item``: the id or the product of the one item it holds for; None for the whole subscription.
    """

    kind: Literal["percent", "amount", "percent_off", "amount_off"] = "percent"
    value: Decimal
    duration: DiscountDuration | None = None
    item: str | None = None
    source: str = ""


class Held(Span, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The status it had from a day until another one."""

    status: SubscriptionStatus
    source: str = ""


class Belonged(Span, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The customer it was counted for from a day until another one."""

    customer: str


class Told(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The record that spoke of an agreement from a day on."""

    since: date
    source: str


class Subscription(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One agreement over its whole life.

    ``status`` is the last that is known; ``statuses`` those it had, where that is known. ``trial_end`` is the first day
    that is paid. ``paused_from`` and ``paused_until`` are one more pause. ``continues`` names the subscription it takes the
    place of. ``customers``: whom it was counted for where that has changed by a merge or its undoing. ``basis``: a billing
    system's word, a contract's, or put together from invoices. ``source`` names the record that spoke last, ``told`` those that spoke of its state, in order.
    """

    id: str
    customer: str
    status: SubscriptionStatus
    currency: str
    start: date | None = None
    items: tuple[Item, ...] = ()
    discounts: tuple[Discount, ...] = ()
    trial_end: date | None = None
    cancel_requested_at: date | None = None
    cancel_effective_at: date | None = None
    cancel_reason: str | None = None
    pauses: tuple[Span, ...] = ()
    paused_from: date | None = None
    paused_until: date | None = None
    statuses: tuple[Held, ...] = ()
    continues: str | None = None
    customers: tuple[Belonged, ...] = ()
    basis: Basis = "billing"
    source: str = ""
    told: tuple[Told, ...] = ()

    def source_on(self, day: date) -> str:
        """The record that says how it stands at the end of the day: what is said later changes no earlier day's."""
        past = [one.source for one in self.told if one.since <= day]
        return past[-1] if past else next((one.source for one in self.told), self.source)

    def turns(self) -> list[date]:
        """Every day on which something about it may change, in order, each once."""
        spans: Sequence[Span] = (*self.items, *self.discounts, *self.all_pauses(), *self.statuses, *self.customers)
        days = {day for span in spans for day in span.bounds()}
        own = (self.start, self.trial_end, self.cancel_requested_at, self.cancel_effective_at)
        return sorted(days | {day for day in own if day is not None})

    def all_pauses(self) -> tuple[Span, ...]:
        """Every time in which nothing is collected."""
        if self.paused_from is None:
            return self.pauses
        return (*self.pauses, Span(since=self.paused_from, until=self.paused_until))

    def holder(self, day: date) -> str:
        """Whom it is counted for at the end of the day."""
        return next((span.customer for span in self.customers if span.holds(day)), self.customer)


def fault(subscription: Subscription) -> str | None:
    """Why the subscription cannot be counted at all, None when it can: the reason under which it is listed."""
    ends = subscription.cancel_effective_at
    if subscription.start is None:
        return "no_start"
    if ends is not None and ends < subscription.start:
        return "impossible_dates"
    spans: Sequence[Span] = (*subscription.items, *subscription.discounts, *subscription.all_pauses())
    if any(span.since is not None and span.until is not None and span.until < span.since for span in spans):
        return "impossible_dates"
    if not subscription.currency.strip():
        return "missing_currency"
    return _fault_of_items(subscription.items)


def _fault_of_items(items: Sequence[Item]) -> str | None:
    if any(item.quantity < 0 for item in items):
        return "negative_quantity"
    if any(item.interval_count < 1 for item in items):
        return "unknown_interval"
    if any(_least_price(item) < 0 for item in items):
        return "negative_price"
    if any(item.tax_inclusive_rate is not None and item.tax_inclusive_rate < 0 for item in items):
        return "negative_tax"
    return "missing_price" if items and all(map(lacks_price, items)) else None


def _least_price(item: Item) -> Decimal:
    prices = [price for tier in item.tiers for price in (tier.unit_amount, tier.flat)]
    return min(prices) if prices else item.unit_amount or Decimal(0)


def lacks_price(item: Item) -> bool:
    """Whether it is agreed on but nobody says what it costs; what is metered is priced when it is used."""
    return item.usage == "licensed" and item.unit_amount is None and not item.tiers


def unread(subscription: Subscription) -> str | None:
    """Why the subscription is not counted, or not in full: its fault, or an item among others that has no price."""
    found = fault(subscription)
    return found or ("missing_price" if any(map(lacks_price, subscription.items)) else None)
