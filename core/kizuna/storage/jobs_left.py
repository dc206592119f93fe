"""Where people have been before: what their records said of their accounts until it changed."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, text

from kizuna.storage.bulk import among, insert, numbers
from kizuna.storage.direct import delete
from kizuna.storage.placements import Key, Placement
from kizuna.storage.tables import business as t

COLUMNS = ("rid", "part", "person_rid", "account_rid", "since", "until")


def note(sql: Connection, before: Mapping[Key, Placement], now: Mapping[Key, Placement], at: int) -> None:
    """What records said of people's accounts and say no more; of a person's record that is gone nothing is kept."""
    gone = {key[0] for key in before if key[1] == "person" and key not in now}
    if gone:
        delete(sql, t.PERSON_JOB, "person_rid", gone)
    left = [(old, old.person_rid, old.account_rid) for key, old in before.items() if _is_left(old, now.get(key), gone)]
    if not left:
        return
    bound = {"rids": numbers(sql, {old.rid for old, _, _ in left})}
    dated: dict[int, int] = dict(
        sql.execute(text(f"SELECT rid, version FROM source_record WHERE {among(sql, 'rid')}"), bound).all()
    )
    earlier = f"SELECT rid, part, MAX(until) FROM person_job WHERE {among(sql, 'rid')} GROUP BY rid, part"
    since = {(rid, part): until for rid, part, until in sql.execute(text(earlier), bound)}
    rows = [
        (old.rid, old.part, person, account, since.get((old.rid, old.part)), dated.get(old.rid) or at)
        for old, person, account in left
    ]
    insert(sql, t.PERSON_JOB, COLUMNS, rows)


def _is_left(old: Placement, new: Placement | None, gone: set[int]) -> bool:
    if old.kind not in ("person", "membership") or old.account_rid is None or old.person_rid is None:
        return False
    if old.person_rid in gone:
        return False
    return new is None or (new.account_rid, new.person_rid) != (old.account_rid, old.person_rid)
