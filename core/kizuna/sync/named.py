"""Reading again only the records that were named, as by a webhook: what they are now, and nothing of the stream.

Written through the stream's own writer, so that an older version replaces nothing. The stream's bookmark, its state and
when it was last read whole stay as they are: a record read by its name says nothing of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime

from kizuna import clock
from kizuna.errors import KizunaError
from kizuna.failpoints import failpoint
from kizuna.sdk import AnyStream, Bookmark, Hint, Named, Start, Transport
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
    _found: dict[str, dict[str, datetime | None]] = field(default_factory=dict)
    _changes: set[str] = field(default_factory=set)

    def add(self, hints: Sequence[Hint], *, again: bool) -> None:
        """One more delivery; ``again``: reading for it has failed before, so that it is tried the other way."""
        for hint in hints:
            found = self._found.setdefault(hint.stream, {})
            if again or hint.stream not in self.by_name or len(found | {hint.id: None}) > NAMED_MOST:
                self._changes.add(hint.stream)
            if hint.stream not in self._changes:
                found[hint.id] = max((at for at in (found.get(hint.id), hint.at) if at is not None), default=None)

    def streams(self) -> tuple[str, ...]:
        """The streams to read."""
        return tuple(sorted(self._found))

    def named(self) -> dict[str, tuple[Named, ...]]:
        """Of which of them these records alone, each with the time of the latest event that tells one."""
        return {
            stream: tuple(Named(id=source_id, at=at) for source_id, at in found.items())
            for stream, found in self._found.items()
            if stream not in self._changes
        }


@dataclass(slots=True)
class NamedRun(StreamRun):
    """The named records of one stream of one run in this process; ``stands`` is the stream's state, which stays."""

    stands: str = "new"

    async def _read(self, transport: Transport, bookmark: Bookmark | None, start: Start, budget: Budget) -> None:
        # However long it takes: there is no bookmark from which a later slice could go on.
        gathered = self._anew()
        async with aclosing(pages(self.stream.reading, transport, bookmark, start)) as asked:
            while True:
                try:
                    page = await anext(asked)
                except KizunaError:
                    await self._write_any(gathered)
                    raise
                failpoint("page.received")
                budget.pages -= 1
                gathered.add(page.records, None, page.asked_at)
                if page.last:
                    break
                if gathered.size_bytes >= self.limits.batch_bytes or len(gathered.records) >= BATCH_RECORDS:
                    await self._write(gathered)
                    gathered = self._anew()
        await self._write(gathered)
        await self._settle("complete", None)

    def _anew(self) -> Gathered:
        return Gathered(state={"state": self.stands})

    def _save(self, state: str, reason: str | None) -> None:
        place, now = self.writer.place, micros(clock.now())
        with place.database.write() as sql:
            if place.lease is not None:
                runs.hold_lease(sql, place.lease, now)
            runs.count_stream(sql, place.run_id, self.stream.name, now, {}, state=state, reason=reason)
