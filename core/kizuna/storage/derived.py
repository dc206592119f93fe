"""The derived tables as a whole: wiped for a rebuild, and fingerprinted to compare two derivations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Table, select

from kizuna.storage.tables import business, evidence, facts, identity

MAPPED: tuple[Table, ...] = (
    *facts.FACTS.values(),
    facts.OTHER,
    facts.HISTORY,
    evidence.ALIAS_TOLD,
    evidence.RECORD_ALIAS,
)
"""What follows from evidence by mapping."""

DERIVED: tuple[Table, ...] = (
    identity.PROFILE,
    identity.KEY,
    identity.KEY_STAT,
    identity.EDGE,
    identity.REVIEW,
    business.PLACEMENT,
    business.CUSTOMER,
    business.CUSTOMER_MONEY,
    business.REVENUE_MOVEMENT,
    business.PERSON,
    business.PERSON_CUSTOMER,
    business.CLAIM,
    business.CUSTOM_VALUE,
    business.EMAIL,
)
"""What follows from mapped facts, decisions and configuration."""

COMPARED: tuple[Table, ...] = (*MAPPED, *DERIVED, identity.MEMBERSHIP)

# When something was asked or learned is history, not derivation.
_LEFT_OUT = {"review_task": {"created_at"}, "membership": {"known_at"}}
_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Difference:
    """How a table differs: rows only there before, rows only there after, and one of each to look at."""

    table: str
    only_before: int
    only_after: int
    example: str


def wipe(sql: Connection) -> None:
    """Every mapped and derived row gone; what operators have set on keys stays."""
    for table in (*MAPPED, *DERIVED):
        if table is identity.KEY_STAT:
            sql.execute(table.delete().where(table.c.status == "normal"))
        else:
            sql.execute(table.delete())


def fingerprint(sql: Connection) -> dict[str, set[int]]:
    """Table → the hashes of its rows."""
    return {table.name: {_hash(row) for row in _rows(sql, table)} for table in COMPARED}


def differences(sql: Connection, before: dict[str, set[int]]) -> list[Difference]:
    """How the tables differ now from ``before``."""
    found = []
    for table in COMPARED:
        now: set[int] = set()
        example = ""
        for row in _rows(sql, table):
            hashed = _hash(row)
            now.add(hashed)
            if not example and hashed not in before[table.name]:
                example = str(row)[:300]
        if now != before[table.name]:
            lost, new = len(before[table.name] - now), len(now - before[table.name])
            found.append(Difference(table.name, lost, new, example))
    return found


def _rows(sql: Connection, table: Table) -> Iterator[tuple[Any, ...]]:
    columns = [column for column in table.columns if column.name not in _LEFT_OUT.get(table.name, ())]
    result = sql.execute(select(*columns).execution_options(yield_per=_CHUNK))
    for row in result:
        yield tuple(row)


def _hash(row: tuple[Any, ...]) -> int:
    digest = blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")
