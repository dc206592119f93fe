"""Reading again only the records that were named, as by a webhook: what they are now, and nothing of the stream.

Written through the stream's own writer, so that an older version replaces nothing. The stream's bookmark, its state and
when it was last read whole stay as they are: a record read by its name says nothing of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from kizuna import clock
from kizuna.errors import KizunaError
from kizuna.failpoints import failpoint
from kizuna.sdk import ERASED, AnyStream, Bookmark, Hint, Named, Start, Transport
from kizuna.storage import runs
from kizuna.storage.connections import StoredStream
from kizuna.storage.instants import micros
from kizuna.sync.reader import pages
from kizuna.sync.stream import BATCH_RECORDS, Budget, StreamRun
from kizuna.sync.writer import Gathered

NAMED_MOST = 100
"""So many records of one stream are read by name in a run; where more are named, what changed is read."""


def only_these(stream: AnyStream, named: Sequence[Named], known: StoredStream | None) -> AnyStream | None:
    """The stream as it reads the named records alone; None where it is to be read as ever.

    That is so where nothing is named, where the stream cannot, and where it was never read to its end: its first load
    is faster while nothing is stored.
    """
    if not named or stream.only is None or known is None or known.last_complete_at is None:
        return None
    return replace(stream, reading=stream.only(tuple(named)))


@dataclass(slots=True)
class Wanted:
    """What deliveries want to be read again: records by name of streams in ``by_name``, of others what changed."""

    by_name: frozenset[str]
    _found: dict[str, dict[str, Named]] = field(default_factory=dict)
    _erased: dict[str, dict[str, Named]] = field(default_factory=dict)
    _changes: set[str] = field(default_factory=set)

    def add(self, hints: Sequence[Hint], *, again: bool) -> None:
        """One more delivery; ``again``: reading for it has failed before, so that it is tried the other way."""
        for hint in hints:
            found = self._found.setdefault(hint.stream, {})
            if hint.deleted == ERASED:  # nothing but a reading by name learns that it is to be forgotten
                erased = self._erased.setdefault(hint.stream, {})
                erased[hint.id] = _both(erased.get(hint.id), hint)
            if again or hint.stream not in self.by_name or len(found.keys() | {hint.id}) > NAMED_MOST:
                self._changes.add(hint.stream)
            if hint.stream not in self._changes:
                found[hint.id] = _both(found.get(hint.id), hint)

    def streams(self) -> tuple[str, ...]:
        """The streams to read."""
        return tuple(sorted(self._found))

    def named(self) -> dict[str, tuple[Named, ...]]:
        """Of which of them these records alone, each with the time of the latest event that tells one.

        Where changes are to be read and records forgotten, these come first: the others are looked for again.
        """
        by_name = {stream: found for stream, found in self._found.items() if stream not in self._changes}
        erased = {stream: found for stream, found in self._erased.items() if stream in self.by_name}
        return {stream: tuple(found.values()) for stream, found in {**erased, **by_name}.items()}


def _both(named: Named | None, hint: Hint) -> Named:
    """The record as it was named so far and as one more hint names it; it is gone where either says so."""
    if named is None:
        return Named(id=hint.id, at=hint.at, deleted=hint.deleted, parent=hint.parent)
    at = max((at for at in (named.at, hint.at) if at is not None), default=None)
    reasons = (named.deleted, hint.deleted)
    deleted = ERASED if ERASED in reasons else named.deleted or hint.deleted
    return Named(id=hint.id, at=at, deleted=deleted, parent=hint.parent or named.parent)


@dataclass(slots=True)
class NamedRun(StreamRun):
    """The named records of one stream of one run in this process; ``stands`` is the stream's state, which stays."""

    stands: str = "new"

    async def _read(self, transport: Transport, bookmark: Bookmark | None, start: Start, budget: Budget) -> None:
        # However long it takes: there is no bookmark from which a later slice could go on. Pages count at the end alone,
        # for those before a fault are read again, and are no progress that would deserve more patience.
        gathered, count = self._anew(), 0
        async with aclosing(pages(self.stream.reading, transport, bookmark, start)) as asked:
            while True:
                try:
                    page = await anext(asked)
                except KizunaError:
                    await self._put(gathered, 0)
                    raise
                failpoint("page.received")
                budget.pages -= 1
                count += 1
                gathered.add(page.records, None, page.asked_at)
                if page.last:
                    break
                if gathered.size_bytes >= self.limits.batch_bytes or len(gathered.records) >= BATCH_RECORDS:
                    await self._put(gathered, 0)
                    gathered = self._anew()
        await self._put(gathered, count)
        await self._settle("complete", None)

    async def _put(self, gathered: Gathered, count: int) -> None:
        if gathered.records or count:
            gathered.pages = count
            await self._write(gathered)

    def _anew(self) -> Gathered:
        return Gathered(state={"state": self.stands})

    def _save(self, state: str, reason: str | None) -> None:
        place, now = self.writer.place, micros(clock.now())
        with place.database.write() as sql:
            if place.lease is not None:
                runs.hold_lease(sql, place.lease, now)
            runs.count_stream(sql, place.run_id, self.stream.name, now, {}, state=state, reason=reason)
