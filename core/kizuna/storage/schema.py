"""The version of a database's tables: brought up to date, asked for, compared, required."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text

from kizuna.errors import StorageError
from kizuna.storage.database import Database
from kizuna.storage.tables import METADATA

if TYPE_CHECKING:
    from alembic.config import Config

STEPS = "kizuna_migrations"
VERSION_TABLE = "kizuna_version"
LOCK = 0x6B697A756E61  # "kizuna": one number among a server's advisory locks
TURN_WITHIN_S = 600
TABLES_WITHIN_S = 30


def upgrade(database: Database) -> str:
    """Every table as this program wants it, in one transaction; the version afterwards.

    Several processes may ask at once: one works, the others wait and find it done. Raises StorageError when the
    database is newer than the program, or holds tables of Kizuna's names without a version.
    """
    from alembic import command

    with alone(database) as sql:
        version = _version(sql)
        if version is None and (taken := METADATA.tables.keys() & set(inspect(sql).get_table_names())):
            raise StorageError(
                f"The database has a table {min(taken)!r} but no version of Kizuna: it belongs to something else; "
                "name an empty database."
            )
        if version is not None:
            _refuse_newer(version)
        command.upgrade(_steps(sql), "head")
    return known()[-1]


def downgrade(database: Database, version: str) -> None:
    """The tables as an older version wants them (``base``: none at all), with the loss of what it cannot hold."""
    from alembic import command

    with alone(database) as sql:
        command.downgrade(_steps(sql), version)


def current(database: Database) -> str | None:
    """The version of the database, None when it has no tables of Kizuna."""
    with database.read() as sql:
        return _version(sql)


def check(database: Database) -> list[str]:
    """How the tables differ from those of this program, a sentence each; tables of other programs do not count."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    options = {"version_table": VERSION_TABLE, "include_name": is_ours}
    with database.read() as sql:
        found = compare_metadata(MigrationContext.configure(sql, opts=options), METADATA)
    missing = {one[1].name for one in found if one[0] == "add_table"}
    # What would stand in a missing table is missing with it.
    told = (one for one in found if not (one[0] == "add_index" and one[1].table.name in missing))
    return sorted(_sentence(difference) for difference in told)


def require(database: Database) -> None:
    """Raises StorageError unless the database is of the version that this program works with."""
    version = current(database)
    if version is None:
        raise StorageError("The database has no tables of Kizuna yet; run `kizuna init` or `kizuna db upgrade`.")
    _refuse_newer(version)
    if version != known()[-1]:
        raise StorageError(
            f"The database is of version {version}, this program works with {known()[-1]}; run `kizuna db upgrade`."
        )


@cache
def known() -> tuple[str, ...]:
    """The versions this program knows, oldest first: the numbers that the steps' file names begin with."""
    names = (step.name for step in files(STEPS).joinpath("versions").iterdir())
    return tuple(sorted(name.partition("_")[0] for name in names if name.endswith(".py") and name[0].isdigit()))


@contextmanager
def alone(database: Database) -> Iterator[Connection]:
    """A transaction in which no other process changes the tables: on SQLite the only writer's, else under a lock."""
    with database.write() as sql:
        if database.dialect == "postgresql":
            sql.execute(text(f"SET LOCAL lock_timeout = '{TURN_WITHIN_S}s'"))
            sql.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": LOCK})
            # Whoever waits for a table holds up all who come after: better to give up and be run again in a quiet hour.
            sql.execute(text(f"SET LOCAL lock_timeout = '{TABLES_WITHIN_S}s'"))
            sql.execute(text("SET LOCAL statement_timeout = 0"))
            sql.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        yield sql


def is_ours(name: str | None, kind: str, _: Any) -> bool:
    """Whether a table, or what stands in one, is Kizuna's."""
    return kind != "table" or name in METADATA.tables


def _steps(sql: Connection) -> Config:
    from alembic.config import Config

    found = Config(attributes={"connection": sql})
    found.set_main_option("script_location", f"{STEPS}:")
    return found


def _version(sql: Connection) -> str | None:
    if not inspect(sql).has_table(VERSION_TABLE):
        return None
    found = sql.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    return None if found is None else str(found)


def _refuse_newer(version: str) -> None:
    if version not in known():
        raise StorageError(
            f"The database was made by a newer Kizuna (version {version}, this program knows {known()[-1]}); "
            "upgrade the program."
        )


def _sentence(difference: Any) -> str:
    """One difference as Alembic lists it: a tuple (what, …), or a list of tuples about one column."""
    if isinstance(difference, list):
        verb, _, table, column, *_ = difference[0]
        return f"the column {table}.{column} differs in its {verb.removeprefix('modify_')}"
    verb, *rest = difference
    subject = rest[-1]
    state = "is missing" if verb.startswith("add_") else "is not known to this program"
    if verb.endswith("_table"):
        return f"the table {subject.name} {state}"
    if verb.endswith("_column"):
        return f"the column {rest[1]}.{subject.name} {state}"
    what = verb.partition("_")[2].replace("_", " ")
    return f"the {what} {subject.name} of {subject.table.name} {state}"
