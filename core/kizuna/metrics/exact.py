"""Exact figures: fractions inside, rounded half up once, where a figure is shown."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import floor

import msgspec

from kizuna.metrics.reasons import Reason

Number = int | Decimal | Fraction
MOST_PLACES = 40


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a metric answers; where a figure is None, ``reason`` says why. Figures are exact, nothing is rounded."""

    reason: Reason | None = None


def ratio(part: Number | None, whole: Number | None) -> Fraction | None:
    """``part / whole``, None when either is unknown or the whole is nothing."""
    if part is None or whole is None or whole == 0:
        return None
    return Fraction(part) / Fraction(whole)


def total(values: Iterable[Number]) -> Fraction:
    """The sum; nothing sums to 0."""
    return sum((Fraction(value) for value in values), Fraction(0))


def known(*values: Number | None) -> list[Fraction] | None:
    """The values as fractions, None when one of them is unknown."""
    found = [Fraction(value) for value in values if value is not None]
    return found if len(found) == len(values) else None


def mean(values: Iterable[Number]) -> Fraction | None:
    """The arithmetic mean, None of nothing."""
    held = list(values)
    return ratio(total(held), len(held))


def median(values: Iterable[Number]) -> Fraction | None:
    """The middle value, halfway between the two middle ones of an even number, None of nothing."""
    held = sorted(Fraction(value) for value in values)
    if not held:
        return None
    return (held[(len(held) - 1) // 2] + held[len(held) // 2]) / 2


def half_up(value: Number, places: int) -> Decimal:
    """The figure as it is shown: rounded to that many places, a half away from zero."""
    whole = floor(abs(Fraction(value)) * 10**places + Fraction(1, 2))
    # Built from its digits: arithmetic on decimals would round to those of the context.
    return Decimal((int(value < 0 < whole), tuple(map(int, str(whole))), -places))


def decimal(value: Number) -> Decimal:
    """The figure as a decimal number: in full where it has at most 40 decimals, else to 28 digits."""
    found = Fraction(value)
    places = _places(found.denominator)
    if places is None:
        return Decimal(found.numerator) / Decimal(found.denominator)
    whole = abs(found.numerator) * 10**places // found.denominator
    return Decimal((int(found < 0), tuple(map(int, str(whole))), -places))


def _places(denominator: int) -> int | None:
    """How many decimals a fraction with that denominator has; None for too many, and where they never end."""
    for places in range(MOST_PLACES + 1):
        if 10**places % denominator == 0:
            return places
    return None
