"""Facts once more from the evidence that is kept: mapping again, without fetching."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection

from kizuna.errors import PayloadError
from kizuna.model.facts import kind_of
from kizuna.plugins import Plugins
from kizuna.sdk import Record
from kizuna.storage import connections, evidence, field_rules, kept, written
from kizuna.storage.fact_rows import target
from kizuna.storage.payloads import Payloads
from kizuna.sync.offline import unchecked
from kizuna.sync.prepare import Decoding, Rejected, Understood

CHUNK = 2_000
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def remap(sql: Connection, plugins: Plugins, observe: Callable[[int], None] = lambda _: None) -> int:
    """Every fact, its history and aliases from evidence into empty tables; how many records failed.

    A record whose connector is not installed any more, or whose mapping fails now, says nothing.
    """
    payloads = Payloads(evidence.dictionaries(sql))
    failed = 0
    for stored in connections.all_of(sql):
        if stored.plugin not in plugins.connectors:
            continue
        connector = unchecked(plugins.connector(stored.plugin), stored)
        for stream in connector.streams():
            decoding = Decoding(stored.name, stream, field_rules.standing(sql, stored.id, stream.name).rules)
            for chunk in kept.versions(sql, stored.id, stream.name, CHUNK):
                mapped = again(decoding, payloads, chunk)
                mapped.facts.write(sql)
                failed += len(mapped.failed)
                observe(len(chunk))
    written.add_aliases(sql, sorted(_aliases(sql, plugins, payloads), key=lambda a: (a["known_at"], a["told_by"])))
    return failed


@dataclass(slots=True)
class Again:
    """What versions say now: their facts, the records that cannot be understood any more, words that fit nothing."""

    facts: written.FactRows
    failed: set[int] = field(default_factory=set)
    unmapped: set[tuple[str, str]] = field(default_factory=set)

    def leave_out_failed(self) -> None:
        """The records that failed say nothing, not even what they said in the past."""
        for rows in (*self.facts.by_kind.values(), self.facts.history):
            rows[:] = [row for row in rows if row[0] not in self.failed]


def again(
    decoding: Decoding, payloads: Payloads, chunk: Iterable[kept.Kept], kinds: Collection[str] | None = None
) -> Again:
    """The facts of these versions and their history: all of them, or only these kinds.

    Raises PayloadError when a value fits no column; with ``kinds``, its record has failed.
    """
    result = Again(written.FactRows(decoding.connection))
    for rid, versions in groupby(chunk, key=attrgetter("rid")):
        try:
            _add(result, decoding, payloads, versions, kinds)
        except PayloadError:
            if kinds is None:
                raise
            result.failed.add(rid)
    return result


def _add(
    result: Again, decoding: Decoding, payloads: Payloads, versions: Iterable[kept.Kept], kinds: Collection[str] | None
) -> None:
    """All versions of one record, the oldest first."""
    facts = result.facts
    before: set[tuple[str, str]] = set()
    for version in versions:
        record = said(decoding, version, payloads)
        if record is None and version.current and version.deleted is None:
            result.failed.add(version.rid)
        dated: set[tuple[str, str]] = set()
        for fact in record.facts if record and version.deleted is None else ():
            kind = kind_of(type(fact))
            if kinds is not None and kind not in kinds:
                continue
            if version.current or fact.dated:
                facts.add(fact, version.rid, version.version_no, version.version, version.known_at, version.current)
            if fact.dated:
                dated.add((kind, fact.part))
        for kind, part in sorted(before - dated):
            row = (version.rid, kind, part, version.version_no, version.version, version.known_at, None)
            facts.history.append(row)
        before = dated
        if version.current and record is not None:
            result.unmapped.update((one.field, one.value) for one in record.unmapped)


def said(decoding: Decoding, version: kept.Kept, payloads: Payloads) -> Understood | None:
    """What a kept version says, None when it cannot be understood (any more)."""
    raw = payloads.opened(version.dictionary_id, version.payload)
    record = decoding.understood(Record(raw=raw), _NEVER)
    if isinstance(record, Rejected):
        return None
    mapped = decoding.said(record)
    return None if isinstance(mapped, Rejected) else mapped


def _aliases(sql: Connection, plugins: Plugins, payloads: Payloads) -> Iterator[dict[str, int | str]]:
    """The aliases that current records tell, of those streams that tell any."""
    for stored in connections.all_of(sql):
        if stored.plugin not in plugins.connectors:
            continue
        telling = {name for name, s in connections.streams(sql, stored.id).items() if written.MERGED in s.kinds}
        connector = unchecked(plugins.connector(stored.plugin), stored)
        for stream in (stream for stream in connector.streams() if stream.name in telling):
            decoding = Decoding(stored.name, stream)
            for chunk in kept.versions(sql, stored.id, stream.name, CHUNK, current_only=True):
                for version in chunk:
                    record = said(decoding, version, payloads)
                    for merged in record.merged if record else ():
                        loser, winner = target(stored.name, merged.loser), target(stored.name, merged.winner)
                        if loser != winner:
                            alias: dict[str, int | str] = {
                                "rid": loser,
                                "winner_rid": winner,
                                "loser_id": merged.loser.id,
                            }
                            yield {**alias, "told_by": version.rid, "known_at": version.known_at}
