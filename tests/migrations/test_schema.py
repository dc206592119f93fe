"""A database comes to this program's version by numbered steps, goes back by them, and is refused at any other."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import inspect, text

from kizuna.errors import StorageError
from kizuna.storage import schema
from kizuna.storage.database import Database
from kizuna.storage.tables import METADATA
from tests.support import migrations


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database: the test runs once on SQLite, once on PostgreSQL."""
    opened = Database(database_url)
    yield opened
    opened.close()


def test_the_steps_make_the_tables_that_the_code_declares(database):
    version = schema.upgrade(database)

    assert version == schema.current(database) == schema.known()[-1]
    assert tables(database) == set(METADATA.tables) | {"kizuna_version"}
    assert schema.check(database) == []


def test_the_steps_make_what_the_code_would_make_without_them(database, database_url, request):
    schema.upgrade(database)
    stepped = declared(database)
    schema.downgrade(database, "base")

    METADATA.create_all(database.engine)

    assert stepped == declared(database)


def test_the_steps_lead_back_and_forth(database):
    schema.upgrade(database)

    schema.downgrade(database, "base")
    emptied = (tables(database), schema.current(database))
    again = schema.upgrade(database)

    assert emptied == ({"kizuna_version"}, None)
    assert again == schema.known()[-1]
    assert schema.check(database) == []


def test_an_upgrade_of_a_current_database_keeps_its_rows(database):
    schema.upgrade(database)
    with database.write() as sql:
        sql.execute(text("INSERT INTO kizuna_state (key, value) VALUES ('normaliser', '7')"))

    schema.upgrade(database)

    with database.read() as sql:
        assert sql.execute(text("SELECT value FROM kizuna_state")).scalars().all() == ["7"]


def test_processes_that_upgrade_at_once_do_it_once(database, database_url):
    others = [Database(database_url) for _ in range(3)]
    versions: list[str] = []
    workers = [threading.Thread(target=lambda d=d: versions.append(schema.upgrade(d))) for d in others]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert versions == [schema.known()[-1]] * 3
    assert schema.check(database) == []
    for other in others:
        other.close()


def test_a_step_that_fails_leaves_nothing_behind(database, monkeypatch):
    from alembic import op

    made = op.create_table
    monkeypatch.setattr(
        op, "create_table", lambda name, *columns, **rest: made(name, *columns, **rest) if name < "m" else explode()
    )

    with pytest.raises(RuntimeError, match="disk full"):
        schema.upgrade(database)

    assert tables(database) == set()
    assert schema.current(database) is None


def test_a_current_database_is_accepted(database):
    schema.upgrade(database)

    schema.require(database)


def test_an_empty_database_is_refused_with_what_to_run(database):
    with pytest.raises(StorageError, match="run `kizuna init` or `kizuna db upgrade`"):
        schema.require(database)


def test_an_older_database_is_refused_with_what_to_run(database, monkeypatch):
    schema.upgrade(database)
    monkeypatch.setattr(schema, "known", lambda: ("0001", "0002"))

    with pytest.raises(StorageError, match=r"of version 0001, this program works with 0002; run `kizuna db upgrade`"):
        schema.require(database)


def test_a_newer_database_is_refused_and_left_alone(database):
    schema.upgrade(database)
    with database.write() as sql:
        sql.execute(text("UPDATE kizuna_version SET version_num = '9999'"))

    with pytest.raises(StorageError, match=r"made by a newer Kizuna \(version 9999"):
        schema.require(database)
    with pytest.raises(StorageError, match="upgrade the program"):
        schema.upgrade(database)

    assert schema.current(database) == "9999"


def test_a_database_with_somebody_elses_tables_of_our_names_is_refused(database):
    with database.write() as sql:
        sql.execute(text("CREATE TABLE connection (id INTEGER PRIMARY KEY)"))

    with pytest.raises(StorageError, match="'connection' but no version of Kizuna"):
        schema.upgrade(database)

    assert tables(database) == {"connection"}


def test_every_way_of_differing_is_told_in_a_sentence(database):
    schema.upgrade(database)
    with database.write() as sql:
        sql.execute(text("DROP TABLE review_task"))
        sql.execute(text("DROP INDEX ix_customer_domain"))
        sql.execute(text("ALTER TABLE customer DROP COLUMN industry"))
        sql.execute(text("ALTER TABLE person ADD COLUMN horoscope TEXT"))
        sql.execute(text("CREATE TABLE somebody_elses (id INTEGER PRIMARY KEY)"))

    assert schema.check(database) == [
        "the column customer.industry is missing",
        "the column person.horoscope is not known to this program",
        "the index ix_customer_domain of customer is missing",
        "the table review_task is missing",
    ]


def test_the_first_step_is_what_the_tables_say_until_there_is_a_second():
    written = migrations.FIRST.read_text(encoding="utf-8")

    drawn = migrations.first()

    assert len(schema.known()) > 1 or written == drawn, "run ./dev scripts/first-migration"


def test_the_versions_known_without_alembic_are_its_own():
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    steps = Config()
    steps.set_main_option("script_location", "kizuna_migrations:")
    walked = [step.revision for step in ScriptDirectory.from_config(steps).walk_revisions()]

    assert tuple(reversed(walked)) == schema.known()


def explode() -> None:
    raise RuntimeError("disk full")


def tables(database: Database) -> set[str]:
    """The names of the tables that are there."""
    with database.read() as sql:
        return set(inspect(sql).get_table_names())


def declared(database: Database) -> dict[str, tuple[list[str], list[str], list[str]]]:
    """Table → its columns with type and null, its key, its indexes and unique constraints, as the database tells them."""
    with database.read() as sql:
        seen = inspect(sql)
        return {
            name: (
                [f"{c['name']} {c['type']} {c['nullable']} {c['default']}" for c in seen.get_columns(name)],
                [*seen.get_pk_constraint(name)["constrained_columns"], str(seen.get_pk_constraint(name)["name"])],
                sorted(
                    [f"{i['name']} {i['column_names']} {i['unique']}" for i in seen.get_indexes(name)]
                    + [f"{u['name']} {u['column_names']}" for u in seen.get_unique_constraints(name)]
                ),
            )
            for name in METADATA.tables
        }
