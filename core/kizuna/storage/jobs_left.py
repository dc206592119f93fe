"""Where people have been before: what their records said of their accounts until it changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, text

from kizuna.sdk import ERASED, SCRUBBED
from kizuna.storage import direct, placements
from kizuna.storage.bulk import among, insert, numbers
from kizuna.storage.direct import delete
from kizuna.storage.placements import Key, Placement
from kizuna.storage.tables import business as t
from kizuna.storage.tables import facts

COLUMNS = ("rid", "part", "person_rid", "account_rid", "since", "until")


def note(
    sql: Connection, rids: Collection[int], before: Mapping[Key, Placement], now: Mapping[Key, Placement], at: int
) -> None:
    """What these records said of people's accounts and say no more, noted.

    Of a person whose record is gone nothing is kept, nor anything that an erased record said; a record that its own
    system merged into another one is not gone: its past is that of the other one.
    """
    silent = {key[0] for key in before if key[1] == "person"} | (set(rids) - {key[0] for key in now})
    silent -= {key[0] for key in now if key[1] == "person"}
    merged = placements.winners(sql, silent)
    erased = _erased(sql, silent)
    gone = (silent - merged.keys()) | erased
    if gone:
        delete(sql, t.PERSON_JOB, "person_rid", gone | placements.losers(sql, gone))
    if erased:
        delete(sql, t.PERSON_JOB, "rid", erased)
    left = [old for key, old in before.items() if _is_left(old, now.get(key)) and old.rid not in erased]
    left = [old for old in left if not (old.kind == "person" and old.rid in merged)]
    living = _living(sql, {old.person_rid for old in left if old.person_rid is not None})
    _write(sql, [old for old in left if old.person_rid in living], at)


def _write(sql: Connection, left: Collection[Placement], at: int) -> None:
    if not left:
        return
    bound = {"rids": numbers(sql, {old.rid for old in left})}
    dated: dict[int, int] = dict(
        sql.execute(text(f"SELECT rid, version FROM source_record WHERE {among(sql, 'rid')}"), bound).all()
    )
    earlier = f"SELECT rid, part, MAX(until) FROM person_job WHERE {among(sql, 'rid')} GROUP BY rid, part"
    since = {(rid, part): until for rid, part, until in sql.execute(text(earlier), bound)}
    rows = [
        (old.rid, old.part, old.person_rid, old.account_rid, since.get((old.rid, old.part)), dated.get(old.rid) or at)
        for old in left
    ]
    insert(sql, t.PERSON_JOB, COLUMNS, rows)


def _is_left(old: Placement, new: Placement | None) -> bool:
    if old.kind not in ("person", "membership") or old.account_rid is None or old.person_rid is None:
        return False
    return new is None or (new.account_rid, new.person_rid) != (old.account_rid, old.person_rid)


def _erased(sql: Connection, rids: Collection[int]) -> set[int]:
    if not rids:
        return set()
    statement = f"SELECT rid FROM source_record WHERE {among(sql, 'rid')} AND deleted IN ('{ERASED}', '{SCRUBBED}')"
    return {rid for (rid,) in direct.rows(sql, statement, {"rids": numbers(sql, rids)})}


def _living(sql: Connection, people: Collection[int]) -> set[int]:
    """Those of these records that are a person's now, or were merged into one that is."""
    if not people:
        return set()
    winner = placements.winners(sql, people)
    ends = {winner.get(rid, rid) for rid in people}
    known = {rid for (rid,) in direct.rows_of(sql, facts.FACTS["person"], ("rid",), ends)}
    return {rid for rid in people if winner.get(rid, rid) in known}
