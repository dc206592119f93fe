"""A list in ranges of time that are read side by side.

Stripe's lists go on after an id, so that each page waits for the one before. Ranges of ``created`` do not wait for each
other. They are whole seconds, each second in one range only: objects that share a second are never parted. How the objects
lie in time is not known beforehand; a range that still holds much is halved as it is read, and an empty half costs a request.
Source: https://docs.stripe.com/api/pagination, the filter ``created`` of each list (read 2026-05).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from kizuna import sdk
from kizuna_stripe.pages import Mark

RANGES_MOST = 16
HALVED_FROM_PAGES = 4.0
BEGINNING = 1_293_840_000  # 2011, when Stripe opened; only a guess of where halves lie, nothing is left out by it


class Range(msgspec.Struct, frozen=True, array_like=True):
    """What is left of a list: created at or after ``begin`` and before ``end`` (None: no bound), after the id ``after``.

    ``at`` is the second of that id; ``pages`` guesses how many pages are left.
    """

    begin: int | None = None
    end: int | None = None
    after: str | None = None
    at: int | None = None
    pages: float = 1.0

    def asking(self, listing: sdk.Ask) -> sdk.Ask:
        """The question for the range's next page."""
        bounds = {"created[gte]": _text(self.begin), "created[lt]": _text(self.end)}
        return listing.having(**bounds, starting_after=self.after)

    def behind(self, last: Mark, now_s: int) -> Range:
        """What is left after a page that ended with this object; ``now_s`` is the time at which the list was begun."""
        if last.created is None:
            return msgspec.structs.replace(self, after=last.id, at=None, pages=1.0)
        newest_s = self.at or (self.end or now_s)
        covered_s = max(1, newest_s - last.created)
        left_s = max(0, last.created - (BEGINNING if self.begin is None else self.begin))
        return Range(self.begin, self.end, last.id, last.created, round(left_s / covered_s, 1))

    def without_cursor(self) -> Range:
        """The same objects to read, for when the one after which the next page begins is gone."""
        end = self.end if self.at is None else self.at + 1
        return Range(self.begin, end, pages=self.pages)

    def halved(self) -> tuple[Range, ...]:
        """The newer half, which goes on where this range stands, and the older one; this range when it cannot be parted."""
        oldest_s = BEGINNING if self.begin is None else self.begin
        if self.at is None or self.at - oldest_s < 1:
            return (self,)
        middle_s = oldest_s + (self.at - oldest_s + 1) // 2
        pages = round(self.pages / 2, 1)
        newer = Range(middle_s, self.end, self.after, self.at, pages)
        return newer, Range(self.begin, middle_s, pages=pages)


def going_on(ranges: Sequence[Range], left: Range | None) -> tuple[Range, ...]:
    """The ranges to read next, in order, when the first was read as far as ``left`` (None: to its end).

    Each has its turn; one that holds as much as any other is halved while there is room.
    """
    others = tuple(ranges[1:])
    if left is None:
        return others
    largest = max((one.pages for one in others), default=0.0)
    if len(others) + 2 > RANGES_MOST or left.pages < HALVED_FROM_PAGES or left.pages * 2 < largest:
        return (*others, left)
    return (*others, *left.halved())


def kept(ranges: Sequence[Range]) -> list[Any]:
    """The ranges as a bookmark holds them."""
    return [list(msgspec.structs.astuple(one)) for one in ranges]


def known(mark: Mapping[str, Any]) -> tuple[Range, ...]:
    """The ranges that a bookmark holds; the whole list where it holds none."""
    return msgspec.convert(mark["ranges"], tuple[Range, ...]) if mark.get("ranges") else (Range(),)


def _text(second: int | None) -> str | None:
    return None if second is None else str(second)
