"""No statement of a sync or of a derivation looks through a table that grows with the records."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from kizuna.storage.database import Database
from tests.support.worlds import Kizuna, edit, kizuna, world

VENDORS = ("salesforce", "hubspot", "zendesk", "stripe")
SMALL = {
    "blocked_value",
    "compression_dictionary",
    "connection",
    "field_remap",
    "match_model",
    "outbox",
    "stream",
    "sync_run",
    "sync_run_stream",
}
"""Tables that hold a few rows, or only what is to be worked on now."""

_SCANNED = re.compile(r"SCAN (\w+)|SEARCH (\w+) .*\((?:entity|kind)=\?\)$")
"""Half of a table is looked through, too, where all that is sought by is whether accounts are meant or people."""


_LITERAL = re.compile(r"'(?:[^']|'')*'|(?<![\w.])-?\d+(?:\.\d+)?")


def statements_of(engine: Engine) -> set[str]:
    """From now on it learns each statement that reaches the driver, its values left out."""
    found: set[str] = set()

    @event.listens_for(engine, "checkout")
    def trace(raw: Any, *_: Any) -> None:
        raw.set_trace_callback(lambda statement: found.add(_LITERAL.sub("''", statement)))

    return found


def scans_of(database: Database, statements: set[str]) -> dict[str, str]:
    """Table that is looked through → a statement that does so."""
    found: dict[str, str] = {}
    with database.read() as sql:
        for statement in sorted(statements):
            if statement.split(None, 1)[0] not in ("SELECT", "DELETE", "UPDATE", "INSERT"):
                continue
            for step in [row[3] for row in sql.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")]:
                scanned = _SCANNED.match(step)
                if scanned and "VIRTUAL TABLE" not in step:
                    found.setdefault(
                        table_of(scanned.group(1) or scanned.group(2), statement), " ".join(statement.split())
                    )
    return found


def table_of(name: str, statement: str) -> str:
    """The table behind a name in a statement, which may be an alias."""
    called = re.search(rf"(?:FROM|JOIN)\s+(\w+)\s+(?:AS\s+)?{name}\b", statement)
    return called.group(1) if called else name


def tables(made: Kizuna) -> set[str]:
    return {str(name) for (name,) in made.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_what_changes_is_found_by_index(tmp_path: Path) -> None:
    with world(*VENDORS, companies=20) as served, kizuna(f"sqlite:///{tmp_path / 'kizuna.db'}", served) as made:
        statements = statements_of(made.parts.database.engine)

        made.sync(*VENDORS)
        edit(served, seed=3, edits=20)
        made.sync(*VENDORS)

        growing = tables(made) - SMALL
        scanned = scans_of(made.parts.database, set(statements))
        assert {name: statement for name, statement in scanned.items() if name in growing} == {}
