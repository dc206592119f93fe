"""Stored payloads read back, many at once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from kizuna.storage.bulk import among, numbers
from kizuna.storage.payloads import PLAIN, Payloads


def opened(sql: Connection, stored: Sequence[tuple[int, bytes]]) -> list[bytes]:
    """The payloads as the vendor sent them; one statement for the dictionaries they need."""
    needed = {key for key, _ in stored} - {PLAIN}
    contents: dict[int, bytes] = {}
    if needed:
        statement = text(f"SELECT id, content FROM compression_dictionary WHERE {among(sql, 'id')}")
        contents = {key: bytes(content) for key, content in sql.execute(statement, {"rids": numbers(sql, needed)})}
    payloads = Payloads(contents)
    return [payloads.opened(key, payload) for key, payload in stored]
