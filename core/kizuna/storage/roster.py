"""Who is who, record by record: every living record that carries an account or a person, with whom it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, text


class RosterRow(NamedTuple):
    """One record and the customer (``entity`` customer) or person it belongs to."""

    entity: str
    entity_id: str
    system: str
    connection: str
    stream: str
    source_id: str


def roster(sql: Connection) -> Iterator[RosterRow]:
    """Every living record once for its customer and once for its person, customers first, in a fixed order."""
    statement = text("""
        SELECT CASE m.entity WHEN 'account' THEN 'customer' ELSE 'person' END AS entity,
               m.entity_id, c.plugin, c.name, r.stream, r.source_id
        FROM membership m
        JOIN source_record r ON r.rid = m.rid
        JOIN connection c ON c.id = r.connection_id
        WHERE r.deleted IS NULL AND NOT EXISTS (SELECT 1 FROM record_alias x WHERE x.rid = m.rid)
        ORDER BY m.entity, m.entity_id, c.name, r.stream, r.source_id
    """)
    for row in sql.execution_options(yield_per=5_000).execute(statement):
        yield RosterRow(*row)
