"""What all of Stripe's objects share: times in seconds, lists inside objects, currencies in lower case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

API_VERSION = "2026-05-27.dahlia"
SHOWN_INSIDE = 10  # entries of a list inside an object; the rest is only in the list itself

Json = dict[str, Any]


def seconds(at: datetime | None) -> int | None:
    """Whole seconds since 1970, None for None."""
    return None if at is None else int(at.timestamp())


def moment(at: datetime) -> int:
    """Whole seconds since 1970."""
    return int(at.timestamp())


def inside(rows: Sequence[Json], url: str) -> Json:
    """A list inside an object: the first ten entries."""
    shown = list(rows[:SHOWN_INSIDE])
    return {
        "object": "list",
        "data": shown,
        "has_more": len(rows) > len(shown),
        "total_count": len(rows),
        "url": url,
    }
