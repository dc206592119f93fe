"""Rates of exchange by provider and day, and amounts brought from one currency to another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import msgspec


class Rate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One unit of ``currency`` is ``rate`` units of ``to`` (None: of whatever is answered in) from ``day`` on."""

    currency: str
    rate: Decimal
    to: str | None = None
    day: date | None = None
    provider: str = ""


def rate_on(currency: str, to: str, day: date, rates: Iterable[Rate]) -> Rate | None:
    """The latest rate that was there on the day, None where there is none."""
    fitting = [
        rate
        for rate in rates
        if rate.currency.upper() == currency.upper()
        and (rate.to or to).upper() == to.upper()
        and (rate.day is None or rate.day <= day)
    ]
    return max(fitting, key=lambda rate: rate.day or date.min, default=None)


def converted(value: Decimal, currency: str, to: str, day: date, rates: Iterable[Rate]) -> Decimal | None:
    """The value in another currency at the rate of the day, None where there is no rate; exact, not rounded."""
    if currency.upper() == to.upper() or value == 0:
        return value
    rate = rate_on(currency, to, day, rates)
    return None if rate is None else value * rate.rate
