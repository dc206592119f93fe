"""A closed database leaves no connection open, whoever is still at work with one."""

from __future__ import annotations

import gc
import warnings
from threading import Event, Thread

import pytest
from sqlalchemy import text

from kizuna.storage.database import Database


def test_a_connection_that_comes_back_after_the_close_is_closed(database_url: str) -> None:
    database = Database(database_url)
    pool, begun, closed = database.engine.pool, Event(), Event()

    def work() -> None:
        with database.read() as sql:
            sql.execute(text("SELECT 1"))
            begun.set()
            closed.wait(60)

    thread = Thread(target=work)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        thread.start()
        begun.wait(60)
        database.close()
        closed.set()
        thread.join()
        kept = pool.checkedin()  # type: ignore[attr-defined]  # of every pool that keeps any
        del pool
        gc.collect()

    assert kept == 0
    assert [str(one.message) for one in told if one.category is ResourceWarning] == []


def test_a_connection_asked_for_after_the_close_is_not_kept(database_url: str) -> None:
    database = Database(database_url)
    database.close()

    with database.read() as sql:
        found = sql.execute(text("SELECT 1")).scalar()

    assert found == 1
    assert database.engine.pool.checkedin() == 0  # type: ignore[attr-defined]  # of every pool that keeps any


def test_nothing_is_logged_of_opening_and_closing(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "kizuna")
    database = Database(database_url)

    with database.read() as sql:
        sql.execute(text("SELECT 1"))
    database.close()

    assert caplog.record_tuples == []


def test_until_it_is_closed_connections_are_kept(database_url: str) -> None:
    database = Database(database_url)

    with database.read() as sql:
        sql.execute(text("SELECT 1"))
    kept = database.engine.pool.checkedin()  # type: ignore[attr-defined]  # of every pool that keeps any
    database.close()

    assert kept == 1
