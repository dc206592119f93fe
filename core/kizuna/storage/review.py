"""Open questions: what a yes would move, which of them matter most, and those put off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, text

from kizuna.storage import identity
from kizuna.storage.answers import reviews
from kizuna.storage.bulk import among_words, words
from kizuna.storage.tables import identity as t

Question = tuple[str, int, int]
"""(entity, record, record)."""


@dataclass(frozen=True, slots=True)
class Stake:
    """What a merge would move: ``moves`` becomes part of ``stays``. Money is monthly, in millionths of a minor unit."""

    entity: str
    stays: str
    moves: str
    records: int = 0
    people: int = 0
    tickets: int = 0
    open_tickets: int = 0
    moments: int = 0  # on the timeline
    mrr: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _Side:
    records: int = 0
    people: int = 0
    tickets: int = 0
    open_tickets: int = 0


_NOTHING = _Side()


def stakes(sql: Connection, questions: Collection[Question], *, with_money: bool = True) -> dict[Question, Stake]:
    """What a yes to each question would move; a question whose records are one already is left out.

    The smaller of two becomes part of the larger, among equals the younger of the older one, as when they are merged.
    """
    homes: dict[tuple[str, int], str] = {}
    for entity in {question[0] for question in questions}:
        rids = {rid for of, a, b in questions if of == entity for rid in (a, b)}
        homes.update({(entity, rid): home for rid, home in identity.memberships(sql, entity, rids).items()})
    sides = {q: (homes.get((q[0], q[1])), homes.get((q[0], q[2]))) for q in questions}
    ids = {home for pair in sides.values() for home in pair if home is not None}
    known = {**_customers(sql, ids), **_people(sql, ids)}
    since = identity.created_at(sql, ids)
    moving: dict[Question, tuple[str, str]] = {}
    for question, (one, other) in sides.items():
        if one is not None and other is not None and one != other:
            stays, moves = sorted((one, other), key=lambda key: (-known.get(key, _NOTHING).records, since[key], key))
            moving[question] = stays, moves
    losing = {moves for _, moves in moving.values()}
    money, moments = _mrr(sql, losing) if with_money else {}, _moments(sql, losing)
    return {
        question: _stake(question[0], stays, moves, known.get(moves, _NOTHING), moments, money)
        for question, (stays, moves) in moving.items()
    }


def _stake(
    entity: str,
    stays: str,
    moves: str,
    side: _Side,
    moments: Mapping[str, int],
    money: Mapping[str, list[tuple[str, int]]],
) -> Stake:
    return Stake(
        entity=entity,
        stays=stays,
        moves=moves,
        records=side.records,
        people=side.people,
        tickets=side.tickets,
        open_tickets=side.open_tickets,
        moments=moments.get(moves, 0),
        mrr=tuple(money.get(moves, ())),
    )


def _customers(sql: Connection, ids: Collection[str]) -> dict[str, _Side]:
    customers = [key for key in ids if key.startswith("cus_")]
    if not customers:
        return {}
    statement = text(f"SELECT id, records, people, tickets, open_tickets FROM customer WHERE {among_words(sql, 'id')}")
    found = sql.execute(statement, {"words": words(sql, customers)}).all()
    return {row.id: _Side(row.records, row.people, row.tickets, row.open_tickets) for row in found}


def _people(sql: Connection, ids: Collection[str]) -> dict[str, _Side]:
    people = [key for key in ids if key.startswith("per_")]
    if not people:
        return {}
    bound = {"words": words(sql, people)}
    statement = text(f"""
        SELECT p.person_id, COUNT(*) AS tickets,
               SUM(CASE WHEN f.status IN ('solved', 'closed') THEN 0 ELSE 1 END) AS open_tickets
        FROM placement p JOIN fact_ticket f ON f.rid = p.rid AND f.part = p.part
        WHERE p.kind = 'ticket' AND {among_words(sql, "p.person_id")} GROUP BY p.person_id
    """)
    tickets = {row.person_id: (int(row.tickets), int(row.open_tickets)) for row in sql.execute(statement, bound)}
    counted = sql.execute(text(f"SELECT id, records FROM person WHERE {among_words(sql, 'id')}"), bound).all()
    return {key: _Side(records, 0, *tickets.get(key, (0, 0))) for key, records in counted}


def _mrr(sql: Connection, ids: Collection[str]) -> dict[str, list[tuple[str, int]]]:
    if not ids:
        return {}
    statement = text(f"""
        SELECT customer_id, currency, exact FROM customer_money
        WHERE measure = 'mrr' AND {among_words(sql, "customer_id")} ORDER BY customer_id, currency
    """)
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for customer, currency, exact in sql.execute(statement, {"words": words(sql, ids)}):
        found[customer].append((currency, int(exact)))
    return found


def _moments(sql: Connection, ids: Collection[str]) -> dict[str, int]:
    """Customer or person → how many moments of the timeline are theirs."""
    found: dict[str, int] = {}
    for column, prefix in (("customer_id", "cus_"), ("person_id", "per_")):
        mine = [key for key in ids if key.startswith(prefix)]
        if mine:
            statement = text(f"""
                SELECT {column}, COUNT(*) FROM placement
                WHERE at IS NOT NULL AND {among_words(sql, column)} GROUP BY {column}
            """)
            found.update(dict(sql.execute(statement, {"words": words(sql, mine)}).all()))
    return found


class Asked(NamedTuple):
    """A pair with what its edge says; ``verdict`` and ``decision`` where somebody has answered, ``reason`` where nobody has."""

    a: int
    b: int
    bits: float
    evidence: str  # JSON
    reason: str | None = None
    verdict: str | None = None
    decision: int | None = None


def open_pairs(sql: Connection, entity: str, now: int) -> list[Asked]:
    """Every open question about two accounts, or two people, the weightiest first; not those put off at ``now`` (µs)."""
    shown = reviews.put_off(now, wanted=False)
    statement = text(f"""
        SELECT w.a, w.b, w.bits, e.evidence, w.reason FROM review_task w
        JOIN match_edge e ON e.entity = w.entity AND e.a = w.a AND e.b = w.b
        WHERE w.entity = :entity AND {shown.sql} ORDER BY w.bits DESC, w.a, w.b
    """)
    return [Asked(*row) for row in sql.execute(statement, {"entity": entity, **shown.bound})]


def answered_pairs(sql: Connection, entity: str) -> list[Asked]:
    """Every pair that somebody's standing decision is about and that values speak for too."""
    statement = text("""
        SELECT i.a, i.b, e.bits, e.evidence, NULL, i.verdict, i.id FROM identity_decision i
        JOIN match_edge e ON e.entity = i.entity AND e.a = i.a AND e.b = i.b
        WHERE i.entity = :entity AND i.revoked_at IS NULL ORDER BY i.id
    """)
    return [Asked(*row) for row in sql.execute(statement, {"entity": entity})]


def put_off(sql: Connection, question: Question, until: int | None, actor: str, why: str | None, now: int) -> None:
    """The question is not shown until that moment; without one, until it or one of its two records changes."""
    bound = dict(zip(("entity", "a", "b"), question, strict=True))
    take_up(sql, question)
    statement = text("""
        INSERT INTO review_later (entity, a, b, until, bits, reason, a_version, b_version, actor, why, at)
        SELECT w.entity, w.a, w.b, :until, w.bits, w.reason, ra.version_no, rb.version_no, :actor, :why, :at
        FROM review_task w JOIN source_record ra ON ra.rid = w.a JOIN source_record rb ON rb.rid = w.b
        WHERE w.entity = :entity AND w.a = :a AND w.b = :b
    """)
    sql.execute(statement, {**bound, "until": until, "actor": actor, "why": why, "at": now})


def take_up(sql: Connection, question: Question) -> bool:
    """Whether the question had been put off; it is shown again."""
    entity, a, b = question
    mine = (t.LATER.c.entity == entity) & (t.LATER.c.a == a) & (t.LATER.c.b == b)
    return sql.execute(t.LATER.delete().where(mine)).rowcount > 0
