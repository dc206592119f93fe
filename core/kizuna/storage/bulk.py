"""Many rows at once through the raw driver: COPY on PostgreSQL, executemany on SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import psycopg
from sqlalchemy import BigInteger, Boolean, Connection, Float, Integer, LargeBinary, Table, Text, text

_COPY_TYPES: tuple[tuple[type[Any], str], ...] = (
    (BigInteger, "int8"),
    (Integer, "int4"),
    (Boolean, "bool"),
    (Float, "float8"),
    (LargeBinary, "bytea"),
    (Text, "text"),
)


class Taken(Exception):
    """A row's key stands in the table already."""


class Unfit(Exception):
    """A value fits no column of the database."""


def insert(connection: Connection, table: Table, columns: Sequence[str], rows: Collection[Sequence[Any]]) -> None:
    """All rows added. Raises Taken or Unfit, after which the transaction must be left.

    Text must hold no NUL character; the engine has taken them out.
    """
    if not rows:
        return
    try:
        _insert(connection, table, columns, rows)
    except (sqlite3.IntegrityError, psycopg.errors.IntegrityError) as error:
        raise Taken(f"{table.name}: {type(error).__name__}") from error
    except (OverflowError, sqlite3.DataError, sqlite3.InterfaceError, psycopg.DataError) as error:
        raise Unfit(f"{table.name}: {type(error).__name__}") from error


def _insert(connection: Connection, table: Table, columns: Sequence[str], rows: Collection[Sequence[Any]]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)  # some are words of SQL
    raw = connection.connection.driver_connection
    assert raw is not None
    if connection.dialect.name == "sqlite":
        raw.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({', '.join('?' * len(columns))})", rows)
        return
    with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types([_copy_type(table, column) for column in columns])
        for row in rows:
            copy.write_row(row)


def _copy_type(table: Table, column: str) -> str:
    sql = table.c[column].type
    return next(name for kind, name in _COPY_TYPES if isinstance(sql, kind))


def among(connection: Connection, column: str, name: str = "rids") -> str:
    """The condition that ``column`` is one of the numbers bound as ``name`` with :func:`numbers`."""
    if connection.dialect.name == "sqlite":
        return f"{column} IN (SELECT value FROM json_each(:{name}))"
    return f"{column} = ANY(CAST(:{name} AS BIGINT[]))"


def numbers(connection: Connection, values: Iterable[int]) -> Any:
    """A list of numbers as one bound parameter."""
    listed = list(values)
    return json.dumps(listed) if connection.dialect.name == "sqlite" else listed


def among_words(connection: Connection, column: str, name: str = "words") -> str:
    """The condition that ``column`` is one of the texts bound as ``name`` with :func:`words`."""
    if connection.dialect.name == "sqlite":
        return f"{column} IN (SELECT value FROM json_each(:{name}))"
    return f"{column} = ANY(CAST(:{name} AS TEXT[]))"


def words(connection: Connection, values: Iterable[str]) -> Any:
    """A list of texts as one bound parameter."""
    listed = list(values)
    return json.dumps(listed) if connection.dialect.name == "sqlite" else listed


def delete(connection: Connection, table: Table, column: str, rids: Collection[int]) -> int:
    """How many rows went whose ``column`` is one of ``rids``."""
    if not rids:
        return 0
    statement = text(f"DELETE FROM {table.name} WHERE {among(connection, column)}")
    return connection.execute(statement, {"rids": numbers(connection, rids)}).rowcount


def delete_pairs(
    connection: Connection, table: Table, columns: tuple[str, str], pairs: Collection[tuple[int, int]]
) -> None:
    """The rows gone whose two columns of numbers, which begin the table's key, are one of these pairs."""
    if not pairs:
        return
    one, other = columns
    if connection.dialect.name == "sqlite":
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.executemany(f"DELETE FROM {table.name} WHERE {one} = ? AND {other} = ?", pairs)
        return
    statement = text(
        f"DELETE FROM {table.name} USING unnest(CAST(:ones AS BIGINT[]), CAST(:others AS BIGINT[])) AS p(one, other) "
        f"WHERE {table.name}.{one} = p.one AND {table.name}.{other} = p.other"
    )
    connection.execute(statement, {"ones": [a for a, _ in pairs], "others": [b for _, b in pairs]})


def rows_of(
    connection: Connection, table: Table, columns: Sequence[str], rids: Collection[int], column: str = "rid"
) -> list[Sequence[Any]]:
    """The named columns of all rows whose ``column`` is one of ``rids``."""
    if not rids:
        return []
    statement = text(f"SELECT {', '.join(columns)} FROM {table.name} WHERE {among(connection, column)}")
    return list(connection.execute(statement, {"rids": numbers(connection, rids)}).all())


_MILLION = 1_000_000


def exact_sum(column: str) -> str:
    """Two sums over a column of 64-bit numbers, the millions and the rest: a single one can run over in SQLite."""
    return f"SUM({column} / {_MILLION}), SUM({column} % {_MILLION})"


def summed(millions: int | None, rest: int | None) -> int:
    """The whole sum from the two of :func:`exact_sum`, of any size."""
    return int(millions or 0) * _MILLION + int(rest or 0)
