"""The audit log: who changed what, never rewritten."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from kizuna.storage.tables import operations as t


def record(sql: Connection, at: int, actor: str, action: str, subject: str, detail: Mapping[str, Any]) -> None:
    """One entry: ``action`` on ``subject`` (an id or a name) with what it was about, without secrets."""
    row = {"at": at, "actor": actor, "action": action, "subject": subject}
    written = json.dumps(dict(detail), ensure_ascii=False, sort_keys=True)
    sql.execute(t.AUDIT.insert().values(**row, detail=written))
