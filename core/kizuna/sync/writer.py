"""The writer of one stream: batches of records prepared and committed, in one thread, one after the other."""

from __future__ import annotations

import gc
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from kizuna import clock
from kizuna.failpoints import failpoint
from kizuna.model.refs import record_id
from kizuna.sdk import ERASED, AnyStream, Bookmark, Record
from kizuna.storage import connections, drift, evidence, field_rules, payloads, written
from kizuna.storage.bulk import Unfit
from kizuna.storage.instants import micros
from kizuna.sync.commit import Batch, Overtaken, Place, commit
from kizuna.sync.fields import FieldWatch, shown_by
from kizuna.sync.prepare import NAMELESS, Decoding, Rejected, Sorted, Understood, differing, newest
from kizuna.sync.preparing.fresh import Fresh, Job, Line
from kizuna.sync.rows import Prepared, rows_of

TRIES = 3


@dataclass(slots=True)
class Gathered:
    """Records waiting to be written, each with the moment it was asked for, and the bookmark that covers them."""

    records: list[tuple[Record, datetime]] = field(default_factory=list)
    bookmark: Bookmark | None = None
    pages: int = 0
    size_bytes: int = 0
    state: dict[str, Any] = field(default_factory=dict)

    def add(self, records: Sequence[Record], bookmark: Bookmark | None, asked_at: datetime) -> None:
        """One more page."""
        self.records += [(record, asked_at) for record in records]
        self.size_bytes += sum(len(record.raw) for record in records)
        self.pages += 1
        if bookmark is not None:
            self.bookmark = bookmark


@dataclass(frozen=True, slots=True)
class Wrote:
    """What a batch came to."""

    pages: int = 0
    read: int = 0
    written: int = 0
    unchanged: int = 0
    deleted: int = 0
    quarantined: int = 0
    bytes: int = 0
    reasons: tuple[str, ...] = ()

    def plus(self, other: Wrote) -> Wrote:
        """Both together."""
        return Wrote(
            pages=self.pages + other.pages,
            read=self.read + other.read,
            written=self.written + other.written,
            unchanged=self.unchanged + other.unchanged,
            deleted=self.deleted + other.deleted,
            quarantined=self.quarantined + other.quarantined,
            bytes=self.bytes + other.bytes,
            reasons=(self.reasons + other.reasons)[:20],
        )


class StreamWriter:
    """Writes what one stream delivers. Use it from one thread at a time."""

    def __init__(self, place: Place, stream: AnyStream, *, cures: bool = True) -> None:
        """Without ``cures`` a record that is understood stays in the quarantine, where a newer payload of it may lie."""
        self.place, self.stream = place, stream
        self.seen = array("q")  # of a stream that is swept: every record a listing has shown
        self.listed_since: int | None = None  # of a whole listing: when it began; what it shows is there
        self.nameless = 0  # records that were listed but could not even be named
        with place.database.read() as sql:
            source = place.connection_id
            stored = connections.streams(sql, source).get(stream.name)
            self.kinds = stored.kinds if stored else frozenset()
            self._first = not evidence.has_records(sql, source, stream.name)
            self._quarantined = evidence.quarantined(sql, source, stream.name) if cures else set()
            self._watch = FieldWatch(drift.fields(sql, source, stream.name))
            dictionary = evidence.latest_dictionary(sql, source, stream.name)
        self._begun = False
        self._use_dictionary(dictionary)
        self._use_rules()

    def write(self, gathered: Gathered, done: Fresh | None = None) -> Wrote:
        """The batch committed with its bookmark; its :meth:`job` may have been done already.

        Raises LeaseLost when the run was taken over.
        """
        with without_collections():
            wrote = self._write(gathered, done)
        self._begun = True  # from now on there is a dictionary, if there is to be one
        return wrote

    def note_vanished_fields(self) -> None:
        """After a whole pass: the fields that no record shows any more are noted."""
        gone = self._watch.vanished()
        if gone:
            source, run = self.place.connection_id, self.place.run_id
            with self.place.database.write() as sql:
                drift.record(sql, source, self.stream.name, run, gone, (), micros(clock.now()))

    @property
    def is_first_load(self) -> bool:
        """Whether nothing was stored of the stream before this object, so that nothing can be gone."""
        return self._first

    @property
    def first(self) -> bool:
        """Whether nothing is stored of the stream but what this object has written."""
        return self._first and self._begun

    def job(self, line: Line, gathered: Gathered) -> Job:
        """The batch as work for another process, while :attr:`first` holds."""
        job = Job(line, self._decoding.rules, self.place.run_id, self._dictionary, micros(clock.now()))
        job.add(gathered.records)
        return job

    def _write(self, gathered: Gathered, done: Fresh | None) -> Wrote:
        fields = None if done is None else self._watch.news(done.shown)  # news only once, whatever becomes of the batch
        if done is not None and fields is not None and self._first:
            with suppress(Overtaken, Unfit):  # then it is prepared again, looking at what is stored
                return self._committed(done.prepared, gathered, fields)
            self._first = False
        understood, rejected = self._decoding.all_understood(gathered.records)
        self._train(understood)
        if fields is None:
            fields = self._watch.news(shown_by([record.raw for record in understood]))
        return self._settled(newest(understood), rejected, gathered, fields)

    def _settled(
        self,
        understood: list[Understood],
        rejected: list[Rejected],
        gathered: Gathered,
        fields: list[drift.SeenField],
    ) -> Wrote:
        for attempt in range(TRIES):
            try:
                first = self._first and attempt == 0
                return self._written(understood, rejected, gathered, fields, first=first)
            except Overtaken:
                self._first = False
                self._use_rules()
                self._use_standing_dictionary()
                for record in understood:
                    record.facts = record.merged = record.unmapped = ()
        if len(understood) <= 1:
            raise Overtaken
        middle = len(understood) // 2
        early = Gathered(pages=0)
        begun = self._settled(understood[:middle], [], early, [])
        return begun.plus(self._settled(understood[middle:], rejected, gathered, fields))

    def _written(
        self,
        understood: list[Understood],
        rejected: list[Rejected],
        gathered: Gathered,
        fields: list[drift.SeenField],
        *,
        first: bool,
    ) -> Wrote:
        heads: dict[int, evidence.Head] = {}
        if not first:
            with self.place.database.read() as sql:
                heads = evidence.heads(sql, [record.rid for record in understood])
        found = differing(understood, heads, self.stream.name, self.listed_since)
        self._leave_merged(found, heads)
        mapped, unmappable = self._decoding.all_said(found.changed)
        rows, unfit = rows_of(mapped, self.place.origin, heads, micros(clock.now()))
        refused = [*found.rejected, *unmappable, *unfit]
        prepared = Prepared(rows, rejected, refused, found.seen, heads, found.unchanged)
        try:
            return self._committed(prepared, gathered, fields)
        except Unfit as error:
            if rows.records != 1:
                raise Overtaken from error
            ((rid, *_),) = rows.evidence
            alone = next(record for record in mapped if record.rid == rid)
            refused.append(alone.refused("the database cannot hold one of its values"))
            prepared.rows, _ = rows_of([], self.place.origin, {}, 0)
            return self._committed(prepared, gathered, fields)

    def _leave_merged(self, found: Sorted, heads: Mapping[int, evidence.Head]) -> None:
        """A loser that said where it went stays so: a log of deletions knows of it later, and not of the winner."""
        bare = [
            one.rid
            for one in found.changed
            if one.payload is None and one.deleted != ERASED and _is_gone(heads.get(one.rid))
        ]
        if bare:
            with self.place.database.read() as sql:
                merged = written.merged_away(sql, bare)
            found.unchanged += len(merged)
            found.changed = [one for one in found.changed if one.rid not in merged]

    def _committed(self, prepared: Prepared, gathered: Gathered, fields: list[drift.SeenField]) -> Wrote:
        aside = [*prepared.refused, *prepared.unread]
        replaced = prepared.rows.rids()
        batch = Batch(
            rows=prepared.rows,
            rejected=aside,
            unchanged=prepared.unchanged,
            heads={rid: head for rid, head in prepared.heads.items() if rid in replaced},
            bookmark=gathered.bookmark,
            pages=gathered.pages,
            quarantined_before=self._quarantined,
            fields=fields,
            state=gathered.state,
        )
        failpoint("batch.prepared")
        self.kinds = commit(self.place, batch, micros(clock.now()))
        if self.stream.sweep:
            self.seen.extend(prepared.seen)
            # What was listed is there, also when it could not be understood.
            self.seen.extend(
                record_id(self.place.connection, self.stream.name, bad.source_id) for bad in prepared.unread
            )
            self.nameless += sum(bad.source_id.startswith(NAMELESS) for bad in prepared.unread)
        self._quarantined |= {bad.source_id for bad in aside}
        return _tally(batch, gathered)

    def _train(self, understood: list[Understood]) -> None:
        """The stream's first batch trains its dictionary."""
        if self.place.dictionary_id != payloads.PLAIN or not self._first:
            return
        sample = understood[: payloads.sampled([record.raw for record in understood])]
        content = payloads.trained([record.raw for record in sample])
        if content is None:
            return
        now, rids = micros(clock.now()), [record.rid for record in sample]
        with self.place.database.write() as sql:
            key = evidence.add_dictionary(sql, self.place.connection_id, self.stream.name, content, now, rids)
        self._use_dictionary((key, content))

    def _use_rules(self) -> None:
        """From now on facts are made by the rules for custom fields that stand now."""
        with self.place.database.read() as sql:
            standing = field_rules.standing(sql, self.place.connection_id, self.stream.name)
        self.place = replace(self.place, rule_id=standing.rule_id)
        self._decoding = Decoding(self.place.connection, self.stream, standing.rules)

    def _use_standing_dictionary(self) -> None:
        with self.place.database.read() as sql:
            found = evidence.latest_dictionary(sql, self.place.connection_id, self.stream.name)
        if (found[0] if found else payloads.PLAIN) != self.place.dictionary_id:
            self._use_dictionary(found)

    def _use_dictionary(self, dictionary: tuple[int, bytes] | None) -> None:
        self._dictionary = dictionary
        key, content = dictionary or (payloads.PLAIN, None)
        self.place = replace(self.place, compress=payloads.compressor(content), dictionary_id=key)


@contextmanager
def without_collections() -> Iterator[None]:
    """A block during which the collector of cycles does not run.

    A batch makes many objects and no cycles, and all of them go at its end: looking through them costs a tenth of the time.
    Afterwards the young are looked through once, for the pages read meanwhile are held by cycles of the HTTP library.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
            gc.collect(0)


def _is_gone(head: evidence.Head | None) -> bool:
    return head is not None and head.deleted is not None


def _tally(batch: Batch, gathered: Gathered) -> Wrote:
    return Wrote(
        pages=gathered.pages,
        read=batch.read,
        written=batch.rows.records - batch.rows.deleted,
        unchanged=batch.unchanged,
        deleted=batch.rows.deleted,
        quarantined=len(batch.rejected),
        bytes=gathered.size_bytes,
        reasons=tuple(sorted({bad.reason for bad in batch.rejected}))[:20],
    )
