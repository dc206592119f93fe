"""Monthly recurring revenue on a day, under a policy.

Item by item: unit price × quantity, brought to a month, less the discounts in force that the policy takes off, less the
tax that is inside. Each item is a whole number of millionths of a minor unit, rounded half up once, so that sums are
exact on every database and in every order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import floor
from typing import Literal

import msgspec

from kizuna.metrics.dated import Discount, Item, Subscription, Tier, fault
from kizuna.metrics.policy import Policy
from kizuna.model.enums import DiscountDuration, SubscriptionStatus
from kizuna.model.money import MICRO, exponent

State = Literal["counted", "paused", "out"]

_TAKEN_OFF: dict[str, frozenset[DiscountDuration | None]] = {
    "none": frozenset(),
    "forever": frozenset({DiscountDuration.FOREVER, None}),
    "forever_and_repeating": frozenset({DiscountDuration.FOREVER, DiscountDuration.REPEATING, None}),
    "all": frozenset({*DiscountDuration, None}),
}


class Line(msgspec.Struct, frozen=True, gc=False):
    """An item on a day: ``micro`` a month in millionths of a minor unit, ``listed`` the same before discounts."""

    item: Item
    micro: int
    listed: int


class Standing(msgspec.Struct, frozen=True, gc=False):
    """A subscription on a day: whether it counts, why not, and its items' worth (of a pause: what it would be)."""

    state: State
    reason: str | None = None
    lines: tuple[Line, ...] = ()
    discounts: tuple[Discount, ...] = ()

    @property
    def micro(self) -> int:
        """A month's revenue in millionths of a minor unit."""
        return sum(line.micro for line in self.lines) if self.state == "counted" else 0

    @property
    def present(self) -> bool:
        """Whether it makes its holder a customer: it is worth something, a pause aside."""
        return self.state != "out" and any(line.micro for line in self.lines)


OUT = Standing("out")


def standing(subscription: Subscription, day: date, policy: Policy) -> Standing:
    """How the subscription stands at the end of the day."""
    reason = fault(subscription)
    return sound_standing(subscription, day, policy) if reason is None else Standing("out", reason)


def sound_standing(subscription: Subscription, day: date, policy: Policy) -> Standing:
    """The same of a subscription that is known to be without fault."""
    reason = _absence(subscription, day, policy)
    if reason is not None:
        return Standing("out", reason)
    items = [item for item in subscription.items if item.holds(day)]
    off = tuple(discount for discount in subscription.discounts if discount.holds(day))
    lines = worth(items, off, subscription.currency, policy)
    if policy.paused == "keep" or not any(pause.holds(day) for pause in subscription.all_pauses()):
        return Standing("counted", None, lines, off)
    return (
        Standing("paused", "paused", lines, off)
        if policy.paused == "zero_as_contraction"
        else Standing("out", "paused")
    )


def _absence(subscription: Subscription, day: date, policy: Policy) -> str | None:
    """Why it does not count on the day whatever its items are."""
    ends, asked = subscription.cancel_effective_at, subscription.cancel_requested_at
    if subscription.start is None or day < subscription.start:
        return "not_started"
    if ends is not None and ends <= day:
        return "ended"
    if policy.cancel == "request" and asked is not None and asked <= day:
        return "cancel_requested"
    if subscription.trial_end is not None and day < subscription.trial_end:
        return "trial"
    status = _status(subscription, day)
    return None if status in policy.statuses else f"status_{status.value}"


def _status(subscription: Subscription, day: date) -> SubscriptionStatus:
    """The status on a day; where dates speak they are believed, and today's word is not carried back before them."""
    held = next((span.status for span in subscription.statuses if span.holds(day)), None)
    if held is not None:
        return held
    ended_later = subscription.status == SubscriptionStatus.CANCELED and subscription.cancel_effective_at is not None
    converted = subscription.status == SubscriptionStatus.TRIALING and subscription.trial_end is not None
    return SubscriptionStatus.ACTIVE if ended_later or converted else subscription.status


def worth(items: Sequence[Item], discounts: Iterable[Discount], currency: str, policy: Policy) -> tuple[Line, ...]:
    """What each of these items is worth a month with these discounts; metered ones only where the policy counts them."""
    counted = [item for item in items if policy.metered == "include" or item.usage == "licensed"]
    lasting = [discount for discount in discounts if discount.duration in _TAKEN_OFF[policy.discounts]]
    minor = 10 ** exponent(currency)
    if not lasting and all(_is_plain(item) for item in counted):
        return tuple([_plain_line(item, minor, policy) for item in counted])
    listed = [_listed(item, policy) for item in counted]
    whole = sum(listed, Fraction(0))
    lines = []
    for item, value in zip(counted, listed, strict=True):
        share = value / whole if whole else Fraction(0)
        net = 1 + Fraction(item.tax_inclusive_rate or 0) / 100
        left = _reduced(item, value, share, lasting, policy)
        lines.append(Line(item, _rounded(left * minor / net), _rounded(value * minor / net)))
    return tuple(lines)


def _is_plain(item: Item) -> bool:
    return not item.tiers and item.tax_inclusive_rate is None


def _plain_line(item: Item, minor: int, policy: Policy) -> Line:
    if item.unit_amount is None:
        return Line(item, 0, 0)
    micro = _plain_micro(item.unit_amount, item.quantity, minor, policy.a_month(item.interval, item.interval_count))
    return Line(item, micro, micro)


@lru_cache(maxsize=65_536)
def _plain_micro(unit: Decimal, quantity: Decimal, minor: int, a_month: Fraction) -> int:
    """The same sum as for any item, in whole numbers; the same prices and seats come again and again."""
    (price, price_in), (many, many_in) = unit.as_integer_ratio(), quantity.as_integer_ratio()
    value, parts = price * many * minor * MICRO * a_month.numerator, price_in * many_in * a_month.denominator
    return max(0, (2 * value + parts) // (2 * parts))


def _listed(item: Item, policy: Policy) -> Fraction:
    """The item's value a month without discounts, in major units."""
    if item.tiers:
        price = _tiered(item.tiers, item.quantity, item.tiers_mode)
    elif item.unit_amount is None:
        return Fraction(0)
    else:
        price = Fraction(item.unit_amount) * Fraction(item.quantity)
    return price * policy.a_month(item.interval, item.interval_count)


def _tiered(tiers: Sequence[Tier], quantity: Decimal, mode: str) -> Fraction:
    """The price of the quantity: by ``volume`` all of it at its tier's price, ``graduated`` each part at its own."""
    total, below = Fraction(0), Decimal(0)
    for tier in tiers:
        ends_here = tier.up_to is None or quantity <= tier.up_to
        if mode == "volume":
            if ends_here:
                return Fraction(tier.unit_amount) * Fraction(quantity) + Fraction(tier.flat)
            continue
        upper = quantity if ends_here or tier.up_to is None else tier.up_to
        if upper > below:
            total += Fraction(tier.unit_amount) * Fraction(upper - below) + Fraction(tier.flat)
        if ends_here:
            return total
        below = upper
    return total


def _reduced(item: Item, value: Fraction, share: Fraction, discounts: Iterable[Discount], policy: Policy) -> Fraction:
    for discount in discounts:
        if discount.item is not None and discount.item not in (item.id, item.product):
            continue
        if discount.kind.startswith("percent"):
            value -= value * Fraction(discount.value) / 100
        else:
            # An amount comes off each invoice, so it is brought to a month by the item's own interval.
            monthly = Fraction(discount.value) * policy.a_month(item.interval, item.interval_count)
            value -= monthly * (share if discount.item is None else 1)
    return max(value, Fraction(0))


def _rounded(value: Fraction) -> int:
    return floor(value * MICRO + Fraction(1, 2))  # the value is never negative, so this is half up, at any size


def amount(micro: int, currency: str) -> Decimal:
    """Millionths of a minor unit in major units, exact."""
    return Decimal(micro).scaleb(-6 - exponent(currency))
