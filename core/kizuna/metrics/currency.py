"""Rates of exchange: balances at the rate of their day, movements at the opening rate, the rest in a row of its own."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import msgspec

from kizuna.metrics.exact import Result, total
from kizuna.metrics.inputs import Inputs, NotNegative
from kizuna.metrics.reasons import Reason


class NativeMovement(Inputs, frozen=True, kw_only=True):
    """A movement in the customer's own currency; ``amount`` carries its sign."""

    kind: str
    amount: Decimal


class NativeBalance(Inputs, frozen=True, kw_only=True):
    """Both balances and the movements between them in one currency, and what a unit of it was worth on both days.

    A rate that is None is missing. Movements carry their signs, and opening plus movements is closing.
    """

    start_native: Decimal
    end_native: Decimal
    movements_native: tuple[Decimal | NativeMovement, ...] = ()
    rate_start: NotNegative | None
    rate_end: NotNegative | None

    def __post_init__(self) -> None:
        super().__post_init__()
        moved = total(_amount(one) for one in self.movements_native)
        if Fraction(self.start_native) + moved != Fraction(self.end_native):
            raise ValueError("`start_native` and `movements_native` do not sum to `end_native`")
        if 0 in (self.rate_start, self.rate_end):
            raise ValueError("a rate of exchange is above 0; where there is none, it is null")


class Converted(Result, frozen=True, kw_only=True):
    """Both balances, each movement, those of a kind together, and the effect of the rates, in the currency reported in."""

    start: Fraction | None = None
    movements: tuple[Fraction, ...] | None = None
    by_kind: dict[str, Fraction] = msgspec.field(default_factory=dict)
    fx: Fraction | None = None
    end: Fraction | None = None


def fx(inputs: NativeBalance) -> Converted:
    """Opening and closing each at its own rate, movements at the opening one; what is left is the rates' own row."""
    opening, closing = inputs.rate_start, inputs.rate_end
    start = None if opening is None else Fraction(inputs.start_native) * Fraction(opening)
    end = None if closing is None else Fraction(inputs.end_native) * Fraction(closing)
    if opening is None:
        return Converted(end=end, reason=Reason.MISSING_FX)
    moved = tuple(Fraction(_amount(one)) * Fraction(opening) for one in inputs.movements_native)
    by_kind: dict[str, Fraction] = {}
    for one, amount in zip(inputs.movements_native, moved, strict=True):
        if isinstance(one, NativeMovement):
            by_kind[one.kind] = by_kind.get(one.kind, Fraction(0)) + amount
    if start is None or end is None:
        return Converted(start=start, movements=moved, by_kind=by_kind, reason=Reason.MISSING_FX)
    return Converted(start=start, movements=moved, by_kind=by_kind, fx=end - start - total(moved), end=end)


def _amount(movement: Decimal | NativeMovement) -> Decimal:
    return movement.amount if isinstance(movement, NativeMovement) else movement
