"""Discounts of the past, from what they took off the invoices of whole periods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil

import msgspec

from kizuna.metrics.dated import Discount
from kizuna.metrics.invoiced import Billed, exact
from kizuna.model.enums import DiscountDuration


class Period(msgspec.Struct, frozen=True, gc=False):
    """A day on which whole periods begin, and the lines that bill them."""

    day: date
    lines: tuple[Billed, ...]

    @property
    def amount(self) -> Decimal:
        """What the lines come to before discounts."""
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def off(self) -> Decimal:
        """What comes off the lines together."""
        return sum((_off(line) for line in self.lines), Decimal(0))


def _off(line: Billed) -> Decimal:
    """What comes off a line; nothing comes off nothing."""
    return line.discount if line.amount and line.discount is not None and line.discount > 0 else Decimal(0)


class _Run(msgspec.Struct, frozen=True, gc=False):
    """Periods one after another that one discount explains: a share between two bounds, or one amount (None: not)."""

    periods: tuple[Period, ...]
    low: Fraction
    high: Fraction
    amount: Decimal | None
    items: frozenset[str] | None

    @property
    def shared(self) -> bool:
        """Whether one share explains every line."""
        return self.low <= self.high


def past_discounts(
    periods: Sequence[Period], known: Sequence[Discount], first_seen: date, minor: int
) -> Iterator[Discount]:
    """The discounts before ``first_seen`` that none of the known ones explains.

    One that took off several periods in a row lasted (``repeating``) until the first whole period without it; one that
    is seen on a single period is taken for one of that invoice only (``once``). A share is one when it is the same on
    all lines: in whole per cent, or in two decimals where an amount would not do.
    """
    billed = [period for period in periods if period.amount and period.day < first_seen]
    run: _Run | None = None
    for period in billed:
        fits = bool(period.off) and not any(discount.holds(period.day) for discount in known)
        longer = _joined(run, _alone(period, minor)) if run is not None and fits else None
        if run is not None and longer is None:
            yield from _told(run, period.day)
        run = longer or (_alone(period, minor) if fits else None)
    if run is not None:
        yield from _told(run, first_seen)


def _alone(period: Period, minor: int) -> _Run:
    half = Fraction(1, 2 * minor)
    lines = [line for line in period.lines if line.amount]
    reduced = [line for line in lines if _off(line)]
    bounds = [
        (
            (Fraction(_off(line)) - half) / Fraction(line.amount),
            (Fraction(_off(line)) + half) / Fraction(line.amount),
        )
        for line in reduced
    ]
    items = None if len(reduced) == len(lines) else frozenset(line.item for line in reduced)
    return _Run((period,), max(low for low, _ in bounds), min(high for _, high in bounds), period.off, items)


def _joined(run: _Run, next_: _Run) -> _Run | None:
    """Both as one, None when one discount cannot explain them."""
    found = _Run(
        (*run.periods, *next_.periods),
        max(run.low, next_.low),
        min(run.high, next_.high),
        run.amount if run.amount == next_.amount else None,
        run.items,
    )
    percent = found.shared and run.items == next_.items and _percent(found) is not None
    if found.amount is None:
        return found if percent else None
    # An amount is left: that no share explains both is kept by bounds that exclude each other.
    return found if percent else msgspec.structs.replace(found, low=Fraction(1), high=Fraction(0))


def _told(run: _Run, until: date) -> Iterator[Discount]:
    percent = _percent(run)
    since = run.periods[0].day
    if until <= since:
        return
    lasting = len(run.periods) > 1
    sources = tuple(dict.fromkeys(line.source for period in run.periods for line in period.lines if line.source))
    made = Discount(
        kind="amount" if percent is None else "percent",
        value=(run.amount or run.periods[0].off) if percent is None else percent,
        duration=DiscountDuration.REPEATING if lasting else DiscountDuration.ONCE,
        since=since,
        until=until,
        source=sources[0] if sources else "",
    )
    if percent is None or run.items is None:
        yield made
        return
    for item in sorted(run.items):
        yield msgspec.structs.replace(made, item=item)


def _percent(run: _Run) -> Decimal | None:
    """The plainest percentage within the bounds; one with decimals only where no amount explains the same."""
    if not run.shared:
        return None
    for places in (0,) if run.amount is not None else (0, 1, 2):
        scale = 100 * 10**places
        steps = ceil(run.low * scale)
        if steps > 0 and Fraction(steps, scale) <= run.high:
            return exact(Fraction(steps, 10**places))
    return None
