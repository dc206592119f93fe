"""Promises about reading: every page once, on after a crash, only changes, patience, refusals, bad records."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from kizuna.errors import AuthError, KizunaError, TransientError
from kizuna.sdk import Answer, Ask, Bookmark, Listing, Record, SinglePage, Start, Transport, instant
from kizuna.sync.prepare import Rejected
from kizuna.sync.reader import AT_ONCE, pages
from kizuna.testing.played import Playing, Refusing, listing_of
from kizuna.testing.subject import NOW, NotChecked, Subject

PAGES_MOST = 200
CRASHES_MOST = 20
BOOKMARK_BYTES_MOST = 8_192
WAIT_S = 7.0


@dataclass(slots=True)
class Read:
    """What a pass brought: its records, and after each page the bookmark and how many records had come by then."""

    records: list[Record] = field(default_factory=list)
    bookmarks: list[tuple[Bookmark, int]] = field(default_factory=list)
    pages: int = 0
    shown: list[list[tuple[str | None, bytes, str | None]]] = field(default_factory=list)  # what each page held
    requests: int = 0
    ended: bool = False

    def bookmark(self) -> Bookmark | None:
        """Where the pass left off."""
        return self.bookmarks[-1][0] if self.bookmarks else None

    def ids(self, subject: Subject) -> Counter[str]:
        """How often each record came."""
        return Counter(subject.sorted(record).source_id for record in self.records)


def read(
    subject: Subject, http: httpx.AsyncBaseTransport, bookmark: Bookmark | None = None, *, ahead: int = AT_ONCE
) -> Read:
    """A pass over the stream, as the engine makes it; cut off when it does not end. Raises what the transport raises."""

    async def go_on() -> Read:
        found = Read()
        async with Transport(subject.connector, http=http, attempts=3, paced=False) as transport:
            async for page in pages(subject.stream.reading, transport, bookmark, Start(now=NOW), ahead=ahead):
                found.records += page.records
                found.pages += 1
                found.shown.append([(record.id, bytes(record.raw), record.deleted) for record in page.records])
                if page.bookmark is not None:
                    # As it comes back from the database.
                    found.bookmarks.append(
                        (msgspec.json.decode(msgspec.json.encode(page.bookmark)), len(found.records))
                    )
                found.ended = page.last
                if page.last or found.pages >= PAGES_MOST:
                    break
            found.requests = transport.traffic.requests
        return found

    return asyncio.run(go_on())


def vendor_of(subject: Subject) -> httpx.AsyncBaseTransport:
    """Who answers: the author's own vendor, else ours. Raises NotChecked when neither can."""
    return subject.vendor or Playing(subject, subject.records)


def reads_every_page_once(subject: Subject) -> Iterator[str]:
    """Complaints when a page is left out or read twice, or the list never ends."""
    given, is_single = subject.stream.reading, False
    if isinstance(given, Listing):
        is_single = isinstance(given.paging, SinglePage)
    if is_single and not subject.single_page:
        yield "it is read as one page: give its paging, or name the stream in `single_page` if the vendor has no pages"
    found = read(subject, vendor_of(subject))
    ids = found.ids(subject)
    if not found.ended:
        yield f"the reading does not end: {found.pages} pages were asked for"
    for source_id, times in ids.items():
        if times > 1:
            yield f"the record {source_id} was read {times} times"
    if subject.vendor is None:
        wanted = {subject.sorted(Record(raw=raw)).source_id for raw in subject.raws()}
        yield from (f"the record {source_id} was never read" for source_id in sorted(wanted - ids.keys()))


def reads_the_same_asked_ahead(subject: Subject) -> Iterator[str]:
    """Complaints when asking ahead of time makes other pages, or asks what is never taken."""
    alone = read(subject, vendor_of(subject), ahead=0)
    together = read(subject, vendor_of(subject))
    for number, (due, early) in enumerate(zip(alone.shown, together.shown, strict=False), 1):
        if due != early:
            yield f"page {number} is another when asked ahead of time; name in `ahead` only what may be asked by then"
            return
    if alone.pages != together.pages:
        yield f"{together.pages} pages when asked ahead of time, {alone.pages} one after the other"
    if together.requests > alone.requests + AT_ONCE:
        yield f"{together.requests} requests in place of {alone.requests}; name in `ahead` only what will be asked"


def goes_on_after_a_crash(subject: Subject) -> Iterator[str]:
    """Complaints when a pass that is taken up at any of its bookmarks loses a record."""
    whole = read(subject, vendor_of(subject))
    if not whole.ended:
        raise NotChecked(f"{subject.stream.name}: the reading does not end")
    wanted = whole.ids(subject).keys()
    for number, (bookmark, had) in enumerate(whole.bookmarks[:-1][:CRASHES_MOST], 1):
        size = len(msgspec.json.encode(bookmark))
        if size > BOOKMARK_BYTES_MOST:
            yield f"the bookmark after page {number} takes {size} bytes; hold a position, not records"
        rest = read(subject, vendor_of(subject), bookmark)
        before = {subject.sorted(record).source_id for record in whole.records[:had]}
        for source_id in sorted(wanted - before - rest.ids(subject).keys()):
            yield f"taken up after page {number}, the record {source_id} is lost"


def asks_only_for_changes(subject: Subject) -> Iterator[str]:
    """Complaints when a second pass asks for everything again, or the watermark is not the records' own time."""
    if isinstance(subject.stream.reading, Listing) and listing_of(subject).since is None:
        raise NotChecked(f"{subject.stream.name}: full reads only (its Listing has no `since`)")
    if subject.vendor is None:
        if not subject.records and isinstance(subject.stream.reading, Listing):
            raise NotChecked("there are no records to try")
        naive = [payload for payload in subject.payloads() if _is_naive(listing_of(subject), payload)]
        if naive:
            yield "`since` reads a time without a zone; give the payload an aware datetime (sdk.instant)"
            return
    first = read(subject, vendor_of(subject))
    start = Start(now=NOW)
    began = subject.stream.reading.begin(None, start).ask
    again = subject.stream.reading.begin(first.bookmark(), start).ask
    if began is not None and again == began:
        yield "the second pass asks as the first did; the bookmark must lead to what changed"
    if subject.vendor is None and again is not None:
        yield from _watermark(subject, first.bookmark() or {}, began, again)


def waits_when_told_to(subject: Subject) -> Iterator[str]:
    """Complaints when «too many requests» is not patience asked for."""
    headers = {"retry-after": f"{WAIT_S:.0f}", "content-type": "application/json"}
    busy = Answer(status=429, body=b'{"error":"too many requests"}', headers=headers, asked_at=NOW)
    error = subject.connector.sort_error(busy)
    if not isinstance(error, TransientError):
        yield f"429 is sorted as {type(error).__name__}; sort_error must give TransientError"
    elif (error.retry_after_s or 0.0) < WAIT_S:
        yield f"the vendor asked to be left alone for {WAIT_S:.0f} s, sort_error understood {error.retry_after_s}"
    elif subject.vendor is None and isinstance(subject.stream.reading, Listing):
        found = read(subject, Playing(subject, subject.records, busy_first=True))
        if len(found.records) < len(subject.records):
            yield "after 429 the rest was not read"


def says_so_when_credentials_are_refused(subject: Subject) -> Iterator[str]:
    """Complaints when 401 does not stop the run with AuthError."""
    asks = [("its first question", subject.stream.reading.begin(None, Start(now=NOW)).ask)]
    asks += [("trial()", trial)] if (trial := subject.connector.trial()) else []
    for name, ask in asks:
        error = sent(subject, Refusing(401), ask) if ask is not None else AuthError("")
        if not isinstance(error, AuthError):
            yield f"401 to {name} gives {type(error).__name__}; it must give AuthError, which stops the run and asks"


def sets_a_bad_record_aside(subject: Subject) -> Iterator[str]:
    """Complaints when a record of the wrong shape keeps others from being read."""
    listing = listing_of(subject)
    if not subject.records:
        raise NotChecked("there are no records to try")
    bad = spoilt(subject.records[0], listing.id_field)
    if not isinstance(subject.sorted(Record(raw=msgspec.json.encode(bad))), Rejected):
        raise NotChecked(f"{subject.stream.name}: its payload takes fields of any type, so that none is bad")
    first, *rest = subject.records
    found = read(subject, Playing(subject, [first, bad, *rest], size=2))
    sorted_ = [subject.sorted(record) for record in found.records]
    understood = {record.source_id for record in sorted_ if not isinstance(record, Rejected)}
    wanted = {subject.sorted(Record(raw=raw)).source_id for raw in subject.raws()}
    yield from (f"beside a bad record, {source_id} was not read" for source_id in sorted(wanted - understood))


def sent(subject: Subject, http: httpx.AsyncBaseTransport, ask: Ask) -> KizunaError | None:
    """The error that a question leads to, None when it is answered."""

    async def go_on() -> KizunaError | None:
        async with Transport(subject.connector, http=http, attempts=1, paced=False) as transport:
            try:
                await transport.send(ask)
            except KizunaError as error:
                return error
        return None

    return asyncio.run(go_on())


def spoilt(record: Any, id_field: str) -> dict[str, Any]:
    """The record with another id and every field of a type that no vendor sends."""
    made: dict[str, Any] = {name: [[{"spoilt": True}]] for name in record}
    made[id_field] = 2**40 if isinstance(record.get(id_field), int) else "spoilt-by-the-suite"
    return made


def _is_naive(listing: Listing[Any], payload: Any) -> bool:
    at = listing.since.at(payload) if listing.since else None
    return at is not None and at.utcoffset() is None


def _watermark(subject: Subject, bookmark: Bookmark, began: Ask | None, again: Ask) -> Iterator[str]:
    since = listing_of(subject).since
    assert since is not None
    asked, before = dict(again.params).get(since.param), dict(began.params).get(since.param) if began else None
    times = [at for payload in subject.payloads() if (at := since.at(payload)) is not None]
    if not times:
        yield f"none of the records says when it was changed, so that `{since.param}` cannot be asked"
    elif before is not None:
        yield f"the first pass asks for `{since.param}`; it must read everything"
    elif asked is None:
        yield f"the second pass does not ask for `{since.param}`"
    elif instant(bookmark.get("watermark")) != max(times):
        yield "the watermark is not the latest time of the records"
    elif (begin := instant(asked)) is None or begin > max(times):
        yield f"`{since.param}` asks for later than the latest record, so that changes are missed"
