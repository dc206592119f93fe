"""What metrics are given: typed, frozen and checked, whoever builds them; a wrong value is a sentence, never a figure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, get_args, get_type_hints

import msgspec

DIGITS = 60
"""The most digits and the greatest power of ten of a figure: beyond it arithmetic on fractions is of no use to anyone."""


class Bounds(msgspec.Struct, frozen=True):
    """The least and the greatest value a figure may have; None: no such bound."""

    low: int | None = None
    high: int | None = None

    def complaint(self, name: str, value: Decimal | int) -> str | None:
        """What is wrong with the value, None when it lies within."""
        if self.low is not None and value < self.low:
            return f"`{name}` must not be less than {self.low}, and is {value}"
        if self.high is not None and value > self.high:
            return f"`{name}` must not be more than {self.high}, and is {value}"
        return None


NotNegative = Annotated[Decimal, Bounds(low=0)]
"""An amount, or a duration, that is at least 0; losses are amounts too, written without a minus."""
Share = Annotated[Decimal, Bounds(low=0, high=1)]
"""A part of a whole: 0.10 is 10 %."""
Points = Annotated[Decimal, Bounds(low=0, high=100)]
"""A score from 0 to 100."""
Count = Annotated[int, Bounds(low=0)]
"""How many."""


class Instant(datetime):
    """A moment with its offset from UTC; a text without one is refused."""

    @classmethod
    def read(cls, text: str) -> Instant:
        """The moment an ISO 8601 text names; seconds may be left out. Raises ValueError."""
        found = cls.fromisoformat(text)
        if found.tzinfo is None:
            raise ValueError(f"{text!r} names no time zone")
        return found


class DatedInstant(Instant):
    """A moment, or a day alone: its beginning at UTC."""

    @classmethod
    def read(cls, text: str) -> DatedInstant:
        """The moment an ISO 8601 text names, without a time the day's first. Raises ValueError."""
        found = cls.fromisoformat(text)
        if found.tzinfo is None and len(text) > len("2026-01-01"):
            raise ValueError(f"{text!r} names no time zone")
        return found if found.tzinfo else found.replace(tzinfo=UTC)


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """A metric's inputs; raises ValueError for a figure out of its bounds."""

    def __post_init__(self) -> None:
        bounds = _bounds(type(self))
        for name in self.__struct_fields__:
            for value in _figures(getattr(self, name)):
                fault = _unfit(name, value) or (bounds[name].complaint(name, value) if name in bounds else None)
                if fault:
                    raise ValueError(fault)


def faults(value: Any, name: str = "inputs") -> Iterator[str]:
    """What is wrong with figures anywhere inside: no numbers, or of more digits than anything needs."""
    if isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            yield from faults(getattr(value, field), field)
    elif isinstance(value, tuple):
        for one in value:
            yield from faults(one, name)
    else:
        for one in _figures(value):
            if found := _unfit(name, one):
                yield found


def _figures(value: Any) -> Iterator[Decimal | int]:
    """The figures a field holds, by itself, in a list or by name."""
    if isinstance(value, tuple):
        for one in value:
            yield from _figures(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _figures(one)
    elif isinstance(value, Decimal | int) and not isinstance(value, bool):
        yield value


def _unfit(name: str, value: Decimal | int) -> str | None:
    figure = Decimal(value)
    if not figure.is_finite():
        return f"`{name}` must be a number, and is {value}"
    exponent = figure.as_tuple().exponent
    if len(figure.as_tuple().digits) > DIGITS or not isinstance(exponent, int) or abs(exponent) > DIGITS:
        return f"`{name}` has more than {DIGITS} digits"
    return None


@cache
def _bounds(kind: type) -> dict[str, Bounds]:
    """The bounds of a struct's fields by name, wherever in their types they stand."""
    hints = get_type_hints(kind, include_extras=True)
    return {name: found for name, hint in hints.items() if (found := next(_annotated(hint), None)) is not None}


def _annotated(hint: Any) -> Iterator[Bounds]:
    for note in getattr(hint, "__metadata__", ()):
        if isinstance(note, Bounds):
            yield note
    for inner in get_args(hint):
        yield from _annotated(inner)
