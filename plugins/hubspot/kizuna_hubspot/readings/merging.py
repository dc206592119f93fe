"""What a record says of those that were merged into it: they are gone, though no list of changes shows them any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from kizuna import sdk
from kizuna_hubspot.readings.pages import Row, changed_at


def losers(rows: Sequence[Row]) -> tuple[sdk.Record, ...]:
    """A tombstone for each record that was merged into one of the rows, as old as that row.

    Merging modifies the winner, so that this is no older than the last change of the loser, and merging is not undone.
    """
    return tuple(tombstone(loser, "merged", changed_at(row)) for row in rows for loser in row.merged if loser.isdigit())


def tombstone(key: str, reason: str, at: datetime | None) -> sdk.Record:
    """What stands for a record of which HubSpot shows nothing any more."""
    return sdk.Record(raw=msgspec.json.encode({"id": key}), id=key, deleted=reason, version=at)
