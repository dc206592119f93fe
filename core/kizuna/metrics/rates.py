"""Rates of exchange by provider and day, and amounts brought from one currency to another."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import msgspec


class Rate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One unit of ``currency`` is ``rate`` units of ``to`` (None: of whatever is answered in) from ``day`` on.

    A rate that is not above 0 is none: it is never taken.
    """

    currency: str
    rate: Decimal
    to: str | None = None
    day: date | None = None
    provider: str = ""


class Used(msgspec.Struct, frozen=True):
    """A rate as it was used: ``factor`` is what one unit is worth, which is 1/rate where only the other way is there."""

    rate: Rate
    factor: Fraction


class Rates(tuple[Rate, ...]):  # noqa: SLOT001 - a tuple cannot have slots, and this one keeps its index
    """Rates that are found by their two currencies and a day, however many there are."""

    _by_pair: dict[tuple[str, str], tuple[list[date], list[Rate]]]

    def latest(self, currency: str, to: str, day: date) -> Rate | None:
        """The latest rate of exactly this pair on the day; of several of one day the first provider's by name."""
        days, rates = self._pairs().get((currency, to), ((), ()))
        place = bisect_right(days, day)
        return rates[place - 1] if place else None

    def _pairs(self) -> dict[tuple[str, str], tuple[list[date], list[Rate]]]:
        if not hasattr(self, "_by_pair"):
            named: dict[tuple[str, str], dict[date, Rate]] = defaultdict(dict)
            for rate in sorted((one for one in self if one.rate > 0), key=lambda one: one.provider):
                pair = rate.currency.upper(), (rate.to or "").upper()
                named[pair].setdefault(rate.day or date.min, rate)
            self._by_pair = {pair: _in_order(held) for pair, held in named.items()}
        return self._by_pair


def _in_order(held: dict[date, Rate]) -> tuple[list[date], list[Rate]]:
    days = sorted(held)
    return days, [held[day] for day in days]


def indexed(rates: Iterable[Rate]) -> Rates:
    """The rates themselves where they can be searched already, else made so."""
    return rates if isinstance(rates, Rates) else Rates(rates)


def rate_on(currency: str, to: str, day: date, rates: Iterable[Rate]) -> Used | None:
    """The latest rate that was there on the day, None where there is none; the inverse where only that is there.

    Two rates by way of a third currency are not put together: that would be a rate that nobody gave.
    """
    known, own, other = indexed(rates), currency.upper(), to.upper()
    direct = [found for pair in (other, "") if (found := known.latest(own, pair, day)) is not None]
    if direct:
        chosen = max(direct, key=lambda rate: rate.day or date.min)
        return Used(chosen, Fraction(chosen.rate))
    inverse = known.latest(other, own, day)
    return None if inverse is None else Used(inverse, 1 / Fraction(inverse.rate))


def converted(value: Decimal, currency: str, to: str, day: date, rates: Sequence[Rate]) -> Fraction | None:
    """The value in another currency at the rate of the day, None where there is no rate; exact, not rounded."""
    if currency.upper() == to.upper() or value == 0:
        return Fraction(value)
    used = rate_on(currency, to, day, rates)
    return None if used is None else Fraction(value) * used.factor
