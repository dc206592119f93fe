"""Writing customers and people: the rows of dirty ones replaced whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, text

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
    _delete(sql, t.CUSTOMER, "id", ids)
    _delete(sql, t.CUSTOMER_MONEY, "customer_id", ids)
    _delete(sql, t.EMAIL, "entity_id", ids)
    _insert(sql, t.CUSTOMER, rows)
    _insert(sql, t.CUSTOMER_MONEY, money)
    _insert(sql, t.EMAIL, emails)


def replace_people(
    sql: Connection, ids: Collection[str], rows: Sequence[Row], homes: Sequence[Row], emails: Sequence[Row]
) -> None:
    """These people's rows, customers and addresses replaced; an id without a row is gone."""
    _delete(sql, t.PERSON, "id", ids)
    _delete(sql, t.PERSON_CUSTOMER, "person_id", ids)
    _delete(sql, t.EMAIL, "entity_id", ids)
    _insert(sql, t.PERSON, rows)
    _insert(sql, t.PERSON_CUSTOMER, homes)
    _insert(sql, t.EMAIL, emails)


def replace_claims(sql: Connection, ids: Collection[str], rows: Sequence[Row]) -> None:
    """What is claimed of these customers or people replaced."""
    _delete(sql, t.CLAIM, "entity_id", ids)
    _insert(sql, t.CLAIM, rows)


def replace_custom_values(sql: Connection, ids: Collection[str], rows: Sequence[Row]) -> None:
    """The custom fields of these customers or people replaced."""
    _delete(sql, t.CUSTOM_VALUE, "entity_id", ids)
    _insert(sql, t.CUSTOM_VALUE, rows)


def _delete(sql: Connection, table: Table, column: str, ids: Collection[str]) -> None:
    if ids:
        sql.execute(text(f"DELETE FROM {table.name} WHERE {among_words(sql, column)}"), {"words": words(sql, ids)})


def _insert(sql: Connection, table: Table, rows: Sequence[Row]) -> None:
    names = [column.name for column in table.columns]
    insert(sql, table, names, [tuple(row.get(name) for name in names) for row in rows])
