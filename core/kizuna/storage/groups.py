"""Groups of customers: who stands above whom, and what everybody below a customer comes to together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from kizuna.storage.bulk import among_words, words

DEEPEST = 10
"""Levels that are followed; a group that is deeper, or whose records name each other in a circle, ends there."""


@dataclass(frozen=True, slots=True)
class Group:
    """A customer and everybody below it. Money is in millionths of a minor unit, by (measure, currency)."""

    top: str
    customers: int = 1
    levels: int = 0
    is_cut: bool = False
    records: int = 0
    people: int = 0
    tickets: int = 0
    open_tickets: int = 0
    open_deals: int = 0
    active_subscriptions: int = 0
    money: dict[tuple[str, str], int] = field(default_factory=dict)


_BELOW = """
    WITH RECURSIVE below(start, id, level) AS (
        SELECT id, id, 0 FROM customer WHERE {among}
        UNION
        SELECT b.start, k.id, b.level + 1 FROM below b JOIN customer k ON k.parent_id = b.id
        WHERE b.level < :deepest AND k.id <> b.start
    ), members AS (SELECT start, id, MIN(level) AS level FROM below GROUP BY start, id)
"""
_ABOVE = """
    WITH RECURSIVE above(start, id, parent_id, level) AS (
        SELECT id, id, parent_id, 0 FROM customer WHERE {among}
        UNION
        SELECT a.start, k.id, k.parent_id, a.level + 1 FROM above a JOIN customer k ON k.id = a.parent_id
        WHERE a.level < :deepest AND k.id <> a.start
    ) SELECT start, id, parent_id, level FROM above ORDER BY start, level
"""


def groups(sql: Connection, customers: Collection[str], *, with_money: bool = True) -> dict[str, Group]:
    """Customer → what it and everybody below it come to; who is below twice counts once, so does who is at several."""
    if not customers:
        return {}
    bound = {"words": words(sql, customers), "deepest": DEEPEST}
    below = _BELOW.format(among=among_words(sql, "id"))
    counted = text(f"""{below}
        SELECT m.start, COUNT(*) AS customers, MAX(m.level) AS levels, SUM(k.records) AS records,
               SUM(k.tickets) AS tickets, SUM(k.open_tickets) AS open_tickets, SUM(k.open_deals) AS open_deals,
               SUM(k.active_subscriptions) AS active_subscriptions
        FROM members m JOIN customer k ON k.id = m.id GROUP BY m.start
    """)
    people = text(f"""{below}
        SELECT m.start, COUNT(DISTINCT pc.person_id) FROM members m JOIN person_customer pc ON pc.customer_id = m.id
        GROUP BY m.start
    """)
    sums = text(f"""{below}
        SELECT m.start, b.measure, b.currency, b.exact FROM members m JOIN customer_money b ON b.customer_id = m.id
    """)
    known: dict[str, int] = dict(sql.execute(people, bound).all())
    money = _summed(sql.execute(sums, bound)) if with_money else {}
    tops = _tops(sql.execute(text(_ABOVE.format(among=among_words(sql, "id"))), bound))
    return {
        row.start: Group(
            top=tops[row.start],
            customers=int(row.customers),
            levels=int(row.levels),
            is_cut=int(row.levels) >= DEEPEST,
            records=int(row.records),
            people=int(known.get(row.start, 0)),
            tickets=int(row.tickets),
            open_tickets=int(row.open_tickets),
            open_deals=int(row.open_deals),
            active_subscriptions=int(row.active_subscriptions),
            money=money.get(row.start, {}),
        )
        for row in sql.execute(counted, bound)
    }


def _summed(rows: Iterable[Any]) -> dict[str, dict[tuple[str, str], int]]:
    found: dict[str, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for start, measure, currency, exact in rows:
        found[start][measure, currency] += int(exact)
    return {start: dict(sorted(sums.items())) for start, sums in found.items()}


def _tops(rows: Iterable[Any]) -> dict[str, str]:
    """Customer → the highest one above it; in a circle nobody is the highest, so the smallest id stands for it."""
    chains: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
    for start, key, parent, _ in rows:
        chains[start].append((key, parent))
    return {start: _top(chain) for start, chain in chains.items()}


def _top(chain: list[tuple[str, str | None]]) -> str:
    highest, parent = chain[-1]
    ids = [key for key, _ in chain]
    return min(ids[ids.index(parent) :]) if parent in ids else highest
