"""What must be asked before a page is done with: objects read again one by one, lists that Stripe cut made whole.

Errands do not depend on each other, so that all of them are asked ahead. Each one's record is handed over by itself, so that
an interruption costs one request and not a page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import quote

import msgspec

from kizuna import sdk
from kizuna_stripe.errors import BAD_REQUEST, fault
from kizuna_stripe.pages import Rest, compact, last_mark, page_of

REQUEST_S = 60  # the longest a request is waited for
NEAR = 16  # errands that are worth naming ahead; the others have their time
BEGUN_MOST = 3  # readings of a list whose entries go while it is read
OF_THE_PARENT = ("id", "invoice", "subscription", "charge")  # what an answer says is missing where the object itself is


@dataclass(frozen=True, slots=True)
class Cut:
    """A record whose list Stripe cut, by the id of the object that holds the list."""

    id: str
    record: sdk.Record


@dataclass(frozen=True, slots=True)
class Errands:
    """What is left to ask for a page. ``mark`` is the bookmark until it is done with; None where there is none to keep."""

    mark: Mapping[str, Any] | None
    closing: sdk.Turn  # the page's own turn, with what comes after it
    read: tuple[str, ...] = ()
    again: tuple[sdk.Named, ...] = ()  # objects still to be read again
    cut: tuple[Cut, ...] = ()  # records still to be completed
    entries: tuple[msgspec.Raw, ...] = ()  # of the list of the first of ``cut``, so far
    begun: int = 1  # how often that list was read from its beginning


@dataclass(frozen=True, slots=True)
class Completing:
    """How objects of a collection are read again, and how the list inside one is completed."""

    collection: str
    expand: tuple[str, ...] = ()
    rest: Rest | None = None

    def onward(self, errands: Errands, records: tuple[sdk.Record, ...]) -> sdk.Turn:
        """Hands over the records and asks for the next errand; the page's own turn when none is left."""
        if not (errands.again or errands.cut):
            return msgspec.structs.replace(errands.closing, records=records)
        kept = errands.read and errands.mark is not None
        bookmark = {**(errands.mark or {}), "read": list(errands.read)} if kept else None
        ask, *ahead = self._asks(errands)
        return sdk.Turn(ask=ask, ahead=tuple(ahead), state=errands, records=records, bookmark=bookmark)

    def taken(self, errands: Errands, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        """What follows the answer to the first errand."""
        if not errands.again:
            return self._completed(errands, ask, answer)
        named, *others = errands.again
        left = replace(errands, again=tuple(others))
        # The feed has told all there is up to now; a delivery may come before the object is shown.
        if answer.status >= BAD_REQUEST and errands.mark is None and not named.deleted:
            return self.onward(left, ())
        record = _read_again(named, answer)
        cut_id = None if self.rest is None or record.deleted is not None else self.rest.needed(record.raw)
        if cut_id is not None:
            return self.onward(replace(left, cut=(*left.cut, Cut(cut_id, record))), ())
        return self.onward(replace(left, read=(*left.read, named.id)), (record,))

    def cut(self, records: Sequence[sdk.Record]) -> tuple[tuple[sdk.Record, ...], tuple[Cut, ...]]:
        """The records that are whole, and those whose list was cut."""
        if self.rest is None:
            return tuple(records), ()
        found = [(record, self.rest.needed(record.raw)) for record in records]
        whole = tuple(record for record, cut_id in found if cut_id is None)
        return whole, tuple(Cut(cut_id, record) for record, cut_id in found if cut_id is not None)

    def _completed(self, errands: Errands, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        """The next entries of the list in hand, or the record with all of them."""
        assert self.rest is not None
        first, *others = errands.cut
        left = replace(errands, cut=tuple(others), entries=(), begun=1, read=(*errands.read, first.id))
        if answer.status >= BAD_REQUEST:
            return self._interrupted(errands, left, ask, answer)
        page = page_of(answer, ask.path)
        entries = (*errands.entries, *page.data)
        if page.has_more:
            following = ask.having(starting_after=last_mark(page, ask).id)
            ahead = tuple(self._asks(replace(errands, cut=tuple(others))))
            return sdk.Turn(ask=following, ahead=ahead, state=replace(errands, entries=entries))
        whole = self.rest.joined(bytes(first.record.raw), entries)
        return self.onward(left, (msgspec.structs.replace(first.record, raw=whole),))

    def _interrupted(self, errands: Errands, left: Errands, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        """The list from its beginning where an entry went, or what is ``left`` where the object itself did.

        A list that was cut is never handed over: the feed tells that its object is gone.
        """
        param = fault(answer).param
        if param == "starting_after" and errands.begun < BEGUN_MOST:
            return self.onward(replace(errands, entries=(), begun=errands.begun + 1), ())
        if param is None or param in OF_THE_PARENT:
            record = errands.cut[0].record
            return self.onward(left, () if self.rest is None or self.rest.cut(record.raw) else (record,))
        raise sdk.PageError(f"stripe: {ask.path} says that something is missing; the page is refused")

    def _asks(self, errands: Errands) -> Iterator[sdk.Ask]:
        """The next errands, then what comes after the page."""
        yield from islice(self._errands(errands), NEAR)
        if errands.closing.ask is not None:
            yield errands.closing.ask
            yield from errands.closing.ahead

    def _errands(self, errands: Errands) -> Iterator[sdk.Ask]:
        expanded = tuple(("expand[]", path) for path in self.expand)
        for named in errands.again:
            path = f"/v1/{self.collection}/{quote(named.id, safe='')}"  # whoever makes a plan chooses its id
            yield sdk.Ask(path=path, params=expanded, family=self.collection)
        if self.rest is not None:
            yield from (self.rest.ask(cut.id) for cut in errands.cut)


@dataclass(frozen=True, slots=True)
class These:
    """The reading of certain objects only, each retrieved by its id; it has no bookmark and proves nothing of others."""

    completing: Completing
    named: tuple[sdk.Named, ...]

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        return self.completing.onward(Errands(None, sdk.Turn(), again=self.named), ())

    def turn(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        return self.completing.taken(state, ask, answer)


class _Read(msgspec.Struct):
    id: str
    deleted: bool = False


_READ = msgspec.json.Decoder(_Read)


def as_of(answer: sdk.Answer) -> datetime:
    """A time, by Stripe's clock, that is not after the moment for which an answer holds.

    The answer's date is that of its end, and a request may last a minute. An event's time is cut to the second, too. A
    change that happened while the answer was made must not count as older than the answer.
    """
    return answer.date() - timedelta(seconds=REQUEST_S)


def tombstone(object_id: str, at: datetime) -> sdk.Record:
    """The object is gone."""
    raw = msgspec.json.encode({"id": object_id, "deleted": True})
    return sdk.Record(raw=raw, id=object_id, deleted="deleted", version=at)


def _read_again(named: sdk.Named, answer: sdk.Answer) -> sdk.Record:
    """The object as it is now, dated by its event; a tombstone when it is missing or says that it is deleted."""
    shown_at = as_of(answer)
    gone_at = max(named.at or shown_at, shown_at)
    if answer.status >= BAD_REQUEST:
        return tombstone(named.id, gone_at)
    try:
        raw = compact(answer.body)
        found = _READ.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise sdk.PageError(f"stripe: reading {named.id} again gave no object; the answer is refused") from error
    if found.deleted:
        return tombstone(named.id, gone_at)
    return sdk.Record(raw=raw, version=named.at or shown_at)
