"""Writing customers and people: the rows of dirty ones replaced whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table

from kizuna.storage import direct
from kizuna.storage.bulk import among_words, insert, words
from kizuna.storage.tables import business as t

Row = Mapping[str, Any]
REACH = 2**63 - 1
"""The largest sum that can be sorted and compared exactly: 9.2 trillion minor units, in millionths of one."""


def held(micro: int) -> int:
    """The sum as far as 64 bits reach, to sort and to compare by."""
    return max(-REACH, min(REACH, micro))


def sum_of(micro: int) -> dict[str, str | int]:
    """The columns of a sum of money: in full, and as far as it can be compared."""
    return {"exact": str(micro), "micro": held(micro)}


def replace_customers(
    sql: Connection, ids: Collection[str], rows: Sequence[Row], money: Sequence[Row], emails: Sequence[Row]
) -> None:
    """These customers' rows, money and addresses replaced; an id without a row is gone."""
    _replace(sql, t.CUSTOMER, "id", ids, _told(t.CUSTOMER, rows))
    _replace(sql, t.CUSTOMER_MONEY, "customer_id", ids, _told(t.CUSTOMER_MONEY, money))
    _replace(sql, t.EMAIL, "entity_id", ids, _told(t.EMAIL, emails))


def replace_movements(sql: Connection, ids: Collection[str], rows: Sequence[Row]) -> None:
    """What moved these customers' recurring revenue, replaced."""
    _replace(sql, t.REVENUE_MOVEMENT, "customer_id", ids, _told(t.REVENUE_MOVEMENT, rows))


def replace_people(
    sql: Connection, ids: Collection[str], rows: Sequence[Row], homes: Sequence[Row], emails: Sequence[Row]
) -> None:
    """These people's rows, customers and addresses replaced; an id without a row is gone."""
    _replace(sql, t.PERSON, "id", ids, _told(t.PERSON, rows))
    _replace(sql, t.PERSON_CUSTOMER, "person_id", ids, _told(t.PERSON_CUSTOMER, homes))
    _replace(sql, t.EMAIL, "entity_id", ids, _told(t.EMAIL, emails))


CLAIM_COLUMNS = tuple(column.name for column in t.CLAIM.columns)


def replace_claims(sql: Connection, ids: Collection[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """What is claimed of these customers or people replaced; a row holds CLAIM_COLUMNS."""
    _replace(sql, t.CLAIM, "entity_id", ids, rows)


def replace_custom_values(sql: Connection, ids: Collection[str], rows: Sequence[Row]) -> None:
    """The custom fields of these customers or people replaced."""
    _replace(sql, t.CUSTOM_VALUE, "entity_id", ids, _told(t.CUSTOM_VALUE, rows))


def _told(table: Table, rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    names = _names(table)
    return [tuple([row.get(name) for name in names]) for row in rows]


@cache
def _names(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns)


@cache
def _key(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key.columns)


def _replace(sql: Connection, table: Table, column: str, ids: Collection[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """The rows whose ``column`` is one of ``ids`` are these; only what differs is written, for most stays as it is."""
    if not ids:
        return
    names = ", ".join(f'"{name}"' for name in _names(table))  # some are words of SQL
    statement = f"SELECT {names} FROM {table.name} WHERE {among_words(sql, column)}"
    before, now = set(direct.rows(sql, statement, {"words": words(sql, ids)})), set(rows)
    key = itemgetter(*(_names(table).index(name) for name in _key(table)))
    single = len(_key(table)) == 1
    gone = [(key(row),) if single else key(row) for row in before - now]
    direct.delete_rows(sql, table, _key(table), gone)
    insert(sql, table, _names(table), sorted(now - before, key=key))
