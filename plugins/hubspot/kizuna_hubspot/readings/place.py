"""Where the reading of a collection stands: its bookmark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from kizuna import sdk

# With the longest ids a bookmark stays under eight kilobytes.
REMEMBERED_GONE = 120
REMEMBERED_AGAIN = 50

Phase = Literal["list", "search", "archived", "again", "done"]


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """A phase of a pass and the position in it.

    The pass covers what changed from ``since`` (None: everything) until ``until``; both are HubSpot's own clock.
    ``after`` is the list's page token or, in a search, the last id seen.
    ``again`` are records that HubSpot would not answer completely and that are to be read once more; ``refused`` those
    of this pass, which the next one reads again. ``gone`` are the latest archived records (id → seconds since 1970);
    ``missing`` those the pass before knew as archived and this one has not met yet: at its end, what was restored.
    ``withheld`` are the kinds of which this pass learnt that the token may not read them; the next one asks again.
    """

    phase: Phase
    until: datetime
    since: datetime | None = None
    after: str | None = None
    again: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    gone: dict[str, int] = {}
    missing: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()

    def at(self, phase: Phase, after: str | None = None) -> Place:
        """The same pass at another position."""
        return replace(self, phase=phase, after=after)

    def following(self, now: datetime) -> Place:
        """The pass after this one, which is done: what changed from its end until ``now``."""
        until = max(now, self.until)
        again = tuple(dict.fromkeys((*self.again, *self.refused)))  # its very last page may have lacked something, too
        return Place("search", until, since=self.until, again=again, missing=tuple(self.gone))

    def ended(self) -> Place:
        """The end of the pass, or what is still to be read singly before it."""
        if self.again or self.missing:
            return self.at("again")
        return Place("done", self.until, again=self.refused, gone=self.gone)

    def having_refused(self, ids: Sequence[str]) -> Place:
        """The same place with these records to be read again by the next pass."""
        known = tuple(dict.fromkeys((*self.refused, *ids)))
        return replace(self, refused=known[:REMEMBERED_AGAIN]) if ids else self

    def having_withheld(self, kind: str) -> Place:
        """The same place without what is associated with records of that kind."""
        return replace(self, withheld=tuple(dict.fromkeys((*self.withheld, kind))))

    def having_met(self, archived: Mapping[str, int]) -> Place:
        """The same place after a page of archived records; only the latest of them are remembered."""
        latest = sorted({**self.gone, **archived}.items(), key=lambda each: each[1])[-REMEMBERED_GONE:]
        missing = tuple(key for key in self.missing if key not in archived)
        return replace(self, gone=dict(latest), missing=missing)

    def bookmark(self) -> sdk.Bookmark:
        """JSON values that hold all of it."""
        built: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return built


def place(bookmark: sdk.Bookmark | None) -> Place | None:
    """The place a bookmark stands for; None, which means everything again, when there is none or it is not ours."""
    if not bookmark:
        return None
    try:
        return msgspec.convert(bookmark, Place)
    except msgspec.ValidationError:
        return None
