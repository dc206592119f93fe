"""How a collection is read: everything once, in ranges side by side; from then on what the events feed says has changed.

Stripe's lists know no «changed since». Its feed of events does, for 30 days. An event carries its object in the shape of
the version it was written in: where that is ours, it is the object; all others only say which object to read again.
Bookmarks::

    {"phase": "listing", "since": T, "ranges": [[from, to, id, created, pages], …]}
                                                                     a listing under way; T is the time before its start
    {}                                                               a listing that closed a gap: list once more
    {"phase": "events", "since": T, "known": […]}                    a whole pass up to T; ids of events just before T
    {"phase": "events", "since": T, "known": […], "until": U, "after": evt, "noted": […]}   a pass under way

``read`` in any of them names what was already completed or read again on the page in hand.
Source: https://docs.stripe.com/api/events/list (read 2026-05).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from kizuna import sdk
from kizuna_stripe.carried import Heard, Last, heard
from kizuna_stripe.elsewhere import foreign, named, told
from kizuna_stripe.errands import Completing, Errands, These, as_of, tombstone
from kizuna_stripe.errors import BAD_REQUEST, fault
from kizuna_stripe.events import Feed
from kizuna_stripe.pages import PAGE_SIZE, Alone, Page, Rest, last_mark, page_of
from kizuna_stripe.ranges import Range, going_on, kept, known

KEPT_S = 30 * 86_400  # how long Stripe keeps events
MARGIN_S = 86_400  # a pass takes its time; what is older than the window is lost without a word
LOOKBACK_S = 600  # events surface late and share their second with others
NOTED_MOST = 400  # event ids in a bookmark: about eight kilobytes
DONE_MOST = 20_000  # ids of objects that one pass remembers; beyond, an object may be read twice


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing under way: ``mark`` is its bookmark so far, empty before the first answer; the first range is in hand.

    ``asks`` keeps what is asked for each range, for most of them stay as they are from one page to the next.
    """

    mark: Mapping[str, Any]
    ranges: tuple[Range, ...]
    asks: Mapping[Range, sdk.Ask] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pass:
    """A pass through the events under way: ``mark`` is its bookmark so far, ``done`` the objects already seen in it.

    ``elsewhere`` counts events of other accounts.
    """

    mark: Mapping[str, Any]
    done: frozenset[str] = frozenset()
    elsewhere: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class News:
    """What a page of events tells: all objects seen so far, those to read again, and what needs no asking."""

    done: frozenset[str]
    again: tuple[sdk.Named, ...]
    records: tuple[sdk.Record, ...]
    elsewhere: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingThenEvents:
    """The reading of one collection.

    ``params`` belong to its list; ``expand`` names what is expanded in an object, ``alone`` what in one that
    is read by itself and which are read so although the list shows them; ``rest`` is the list inside an object
    that Stripe cuts. An event written in ``api_version`` stands for its object where ``carried`` says that it shows all.
    """

    feed: Feed
    params: tuple[tuple[str, str], ...] = ()
    expand: tuple[str, ...] = ()
    alone: Alone | None = None
    rest: Rest | None = None
    api_version: str = ""
    account: str | None = None
    carried: Callable[[msgspec.Raw], bool] | None = None

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        phase = None if bookmark is None or start.full else bookmark.get("phase")
        if bookmark is None or phase not in {"listing", "events"}:
            return self._list({})
        return self._list(bookmark) if phase == "listing" else self._events(bookmark)

    def turn(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        if isinstance(state, Errands):
            return self.completing.taken(state, ask, answer)
        if answer.status >= BAD_REQUEST:
            return self._cursor_lost(state, ask, answer)
        page = page_of(answer, ask.path)
        since = state.mark.get("since")
        if since is not None and answer.date().timestamp() - since > KEPT_S - MARGIN_S:
            # By Stripe's own clock the feed no longer reaches back to the mark: only the list knows what happened since.
            return self._list({"gap": True})
        return (self._listed if isinstance(state, Listing) else self._heard)(state, ask, answer, page)

    def only(self, these: Sequence[sdk.Named]) -> sdk.Reading:
        """The reading of these objects alone."""
        return These(self.completing, tuple({one.id: one for one in these}.values()))

    @property
    def completing(self) -> Completing:
        """How an object of the collection is read again and completed."""
        expand = self.alone.expand if self.alone else self.expand
        return Completing(self.feed.collection, expand, self.rest)

    # -- the listing ---------------------------------------------------------------------------------------------

    def _list(self, mark: Mapping[str, Any]) -> sdk.Turn:
        return self._pages(Listing(mark, known(mark)))

    def _pages(self, listing: Listing) -> sdk.Turn:
        """Asks for the next page of the first range, and ahead for those of the others."""
        expanded = tuple(("expand[]", f"data.{path}") for path in self.expand)
        whole = sdk.Ask(
            path=f"/v1/{self.feed.collection}",
            params=(("limit", PAGE_SIZE), *self.params, *expanded),
            family=self.feed.collection,
        )
        asks = {one: listing.asks.get(one) or one.asking(whole) for one in listing.ranges}
        first, *others = asks.values()
        return sdk.Turn(ask=first, ahead=tuple(others), state=replace(listing, asks=asks))

    def _listed(self, state: Listing, ask: sdk.Ask, answer: sdk.Answer, page: Page) -> sdk.Turn:
        # The mark is set by the first answer, so that no event can fall between the listing and the feed.
        since = state.mark.get("since", int(answer.date().timestamp()))
        gap = {"gap": True} if state.mark.get("gap") else {}
        here = {"phase": "listing", "since": since, **gap}
        # A listing proves what is gone only when it began without a bookmark: after a gap the next pass lists once more.
        closing = sdk.Turn(bookmark={} if gap else {"phase": "events", "since": since, "known": []}, whole=True)
        left = state.ranges[0].behind(last_mark(page, ask), since) if page.has_more else None
        ranges = going_on(state.ranges, left)
        if ranges:
            closing = self._pages(Listing(here, ranges, state.asks))
            closing.bookmark = {**here, "ranges": kept(ranges)}
        read = frozenset(state.mark.get("read", ()))
        shown_at = as_of(answer)
        alone = [self.alone.needed(raw) if self.alone else None for raw in page.data]
        shown = [raw for raw, own in zip(page.data, alone, strict=True) if own is None]
        again = tuple(sdk.Named(id=own) for own in alone if own is not None and own not in read)
        whole, cut = self.completing.cut([sdk.Record(raw=raw, version=shown_at) for raw in shown])
        unread = tuple(one for one in cut if one.id not in read)
        before = {**here, "ranges": kept(state.ranges)}
        return self.completing.onward(Errands(before, closing, read=tuple(read), again=again, cut=unread), whole)

    def _cursor_lost(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        """The object or event that the next page began after is gone: begin again at its time, or at the feed's start."""
        if fault(answer).param != "starting_after" or not any(name == "starting_after" for name, _ in ask.params):
            raise sdk.PageError(f"stripe: {ask.path} says that something is missing; the page is refused")
        if isinstance(state, Pass):
            return self._events({name: state.mark[name] for name in ("phase", "since", "known")})
        first, *others = state.ranges
        return self._pages(replace(state, ranges=(first.without_cursor(), *others)))

    # -- the events ----------------------------------------------------------------------------------------------

    def _events(self, mark: Mapping[str, Any]) -> sdk.Turn:
        types = tuple(("types[]", name) for name in self.feed.types)
        since = max(0, mark["since"] - LOOKBACK_S)
        ask = sdk.Ask(
            path="/v1/events",
            params=(("limit", PAGE_SIZE), ("created[gte]", str(since)), *types),
            family="events",
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
            closing = sdk.Turn(
                ask=ask.having(starting_after=last.id), state=Pass(mark, news.done, news.elsewhere), bookmark=mark
            )
        errands = Errands(here, closing, read=tuple(state.mark.get("read", ())), again=news.again)
        return self.completing.onward(errands, news.records)

    def _changed(self, events: Sequence[Heard], known: Collection[str], state: Pass, more: bool) -> News:
        """What the events tell: the newest of an object decides."""
        again: list[sdk.Named] = []
        records: list[sdk.Record] = []
        seen: set[str] = set()
        here = [event for event in events if not foreign(event.happened_in, self.account)]
        last = Last(here, state.mark["since"], self.api_version, more)
        # Stripe promises no order within a second or between neighbours.
        for event in sorted(here, key=lambda event: -event.created):
            subject = event.subject
            if event.id in known or subject is None or subject.id in state.done or subject.id in seen:
                continue
            seen.add(subject.id)
            changed_at = datetime.fromtimestamp(event.created, UTC)
            if subject.deleted:
                records.append(tombstone(subject.id, changed_at))
            elif self.carried is not None and last.says_all(event, self.carried):
                records.append(sdk.Record(raw=event.raw, version=changed_at))
            else:
                again.append(sdk.Named(id=subject.id, at=changed_at))
        kept = state.done if len(state.done) < DONE_MOST else frozenset()
        others = [event for event in events if foreign(event.happened_in, self.account) and event.id not in known]
        elsewhere = Counter(event.happened_in or "" for event in others)
        counted = Counter(state.elsewhere) + elsewhere
        records += [told(named(one), counted[one]) for one in elsewhere]
        return News(kept.union(seen), tuple(again), tuple(records), counted)
