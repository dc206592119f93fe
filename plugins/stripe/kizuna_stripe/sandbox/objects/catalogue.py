"""Products, prices and coupons."""

from __future__ import annotations

from decimal import Decimal

from kizuna.sandbox import Native, Payload
from kizuna.sandbox.records import Coupon, Price, Product
from kizuna_stripe.sandbox.objects.common import Json, moment


def product(record: Product) -> Native:
    payload: Payload = {
        "id": record.id,
        "object": "product",
        "active": record.active,
        "created": moment(record.created_at),
        "default_price": None,
        "description": record.description,
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": {"code": record.code},
        "name": record.name,
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "type": "service",
        "unit_label": None,
        "updated": moment(record.updated_at),
        "url": None,
    }
    return _native("products", record, payload)


def price(record: Price) -> Native:
    payload = price_object(
        record.id,
        record.product_id,
        record.currency,
        record.unit_amount,
        None if record.interval == "once" else (record.interval, record.interval_count),
        moment(record.created_at),
    )
    return _native("prices", record, payload | {"active": record.active, "lookup_key": record.code})


def price_object(
    price_id: str,
    product_id: str,
    currency: str,
    unit_amount: int,
    every: tuple[str, int] | None,
    created: int,
) -> Json:
    """A price of so much a unit; ``every`` is an interval and its count, None for a price that is paid once."""
    recurring = (
        {
            "interval": every[0],
            "interval_count": every[1],
            "meter": None,
            "trial_period_days": None,
            "usage_type": "licensed",
        }
        if every
        else None
    )
    return {
        "id": price_id,
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": created,
        "currency": currency.lower(),
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": product_id,
        "recurring": recurring,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if every else "one_time",
        "unit_amount": unit_amount,
        "unit_amount_decimal": str(unit_amount),
    }


def coupon(record: Coupon) -> Native:
    percent = record.percent_off
    payload: Payload = {
        "id": record.id,
        "object": "coupon",
        "amount_off": record.amount_off,
        "created": moment(record.created_at),
        "currency": record.currency.lower() if record.currency else None,
        "duration": record.duration,
        "duration_in_months": record.duration_months,
        "livemode": False,
        "max_redemptions": None,
        "metadata": {},
        "name": record.name,
        "percent_off": _plain(percent) if percent is not None else None,
        "redeem_by": None,
        "times_redeemed": 0,
        "valid": True,
    }
    return _native("coupons", record, payload)


def _plain(number: Decimal) -> float | int:
    return int(number) if number == int(number) else float(number)


def _native(stream: str, record: Product | Price | Coupon, payload: Payload) -> Native:
    return Native(
        stream=stream, id=record.id, payload=payload, created_at=record.created_at, updated_at=record.updated_at
    )
