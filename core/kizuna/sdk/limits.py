"""A vendor's published limits as values; the transport keeps to them before the vendor has to say no."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """``calls`` within ``per_s`` seconds for one family of endpoints; ``burst`` calls may go at once (default: one).

    ``within`` names a family around this one, such as the account's: a call counts against both.
    """

    calls: float
    per_s: float = 1.0
    family: str = "default"
    burst: int = 1
    concurrent: int = 8  # requests of the family under way at once
    within: str | None = None
