"""Writing what a batch of records says: facts, their history, aliases. Inside the batch's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from kizuna.model.facts import KINDS, Fact, kind_of
from kizuna.storage import fact_rows
from kizuna.storage.bulk import among, delete, insert, numbers, rows_of
from kizuna.storage.tables import evidence, facts

Row = Sequence[Any]
OTHER = "other"
MERGED = "merged"
ALIAS_COLUMNS = ("rid", "winner_rid", "loser_id", "told_by", "known_at")


class FactRows:
    """The rows of many facts, gathered by table."""

    def __init__(self, connection: str) -> None:
        self.connection = connection
        self.by_kind: dict[str, list[Row]] = defaultdict(list)
        self.history: list[Row] = []

    def add(self, fact: Fact, rid: int, version_no: int, valid_from: int, known_at: int, current: bool = True) -> None:
        """Takes in one fact of a record, of a past version only for its history.

        Raises PayloadError when a value fits no column.
        """
        kind = kind_of(type(fact))
        if not current:
            pass
        elif kind in KINDS:
            self.by_kind[kind].append(fact_rows.row(fact, rid, self.connection))
        else:
            self.by_kind[OTHER].append((rid, kind, fact.part, fact_rows.body(fact)))
        if fact.dated:
            self.history.append((rid, kind, fact.part, version_no, valid_from, known_at, fact_rows.body(fact)))

    def take_back(self, rid: int) -> None:
        """Whatever the latest record has added is taken out again."""
        for rows in (*self.by_kind.values(), self.history):
            while rows and rows[-1][0] == rid:
                rows.pop()

    def write(self, sql: Connection) -> None:
        """All rows inserted; rows of the same records must be gone."""
        for kind, rows in self.by_kind.items():
            if kind == OTHER:
                insert(sql, facts.OTHER, ("rid", "kind", "part", "body"), rows)
            else:
                insert(sql, facts.FACTS[kind], fact_rows.columns(kind), rows)
        names = ("rid", "kind", "part", "version_no", "valid_from", "known_at", "body")
        insert(sql, facts.HISTORY, names, self.history)


def forget(sql: Connection, rids: Collection[int], kinds: Iterable[str]) -> set[int]:
    """What these records said so far is gone: facts of these kinds, aliases they told.

    The records whose alias was taken back, and those it led to, come back: they are to be derived again.
    """
    astray: set[int] = set()
    for kind in kinds:
        if kind == MERGED:
            astray = _take_back_aliases(sql, rids)
        else:
            delete(sql, facts.FACTS.get(kind, facts.OTHER), "rid", rids)
    return astray


def dated_parts(sql: Connection, rids: Collection[int], kinds: Iterable[str]) -> set[tuple[int, str, str]]:
    """(record, kind, part) of every dated fact these records say now."""
    found: set[tuple[int, str, str]] = set()
    for kind in kinds:
        if kind in KINDS and KINDS[kind].dated:
            rows = rows_of(sql, facts.FACTS[kind], ("rid", "part"), rids)
            found.update((rid, kind, part) for rid, part in rows)
    return found


def add_aliases(sql: Connection, rows: Collection[Mapping[str, Any]]) -> set[int]:
    """Losers of merges point to their winners; the latest word on a loser stands, whoever tells it.

    The losers, and the records they led to before, come back: they are to be derived again.
    """
    if not rows:
        return set()
    unique = {(row["rid"], row["told_by"]): tuple(row[name] for name in ALIAS_COLUMNS) for row in rows}
    insert(sql, evidence.ALIAS_TOLD, ALIAS_COLUMNS, list(unique.values()))
    return _settle_aliases(sql, {loser for loser, _ in unique})


def merged_away(sql: Connection, rids: Collection[int]) -> set[int]:
    """Those of the records that have said themselves into which other record they were merged."""
    found = rows_of(sql, evidence.ALIAS_TOLD, ("rid", "told_by"), rids, column="told_by")
    return {told_by for rid, told_by in found if rid == told_by}


def merged_into(sql: Connection, winners: Collection[int]) -> dict[int, str]:
    """Record id → source id of the losers that lead to these records."""
    found = rows_of(sql, evidence.RECORD_ALIAS, ("rid", "loser_id"), winners, column="winner_rid")
    return {row[0]: row[1] for row in found}


def _take_back_aliases(sql: Connection, tellers: Collection[int]) -> set[int]:
    losers = {loser for (loser,) in rows_of(sql, evidence.ALIAS_TOLD, ("rid",), tellers, column="told_by")}
    delete(sql, evidence.ALIAS_TOLD, "told_by", tellers)
    return _settle_aliases(sql, losers)


def _settle_aliases(sql: Connection, losers: Collection[int]) -> set[int]:
    """The aliases of these records chosen anew from what is told of them; they and their winners so far."""
    before = {winner for (winner,) in rows_of(sql, evidence.RECORD_ALIAS, ("winner_rid",), losers)}
    told = rows_of(sql, evidence.ALIAS_TOLD, ALIAS_COLUMNS, losers)
    latest = {row[0]: row for row in sorted(told, key=lambda row: (row[4], row[3]))}
    delete(sql, evidence.RECORD_ALIAS, "rid", losers)
    insert(sql, evidence.RECORD_ALIAS, ALIAS_COLUMNS, [tuple(row) for row in latest.values()])
    return set(losers) | before


def wipe_current(sql: Connection, rids: Collection[int]) -> None:
    """The current evidence rows of these records removed, their versions kept."""
    delete(sql, evidence.SOURCE_RECORD, "rid", rids)


def lock_heads(sql: Connection, rids: Collection[int]) -> dict[int, int]:
    """Record id → version number, the rows held until the transaction ends."""
    if not rids:
        return {}
    hold = " FOR UPDATE" if sql.dialect.name == "postgresql" else ""
    statement = text(f"SELECT rid, version_no FROM source_record WHERE {among(sql, 'rid')}{hold}")
    return dict(sql.execute(statement, {"rids": numbers(sql, rids)}).all())
