"""How a collection is read: everything once, newest first; from then on what the events feed says has changed.

Stripe's lists know no «changed since». Its feed of events does, for 30 days; events carry old shapes and come twice, so
each one only says which object to read again. Bookmarks::

    {"phase": "listing", "since": T, "after": id, "at": created}     a listing under way; T is the time before its start
    {"phase": "events", "since": T, "known": […]}                    a whole pass up to T; ids of events just before T
    {"phase": "events", "since": T, "known": […], "until": U, "after": evt, "noted": […]}   a pass under way

Source: https://docs.stripe.com/api/events/list (read 2026-05).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from kizuna import sdk
from kizuna_stripe.errors import BAD_REQUEST, fault
from kizuna_stripe.events import Event, Feed
from kizuna_stripe.pages import PAGE_SIZE, Page, Rest, last_mark, page_of

KEPT_S = 30 * 86_400  # how long Stripe keeps events
MARGIN_S = 86_400  # a pass takes its time; what is older than the window is lost without a word
LOOKBACK_S = 600  # events surface late and share their second with others
NOTED_MOST = 400  # event ids in a bookmark: about eight kilobytes
DONE_MOST = 20_000  # ids of objects that one pass remembers; beyond, an object may be read twice

_EVENT = msgspec.json.Decoder(Event)


@dataclass(frozen=True, slots=True)
class Errands:
    """What must be asked before a page can be handed over: objects to read again, lists to complete.

    ``ids`` are still to be read again, ``cut`` are records still to be completed, ``closing`` is the page's own turn.
    """

    closing: sdk.Turn
    ready: tuple[sdk.Record, ...] = ()
    ids: tuple[str, ...] = ()
    cut: tuple[sdk.Record, ...] = ()
    entries: tuple[msgspec.Raw, ...] = ()  # of the first of ``cut``, so far


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing under way: ``mark`` is its bookmark so far, empty before the first answer."""

    mark: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pass:
    """A pass through the events under way: ``mark`` is its bookmark so far, ``done`` the objects already seen in it."""

    mark: Mapping[str, Any]
    done: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingThenEvents:
    """The reading of one collection.

    ``params`` belong to its list; ``expand`` names what is expanded in an object; ``rest`` is the list inside an object
    that Stripe cuts.
    """

    feed: Feed
    family: str
    params: tuple[tuple[str, str], ...] = ()
    expand: tuple[str, ...] = ()
    rest: Rest | None = None

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        if bookmark is None or start.full:
            return self._list({})
        return self._list(bookmark) if bookmark["phase"] == "listing" else self._events(bookmark)

    def turn(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        if isinstance(state, Errands):
            return self._errand(state, ask, answer)
        if answer.status >= BAD_REQUEST:
            return self._cursor_lost(state, ask, answer)
        page = page_of(answer, ask.path)
        since = state.mark.get("since")
        if since is not None and answer.date().timestamp() - since > KEPT_S - MARGIN_S:
            # By Stripe's own clock the feed no longer reaches back to the mark: only the list knows what happened since.
            return self._list({})
        return (self._listed if isinstance(state, Listing) else self._heard)(state, ask, answer, page)

    # -- the listing ---------------------------------------------------------------------------------------------

    def _list(self, mark: Mapping[str, Any]) -> sdk.Turn:
        expanded = tuple(("expand[]", f"data.{path}") for path in self.expand)
        ask = sdk.Ask(
            path=f"/v1/{self.feed.collection}",
            params=(("limit", PAGE_SIZE), *self.params, *expanded),
            family=self.family,
        )
        return sdk.Turn(ask=ask.having(starting_after=mark.get("after")), state=Listing(mark))

    def _listed(self, state: Listing, ask: sdk.Ask, answer: sdk.Answer, page: Page) -> sdk.Turn:
        # The mark is set by the first answer, so that no event can fall between the listing and the feed.
        since = state.mark.get("since", int(answer.date().timestamp()))
        records = tuple(sdk.Record(raw=raw, version=answer.asked_at) for raw in page.data)
        if not page.has_more:
            closing = sdk.Turn(bookmark={"phase": "events", "since": since, "known": []}, whole=True)
            return self._completing(Errands(closing), records)
        last = last_mark(page, ask)
        mark = {"phase": "listing", "since": since, "after": last.id, "at": last.created}
        following = ask.having(starting_after=last.id)
        return self._completing(Errands(sdk.Turn(ask=following, state=Listing(mark), bookmark=mark)), records)

    def _cursor_lost(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        """The object or event that the next page began after is gone: begin again at its time, or at the feed's start."""
        if fault(answer).param != "starting_after" or not any(name == "starting_after" for name, _ in ask.params):
            raise sdk.PageError(f"stripe: {ask.path} says that something is missing; the page is refused")
        if isinstance(state, Pass):
            return self._events({name: state.mark[name] for name in ("phase", "since", "known")})
        at = state.mark.get("at")
        again = ask.having(starting_after=None, **{"created[lte]": None if at is None else str(at)})
        return sdk.Turn(ask=again, state=state)

    # -- the events ----------------------------------------------------------------------------------------------

    def _events(self, mark: Mapping[str, Any]) -> sdk.Turn:
        types = tuple(("types[]", name) for name in self.feed.types)
        since = max(0, mark["since"] - LOOKBACK_S)
        ask = sdk.Ask(
            path="/v1/events",
            params=(("limit", PAGE_SIZE), ("created[gte]", str(since)), *types),
            family=self.family,
        )
        return sdk.Turn(ask=ask.having(starting_after=mark.get("after")), state=Pass(mark))

    def _heard(self, state: Pass, ask: sdk.Ask, answer: sdk.Answer, page: Page) -> sdk.Turn:
        until = state.mark.get("until", max(int(answer.date().timestamp()), state.mark["since"]))
        events = _events_of(page)
        noted = (*state.mark.get("noted", ()), *(event.id for event in events if event.created >= until - LOOKBACK_S))
        known = frozenset(state.mark["known"])
        done, again, gone = self._changed([event for event in events if event.id not in known], state.done)
        tombstones = tuple(_tombstone(object_id, answer) for object_id in gone)
        if not page.has_more:
            closing = sdk.Turn(bookmark={"phase": "events", "since": until, "known": list(noted[:NOTED_MOST])})
            return self._rereading(Errands(closing, ready=tombstones, ids=again))
        last = last_mark(page, ask)
        mark = {**state.mark, "until": until, "after": last.id, "noted": list(noted[:NOTED_MOST])}
        following = ask.having(starting_after=last.id)
        closing = sdk.Turn(ask=following, state=Pass(mark, done), bookmark=mark)
        return self._rereading(Errands(closing, ready=tombstones, ids=again))

    def _changed(
        self, events: list[Event], done: frozenset[str]
    ) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
        """The objects seen so far, those to read again, those that are gone: the newest event of an object decides."""
        again: dict[str, None] = {}
        gone: dict[str, None] = {}
        for event in events:
            subject = self.feed.subject(event)
            if subject is None or subject.id in done or subject.id in again or subject.id in gone:
                continue
            (gone if subject.deleted else again)[subject.id] = None
        kept = done if len(done) < DONE_MOST else frozenset()
        return kept.union(again, gone), tuple(again), tuple(gone)

    # -- errands -------------------------------------------------------------------------------------------------

    def _rereading(self, errands: Errands) -> sdk.Turn:
        """The next object to read again; the page's own turn when none is left."""
        if not errands.ids:
            return self._completing(errands, ())
        expanded = tuple(("expand[]", path) for path in self.expand)
        path = f"/v1/{self.feed.collection}/{errands.ids[0]}"
        return sdk.Turn(ask=sdk.Ask(path=path, params=expanded, family=self.family), state=errands)

    def _completing(self, errands: Errands, records: tuple[sdk.Record, ...]) -> sdk.Turn:
        """The first list to complete among the records; the page's own turn, with all records, when there is none."""
        cut: list[sdk.Record] = []
        whole: list[sdk.Record] = []
        for record in records:
            (cut if self._incomplete(record) else whole).append(record)
        held = replace(errands, ready=(*errands.ready, *whole), cut=(*errands.cut, *cut))
        if held.cut and self.rest is not None:
            object_id = self.rest.needed(held.cut[0].raw) or ""
            return sdk.Turn(ask=self.rest.ask(object_id, self.family), state=held)
        return msgspec.structs.replace(held.closing, records=held.ready)

    def _incomplete(self, record: sdk.Record) -> bool:
        return self.rest is not None and record.deleted is None and self.rest.needed(record.raw) is not None

    def _errand(self, state: Errands, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        if state.ids:
            record = _read_again(state.ids[0], answer)
            left = replace(state, ids=state.ids[1:])
            if self._incomplete(record):
                return self._rereading(replace(left, cut=(*left.cut, record)))
            return self._rereading(replace(left, ready=(*left.ready, record)))
        return self._completed(state, ask, answer)

    def _completed(self, state: Errands, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        """The rest of the list in hand, or the next record to complete."""
        first, *others = state.cut
        held = replace(state, cut=tuple(others), entries=())
        if self.rest is None or answer.status >= BAD_REQUEST:
            # The object went while its list was read; the feed will say so.
            return self._completing(replace(held, ready=(*held.ready, first)), ())
        page = page_of(answer, ask.path)
        entries = (*state.entries, *page.data)
        if page.has_more:
            following = ask.having(starting_after=last_mark(page, ask).id)
            return sdk.Turn(ask=following, state=replace(state, entries=entries))
        whole = msgspec.structs.replace(first, raw=self.rest.joined(bytes(first.raw), entries))
        return self._completing(replace(held, ready=(*held.ready, whole)), ())


class _Read(msgspec.Struct):
    id: str
    deleted: bool = False


_READ = msgspec.json.Decoder(_Read)


def _events_of(page: Page) -> list[Event]:
    try:
        return [_EVENT.decode(raw) for raw in page.data]
    except msgspec.DecodeError as error:
        raise sdk.PageError("stripe: /v1/events answered with what is no event; the page is refused") from error


def _read_again(object_id: str, answer: sdk.Answer) -> sdk.Record:
    """The object as it is now; a tombstone when it is missing or says that it is deleted."""
    if answer.status >= BAD_REQUEST:
        return _tombstone(object_id, answer)
    try:
        found = _READ.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise sdk.PageError(f"stripe: reading {object_id} again gave no object; the answer is refused") from error
    return _tombstone(object_id, answer) if found.deleted else sdk.Record(raw=answer.body, version=answer.asked_at)


def _tombstone(object_id: str, answer: sdk.Answer) -> sdk.Record:
    raw = msgspec.json.encode({"id": object_id, "deleted": True})
    return sdk.Record(raw=raw, id=object_id, deleted="deleted", version=answer.asked_at)
