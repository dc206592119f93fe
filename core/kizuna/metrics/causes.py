"""Why a subscription's revenue changed: the difference of two standings, split by product and reason, to the last part."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

import msgspec

from kizuna.metrics.dated import Discount, Item, Subscription
from kizuna.metrics.revenue import Line, Standing
from kizuna.model.enums import SubscriptionStatus

# What vendors' and people's reasons for an end come to; every other one is the customer's will.
_ENDS = {
    "payment_failed": "involuntary",
    "payment_disputed": "involuntary",
    "involuntary": "involuntary",
    "non_renewal": "non_renewal",
    "out_of_business": "out_of_business",
    "merged_away": "merged_away",
    "first_archive": "first_archive",
}


class Change(msgspec.Struct, frozen=True, gc=False):
    """What a product's revenue gained or lost for one reason, in millionths of a minor unit."""

    product: str
    reason: str
    micro: int
    sources: tuple[str, ...]


def changes(
    subscription: Subscription, day: date, was: Standing, now: Standing, *, first: bool, again: bool, last: bool
) -> Iterator[Change]:
    """The parts of ``now.micro - was.micro``, by product and reason.

    ``first``: the customer pays nothing else before; ``again``: it has paid once; ``last``: it pays nothing after.
    """
    if was.state != now.state:
        reason = _of_state(subscription, day, was, now, first=first, again=again, last=last)
        yield from _whole(subscription, day, was, now, reason)
        return
    if now.state == "counted":
        yield from inside(was, now)


def _of_state(
    subscription: Subscription, day: date, was: Standing, now: Standing, *, first: bool, again: bool, last: bool
) -> str:
    if now.state == "paused" or now.reason == "paused":
        return "pause"
    if now.state == "counted":
        return _beginning(subscription, day, was, first=first, again=again)
    return end_reason(subscription, now) if last else "product_removed"


def _beginning(subscription: Subscription, day: date, was: Standing, *, first: bool, again: bool) -> str:
    if not first or again:
        return "resume" if was.reason == "paused" else "returned" if first else "product"
    if subscription.trial_end == day:
        return "trial_converted"
    return "contract_signed" if subscription.basis == "contract" else "first_subscription"


def end_reason(subscription: Subscription, now: Standing) -> str:
    """Why it ended: voluntary, involuntary (payment), non_renewal, out_of_business, merged_away or first_archive."""
    if now.reason == f"status_{SubscriptionStatus.UNPAID.value}":
        return "involuntary"
    told = _ENDS.get(subscription.cancel_reason or "")
    if told is not None:
        return told
    if subscription.basis == "contract" and subscription.cancel_requested_at is None:
        return "non_renewal"
    return "voluntary"


def _whole(subscription: Subscription, day: date, was: Standing, now: Standing, reason: str) -> Iterator[Change]:
    """All that it is worth gained or lost; without worth one part of nothing, so that the reason is told."""
    gained, lost = (stand.lines if stand.state == "counted" else () for stand in (now, was))
    source = subscription.source_on(day)
    sources = (source,) if source else ()
    worth: dict[str, int] = {}
    told: dict[str, tuple[str, ...]] = {}
    for lines, sign in ((gained, 1), (lost, -1)):
        for line in lines:
            product = line.item.product
            worth[product] = worth.get(product, 0) + sign * line.micro
            told[product] = (*told.get(product, ()), *sources, *_source(line.item))
    if not worth:
        yield Change("", reason, 0, sources)
    for product, micro in worth.items():
        yield Change(product, reason, micro, tuple(dict.fromkeys(told[product])))


def renewed(was: Standing, now: Standing) -> Iterator[Change]:
    """What a contract in the place of another one changed: a number of its own is no other product."""
    whole = now.micro - was.micro
    sources = tuple(dict.fromkeys(line.item.source for line in (*was.lines, *now.lines) if line.item.source))
    if whole and now.lines:
        yield Change(now.lines[0].item.product, "price_increase" if whole > 0 else "price_decrease", whole, sources)


def inside(was: Standing, now: Standing) -> Iterator[Change]:
    """What changed between two standings that both count: items that came, went, or stayed and cost something else."""
    before, after = _paired(was.lines), _paired(now.lines)
    discounts = () if was.discounts == now.discounts else _turned(was.discounts, now.discounts)
    gone = [key for key in before if key not in after]
    come = [key for key in after if key not in before]
    for key in sorted(before.keys() & after.keys()):
        yield from _of_item(before[key], after[key], discounts)
    # One product in the place of another is another tier of the same thing; more products are more products.
    swapped = bool(gone) and bool(come)
    for key in gone:
        reason = "tier" if swapped else "product_removed"
        yield Change(before[key].item.product, reason, -before[key].micro, _source(before[key].item))
    for key in come:
        reason = "tier" if swapped else "product"
        yield Change(after[key].item.product, reason, after[key].micro, _source(after[key].item))


def _paired(lines: tuple[Line, ...]) -> dict[tuple[str, int], Line]:
    """The lines by product, those of one product by their order."""
    found: dict[tuple[str, int], Line] = {}
    for line in lines:
        number = 0
        while (line.item.product, number) in found:
            number += 1
        found[line.item.product, number] = line
    return found


def _of_item(was: Line, now: Line, turned: tuple[Discount, ...]) -> Iterator[Change]:
    """Seats first, at the old price; then the discounts that began or ended; what is left is the price's."""
    whole = now.micro - was.micro
    if not whole:
        return
    product, sources = now.item.product, (*_source(was.item), *_source(now.item))
    sources = tuple(dict.fromkeys((*sources, *(one.source for one in turned if one.source))))
    same_price = _price(was.item) == _price(now.item)
    seats = discounts = 0
    if was.item.quantity != now.item.quantity:
        seats = whole if same_price and not turned else _at_old_price(was, now.item)
    if turned and was.listed and now.listed:
        share = Fraction(now.micro, now.listed) - Fraction(was.micro, was.listed)
        discounts = whole - seats if same_price else round(was.listed * share)
    price = whole - seats - discounts
    if seats:
        yield Change(product, "seats", seats, sources)
    if discounts:
        yield Change(product, "discount_ended" if discounts > 0 else "discount_added", discounts, sources)
    if price:
        yield Change(product, _price_reason(was.item, now.item, price), price, sources)


def _at_old_price(was: Line, now: Item) -> int:
    if not was.item.quantity:
        return 0
    return round(Fraction(was.micro) * (Fraction(now.quantity) / Fraction(was.item.quantity) - 1))


def _price(item: Item) -> tuple[object, ...]:
    return (item.unit_amount, item.tiers, item.interval, item.interval_count, item.tax_inclusive_rate)


def _price_reason(was: Item, now: Item, micro: int) -> str:
    if (was.interval, was.interval_count) != (now.interval, now.interval_count):
        return "term_change"
    return "price_increase" if micro > 0 else "price_decrease"


def _turned(was: tuple[Discount, ...], now: tuple[Discount, ...]) -> tuple[Discount, ...]:
    return tuple(one for one in (*was, *now) if (one in was) != (one in now))


def _source(item: Item) -> tuple[str, ...]:
    return (item.source,) if item.source else ()
