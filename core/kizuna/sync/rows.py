"""From what records say to the rows of a batch, without touching the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kizuna.errors import PayloadError
from kizuna.model.facts import kind_of
from kizuna.sdk import ERASED, SCRUBBED
from kizuna.storage import written
from kizuna.storage.evidence import Head
from kizuna.storage.fact_rows import target
from kizuna.sync.prepare import Rejected, Understood


@dataclass(frozen=True, slots=True)
class Origin:
    """What stands on every row of a batch: the connection, stream and run it came by, and how payloads are made small."""

    connection: str
    connection_id: int
    stream: str
    run_id: str
    compress: Callable[[bytes], bytes]
    dictionary_id: int


FORGETTING = frozenset({ERASED, SCRUBBED})
"""The reasons of deletions that take the record's past along."""


@dataclass(slots=True)
class Rows:
    """A batch as rows, and what its transaction must know of the records behind them."""

    facts: written.FactRows
    evidence: list[tuple[Any, ...]] = field(default_factory=list)  # in the order of RECORD_COLUMNS
    aliases: list[dict[str, Any]] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    unmapped: set[tuple[str, str]] = field(default_factory=set)
    whole: list[str] = field(default_factory=list)  # source ids of the records that came as more than a bare tombstone
    deleted: int = 0

    @property
    def records(self) -> int:
        """How many records are written."""
        return len(self.evidence)

    def rids(self) -> set[int]:
        """The record ids."""
        return {row[0] for row in self.evidence}

    def erased(self) -> dict[int, str]:
        """Record id → source id of those whose past is to be forgotten."""
        return {row[0]: row[3] for row in self.evidence if row[7] in FORGETTING}

    def times(self) -> dict[int, tuple[int, int]]:
        """Record id → since when it is so (the source's version), and since when we know it."""
        return {row[0]: (row[4], row[8]) for row in self.evidence}


@dataclass(slots=True)
class Prepared:
    """A batch ready to be committed."""

    rows: Rows
    unread: list[Rejected]  # could not even be read
    refused: list[Rejected]  # could be read and named, and not be mapped or stored
    seen: list[int]  # the records that could be read
    heads: Mapping[int, Head] = field(default_factory=dict)  # what is stored of those
    unchanged: int = 0


def rows_of(
    records: Iterable[Understood], origin: Origin, heads: Mapping[int, Head], now: int
) -> tuple[Rows, list[Rejected]]:
    """The records as rows, and those whose facts fit no column. ``heads``: what is stored of them; ``now`` in µs."""
    rows, refused = Rows(written.FactRows(origin.connection)), list[Rejected]()
    for record in records:
        try:
            _add(rows, record, origin, heads.get(record.rid), now)
        except PayloadError as error:
            rows.facts.take_back(record.rid)
            refused.append(record.refused(str(error)))
    return rows, refused


def _add(rows: Rows, record: Understood, origin: Origin, head: Head | None, now: int) -> None:
    version_no = head.version_no + 1 if head else 1
    if record.deleted is None:
        said: set[tuple[str, str]] = set()
        for fact in record.facts:
            kind = kind_of(type(fact))
            if (kind, fact.part) in said:
                raise PayloadError(f"the mapping says {kind} {fact.part!r} twice")
            said.add((kind, fact.part))
            rows.facts.add(fact, record.rid, version_no, record.version, now)
        rows.kinds.update([kind for kind, _ in said])
    else:
        rows.deleted += 1
    if record.merged:
        _add_aliases(rows, record, origin.connection, now)
    if record.unmapped:
        rows.unmapped.update([(said.field, said.value) for said in record.unmapped])
    if record.payload is not None:
        rows.whole.append(record.source_id)
    rows.evidence.append(
        (
            record.rid,
            origin.connection_id,
            origin.stream,
            record.source_id,
            record.version,
            record.hash,
            version_no,
            record.deleted,
            now,
            origin.dictionary_id,
            origin.compress(record.raw),
            origin.run_id,
        )
    )


def _add_aliases(rows: Rows, record: Understood, connection: str, now: int) -> None:
    rows.kinds.add(written.MERGED)
    for merged in record.merged:
        loser, winner = target(connection, merged.loser), target(connection, merged.winner)
        if loser != winner:
            alias = {"rid": loser, "winner_rid": winner, "loser_id": merged.loser.id}
            rows.aliases.append({**alias, "told_by": record.rid, "known_at": now})
