"""Certain records only, asked for by their ids: what a webhook names.

A hundred are shown at once. One that is left out is asked for by itself, for a user that was deleted, and maybe what was archived,
is shown only so; what is then not found is gone where a delivery said so, else it may only not be shown yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec

from kizuna import sdk
from kizuna_zendesk.following import NEAR, FollowUp, Found, Question, questions, together
from kizuna_zendesk.readings import NOT_FOUND, PageCursor, Shaping, listed, opened
from kizuna_zendesk.sideloads import Sideload, id_of

SHOWN_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Left:
    """What is still to be asked, and what the batch in hand has brought.

    ``batches``: ids not asked for yet; ``singles``: those of the batch that were left out; ``left``: what is then asked
    of single records.
    """

    batches: tuple[tuple[str, ...], ...]
    singles: tuple[str, ...] = ()
    left: tuple[Question, ...] = ()
    rows: tuple[msgspec.Raw, ...] = ()
    gone: tuple[sdk.Record, ...] = ()
    found: Found = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class These:
    """The named records of a collection; no bookmark, and nothing is said of others.

    ``one`` is the collection's name in the singular, ``params`` asks for what comes beside, ``follows`` for what is asked
    record by record.
    """

    items: str
    one: str
    named: tuple[sdk.Named, ...]
    params: tuple[tuple[str, str], ...] = ()
    sideloads: tuple[Sideload, ...] = ()
    follows: tuple[FollowUp, ...] = ()
    shaped: Shaping | None = None

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        ids = tuple(dict.fromkeys(each.id for each in self.named if each.id.isdecimal()))  # others name no record here
        batches = (ids[begin : begin + SHOWN_AT_ONCE] for begin in range(0, len(ids), SHOWN_AT_ONCE))
        return self._batch(Left(tuple(batches)), ())

    def turn(self, state: Left, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        if state.singles:
            return self._next(self._shown(state, ask, answer))
        if state.left:
            return self._listed(state, ask, answer)
        page = opened(answer, ask.path)
        rows = self._joined(page, listed(page, self.items, ask.path))
        here = {id_of(row, "id") for row in rows}
        asked, *batches = state.batches
        singles = tuple(each for each in asked if each not in here)
        return self._next(Left(tuple(batches), singles, questions(self.follows, page, rows), rows))

    def _shown(self, left: Left, ask: sdk.Ask, answer: sdk.Answer) -> Left:
        """What came of the question for a single record."""
        own, *others = left.singles
        if answer.status == NOT_FOUND:
            told = {each.deleted for each in self.named if each.id == own and each.deleted}
            if not told:
                return replace(left, singles=tuple(others))
            raw, reason = msgspec.json.encode({"id": own}), sdk.ERASED if sdk.ERASED in told else "deleted"
            gone = sdk.Record(raw=raw, id=own, deleted=reason, version=answer.date())
            return replace(left, singles=tuple(others), gone=(*left.gone, gone))
        page = opened(answer, ask.path)
        if self.one not in page:
            raise sdk.PageError(f"{ask.path}: the answer has no {self.one!r}; the page is refused")
        rows = self._joined(page, [page[self.one]])
        more = questions(self.follows, page, rows)
        return replace(left, singles=tuple(others), rows=(*left.rows, *rows), left=(*left.left, *more))

    def _listed(self, left: Left, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        """What came of the question for a record's own list; a record that went meanwhile has none."""
        question, *others = left.left
        later = replace(left, left=tuple(others))
        if answer.status == NOT_FOUND:
            return self._next(later)
        details = opened(answer, ask.path)
        found = (*left.found, *((question, row) for row in question.rows(details, ask.path)))
        following = PageCursor().following(ask, details, None)
        if following is not None:
            return sdk.Turn(ask=following, state=replace(left, found=found))
        return self._next(replace(later, found=found))

    def _next(self, left: Left) -> sdk.Turn:
        """The next question of the batch in hand, or its records and the next batch."""
        asks = list(self._asks(left))
        if asks:
            return sdk.Turn(ask=asks[0], ahead=tuple(asks[1:]), state=left)
        records = together(tuple(sdk.Record(raw=row) for row in left.rows), left.rows, left.found)
        return self._batch(Left(left.batches), (*records, *left.gone))

    def _batch(self, left: Left, records: tuple[sdk.Record, ...]) -> sdk.Turn:
        if not left.batches:
            return sdk.Turn(records=records)
        params = (("ids", ",".join(left.batches[0])), *self.params)
        ask = sdk.Ask(path=f"/api/v2/{self.items}/show_many.json", params=params)
        return sdk.Turn(ask=ask, state=left, records=records)

    def _asks(self, left: Left) -> Iterator[sdk.Ask]:
        """The next questions of single records."""
        for own in left.singles[:NEAR]:
            yield sdk.Ask(path=f"/api/v2/{self.items}/{own}.json", params=self.params)
        if not left.singles:
            yield from (question.ask() for question in left.left[:NEAR])

    def _joined(self, page: dict[str, msgspec.Raw], rows: list[msgspec.Raw]) -> tuple[msgspec.Raw, ...]:
        """The rows with what came beside them."""
        for sideload in self.sideloads:
            if sideload.items in page:
                rows = sideload.joined(rows, listed(page, sideload.items, self.items))
        return tuple(self.shaped(rows) if self.shaped is not None else rows)
