"""Questions about all customers together: how many, what they are worth, why their records are one, whom to show."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, text

from kizuna.storage.bulk import exact_sum, summed
from kizuna.storage.golden import REACH


class Totals(NamedTuple):
    """How many customers and people there are, and what is open with them."""

    customers: int
    records: int
    people: int
    open_tickets: int
    open_deals: int
    active_subscriptions: int
    with_conflicts: int


class Agreement(NamedTuple):
    """How many pairs of records are one because this field agrees at this level (``entity``: account or person)."""

    entity: str
    field: str
    level: str
    pairs: int


class Seen(NamedTuple):
    """What one system knows of a customer: a kind of fact, how many, and the latest of them with a title."""

    system: str
    kind: str
    number: int
    latest: str | None


def totals(sql: Connection) -> Totals:
    """The portfolio in numbers."""
    statement = text("""
        SELECT COUNT(*), COALESCE(SUM(records), 0), (SELECT COUNT(*) FROM person), COALESCE(SUM(open_tickets), 0),
               COALESCE(SUM(open_deals), 0), COALESCE(SUM(active_subscriptions), 0),
               (SELECT COUNT(DISTINCT q.entity_id) FROM claim q JOIN customer k ON k.id = q.entity_id WHERE q.conflict)
        FROM customer
    """)
    return Totals(*(int(value) for value in sql.execute(statement).one()))


def living(sql: Connection) -> dict[int, int]:
    """Connection id → how many living records it has brought."""
    statement = text("SELECT connection_id, COUNT(*) FROM source_record WHERE deleted IS NULL GROUP BY connection_id")
    return {int(key): int(count) for key, count in sql.execute(statement)}


def by_systems(sql: Connection) -> dict[tuple[str, ...], int]:
    """Which systems know a customer → how many customers that is true of."""
    found = sql.execute(text("SELECT systems, COUNT(*) FROM customer GROUP BY systems"))
    return {tuple(json.loads(systems)): int(count) for systems, count in found}


def money(sql: Connection) -> dict[str, dict[str, tuple[int, int]]]:
    """Measure → currency → (millionths of a minor unit, customers)."""
    statement = text(f"""
        SELECT measure, currency, {exact_sum("micro")}, COUNT(*) FROM customer_money
        WHERE micro <> 0 GROUP BY measure, currency ORDER BY measure, currency
    """)
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for measure, currency, millions, rest, customers in sql.execute(statement):
        found.setdefault(measure, {})[currency] = (summed(millions, rest), int(customers))
    # What reaches beyond 64 bits is added from its full text: no database sums that.
    beyond = text("SELECT measure, currency, exact, micro FROM customer_money WHERE micro IN (:least, :most)")
    for measure, currency, exact, micro in sql.execute(beyond, {"least": -REACH, "most": REACH}):
        total, customers = found[measure][currency]
        found[measure][currency] = (total + int(exact) - micro, customers)
    return found


def agreements(sql: Connection) -> list[Agreement]:
    """Why records stand together: every kind of evidence for it with the number of pairs it joins, most first."""
    statement = text("""
        SELECT e.entity, e.evidence FROM match_edge e
        JOIN membership a ON a.entity = e.entity AND a.rid = e.a
        JOIN membership b ON b.entity = e.entity AND b.rid = e.b
        WHERE a.entity_id = b.entity_id
    """)
    counted: Counter[tuple[str, str, str]] = Counter()
    for entity, evidence in sql.execute(statement):
        counted.update({(entity, item["field"], item["level"]) for item in json.loads(evidence) if item["bits"] > 0})
    return [Agreement(*key, count) for key, count in sorted(counted.items(), key=lambda one: (-one[1], one[0]))]


def showcase(sql: Connection) -> str | None:
    """The customer that shows best what uniting means: known to most systems, named differently, with much going on."""
    statement = text("""
        SELECT k.id FROM customer k
        ORDER BY LENGTH(k.systems) DESC,
                 (CASE WHEN k.open_tickets > 0 THEN 1 ELSE 0 END) + (CASE WHEN k.open_deals > 0 THEN 1 ELSE 0 END)
                 + (CASE WHEN k.active_subscriptions > 0 THEN 1 ELSE 0 END)
                 + (CASE WHEN (SELECT COUNT(DISTINCT q.value) FROM claim q
                               WHERE q.entity_id = k.id AND q.attribute = 'name') > 2 THEN 2 ELSE 0 END) DESC,
                 k.people DESC, k.sort_name, k.id
        LIMIT 1
    """)
    return sql.execute(statement).scalar()


def seen(sql: Connection, customer_id: str) -> list[Seen]:
    """What each system knows of a customer, by kind of fact."""
    statement = text("""
        SELECT c.plugin, p.kind, COUNT(*),
               (SELECT l.title FROM placement l
                WHERE l.customer_id = :id AND l.connection_id = p.connection_id AND l.kind = p.kind
                  AND l.title IS NOT NULL AND l.at IS NOT NULL ORDER BY l.at DESC, l.rid LIMIT 1)
        FROM placement p JOIN connection c ON c.id = p.connection_id
        WHERE p.customer_id = :id GROUP BY c.plugin, p.connection_id, p.kind ORDER BY c.plugin, p.kind
    """)
    return [Seen(*row) for row in sql.execute(statement, {"id": customer_id})]


def said(sql: Connection, entity_id: str, attribute: str) -> dict[str, list[str]]:
    """System → what it says of an attribute, the winning value first."""
    statement = text("""
        SELECT system, value FROM claim WHERE entity_id = :id AND attribute = :attribute
        ORDER BY system, winner DESC, rank, value
    """)
    found: dict[str, list[str]] = {}
    for system, value in sql.execute(statement, {"id": entity_id, "attribute": attribute}):
        values = found.setdefault(system, [])
        if value not in values:
            values.append(value)
    return found


def joining(sql: Connection, entity_id: str) -> list[Row[Any]]:
    """The pairs that hold a customer together: systems and ids of both ends, bits, evidence (JSON); across systems first."""
    statement = text("""
        SELECT ca.plugin AS a_system, ra.stream AS a_stream, ra.source_id AS a_id,
               cb.plugin AS b_system, rb.stream AS b_stream, rb.source_id AS b_id, e.a, e.b, e.bits, e.evidence
        FROM membership m JOIN match_edge e ON e.entity = m.entity AND e.a = m.rid
        JOIN membership o ON o.entity = m.entity AND o.rid = e.b AND o.entity_id = m.entity_id
        JOIN source_record ra ON ra.rid = e.a JOIN connection ca ON ca.id = ra.connection_id
        JOIN source_record rb ON rb.rid = e.b JOIN connection cb ON cb.id = rb.connection_id
        WHERE m.entity_id = :id
        ORDER BY CASE WHEN ca.plugin = cb.plugin THEN 1 ELSE 0 END, LENGTH(e.evidence) DESC, e.a, e.b
    """)
    return list(sql.execute(statement, {"id": entity_id}).all())


GROUPINGS = frozenset({"industry", "country", "category"})


def attribute(sql: Connection, name: str) -> dict[str, str]:
    """Customer → its value of one of GROUPINGS; customers of whom it is not known are absent."""
    if name not in GROUPINGS:
        raise ValueError(f"customers are not grouped by {name}")
    found = sql.execute(text(f"SELECT id, {name} FROM customer WHERE {name} IS NOT NULL"))
    return {str(key): str(value) for key, value in found}
