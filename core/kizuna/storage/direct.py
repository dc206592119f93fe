"""Statements sent straight through the driver, for steps that ask dozens of small questions in a row.

What SQLAlchemy does around a statement takes ten times as long as a look-up by key. Transactions, connections and the
kinds of errors are SQLAlchemy's all the same; its events hear of nothing that is asked here.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

import psycopg
from sqlalchemy import Connection, Table, Text
from sqlalchemy.exc import DBAPIError

from kizuna.storage.bulk import among, numbers

Row = tuple[Any, ...]
_NAMED = re.compile(r"(?<!:):([a-z_]+)")


def rows(sql: Connection, statement: str, bound: Mapping[str, Any]) -> list[Row]:
    """All rows of the answer; values are bound by name, as ``:name``. Raises DBAPIError as SQLAlchemy does."""
    try:
        found: list[Row] = _sent(sql, statement, bound).fetchall()
    except (sqlite3.Error, psycopg.Error) as error:
        raise _told(statement, bound, error) from error
    return found


def mappings(sql: Connection, statement: str, bound: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All rows by the names of their columns."""
    try:
        cursor = _sent(sql, statement, bound)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    except (sqlite3.Error, psycopg.Error) as error:
        raise _told(statement, bound, error) from error


def run(sql: Connection, statement: str, bound: Mapping[str, Any]) -> None:
    """A statement without an answer."""
    try:
        _sent(sql, statement, bound)
    except (sqlite3.Error, psycopg.Error) as error:
        raise _told(statement, bound, error) from error


def rows_of(
    sql: Connection, table: Table, columns: Sequence[str], keys: Collection[int], column: str = "rid"
) -> list[Row]:
    """The named columns of all rows whose ``column`` is one of the numbers."""
    if not keys:
        return []
    statement = f"SELECT {', '.join(columns)} FROM {table.name} WHERE {among(sql, column)}"
    return rows(sql, statement, {"rids": numbers(sql, keys)})


def delete(sql: Connection, table: Table, column: str, keys: Collection[int]) -> None:
    """The rows gone whose ``column`` is one of the numbers."""
    if keys:
        run(sql, f"DELETE FROM {table.name} WHERE {among(sql, column)}", {"rids": numbers(sql, keys)})


def delete_rows(sql: Connection, table: Table, key: Sequence[str], gone: Collection[Row]) -> None:
    """The rows gone whose columns ``key`` hold these values (one tuple a row). Raises DBAPIError as SQLAlchemy does."""
    if not gone:
        return
    raw: Any = sql.connection.driver_connection
    if sql.dialect.name == "sqlite":
        same = " AND ".join(f"{column} = ?" for column in key)
        statement = f"DELETE FROM {table.name} WHERE {same}"
        try:
            raw.executemany(statement, gone)
        except sqlite3.Error as error:
            raise _told(statement, {}, error) from error
        return
    lists = ", ".join(f"CAST(:{column} AS {_postgres_type(table, column)}[])" for column in key)
    same = " AND ".join(f"{table.name}.{column} = gone.{column}" for column in key)
    statement = f"DELETE FROM {table.name} USING unnest({lists}) AS gone({', '.join(key)}) WHERE {same}"
    run(sql, statement, {column: list(values) for column, values in zip(key, zip(*gone, strict=True), strict=True)})


def _postgres_type(table: Table, column: str) -> str:
    return "TEXT" if isinstance(table.c[column].type, Text) else "BIGINT"


def _sent(sql: Connection, statement: str, bound: Mapping[str, Any]) -> Any:
    if not sql.in_transaction():
        sql.begin()
    raw: Any = sql.connection.driver_connection
    return raw.execute(statement if sql.dialect.name == "sqlite" else _for_psycopg(statement), bound)


@lru_cache(maxsize=512)
def _for_psycopg(statement: str) -> str:
    return _NAMED.sub(r"%(\1)s", statement.replace("%", "%%"))


def _told(statement: str, bound: Mapping[str, Any], error: Exception) -> Any:
    base = sqlite3.Error if isinstance(error, sqlite3.Error) else psycopg.Error
    return DBAPIError.instance(statement, dict(bound), error, base, hide_parameters=True)
