"""Subscription → the agreement, its items and the discounts in force on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec

from kizuna import sdk
from kizuna_stripe.mapping import amounts
from kizuna_stripe.mapping.catalogue import interval_of, recurring
from kizuna_stripe.mapping.discounts import discounts
from kizuna_stripe.mapping.times import at
from kizuna_stripe.payloads import CurrencyOption, Item, Price, Subscription, id_of

STATUSES = {
    status.value: status
    for status in sdk.SubscriptionStatus
    if status not in {sdk.SubscriptionStatus.OTHER, sdk.SubscriptionStatus.SCHEDULED}
}

# Why it ended, where that was not the customer's will: then the customer's own words say less.
_AGAINST_THE_CUSTOMER = frozenset({"payment_disputed", "payment_failed", "canceled_by_retention_policy"})


def subscription(payload: Subscription) -> Iterator[sdk.Said]:
    """The subscription, then its items and its discounts as facts of their own."""
    items = items_of(payload)
    status, unmapped = sdk.known(payload.status, STATUSES, sdk.SubscriptionStatus.OTHER, "status")
    starts, ends = period(payload, items)
    pause = payload.pause_collection
    customer_id = id_of(payload.customer)
    yield sdk.Subscription(
        account=sdk.Ref("customers", customer_id) if customer_id else None,
        status=status,
        currency=amounts.code(payload.currency or _first_currency(items)),
        started_at=at(payload.start_date or payload.start),
        trial_starts_at=at(payload.trial_start),
        trial_ends_at=at(payload.trial_end),
        cancel_requested_at=at(payload.canceled_at),
        cancels_at=at(cancels_at(payload, items)),
        ended_at=at(payload.ended_at),
        period_starts_at=at(starts),
        period_ends_at=at(ends),
        paused_until=at(pause.resumes_at) if pause else None,
        paused=pause is not None,
        cancel_reason=cancel_reason(payload),
        created_at=at(payload.created),
    )
    yield from unmapped
    parent = sdk.Ref("subscriptions", payload.id)
    for item in items:
        yield from subscription_item(item, parent, payload)
    yield from discounts(payload, items, parent)


def items_of(payload: Subscription) -> Sequence[Item]:
    """The living items; a subscription older than items has its plan for the only one."""
    if payload.items is not None and payload.items.data:
        return [item for item in payload.items.data if not item.deleted]
    if payload.plan is not None:
        return [Item(id=payload.id, plan=payload.plan, quantity=payload.quantity)]
    return []


def subscription_item(item: Item, parent: sdk.Ref, payload: Subscription) -> Iterator[sdk.Said]:
    """One recurring line with the cost of one unit at its quantity, tiers and packages worked out."""
    price, strange = in_currency(item.price or item.plan or Price(id=""), payload.currency)
    terms = recurring(price)
    interval, unmapped = interval_of(terms, "items.data.price.recurring.interval")
    metered = terms.usage_type == "metered"
    quantity = item.quantity if item.quantity is not None or metered else 1
    product_id = id_of(price.product)
    yield sdk.SubscriptionItem(
        part=item.id,
        parent=parent,
        product=sdk.Ref("products", product_id) if product_id else None,
        price=sdk.Ref("prices", price.id) if price.id else None,
        name=sdk.text(price.nickname),
        quantity=None if quantity is None else Decimal(quantity),
        unit_minor=amounts.unit_minor(price, quantity),
        currency=amounts.code(price.currency or payload.currency),
        interval=interval,
        interval_count=terms.interval_count or 1,
        metered=metered,
        period_starts_at=at(item.current_period_start or payload.current_period_start),
        period_ends_at=at(item.current_period_end or payload.current_period_end),
    )
    yield from unmapped
    yield from strange


def in_currency(price: Price, currency: str | None) -> tuple[Price, tuple[sdk.Unmapped, ...]]:
    """The price as it is in that currency; without an amount, and with a word on it, where Stripe did not show that."""
    wanted = (currency or price.currency or "").lower()
    if price.currency is None or wanted == price.currency.lower():
        return price, ()
    option = (price.currency_options or {}).get(wanted, CurrencyOption())
    there = msgspec.structs.replace(
        price,
        currency=currency,
        unit_amount=option.unit_amount,
        unit_amount_decimal=option.unit_amount_decimal,
        tiers=option.tiers,
        amount=None,
        amount_decimal=None,
    )
    known = option.unit_amount is not None or option.unit_amount_decimal is not None or option.tiers
    return there, () if known else (sdk.Unmapped(field="items.data.price.currency_options", value=wanted[:100]),)


def period(payload: Subscription, items: Sequence[Item]) -> tuple[int | None, int | None]:
    """Start and end of the current period: of the item that is due next where items have periods of their own."""
    if payload.current_period_end is not None:
        return payload.current_period_start, payload.current_period_end
    dated = [(item.current_period_end, item.current_period_start) for item in items if item.current_period_end]
    if not dated:
        return None, None
    end, start = min(dated, key=lambda ends: ends[0] or 0)
    return start, end


def cancels_at(payload: Subscription, items: Sequence[Item]) -> int | None:
    """When the cancellation takes effect; at the end of the longest period when only that is said."""
    if payload.cancel_at is not None or not payload.cancel_at_period_end:
        return payload.cancel_at
    ends = [item.current_period_end for item in items if item.current_period_end]
    return max(ends, default=payload.current_period_end)


def cancel_reason(payload: Subscription) -> str | None:
    """The customer's feedback (too_expensive …), or Stripe's reason where it was not the customer's will."""
    details = payload.cancellation_details
    if details is None:
        return None
    return details.reason if details.reason in _AGAINST_THE_CUSTOMER else details.feedback or details.reason


def _first_currency(items: Sequence[Item]) -> str | None:
    prices = (item.price or item.plan for item in items)
    return next((price.currency for price in prices if price is not None), None)
