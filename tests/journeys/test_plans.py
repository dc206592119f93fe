"""No statement of a sync or of a derivation looks through a table that grows with the records."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from tests.support.worlds import Kizuna, edit, kizuna, world

VENDORS = ("salesforce", "hubspot", "zendesk", "stripe")
SMALL = {"compression_dictionary", "connection", "match_model", "outbox", "stream", "sync_run", "sync_run_stream"}
"""Tables that hold a few rows, or only what is to be worked on now."""

_SCANNED = re.compile(r"SCAN (\w+)")


def scans_of(engine: Engine, found: dict[str, str]) -> None:
    """From now on ``found`` learns each scan of a table together with its statement."""
    explained: set[str] = set()

    @event.listens_for(engine, "before_cursor_execute")
    def explain(_: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if (
            many
            or statement in explained
            or statement.split(None, 1)[0] not in ("SELECT", "DELETE", "UPDATE", "INSERT")
        ):
            return
        explained.add(statement)
        plan = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        for step in [row[3] for row in plan]:
            scanned = _SCANNED.match(step)
            if scanned and "VIRTUAL TABLE" not in step:
                found.setdefault(table_of(scanned.group(1), statement), " ".join(statement.split()))


def table_of(name: str, statement: str) -> str:
    """The table behind a name in a statement, which may be an alias."""
    called = re.search(rf"(?:FROM|JOIN)\s+(\w+)\s+(?:AS\s+)?{name}\b", statement)
    return called.group(1) if called else name


def tables(made: Kizuna) -> set[str]:
    return {str(name) for (name,) in made.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_what_changes_is_found_by_index(tmp_path: Path) -> None:
    scanned: dict[str, str] = {}
    with world(*VENDORS, companies=20) as served, kizuna(f"sqlite:///{tmp_path / 'kizuna.db'}", served) as made:
        scans_of(made.parts.database.engine, scanned)

        made.sync(*VENDORS)
        edit(served, seed=3, edits=20)
        made.sync(*VENDORS)

        growing = tables(made) - SMALL
        assert {name: statement for name, statement in scanned.items() if name in growing} == {}
