"""The only clock: every instant in Kizuna is an aware UTC datetime that came from here or from a vendor.

Code that needs the time takes a `Clock` as an argument; the edge passes `now`, a test passes a `Frozen`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that tells the present instant as an aware UTC datetime."""

    def __call__(self) -> datetime: ...


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Frozen:
    """A clock that stands still; ``later`` gives another one, further on."""

    at: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", utc(self.at))

    def __call__(self) -> datetime:
        return self.at

    def later(self, delta: timedelta) -> Frozen:
        """A clock that stands still at a later (or, with a negative delta, an earlier) instant."""
        return Frozen(self.at + delta)


def utc(instant: datetime) -> datetime:
    """The same instant in UTC; ValueError for a naive datetime, whose instant nobody knows."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} has no zone; pass an aware datetime")
    return instant.astimezone(UTC)
