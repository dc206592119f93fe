"""Exports whose pages make further questions necessary: of one record each, answered before the page counts as read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import quote

import msgspec

from kizuna import sdk
from kizuna_zendesk.readings import NOT_FOUND, CursorExport, PageCursor, TimeExport, listed, opened

LIST_PAGE = ("page[size]", "100")
NEAR = 16  # records that are worth naming ahead; the others have their time

Details = Mapping[str, Sequence[msgspec.Raw]]
"""Record id → the rows of its own list; a record that was gone when it was asked has none."""


class FollowUp(Protocol):
    """Which records of a page to ask for more, where, and what becomes of the page with the answers."""

    @property
    def path(self) -> str:
        """Where a record's own list is, with ``{id}`` in place of the record's id."""
        ...

    @property
    def items(self) -> str:
        """The name of that list in its answer."""
        ...

    def wanted(self, rows: Sequence[msgspec.Raw]) -> Sequence[str]:
        """The ids of the records to ask for, each once."""
        ...

    def joined(
        self, records: Sequence[sdk.Record], rows: Sequence[msgspec.Raw], details: Details
    ) -> Sequence[sdk.Record]:
        """The page's records together with what was found."""
        ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """A page that waits for answers: the first of ``left`` is being asked."""

    page: sdk.Turn
    rows: Sequence[msgspec.Raw]
    left: tuple[str, ...]
    found: tuple[tuple[str, msgspec.Raw], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """An export, each page followed by questions of single records.

    A page and what it makes necessary are one step: its bookmark moves when all of it is there, so that a crash between
    asks the page again. A record that is gone by then is no error. Bookmark: that of the export. A page with the list
    ``unless`` beside its records needs no questions.
    """

    export: CursorExport | TimeExport
    follow: FollowUp
    unless: str | None = None

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        return self.export.begin(bookmark, start)

    def turn(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        if not isinstance(state, Waiting):
            page = self.export.turn(state, ask, answer)
            shown = opened(answer, ask.path)
            rows = listed(shown, self.export.items, ask.path)
            wanted = () if self.unless in shown else tuple(self.follow.wanted(rows))
            return self._next(Waiting(page, rows, wanted))
        if answer.status == NOT_FOUND:
            return self._next(replace(state, left=state.left[1:]))
        details = opened(answer, ask.path)
        found = tuple((state.left[0], row) for row in listed(details, self.follow.items, ask.path))
        taken = replace(state, found=(*state.found, *found))
        following = PageCursor().following(ask, details, None)
        if following is not None:
            later = replace(taken, left=taken.left[1:])
            return sdk.Turn(ask=following, ahead=tuple(self._asks(later)), state=taken)
        return self._next(replace(taken, left=taken.left[1:]))

    def _next(self, state: Waiting) -> sdk.Turn:
        """The question of the next record, or the page when there is none left."""
        if state.left:
            ask, *ahead = self._asks(state)
            return sdk.Turn(ask=ask, ahead=tuple(ahead), state=state)
        details: defaultdict[str, list[msgspec.Raw]] = defaultdict(list)
        for own, row in state.found:
            details[own].append(row)
        page = state.page
        records = self.follow.joined(page.records, state.rows, details) if details else page.records
        return sdk.Turn(ask=page.ask, state=page.state, records=records, bookmark=page.bookmark, whole=page.whole)

    def _asks(self, state: Waiting) -> Iterator[sdk.Ask]:
        """The questions of the next records, then that of the next page."""
        for own in state.left[:NEAR]:
            yield sdk.Ask(path=self.follow.path.format(id=quote(own, safe="")), params=(LIST_PAGE,))
        if state.page.ask is not None:
            yield state.page.ask
