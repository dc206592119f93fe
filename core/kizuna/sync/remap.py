"""Facts once more from the evidence that is kept: mapping again, without fetching."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from sqlalchemy import Connection

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
                failed += again(sql, decoding, payloads, chunk)
                observe(len(chunk))
    written.add_aliases(sql, sorted(_aliases(sql, plugins, payloads), key=lambda a: (a["known_at"], a["told_by"])))
    return failed


def again(sql: Connection, decoding: Decoding, payloads: Payloads, chunk: list[kept.Kept]) -> int:
    """The facts of these versions, and their history, written where none are; how many records failed."""
    facts = written.FactRows(decoding.connection)
    said_before: dict[int, set[tuple[str, str]]] = {}
    failed = 0
    for version in chunk:
        record = said(decoding, version, payloads)
        failed += record is None and version.current and version.deleted is None
        dated: set[tuple[str, str]] = set()
        for fact in record.facts if record and version.deleted is None else ():
            if version.current or fact.dated:
                facts.add(fact, version.rid, version.version_no, version.version, version.known_at, version.current)
            if fact.dated:
                dated.add((type(fact).kind, fact.part))
        for kind, part in sorted(said_before.get(version.rid, set()) - dated):
            row = (version.rid, kind, part, version.version_no, version.version, version.known_at, None)
            facts.history.append(row)
        said_before[version.rid] = dated
    facts.write(sql)
    return failed


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
