"""Whether a result is what was expected of it: figures within a tolerance, null only as null, words to the letter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from fractions import Fraction
from typing import Any

import msgspec

from kizuna.metrics.definition import Definition
from kizuna.metrics.exact import half_up

SHOWN_PLACES = 10
"""Decimals with which a figure that does not end is shown."""


class Difference(msgspec.Struct, frozen=True):
    """Where a result differs, what was expected there and what came; ``policy`` where a case holds under several."""

    key: str
    expected: str
    got: str
    policy: str | None = None


def agreement(
    metric: Definition,
    result: msgspec.Struct,
    expected: Mapping[str, Any],
    tolerance: Decimal | None,
    policy: str | None,
) -> Iterator[Difference]:
    """Each place where the result differs from what is expected; fields that nobody asks about are free.

    A field that is shown with fewer decimals agrees as it is and as it is shown. A metric that is null must carry a reason.
    """
    if tolerance is not None and not (tolerance.is_finite() and tolerance >= 0):
        raise ValueError(f"`tolerance` must be a number that is not below 0, and is {tolerance}")
    named = getattr(result, metric.keyed) if metric.keyed else {}
    fields = set(metric.fields())
    for key, wanted in expected.items():
        if key not in fields and key not in named:
            yield Difference(key, shown(wanted), f"no field {key!r} in the result", policy)
            continue
        got = getattr(result, key) if key in fields else named[key]
        if not (agrees(wanted, got, tolerance) or _as_shown(metric, key, wanted, got, tolerance)):
            yield Difference(key, shown(wanted), shown(got) if got is not None else _why(result), policy)
        elif got is None and key == metric.value and not getattr(result, "reason", None):
            yield Difference(key, "null with a reason", "null without one", policy)


def agrees(wanted: Any, got: Any, tolerance: Decimal | None) -> bool:
    """Whether a value is what was wanted, of whatever kind it is."""
    if wanted is None or got is None:
        return wanted is got
    if isinstance(got, bool) or isinstance(wanted, bool):
        return wanted is got
    if isinstance(got, int | Decimal | Fraction):
        return _near(wanted, Fraction(got), tolerance)
    if isinstance(got, frozenset):
        return isinstance(wanted, list) and len(wanted) == len(got) and set(map(str, wanted)) == set(map(str, got))
    if isinstance(got, tuple | list):
        fits = isinstance(wanted, list) and len(wanted) == len(got)
        return fits and all(agrees(one, other, tolerance) for one, other in zip(wanted, got, strict=True))
    if isinstance(got, msgspec.Struct | dict):
        held = _named(got)
        fits = isinstance(wanted, dict) and wanted.keys() <= held.keys()
        return fits and all(agrees(one, held[key], tolerance) for key, one in wanted.items())
    return isinstance(wanted, str | int | Decimal) and str(wanted) == _word(got)


def _named(got: msgspec.Struct | dict[str, Any]) -> dict[str, Any]:
    if isinstance(got, dict):
        return {_word(key): value for key, value in got.items()}
    return {one.encode_name: getattr(got, one.name) for one in msgspec.structs.fields(got)}


def _near(wanted: Any, got: Fraction, tolerance: Decimal | None) -> bool:
    figure = _figure(wanted)
    if figure is None:
        return False
    if tolerance is not None:
        return abs(Fraction(figure) - got) <= Fraction(tolerance)
    exponent = figure.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    # Without a tolerance a figure with decimals agrees to the last one written, and a whole one exactly.
    return Fraction(figure) == (Fraction(half_up(got, places)) if places else got)


def _figure(wanted: Any) -> Decimal | None:
    """The number that was written, as text or not; None for what is none."""
    if not isinstance(wanted, str | int | Decimal):
        return None
    try:
        figure = Decimal(wanted)
    except InvalidOperation:
        return None
    return figure if figure.is_finite() and abs(figure.adjusted()) < 1000 else None


def _as_shown(metric: Definition, key: str, wanted: Any, got: Any, tolerance: Decimal | None) -> bool:
    places = metric.shown_places.get(key)
    return (
        places is not None and isinstance(got, Decimal | Fraction) and agrees(wanted, half_up(got, places), tolerance)
    )


def _why(result: msgspec.Struct) -> str:
    reason = getattr(result, "reason", None)
    return f"null ({_word(reason)})" if isinstance(reason, str) else "null"


def _word(value: Any) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    return value.isoformat() if isinstance(value, date) else str(value)


def shown(value: Any) -> str:
    """A value as it is shown to people: figures in decimals, whole structures in brackets."""
    if value is None:
        return "null"
    if isinstance(value, Fraction):
        return shown(plain(value))
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, msgspec.Struct | dict):
        return "{" + ", ".join(f"{key}: {shown(one)}" for key, one in _named(value).items()) + "}"
    if isinstance(value, frozenset):
        return shown(sorted(value))
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(shown, value)) + "]"
    return _word(value)


def plain(value: Fraction) -> Decimal:
    """A fraction in decimals: exact where it ends, else to ten places."""
    whole, places = value.denominator, 0
    for prime in (2, 5):
        count = 0
        while whole % prime == 0:
            whole, count = whole // prime, count + 1
        places = max(places, count)
    return half_up(value, places if whole == 1 else SHOWN_PLACES)
