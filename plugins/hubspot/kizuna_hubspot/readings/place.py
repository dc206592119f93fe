"""Where the reading of a collection stands: its bookmark."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from kizuna import sdk

Phase = Literal["list", "search", "archived", "done"]


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """A phase of a pass and the position in it.

    The pass covers what changed from ``since`` (None: everything) until ``until``; both are HubSpot's own clock.
    ``after`` is the list's page token or, in a search, the last id seen.
    """

    phase: Phase
    until: datetime
    since: datetime | None = None
    after: str | None = None

    def at(self, phase: Phase, after: str | None = None) -> Place:
        """The same pass at another position."""
        return Place(phase, self.until, self.since, after)

    def bookmark(self) -> sdk.Bookmark:
        """JSON values that hold all of it."""
        built: dict[str, Any] = msgspec.to_builtins(self)
        return built


def place(bookmark: sdk.Bookmark | None) -> Place | None:
    """The place a bookmark stands for; None, which means everything again, when there is none or it is not ours."""
    if not bookmark:
        return None
    try:
        return msgspec.convert(bookmark, Place)
    except msgspec.ValidationError:
        return None
