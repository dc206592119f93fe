"""Product and Price → what is sold and what it costs."""

from __future__ import annotations

from collections.abc import Iterator

from kizuna import sdk
from kizuna_stripe.mapping import amounts
from kizuna_stripe.payloads import Price, Product, Recurring, id_of

INTERVALS = {interval.value: interval for interval in (*sdk.Interval,) if interval is not sdk.Interval.ONCE}


def product(payload: Product) -> Iterator[sdk.Said]:
    """The product; Stripe has no article number, so ``code`` is what metadata calls ``sku`` or ``code``."""
    if payload.deleted:
        return
    metadata = payload.metadata or {}
    code = metadata.get("sku") or metadata.get("code")
    yield sdk.Product(
        name=sdk.text(payload.name),
        code=sdk.text(code) if isinstance(code, str) else None,
        description=sdk.text(payload.description),
        active=payload.active,
    )


def price(payload: Price) -> Iterator[sdk.Said]:
    """The price; one of tiers has no unit cost by itself."""
    if payload.deleted:
        return
    terms = recurring(payload)
    interval, unmapped = interval_of(terms, "recurring.interval")
    product_id = id_of(payload.product)
    yield sdk.Price(
        product=sdk.Ref("products", product_id) if product_id else None,
        nickname=sdk.text(payload.nickname),
        currency=amounts.code(payload.currency),
        unit_minor=amounts.unit_minor(payload),
        interval=interval,
        interval_count=terms.interval_count or 1,
        metered=terms.usage_type == "metered",
        tiered=amounts.tiered(payload),
        active=payload.active,
    )
    yield from unmapped


def recurring(payload: Price) -> Recurring:
    """How often it is due; empty for a price that is paid once."""
    if payload.recurring is not None:
        return payload.recurring
    # A plan says at its top level what a price says under `recurring`.
    return Recurring(interval=payload.interval, interval_count=payload.interval_count, usage_type=payload.usage_type)


def interval_of(terms: Recurring, field: str) -> tuple[sdk.Interval, tuple[sdk.Unmapped, ...]]:
    """The interval, ONCE when there is none."""
    return sdk.known(terms.interval, INTERVALS, sdk.Interval.ONCE, field)
