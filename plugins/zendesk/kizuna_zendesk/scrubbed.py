"""Users deleted for good: what is left of them takes the place of what is held."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from kizuna import sdk
from kizuna_zendesk.readings import NOT_FOUND, PageCursor, asked, listed, opened

PATH, ITEMS = "/api/v2/deleted_users.json", "deleted_users"
PARAMS = (("page[size]", "100"),)
SCRUBBED_NAME = "Permanently Deleted User"
"""What the vendor calls every user who was deleted for good. Source: its OpenAPI description, Permanently Delete User."""

LISTING, LISTED_ON = "bin", "bin_day"
"""In the bookmark: where the list of the deleted stands, and the day on which it was last read to its end."""


class Deleted(msgspec.Struct):
    """What tells a scrubbed user."""

    name: str | None = None


_DELETED = msgspec.json.Decoder(Deleted)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a pass stands: in the export (its own ``state``) or, with ``mark``, in the list after it."""

    day: str
    state: Any = None
    mark: sdk.Bookmark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithScrubbed:
    """An export of users, followed once a day by those of the deleted who were scrubbed.

    Whether the export itself shows a user again whose name was scrubbed is nowhere documented; the list of the deleted
    does. Bookmark: that of the export with the day of the last list, and the list's cursor while it is being read.
    """

    export: sdk.Reading

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        mark = {} if bookmark is None else dict(bookmark)
        day = start.now.date().isoformat()
        if not start.full and LISTING in mark:
            ask = sdk.Ask(path=PATH, params=PARAMS).having(**{"page[after]": str(mark[LISTING])})
            return sdk.Turn(ask=ask, state=Stage(day, mark=mark))
        begun = self.export.begin(bookmark, start)
        if not start.full and mark.get(LISTED_ON) == day:
            return sdk.Turn(ask=begun.ask, state=Stage("", begun.state, {LISTED_ON: day}))
        return sdk.Turn(ask=begun.ask, state=Stage(day, begun.state))

    def turn(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        stage = state if isinstance(state, Stage) else Stage("")
        if ask.path == PATH:
            return self._listed(stage, ask, answer)
        turn = self.export.turn(stage.state, ask, answer)
        kept = {LISTED_ON: stage.mark[LISTED_ON]} if stage.mark else {}
        mark = {**turn.bookmark, **kept} if turn.bookmark is not None else None
        if turn.ask is not None or not stage.day:
            held = Stage(stage.day, turn.state, stage.mark)
            return msgspec.structs.replace(turn, state=held, bookmark=mark)
        # The bookmark says nothing of the list before a page of it was there: where it is refused, the export goes on.
        following = sdk.Ask(path=PATH, params=PARAMS)
        held = Stage(stage.day, mark=turn.bookmark or {})
        return sdk.Turn(ask=following, state=held, records=turn.records, bookmark=turn.bookmark)

    def _listed(self, stage: Stage, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        mark = dict(stage.mark or {})
        mark.pop(LISTING, None)
        done = {**mark, LISTED_ON: stage.day}
        if answer.status == NOT_FOUND:
            return sdk.Turn(bookmark=done)
        page = opened(answer, PATH)
        records = tuple(scrubbed(listed(page, ITEMS, PATH)))
        following = PageCursor().following(ask, page, None)
        if following is None:
            return sdk.Turn(records=records, bookmark=done)
        held = {**mark, LISTING: asked(following, "page[after]")}
        return sdk.Turn(ask=following, state=Stage(stage.day, mark=held), records=records, bookmark=held)


def scrubbed(rows: Sequence[msgspec.Raw]) -> Iterator[sdk.Record]:
    """Those of the deleted who were deleted for good; the others stand in the export as they were deleted."""
    for row in rows:
        try:
            name = _DELETED.decode(row).name
        except msgspec.DecodeError:
            continue  # not a user; the export tells of every one in its own words
        if name == SCRUBBED_NAME:
            yield sdk.Record(raw=row, deleted=sdk.SCRUBBED)
