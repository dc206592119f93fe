"""The conversation with a vendor as values: what to ask, what came back, what to ask next.

A :class:`Reading` is a pure state machine. It never waits, retries or writes: the engine sends each :class:`Ask`,
hands the :class:`Answer` to ``turn`` and commits the records together with the bookmark in one transaction.
After a crash the engine calls ``begin`` with the last committed bookmark, so a bookmark must be enough to go on.
A reading that knows what it will ask later says so (``Turn.ahead``); the engine then asks several questions at once, and
the reading still sees one answer after the other, in its own order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol, runtime_checkable

import msgspec

Bookmark = dict[str, Any]
"""Where a stream stands: JSON values only, at most some kilobytes, no record's content."""


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One request. ``path`` is relative to the connector's base URL, or absolute when the vendor gave a link."""

    path: str
    params: tuple[tuple[str, str], ...] = ()
    method: str = "GET"
    json: Any = None
    form: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    family: str = "default"  # the limit it counts against

    def having(self, **params: str | None) -> Ask:
        """The same request with these query parameters set (None removes one)."""
        kept = tuple((name, value) for name, value in self.params if name not in params)
        new = tuple((name, value) for name, value in params.items() if value is not None)
        return msgspec.structs.replace(self, params=kept + new)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back, whole, and to which ask where it was sent. Header names are in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    asked_at: datetime  # our clock, when the request left
    ask: Ask | None = None

    def date(self) -> datetime:
        """The vendor's own clock when it answered (``Date`` header), else when we asked."""
        try:
            return parsedate_to_datetime(self.headers["date"]).astimezone(UTC)
        except (KeyError, ValueError):
            return self.asked_at


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One record of a page: the raw JSON bytes and what only the page could tell of it."""

    raw: bytes | msgspec.Raw
    id: str | None = None  # where ``raw`` is no whole record (a tombstone that names only the id)
    deleted: str | None = None  # the reason when the vendor says it is gone: "deleted", "archived", "merged"
    version: datetime | None = None  # when the vendor changed it, where the record itself does not say


ERASED = "erased"
"""The reason of a deletion that wants the record's past forgotten as well: every payload, version and dated fact of it."""
SCRUBBED = "scrubbed"
"""The same of a record that the vendor goes on showing, emptied of what it said of a person."""


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A record to read again, and when the vendor says that it changed (by the vendor's clock), where it does say so.

    ``deleted``: the vendor said that it is gone, or why (:data:`ERASED`). One that is not found without that may only not
    be shown yet. ``parent`` is that of its :class:`Hint`.
    """

    id: str
    at: datetime | None = None
    deleted: bool | str = False
    parent: str | None = None


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What a reading may know when it begins. ``now`` is ours; a window's end should use the vendor's clock.

    ``unbroken``: the engine has seen every page since the pass began, so that it will believe a ``whole`` of this
    conversation and delete what was not seen. Without it a pass that had to find what is gone has found nothing.
    """

    now: datetime
    full: bool = False  # the administrator asked for everything again
    unbroken: bool = False


class Turn(msgspec.Struct, kw_only=True):
    """One step: records to commit with ``bookmark`` (None leaves it as it is), then the next ask (None ends the stream).

    ``state`` is handed to the next ``turn``; it is lost in a crash. ``whole`` says on the last turn that this
    conversation listed every living record of the stream, so that what was not seen is gone.

    ``ahead`` names questions that later turns are expected to ask, the next first. The engine may send the first of them
    already now; each answer still comes to ``turn`` by itself, when a turn asks that very question. Name only questions
    that an answer of this moment serves. Those already sent that a later turn no longer names are given up.
    """

    ask: Ask | None = None
    ahead: tuple[Ask, ...] = ()
    state: Any = None
    records: Sequence[Record] = ()
    bookmark: Bookmark | None = None
    whole: bool = False


class Reading(Protocol):
    """How a stream is read, as a pure state machine; see the module's docstring."""

    def begin(self, bookmark: Bookmark | None, start: Start) -> Turn:
        """The first ask: the whole stream when ``bookmark`` is None or ``start.full``, else what changed since."""
        ...

    def turn(self, state: Any, ask: Ask, answer: Answer) -> Turn:
        """The records of this answer and what to ask next.

        Raises PageError when the answer is not what the vendor documents: the page is refused and asked again.
        """
        ...


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """What gives back all that a reading holds at its vendor, in this order; ``bookmark`` is the one without it."""

    asks: tuple[Ask, ...]
    bookmark: Bookmark | None


@runtime_checkable
class Closing(Protocol):
    """A reading that begins something at its vendor which its bookmark names, such as a job, and can give it back."""

    def close(self, bookmark: Bookmark) -> Closed | None:
        """What to send when nobody goes on from this bookmark, None when it holds nothing. Pure.

        It is sent when a run fails or is cancelled, and before everything is read again: within a few seconds, at most once,
        whatever is answered. The vendor must forget by itself what is left.
        """
        ...
