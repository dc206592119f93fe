"""Statements sent straight through the driver fail with SQLAlchemy's kinds of errors, whatever the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table
from sqlalchemy.exc import DBAPIError

from kizuna.storage import direct
from kizuna.storage.database import Database

NOWHERE = Table("nowhere", MetaData(), Column("rid", Integer))

ASKED: dict[str, Callable[[Connection], Any]] = {
    "rows": lambda sql: direct.rows_of(sql, NOWHERE, ("rid",), [1]),
    "mappings": lambda sql: direct.mappings(sql, "SELECT rid FROM nowhere WHERE rid = :rid", {"rid": 1}),
    "run": lambda sql: direct.run(sql, "DELETE FROM nowhere WHERE rid = :rid", {"rid": 1}),
    "delete": lambda sql: direct.delete(sql, NOWHERE, "rid", [1]),
    "delete_rows": lambda sql: direct.delete_rows(sql, NOWHERE, ("rid",), [(1,), (2,)]),
}


@pytest.mark.parametrize("asked", ASKED)
def test_what_the_database_refuses_is_told_as_sqlalchemy_does(database_url: str, asked: str) -> None:
    database = Database(database_url)

    with pytest.raises(DBAPIError) as told, database.write() as sql:
        ASKED[asked](sql)
    database.close()

    assert "nowhere" in str(told.value.orig)
