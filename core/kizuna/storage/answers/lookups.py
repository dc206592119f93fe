"""Finding the one that is meant: by id, domain, address, or the id a vendor knows it by."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, text

from kizuna.storage.bulk import among_words, words

_STANDING = text("""
    WITH RECURSIVE chain(id, step) AS (
        SELECT CAST(:id AS TEXT), 0
        UNION ALL
        SELECT e.merged_into, chain.step + 1 FROM chain JOIN entity e ON e.id = chain.id
        WHERE e.merged_into IS NOT NULL AND chain.step < 64
    ) SELECT id FROM chain ORDER BY step DESC LIMIT 1
""")


def standing(sql: Connection, entity_id: str) -> str:
    """Where an id leads now: itself, or what it was merged into, followed to the end."""
    return str(sql.execute(_STANDING, {"id": entity_id}).scalar_one())


def customer_of_domain(sql: Connection, host: str) -> str | None:
    """The customer that some record says to be at this host; the one whose own domain it is before all others."""
    statement = text("""
        SELECT q.entity_id FROM claim q JOIN customer k ON k.id = q.entity_id
        WHERE q.attribute = 'domain' AND q.value = :value
        ORDER BY CASE WHEN k.domain = q.value THEN 0 ELSE 1 END, k.records DESC, k.id LIMIT 1
    """)
    return sql.execute(statement, {"value": host}).scalar()


def customer_of_email(sql: Connection, address: str) -> str | None:
    """The customer with that address of its own, else the primary customer of the person who has it."""
    statement = text("""
        SELECT COALESCE(k.id, n.customer_id) FROM email_address x
        LEFT JOIN customer k ON k.id = x.entity_id
        LEFT JOIN person n ON n.id = x.entity_id
        WHERE x.address = :address AND COALESCE(k.id, n.customer_id) IS NOT NULL
        ORDER BY CASE WHEN k.id IS NULL THEN 1 ELSE 0 END, x.entity_id LIMIT 1
    """)
    return sql.execute(statement, {"address": address}).scalar()


def person_of_email(sql: Connection, address: str) -> str | None:
    """The person with that address."""
    statement = text("""
        SELECT n.id FROM email_address x JOIN person n ON n.id = x.entity_id
        WHERE x.address = :address ORDER BY n.records DESC, n.id LIMIT 1
    """)
    return sql.execute(statement, {"address": address}).scalar()


_RECORDS = """
    SELECT COALESCE(w.winner_rid, r.rid) AS rid
    FROM connection c JOIN stream s ON s.connection_id = c.id
    JOIN source_record r ON r.connection_id = c.id AND r.stream = s.name AND r.source_id = :source_id
    LEFT JOIN record_alias w ON w.rid = r.rid
    WHERE c.plugin = :system
    UNION
    SELECT w.winner_rid FROM record_alias w
    JOIN source_record r ON r.rid = w.told_by JOIN connection c ON c.id = r.connection_id
    WHERE w.loser_id = :source_id AND c.plugin = :system
"""


def customer_of_record(sql: Connection, system: str, source_id: str, hidden_kinds: Collection[str] = ()) -> str | None:
    """The customer to whom the record of that id in that system belongs: an account first, then anything else of theirs.

    By what is of a hidden kind nobody is found.
    """
    without = f"AND p.kind NOT IN ({', '.join(repr(kind) for kind in sorted(hidden_kinds))})" if hidden_kinds else ""
    statement = text(f"""
        SELECT customer_id FROM (
            SELECT m.entity_id AS customer_id, 0 AS choice FROM membership m
            WHERE m.entity = 'account' AND m.rid IN (SELECT rid FROM ({_RECORDS}) AS named)
            UNION ALL
            SELECT p.customer_id, 1 FROM placement p
            WHERE p.customer_id IS NOT NULL {without} AND p.rid IN (SELECT rid FROM ({_RECORDS}) AS named)
        ) AS found ORDER BY choice, customer_id LIMIT 1
    """)
    return sql.execute(statement, {"system": system, "source_id": source_id}).scalar()


def person_of_record(sql: Connection, system: str, source_id: str) -> str | None:
    """The person whose record has that id in that system."""
    statement = text(f"""
        SELECT m.entity_id FROM membership m
        WHERE m.entity = 'person' AND m.rid IN (SELECT rid FROM ({_RECORDS}) AS named)
        ORDER BY m.entity_id LIMIT 1
    """)
    return sql.execute(statement, {"system": system, "source_id": source_id}).scalar()


def record_named(sql: Connection, connection: str, stream: str, source_id: str) -> int | None:
    """The number of the record of that name; the stream in any case."""
    statement = text("""
        SELECT r.rid FROM connection c JOIN stream s ON s.connection_id = c.id AND LOWER(s.name) = LOWER(:stream)
        JOIN source_record r ON r.connection_id = c.id AND r.stream = s.name AND r.source_id = :source_id
        WHERE c.name = :connection LIMIT 1
    """)
    bound = {"connection": connection, "stream": stream, "source_id": source_id}
    found = sql.execute(statement, bound).scalar()
    return None if found is None else int(found)


def names(sql: Connection, ids: Collection[str]) -> dict[str, str]:
    """Customer or person → how they are called; without those that have no name."""
    if not ids:
        return {}
    among = among_words(sql, "id")
    statement = text(f"SELECT id, name FROM customer WHERE {among} UNION ALL SELECT id, name FROM person WHERE {among}")
    return {key: name for key, name in sql.execute(statement, {"words": words(sql, ids)}) if name}


def is_open(sql: Connection, entity: str, a: int, b: int) -> bool:
    """Whether a person is still asked about these two records."""
    statement = text("SELECT 1 FROM review_task WHERE entity = :entity AND a = :a AND b = :b")
    return sql.execute(statement, {"entity": entity, "a": a, "b": b}).first() is not None
