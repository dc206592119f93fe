"""Stripe's amounts: minor units, of which Stripe sometimes has its own idea, and what one unit of a price costs.

Source: https://docs.stripe.com/currencies#zero-decimal and #special-cases (read 2026-05).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import lru_cache

from kizuna import sdk
from kizuna_stripe.payloads import Packages, Price, Tier

_ZERO = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"
_THREE = "BHD JOD KWD OMR TND"
# ISK and UGX have no minor unit, yet Stripe writes them with two decimals: 5 UGX are 500.
STRIPE_EXPONENTS = {**dict.fromkeys(_ZERO.split(), 0), **dict.fromkeys(_THREE.split(), 3)}


@lru_cache(maxsize=256)
def code(currency: str | None) -> str | None:
    """The currency in upper case, None when there is none."""
    return currency.strip().upper() or None if currency else None


@lru_cache(maxsize=256)
def _shift(currency: str) -> int:
    """The power of ten between Stripe's minor unit and the one of ISO 4217: 0 for nearly all currencies."""
    return sdk.exponent(currency) - STRIPE_EXPONENTS.get(currency, 2)


def in_model_units(amount: Decimal, currency: str) -> Decimal:
    """An amount in Stripe's minor units of ``currency`` (upper case) in the minor units of ISO 4217; exact."""
    shift = _shift(currency)
    return amount.scaleb(shift) if shift else amount


def money(amount: int | Decimal | None, currency: str | None) -> sdk.Money | None:
    """Money from Stripe's minor units, None when either part is missing."""
    known = code(currency)
    if amount is None or known is None:
        return None
    if isinstance(amount, int) and _shift(known) == 0:
        return sdk.Money(amount, known)
    exact = in_model_units(Decimal(amount), known)
    return sdk.Money(int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)), known)


def unit_minor(price: Price, quantity: int | None = None) -> Decimal | None:
    """What one unit costs in minor units of the model; None when nobody can say (the customer chooses, tiers unknown).

    With a quantity, tiers and packages are worked out and spread evenly over the units.
    """
    cost = _unit(price) if quantity is None or quantity <= 0 else _spread(price, quantity)
    currency = code(price.currency)
    return cost if cost is None or currency is None else in_model_units(cost, currency)


def tiered(price: Price) -> bool:
    """Whether the unit's cost depends on how many are bought."""
    return price.billing_scheme == "tiered"


def _unit(price: Price) -> Decimal | None:
    # The decimal form is authoritative: the whole form is null where the cost has a fraction.
    found = (price.unit_amount_decimal, price.unit_amount, price.amount_decimal, price.amount)
    return None if tiered(price) else next((amount for amount in found if amount is not None), None)


def _spread(price: Price, quantity: int) -> Decimal | None:
    billed = _billed(quantity, price.transform_quantity or price.transform_usage)
    unit = _unit(price)
    if unit is not None:
        return unit if billed == quantity else unit * billed / quantity
    if not tiered(price) or not price.tiers:
        return None
    total = _volume(price.tiers, billed) if price.tiers_mode == "volume" else _graduated(price.tiers, billed)
    return total / quantity


def _billed(quantity: int, packages: Packages | None) -> int:
    """The quantity that is billed: whole packages where the price is one of packages."""
    if packages is None or packages.divide_by <= 0:
        return quantity
    rounding = ROUND_FLOOR if packages.round == "down" else ROUND_CEILING
    return int((Decimal(quantity) / packages.divide_by).to_integral_value(rounding=rounding))


def _volume(tiers: Sequence[Tier], quantity: int) -> Decimal:
    """All units at the cost of the tier that the quantity falls into, and that tier's flat amount."""
    tier = next((tier for tier in tiers if tier.up_to is None or quantity <= tier.up_to), tiers[-1])
    return _tier_unit(tier) * quantity + _tier_flat(tier)


def _graduated(tiers: Sequence[Tier], quantity: int) -> Decimal:
    """Each unit at the cost of its own tier, and the flat amount of every tier that is entered."""
    total, below = Decimal(0), 0
    for tier in tiers:
        if quantity <= below:
            break
        top = quantity if tier.up_to is None else min(quantity, tier.up_to)
        total += _tier_unit(tier) * (top - below) + _tier_flat(tier)
        below = top
    return total


def _tier_unit(tier: Tier) -> Decimal:
    return tier.unit_amount_decimal if tier.unit_amount_decimal is not None else tier.unit_amount or Decimal(0)


def _tier_flat(tier: Tier) -> Decimal:
    return tier.flat_amount_decimal if tier.flat_amount_decimal is not None else tier.flat_amount or Decimal(0)
