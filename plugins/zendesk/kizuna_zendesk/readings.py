"""How Zendesk is read: cursor exports, time-based exports, cursor-paged lists; each a pure state machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from kizuna import sdk
from kizuna_zendesk.sideloads import Sideload

INCREMENTAL = "incremental"
"""The limit family of every export: ten requests a minute for all of them together."""

FULL_PAGE = 1000
"""Rows of a full page of a time-based export."""

WITHHELD = timedelta(seconds=90)
"""A start time must be a minute old; half a minute more for clocks that differ."""

NOT_FOUND = 404

LISTING, WHOLE = "listing", "whole"
"""Where a full reading stands: in its list, or in the export after it."""

_ENVELOPE = msgspec.json.Decoder(dict[str, msgspec.Raw])
_RECORDS = msgspec.json.Decoder(list[msgspec.Raw])
_TEXT = msgspec.json.Decoder(str | None)
_TRUTH = msgspec.json.Decoder(bool | None)
_SECONDS = msgspec.json.Decoder(int | float | None)
_NOTHING = msgspec.Raw(b"null")

P = TypeVar("P", bound=sdk.Payload)

Split = Callable[[Sequence[msgspec.Raw]], Iterable[sdk.Record]]
"""Makes records of the rows of a page."""


Shaping = Callable[[Sequence[msgspec.Raw]], list[msgspec.Raw]]
"""Adds to each row of a page what can be told from the row itself."""


def whole_rows(rows: Sequence[msgspec.Raw]) -> Iterable[sdk.Record]:
    """Each row is a record."""
    return (sdk.Record(raw=row) for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class CursorExport:
    """A cursor-based incremental export. Bookmark: ``cursor``, opaque, of the last page taken.

    A start time is sent on the very first request only: sent again, rows are lost. A poll with nothing new may answer
    with a null cursor, which never replaces the one we hold. Only ``end_of_stream`` ends a pass; a cursor that stands
    still without it would be asked for ever, so the page is refused. No pass of an export is a whole listing: what
    changed in the last minute is withheld.
    """

    path: str
    items: str
    params: tuple[tuple[str, str], ...] = ()
    sideloads: tuple[Sideload, ...] = ()
    shaped: Shaping | None = None

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        cursor = None if start.full or bookmark is None else bookmark.get("cursor")
        first = ("cursor", str(cursor)) if cursor else ("start_time", "0")
        ask = sdk.Ask(path=self.path, params=(*self.params, first), family=INCREMENTAL)
        return sdk.Turn(ask=ask)

    def turn(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        page = opened(answer, self.path)
        rows = listed(page, self.items, self.path)
        for sideload in self.sideloads:
            if sideload.items in page:
                rows = sideload.joined(rows, listed(page, sideload.items, self.path))
        if self.shaped is not None:
            rows = self.shaped(rows)
        after, held = text_of(page, "after_cursor"), asked(ask, "cursor")
        ended = truth_of(page, "end_of_stream")
        records = tuple(whole_rows(rows))
        if ended:
            cursor = after or held
            return sdk.Turn(records=records, bookmark={"cursor": cursor} if cursor else None)
        if ended is None or after is None or after == held:
            raise sdk.PageError(
                f"{self.path}: the export says it goes on but its cursor does not; nothing of the page is taken, "
                "and the next run asks again"
            )
        return sdk.Turn(ask=ask.having(cursor=after, start_time=None), records=records, bookmark={"cursor": after})


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeExport:
    """A time-based incremental export. Bookmark: ``start_time``, the vendor's ``end_time`` of the last page taken.

    The boundary is inclusive, so that rows of that second come again (and change nothing). ``next_page`` is there even
    at the end and is not followed. Where more rows than a page share one second the export cannot go on: it would answer
    the same page for ever, and stepping over the second would lose rows, so the page is refused. A page that stands still
    and is not full has shown all there is, whatever it says of the end.
    """

    path: str
    items: str
    params: tuple[tuple[str, str], ...] = ()
    split: Split = whole_rows

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        mark = {} if start.full or bookmark is None else bookmark
        held = int(mark.get("start_time") or 0)
        return self.since(min(held, int((start.now - WITHHELD).timestamp())), WHOLE if mark.get(WHOLE) else None)

    def since(self, start_time: int, state: Any = None) -> sdk.Turn:
        """The first ask of a pass that begins at that second."""
        params = (*self.params, ("start_time", str(max(0, start_time))))
        return sdk.Turn(ask=sdk.Ask(path=self.path, params=params, family=INCREMENTAL), state=state)

    def turn(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        page = opened(answer, self.path)
        rows = listed(page, self.items, self.path)
        since, end_time = int(asked(ask, "start_time") or 0), seconds_of(page, "end_time")
        ended = truth_of(page, "end_of_stream")
        if ended is None:  # answers of old accounts lack it; a page that is not full is the last
            ended = len(rows) < FULL_PAGE
        records = tuple(self.split(rows))
        mark: sdk.Bookmark | None = {"start_time": max(since, end_time)} if end_time is not None else None
        if ended:
            if mark is None and state == WHOLE:
                mark = {"start_time": since}
            return sdk.Turn(records=records, bookmark=mark, whole=state == WHOLE)
        if end_time is None or end_time <= since:
            if len(rows) < int(asked(ask, "per_page") or FULL_PAGE):
                return sdk.Turn(records=records, bookmark=mark or {"start_time": since}, whole=state == WHOLE)
            raise sdk.PageError(
                f"{self.path}: {len(rows)} rows share the second {since} and the export cannot go beyond it; "
                "nothing of the page is taken; change one of these records in the vendor, so that they spread"
            )
        mark = {"start_time": end_time, WHOLE: True} if state == WHOLE else {"start_time": end_time}
        return sdk.Turn(ask=ask.having(start_time=str(end_time)), state=state, records=records, bookmark=mark)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweptExport:
    """A time-based export whose full reading first lists what is there, since the export need not show what is gone.

    The list proves absence (the engine knows whether it was read without a break); the export then goes on from before
    the list began. Bookmark: that of the export, or ``listing`` (the list's cursor) with ``since`` (where the export will
    begin, by the vendor's own clock).
    """

    export: TimeExport
    path: str
    params: tuple[tuple[str, str], ...]

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        mark = {} if start.full or bookmark is None else bookmark
        if not start.full and LISTING not in mark:
            return self.export.begin(bookmark, start)
        ask = sdk.Ask(path=self.path, params=self.params).having(**{"page[after]": mark.get(LISTING)})
        return sdk.Turn(ask=ask, state={"since": mark.get("since")})

    def turn(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        if not isinstance(state, dict):
            return self.export.turn(state, ask, answer)
        page = opened(answer, self.path)
        records = tuple(whole_rows(listed(page, self.export.items, self.path)))
        since = state["since"]
        if since is None:
            since = int((answer.date() - WITHHELD).timestamp())
        following = PageCursor().following(ask, page, None)
        if following is not None:
            mark = {LISTING: asked(following, "page[after]"), "since": since}
            return sdk.Turn(ask=following, state={"since": since}, records=records, bookmark=mark)
        begun = self.export.since(since, WHOLE)
        return sdk.Turn(ask=begun.ask, state=begun.state, records=records, bookmark={"start_time": since, WHOLE: True})


@dataclass(frozen=True, slots=True)
class PageCursor:
    """Cursor pagination of lists, for ``sdk.Listing``: stops at ``meta.has_more``, for ``links.next`` never ends.

    Raises PageError when the list goes on but its cursor stands still.
    """

    def following(self, ask: sdk.Ask, envelope: Mapping[str, Any], last_id: str | None) -> sdk.Ask | None:
        meta = _meta(envelope)
        if not meta.has_more:
            return None
        if not meta.after_cursor or meta.after_cursor == asked(ask, "page[after]"):
            raise sdk.PageError(f"{ask.path}: the list says it goes on but its cursor does not; the page is refused")
        return ask.having(**{"page[after]": meta.after_cursor})

    def imitate(self, ask: sdk.Ask, ids: Sequence[str], size: int) -> tuple[int, int, dict[str, Any]]:
        begin = int(asked(ask, "page[after]") or 0)
        end = min(begin + size, len(ids))
        return begin, end, {"meta": {"has_more": end < len(ids), "after_cursor": str(end), "before_cursor": str(begin)}}


@dataclass(frozen=True, kw_only=True)
class DeskListing(sdk.Listing[P]):
    """A cursor-paged list that may not be there in every plan. Raises DegradedError when it is not."""

    paging: sdk.Paging = field(default_factory=PageCursor)

    def turn(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        if answer.status == NOT_FOUND:
            opened(answer, self.path)
        return super().turn(state, ask, answer)


@dataclass(frozen=True, slots=True)
class PageNumbers:
    """Pages by number, for lists of few rows that know no cursor: stops where there is no next page."""

    def following(self, ask: sdk.Ask, envelope: Mapping[str, Any], last_id: str | None) -> sdk.Ask | None:
        if last_id is None or text_of(envelope, "next_page") is None:
            return None
        return ask.having(page=str(int(asked(ask, "page") or 1) + 1))

    def imitate(self, ask: sdk.Ask, ids: Sequence[str], size: int) -> tuple[int, int, dict[str, Any]]:
        page = int(asked(ask, "page") or 1)
        begin, end = (page - 1) * size, min(page * size, len(ids))
        return begin, end, {"next_page": f"{ask.path}?page={page + 1}" if end < len(ids) else None}


@dataclass(frozen=True)
class SinceMilliseconds(sdk.Since[P]):
    """«Changed since» in milliseconds, as the survey API counts."""

    def asking(self, ask: sdk.Ask, since: datetime) -> sdk.Ask:
        return ask.having(**{self.param: str(int((since - self.overlap).timestamp() * 1000))})


class Meta(msgspec.Struct):
    """Where a cursor-paged list stands."""

    has_more: bool = False
    after_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """Asks nothing: the stream is for files, what it would hold comes with another stream."""

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        return sdk.Turn()

    def turn(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        return sdk.Turn()


def opened(answer: sdk.Answer, path: str) -> dict[str, msgspec.Raw]:
    """The fields of an answer, undecoded.

    Raises PageError when it is no object, DegradedError when it says that nothing is there.
    """
    if answer.status == NOT_FOUND:
        raise sdk.DegradedError(f"{path}: not there ({NOT_FOUND}, RecordNotFound); check whether the plan has it.")
    try:
        return _ENVELOPE.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise sdk.PageError(f"{path}: the answer is no JSON object; the page is refused") from error


def listed(page: Mapping[str, msgspec.Raw], items: str, path: str) -> list[msgspec.Raw]:
    """The rows of that name, undecoded. Raises PageError when they are not there."""
    try:
        return _RECORDS.decode(page[items])
    except (KeyError, msgspec.DecodeError) as error:
        raise sdk.PageError(f"{path}: the answer has no list {items!r}; the page is refused") from error


def text_of(page: Mapping[str, msgspec.Raw], name: str) -> str | None:
    """That field as text, None when absent, null or empty. Raises PageError when it is something else."""
    found: str | None = _decoded(_TEXT, page, name)
    return found or None


def truth_of(page: Mapping[str, msgspec.Raw], name: str) -> bool | None:
    """That field as true or false, None when absent or null. Raises PageError when it is something else."""
    found: bool | None = _decoded(_TRUTH, page, name)
    return found


def seconds_of(page: Mapping[str, msgspec.Raw], name: str) -> int | None:
    """That field as whole seconds, None when absent or null. Raises PageError when it is something else."""
    found = _decoded(_SECONDS, page, name)
    return None if found is None else int(found)


def asked(ask: sdk.Ask, param: str) -> str | None:
    """The value of a query parameter, None when it was not sent."""
    return next((value for name, value in ask.params if name == param), None)


def _decoded(decoder: msgspec.json.Decoder[Any], page: Mapping[str, msgspec.Raw], name: str) -> Any:
    try:
        return decoder.decode(page.get(name, _NOTHING))
    except msgspec.DecodeError as error:
        raise sdk.PageError(f"{name}: not what the vendor documents; the page is refused") from error


def _meta(envelope: Mapping[str, Any]) -> Meta:
    try:
        return msgspec.json.decode(envelope.get("meta", b"{}"), type=Meta)
    except msgspec.DecodeError as error:
        raise sdk.PageError("meta: not what the vendor documents; the page is refused") from error
