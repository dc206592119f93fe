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
        """The name of that list in its answer, or of the one object that the answer holds."""
        ...

    @property
    def paged(self) -> bool:
        """Whether it is a list, which is asked for page by page."""
        ...

    @property
    def unless(self) -> str | None:
        """A page with the list of that name beside its records needs no questions."""
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
class Question:
    """What is to be asked of one record."""

    follow: FollowUp
    id: str

    def ask(self) -> sdk.Ask:
        """The question as it is sent."""
        params = (LIST_PAGE,) if self.follow.paged else ()
        return sdk.Ask(path=self.follow.path.format(id=quote(self.id, safe="")), params=params)

    def rows(self, details: Mapping[str, msgspec.Raw], path: str) -> list[msgspec.Raw]:
        """The rows of the answer, or its one object. Raises PageError when there is neither."""
        if not self.follow.paged and self.follow.items in details:
            return [details[self.follow.items]]
        return listed(details, self.follow.items, path)


Found = tuple[tuple[Question, msgspec.Raw], ...]
"""What was answered so far, row by row."""


def questions(
    follows: Sequence[FollowUp], page: Mapping[str, msgspec.Raw], rows: Sequence[msgspec.Raw]
) -> tuple[Question, ...]:
    """All that is to be asked of the records of a page."""
    return tuple(
        Question(follow, own) for follow in follows if follow.unless not in page for own in follow.wanted(rows)
    )


def together(records: Sequence[sdk.Record], rows: Sequence[msgspec.Raw], found: Found) -> Sequence[sdk.Record]:
    """The page's records together with all that was found."""
    details: defaultdict[FollowUp, defaultdict[str, list[msgspec.Raw]]] = defaultdict(lambda: defaultdict(list))
    for question, row in found:
        details[question.follow][question.id].append(row)
    for follow, of_records in details.items():
        records = follow.joined(records, rows, of_records)
    return records


@dataclass(frozen=True, slots=True)
class Waiting:
    """A page that waits for answers: the first of ``left`` is being asked."""

    page: sdk.Turn
    rows: Sequence[msgspec.Raw]
    left: tuple[Question, ...]
    found: Found = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """An export, each page followed by questions of single records.

    A page and what it makes necessary are one step: its bookmark moves when all of it is there, so that a crash between
    asks the page again. A record that is gone by then is no error. Bookmark: that of the export.
    """

    export: CursorExport | TimeExport
    follows: tuple[FollowUp, ...]

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        return self.export.begin(bookmark, start)

    def turn(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        if not isinstance(state, Waiting):
            page = self.export.turn(state, ask, answer)
            shown = opened(answer, ask.path)
            rows = listed(shown, self.export.items, ask.path)
            return self._next(Waiting(page, rows, questions(self.follows, shown, rows)))
        question, *others = state.left
        if answer.status == NOT_FOUND:
            return self._next(replace(state, left=tuple(others)))
        details = opened(answer, ask.path)
        found = tuple((question, row) for row in question.rows(details, ask.path))
        taken = replace(state, found=(*state.found, *found))
        following = PageCursor().following(ask, details, None)
        if following is not None:
            later = replace(taken, left=tuple(others))
            return sdk.Turn(ask=following, ahead=tuple(self._asks(later)), state=taken)
        return self._next(replace(taken, left=tuple(others)))

    def _next(self, state: Waiting) -> sdk.Turn:
        """The question of the next record, or the page when there is none left."""
        if state.left:
            ask, *ahead = self._asks(state)
            return sdk.Turn(ask=ask, ahead=tuple(ahead), state=state)
        page = state.page
        records = together(page.records, state.rows, state.found)
        return sdk.Turn(ask=page.ask, state=page.state, records=records, bookmark=page.bookmark, whole=page.whole)

    def _asks(self, state: Waiting) -> Iterator[sdk.Ask]:
        """The questions of the next records, then that of the next page."""
        for question in state.left[:NEAR]:
            yield question.ask()
        if state.page.ask is not None:
            yield state.page.ask
