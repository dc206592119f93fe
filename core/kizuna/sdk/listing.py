"""The common reading: a list endpoint, paged, asked for what changed since the last whole pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from kizuna.errors import PageError
from kizuna.sdk.paging import Envelope, Paging, SinglePage
from kizuna.sdk.payload import Payload
from kizuna.sdk.reading import Answer, Ask, Bookmark, Record, Start, Turn
from kizuna.sdk.values import instant

P = TypeVar("P", bound=Payload)
_ENVELOPE = msgspec.json.Decoder(dict[str, msgspec.Raw])
_RECORDS = msgspec.json.Decoder(list[msgspec.Raw])
_ID = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Changes(Protocol):
    """How a list is asked for only what changed."""

    def asking(self, ask: Ask, since: datetime) -> Ask:
        """``ask`` with the vendor's way of saying «changed since»."""
        ...


@dataclass(frozen=True)  # no slots: Python 3.11 cannot subscript a slotted generic
class Since(Generic[P]):
    """A query parameter that means «changed at or after».

    ``at`` reads the record's own modification time, which becomes the next watermark: source times only, our clock
    plays no part. ``overlap`` is asked again each time, for records that become visible late.
    """

    param: str
    at: Callable[[P], datetime | None]
    form: str = "iso"  # "iso" or "epoch" seconds
    overlap: timedelta = timedelta(minutes=5)

    def asking(self, ask: Ask, since: datetime) -> Ask:
        begin = since - self.overlap
        value = str(int(begin.timestamp())) if self.form == "epoch" else begin.isoformat().replace("+00:00", "Z")
        return ask.having(**{self.param: value})


@dataclass(frozen=True, kw_only=True)  # no slots: Python 3.11 cannot subscript a slotted generic
class Listing(Generic[P]):
    """A paged list. ``items`` is the dotted path of the records ("" when the answer is the list itself).

    Without ``since`` every pass reads the whole list. Bookmark: ``watermark`` (of the last whole pass), ``high`` (the
    latest time seen in this pass), ``ask`` (the next page of an unfinished pass).
    """

    path: str
    payload: type[P]
    items: str = "data"
    paging: Paging = field(default_factory=SinglePage)
    since: Since[P] | None = None
    params: tuple[tuple[str, str], ...] = ()
    id_field: str = "id"
    family: str = "default"

    def begin(self, bookmark: Bookmark | None, start: Start) -> Turn:
        mark = {} if bookmark is None or start.full else dict(bookmark)
        if "ask" in mark:
            return Turn(ask=msgspec.convert(mark["ask"], Ask), state=mark)
        ask = Ask(path=self.path, params=self.params, family=self.family)
        watermark = instant(mark.get("watermark"))
        if self.since is not None and watermark is not None:
            ask = self.since.asking(ask, watermark)
        return Turn(ask=ask, state={"watermark": mark.get("watermark"), "high": None, "whole": watermark is None})

    def turn(self, state: Any, ask: Ask, answer: Answer) -> Turn:
        envelope, raws = self.opened(answer.body)
        high = self._highest(raws, state.get("high"))
        following = self.paging.following(ask, envelope, self._last_id(raws))
        records = tuple(Record(raw=raw) for raw in raws)
        if following is not None:
            mark = {**state, "high": high, "ask": msgspec.to_builtins(following)}
            return Turn(ask=following, state=mark, records=records, bookmark=mark)
        return Turn(
            records=records,
            # Nothing to go on from where every pass is whole: an empty bookmark tells the engine so, and it may sweep.
            bookmark={"watermark": high or state.get("watermark")} if self.since is not None else {},
            whole=bool(state.get("whole")),
        )

    def opened(self, body: bytes) -> tuple[Envelope, list[msgspec.Raw]]:
        """The envelope and the raw records. Raises PageError when the records are not where they should be."""
        try:
            if not self.items:
                return {}, _RECORDS.decode(body)
            envelope = _ENVELOPE.decode(body)
            inner: Any = envelope
            *steps, last = self.items.split(".")
            for step in steps:
                inner = _ENVELOPE.decode(inner[step])
            return envelope, _RECORDS.decode(inner[last])
        except (msgspec.DecodeError, KeyError, UnicodeDecodeError) as error:
            raise PageError(f"{self.path}: the answer has no list at {self.items!r}; the page is refused") from error

    def _highest(self, raws: list[msgspec.Raw], high: str | None) -> str | None:
        if self.since is None:
            return high
        latest = instant(high)
        decoder = msgspec.json.Decoder(self.payload)
        for raw in raws:
            try:
                at = self.since.at(decoder.decode(raw))
            except (msgspec.DecodeError, ValueError):
                continue  # the engine quarantines it; it cannot move the watermark
            if at is not None and (latest is None or at > latest):
                latest = at
        return latest.isoformat() if latest else None

    def _last_id(self, raws: list[msgspec.Raw]) -> str | None:
        if not raws:
            return None
        try:
            found = _ID.decode(raws[-1]).get(self.id_field)
        except msgspec.DecodeError:
            return ""
        return "" if found is None else str(msgspec.json.decode(found))
