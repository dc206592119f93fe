"""Discounts on a subscription, on single items of it, and on a customer.

Source: https://docs.stripe.com/billing/subscriptions/coupons (read 2026-05).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from kizuna import sdk
from kizuna_stripe.facts import CustomerDiscount
from kizuna_stripe.mapping import amounts
from kizuna_stripe.mapping.times import at
from kizuna_stripe.payloads import Coupon, Discount, Item, Price, Subscription, id_of

DURATIONS = {duration.value: duration for duration in sdk.DiscountDuration}


def discounts(payload: Subscription, items: Sequence[Item], parent: sdk.Ref) -> Iterator[sdk.Said]:
    """The discounts on the whole subscription, then those on single items; each once, shown rather than named by its id.

    One whose coupon is for certain products is told of their items alone, of none where none is subscribed to.
    """
    on_all = [*(payload.discounts or ()), *([payload.discount] if payload.discount is not None else ())]
    found = [(said, None) for said in on_all] + [(said, item.id) for item in items for said in item.discounts or ()]
    named: dict[str, tuple[Discount, str | None]] = {}
    shown: dict[str, tuple[Discount, str | None]] = {}
    for said, item_id in found:
        known = Discount(id=said) if isinstance(said, str) else said
        part = known.id or f"{coupon_of(known).id}{'@' + item_id if item_id else ''}"
        named.setdefault(part, (known, item_id))
        if not isinstance(said, str):
            shown.setdefault(part, (known, item_id))
    for part, (known, item_id) in {**named, **shown}.items():
        coupon, on_item = coupon_of(known), item_id or known.subscription_item
        for reduced, amount_off in _reduced(coupon, on_item, items):
            yield sdk.Discount(
                part=part if reduced == on_item else f"{part}@{reduced}",
                parent=parent,
                item=reduced,
                coupon=coupon.id or None,
                percent_off=coupon.percent_off,
                amount_off=amounts.money(amount_off, coupon.currency),
                duration=DURATIONS.get(coupon.duration or ""),
                starts_at=at(known.start),
                ends_at=at(known.end),
            )
        yield from _strange(coupon)


def customer_discount(said: Discount, customer_id: str) -> Iterator[sdk.Said]:
    """The discount on a customer, which counts for every subscription without one of its own.

    One whose coupon is for certain products is told with its terms alone: which items it reduces is not known here.
    """
    coupon = coupon_of(said)
    account = sdk.Ref("customers", customer_id)
    if not coupon.products() and (coupon.percent_off is not None or coupon.amount_off is not None):
        yield sdk.Discount(
            part=said.id or coupon.id,
            parent=account,
            coupon=coupon.id or None,
            percent_off=coupon.percent_off,
            amount_off=amounts.money(coupon.amount_off, coupon.currency),
            duration=DURATIONS.get(coupon.duration or ""),
            starts_at=at(said.start),
            ends_at=at(said.end),
        )
    yield CustomerDiscount(
        part=said.id or coupon.id,
        account=account,
        coupon=coupon.id or None,
        promotion_code=id_of(said.promotion_code),
        percent_off=coupon.percent_off,
        amount_off=amounts.money(coupon.amount_off, coupon.currency),
        duration=DURATIONS.get(coupon.duration or ""),
        products=coupon.products(),
        starts_at=at(said.start),
        ends_at=at(said.end),
    )
    yield from _strange(coupon)


def coupon_of(said: Discount) -> Coupon:
    """The coupon, with its id only where Stripe was not asked to expand it."""
    found = (said.source.coupon if said.source else None) or said.coupon
    if isinstance(found, Coupon):
        return found
    return Coupon(id=found or "")


def _reduced(
    coupon: Coupon, on_item: str | None, items: Sequence[Item]
) -> Sequence[tuple[str | None, int | Decimal | None]]:
    """What the coupon reduces: an item, or None for all; each with its share of an amount taken off."""
    products = coupon.products()
    if not products:
        return [(on_item, coupon.amount_off)]
    meant = [item for item in items if on_item in (None, item.id) and _product(item) in products]
    if coupon.amount_off is None:
        return [(item.id, None) for item in meant]
    shares = shared(coupon.amount_off, [_cost(item) for item in meant])
    return [(item.id, share) for item, share in zip(meant, shares, strict=True)]


def shared(amount: Decimal, costs: Sequence[Decimal]) -> list[Decimal]:
    """The amount in whole shares that follow the costs and add up to it; even ones where nothing costs anything."""
    weights = costs if sum(costs) else [Decimal(1)] * len(costs)
    shares, given, passed = list[Decimal](), Decimal(0), Decimal(0)
    for weight in weights:
        passed += weight
        reached = (amount * passed / sum(weights)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        shares.append(reached - given)
        given = reached
    return shares


def _product(item: Item) -> str | None:
    return id_of((item.price or item.plan or Price(id="")).product)


def _cost(item: Item) -> Decimal:
    """What the item costs a period, as far as that is known."""
    quantity = 1 if item.quantity is None else item.quantity
    return (amounts.unit_minor(item.price or item.plan or Price(id=""), quantity) or Decimal(0)) * quantity


def _strange(coupon: Coupon) -> Iterator[sdk.Unmapped]:
    if coupon.duration and coupon.duration not in DURATIONS:
        yield sdk.Unmapped(field="discounts.coupon.duration", value=coupon.duration)
