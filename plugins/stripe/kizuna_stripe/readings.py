"""How a collection is read: everything once, newest first; from then on what the events feed says has changed.

Stripe's lists know no «changed since». Its feed of events does, for 30 days. An event carries its object in the shape of
the version it was written in: where that is ours, it is the object; all others only say which object to read again.
Bookmarks::

    {"phase": "listing", "since": T, "after": id, "at": created}     a listing under way; T is the time before its start
    {}                                                               a listing that closed a gap: list once more
    {"phase": "events", "since": T, "known": […]}                    a whole pass up to T; ids of events just before T
    {"phase": "events", "since": T, "known": […], "until": U, "after": evt, "noted": […]}   a pass under way

``read`` in any of them names what was already completed or read again on the page in hand.
Source: https://docs.stripe.com/api/events/list (read 2026-05).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from kizuna import sdk
from kizuna_stripe.carried import Heard, Last, heard
from kizuna_stripe.errors import BAD_REQUEST, fault
from kizuna_stripe.events import Feed
from kizuna_stripe.pages import PAGE_SIZE, Page, Rest, compact, last_mark, page_of

KEPT_S = 30 * 86_400  # how long Stripe keeps events
MARGIN_S = 86_400  # a pass takes its time; what is older than the window is lost without a word
LOOKBACK_S = 600  # events surface late and share their second with others
REQUEST_S = 60  # the longest a request is waited for
NOTED_MOST = 400  # event ids in a bookmark: about eight kilobytes
DONE_MOST = 20_000  # ids of objects that one pass remembers; beyond, an object may be read twice


@dataclass(frozen=True, slots=True)
class Named:
    """An object that an event names, and when the newest event about it happened."""

    id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Errands:
    """What must be asked before a page is done with: objects to read again, lists to complete.

    Each errand's record is handed over by itself, so that an interruption costs one request and not a page.
    """

    mark: Mapping[str, Any]  # the bookmark until the page is done with
    closing: sdk.Turn  # the page's own turn, with what comes after it
    read: tuple[str, ...] = ()
    again: tuple[Named, ...] = ()  # objects still to be read again
    cut: tuple[sdk.Record, ...] = ()  # records still to be completed
    entries: tuple[msgspec.Raw, ...] = ()  # of the list of the first of ``cut``, so far


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing under way: ``mark`` is its bookmark so far, empty before the first answer."""

    mark: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pass:
    """A pass through the events under way: ``mark`` is its bookmark so far, ``done`` the objects already seen in it."""

    mark: Mapping[str, Any]
    done: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class News:
    """What a page of events tells: all objects seen so far, those to read again, and what needs no asking."""

    done: frozenset[str]
    again: tuple[Named, ...]
    records: tuple[sdk.Record, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingThenEvents:
    """The reading of one collection.

    ``params`` belong to its list; ``expand`` names what is expanded in an object; ``rest`` is the list inside an object
    that Stripe cuts. An event written in ``api_version`` stands for its object where ``carried`` says that it shows all.
    """

    feed: Feed
    params: tuple[tuple[str, str], ...] = ()
    expand: tuple[str, ...] = ()
    rest: Rest | None = None
    api_version: str = ""
    carried: Callable[[msgspec.Raw], bool] | None = None

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        phase = None if bookmark is None or start.full else bookmark.get("phase")
        if bookmark is None or phase not in {"listing", "events"}:
            return self._list({})
        return self._list(bookmark) if phase == "listing" else self._events(bookmark)

    def turn(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        if isinstance(state, Errands):
            return self._errand(state, ask, answer)
        if answer.status >= BAD_REQUEST:
            return self._cursor_lost(state, ask, answer)
        page = page_of(answer, ask.path)
        since = state.mark.get("since")
        if since is not None and answer.date().timestamp() - since > KEPT_S - MARGIN_S:
            # By Stripe's own clock the feed no longer reaches back to the mark: only the list knows what happened since.
            return self._list({"gap": True})
        return (self._listed if isinstance(state, Listing) else self._heard)(state, ask, answer, page)

    # -- the listing ---------------------------------------------------------------------------------------------

    def _list(self, mark: Mapping[str, Any]) -> sdk.Turn:
        expanded = tuple(("expand[]", f"data.{path}") for path in self.expand)
        ask = sdk.Ask(
            path=f"/v1/{self.feed.collection}",
            params=(("limit", PAGE_SIZE), *self.params, *expanded),
        )
        return sdk.Turn(ask=ask.having(starting_after=mark.get("after")), state=Listing(mark))

    def _listed(self, state: Listing, ask: sdk.Ask, answer: sdk.Answer, page: Page) -> sdk.Turn:
        # The mark is set by the first answer, so that no event can fall between the listing and the feed.
        since = state.mark.get("since", int(answer.date().timestamp()))
        gap = {"gap": True} if state.mark.get("gap") else {}
        here = {"phase": "listing", "since": since, "after": state.mark.get("after"), "at": state.mark.get("at"), **gap}
        # A listing proves what is gone only when it began without a bookmark: after a gap the next pass lists once more.
        closing = sdk.Turn(bookmark={} if gap else {"phase": "events", "since": since, "known": []}, whole=True)
        if page.has_more:
            last = last_mark(page, ask)
            mark = {**here, "after": last.id, "at": last.created}
            closing = sdk.Turn(ask=ask.having(starting_after=last.id), state=Listing(mark), bookmark=mark)
        read = frozenset(state.mark.get("read", ()))
        shown_at = as_of(answer)
        whole, cut = self._sorted([sdk.Record(raw=raw, version=shown_at) for raw in page.data], read)
        return self._following(Errands(here, closing, read=tuple(read), cut=cut), whole)

    def _sorted(
        self, records: Sequence[sdk.Record], read: Collection[str]
    ) -> tuple[tuple[sdk.Record, ...], tuple[sdk.Record, ...]]:
        """The records that are whole, and those whose list was cut and has not been completed yet."""
        if self.rest is None:
            return tuple(records), ()
        cut_ids = [(record, self.rest.needed(record.raw)) for record in records]
        whole = tuple(record for record, cut_id in cut_ids if cut_id is None)
        return whole, tuple(record for record, cut_id in cut_ids if cut_id is not None and cut_id not in read)

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
        )
        # What was read again before an interruption is newer than every event up to ``until``.
        state = Pass(mark, frozenset(mark.get("read", ())))
        return sdk.Turn(ask=ask.having(starting_after=mark.get("after")), state=state)

    def _heard(self, state: Pass, ask: sdk.Ask, answer: sdk.Answer, page: Page) -> sdk.Turn:
        until = state.mark.get("until", max(int(answer.date().timestamp()), state.mark["since"]))
        events = heard(page, self.feed)
        # An event after ``until`` may be younger than the object's last reading: the next pass must not know it.
        noted = [event.id for event in events if until - LOOKBACK_S <= event.created <= until]
        here = {name: state.mark[name] for name in ("phase", "since", "known")}
        here = {**here, "until": until, "after": state.mark.get("after"), "noted": state.mark.get("noted", [])}
        noted = [*here["noted"], *noted][:NOTED_MOST]
        known = frozenset(state.mark["known"])
        news = self._changed(events, known, state, page.has_more)
        closing = sdk.Turn(bookmark={"phase": "events", "since": until, "known": noted})
        if page.has_more:
            last = last_mark(page, ask)
            mark = {**here, "after": last.id, "noted": noted}
            closing = sdk.Turn(ask=ask.having(starting_after=last.id), state=Pass(mark, news.done), bookmark=mark)
        errands = Errands(here, closing, read=tuple(state.mark.get("read", ())), again=news.again)
        return self._following(errands, news.records)

    def _changed(self, events: Sequence[Heard], known: Collection[str], state: Pass, more: bool) -> News:
        """What the events tell: the newest of an object decides."""
        again: list[Named] = []
        records: list[sdk.Record] = []
        seen: set[str] = set()
        last = Last(events, state.mark["since"], self.api_version, more)
        # Stripe promises no order within a second or between neighbours.
        for event in sorted(events, key=lambda event: -event.created):
            subject = event.subject
            if event.id in known or subject is None or subject.id in state.done or subject.id in seen:
                continue
            seen.add(subject.id)
            named = Named(subject.id, datetime.fromtimestamp(event.created, UTC))
            if subject.deleted:
                records.append(_tombstone(named.id, named.at))
            elif self.carried is not None and last.says_all(event, self.carried):
                records.append(sdk.Record(raw=event.raw, version=named.at))
            else:
                again.append(named)
        kept = state.done if len(state.done) < DONE_MOST else frozenset()
        return News(kept.union(seen), tuple(again), tuple(records))

    # -- errands -------------------------------------------------------------------------------------------------

    def _following(self, errands: Errands, records: tuple[sdk.Record, ...]) -> sdk.Turn:
        """Hands over the records and asks for the next errand; the page's own turn when none is left."""
        if errands.again:
            expanded = tuple(("expand[]", path) for path in self.expand)
            path = f"/v1/{self.feed.collection}/{errands.again[0].id}"
            ask = sdk.Ask(path=path, params=expanded)
        elif errands.cut and self.rest is not None:
            ask = self.rest.ask(self.rest.needed(errands.cut[0].raw) or "")
        else:
            return msgspec.structs.replace(errands.closing, records=records)
        bookmark = {**errands.mark, "read": list(errands.read)} if errands.read else None
        return sdk.Turn(ask=ask, state=errands, records=records, bookmark=bookmark)

    def _errand(self, state: Errands, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        if not state.again:
            return self._completed(state, ask, answer)
        named, *others = state.again
        record = _read_again(named, answer)
        left = replace(state, again=tuple(others))
        if self.rest is not None and record.deleted is None and self.rest.needed(record.raw) is not None:
            return self._following(replace(left, cut=(*left.cut, record)), ())
        return self._following(replace(left, read=(*left.read, named.id)), (record,))

    def _completed(self, state: Errands, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        """The next entries of the list in hand, or the record with all of them."""
        assert self.rest is not None
        first, *others = state.cut
        entries = state.entries
        if answer.status < BAD_REQUEST:
            page = page_of(answer, ask.path)
            entries = (*entries, *page.data)
            if page.has_more:
                following = ask.having(starting_after=last_mark(page, ask).id)
                return sdk.Turn(ask=following, state=replace(state, entries=entries))
            first = msgspec.structs.replace(first, raw=self.rest.joined(bytes(first.raw), entries))
        # An object that went while its list was read is handed over as it was; the feed will say that it is gone.
        read = (*state.read, self.rest.needed(state.cut[0].raw) or "")
        return self._following(replace(state, cut=tuple(others), entries=(), read=read), (first,))


class _Read(msgspec.Struct):
    id: str
    deleted: bool = False


_READ = msgspec.json.Decoder(_Read)


def as_of(answer: sdk.Answer) -> datetime:
    """A time, by Stripe's clock, that is not after the moment for which a list's answer holds.

    The answer's date is that of its end, and a request may last a minute. An event's time is cut to the second, too. A
    change that happened while the list was made must not count as older than the list.
    """
    return answer.date() - timedelta(seconds=REQUEST_S)


def _read_again(named: Named, answer: sdk.Answer) -> sdk.Record:
    """The object as it is now, dated by its event; a tombstone when it is missing or says that it is deleted."""
    if answer.status >= BAD_REQUEST:
        return _tombstone(named.id, max(named.at, as_of(answer)))
    try:
        raw = compact(answer.body)
        found = _READ.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise sdk.PageError(f"stripe: reading {named.id} again gave no object; the answer is refused") from error
    if found.deleted:
        return _tombstone(named.id, max(named.at, as_of(answer)))
    return sdk.Record(raw=raw, version=named.at)


def _tombstone(object_id: str, at: datetime) -> sdk.Record:
    raw = msgspec.json.encode({"id": object_id, "deleted": True})
    return sdk.Record(raw=raw, id=object_id, deleted="deleted", version=at)
