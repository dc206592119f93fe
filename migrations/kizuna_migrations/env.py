"""Runs the steps over the connection that is handed in, or over the database that the settings name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from alembic import context
from alembic.operations import MigrationScript
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from kizuna import config
from kizuna.errors import StorageError
from kizuna.storage import schema
from kizuna.storage.database import Database
from kizuna.storage.tables import METADATA


def run(connection: Connection) -> None:
    """The steps asked for, in the transaction that is open already."""
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        version_table=schema.VERSION_TABLE,
        include_name=schema.is_ours,
        render_as_batch=True,  # SQLite alters a table by copying it
        transactional_ddl=True,  # SQLite too: the connection begins its transactions itself
        process_revision_directives=number,
    )
    context.run_migrations()


def number(_: MigrationContext, __: Any, scripts: Iterable[MigrationScript]) -> None:
    """Gives a new step the next number, and drops it when it would change nothing."""
    found = list(scripts)
    for script in found:
        script.rev_id = f"{int(schema.known()[-1]) + 1:04d}"
        if script.upgrade_ops is not None and script.upgrade_ops.is_empty():
            found.clear()
    if isinstance(scripts, list):
        scripts[:] = found


if context.is_offline_mode():
    raise StorageError("Migrations run over an open database only; leave --sql away.")
given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    database = Database(config.load().database)
    with schema.alone(database) as opened:
        run(opened)
    database.close()
