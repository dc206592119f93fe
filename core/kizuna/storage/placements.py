"""Questions about placements: to whom each fact belongs, and how it shows on the timeline."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from operator import attrgetter, itemgetter

from sqlalchemy import Connection

from kizuna.storage import direct
from kizuna.storage.bulk import among, insert, numbers
from kizuna.storage.tables import business as t

Key = tuple[int, str, str]
"""(record, kind, part)."""

COLUMNS = (
    "rid",
    "kind",
    "part",
    "customer_id",
    "person_id",
    "account_rid",
    "person_rid",
    "parent_rid",
    "at",
    "title",
    "direction",
    "connection_id",
)


@dataclass(slots=True)
class Placement:
    """One fact's place. ``at`` is None for what is not on the timeline."""

    rid: int
    kind: str
    part: str
    customer_id: str | None
    person_id: str | None
    account_rid: int | None
    person_rid: int | None
    parent_rid: int | None
    at: int | None
    title: str | None
    direction: str | None
    connection_id: int

    def key(self) -> Key:
        """What names it."""
        return (self.rid, self.kind, self.part)


@dataclass(frozen=True, slots=True)
class Shape:
    """How a kind of fact is placed: SQL for its references, its moment, its title and its direction."""

    account: str = "CAST(NULL AS BIGINT)"
    person: str = "CAST(NULL AS BIGINT)"
    parent: str = "CAST(NULL AS BIGINT)"
    at: str = "CAST(NULL AS BIGINT)"
    title: str = "CAST(NULL AS TEXT)"
    direction: str = "CAST(NULL AS TEXT)"


SHAPES: dict[str, Shape] = {
    "account": Shape(account="f.rid", title="f.name"),
    "person": Shape(account="f.account_rid", person="f.rid", title="f.name"),
    "membership": Shape(account="f.account_rid", person="f.person_rid"),
    "deal": Shape(
        account="f.account_rid",
        person="f.person_rid",
        at="COALESCE(f.closed_at, f.created_at, f.updated_at)",
        title="f.name",
    ),
    "deal_line": Shape(parent="f.parent_rid", title="f.name"),
    "contract": Shape(account="f.account_rid", at="COALESCE(f.signed_at, f.created_at)", title="f.number"),
    "ticket": Shape(
        account="f.account_rid",
        person="f.person_rid",
        at="COALESCE(f.opened_at, f.updated_at)",
        title="f.subject",
        direction="'they_to_us'",
    ),
    "ticket_metrics": Shape(parent="f.parent_rid"),
    "engagement": Shape(
        account="f.account_rid",
        person="f.person_rid",
        parent="f.parent_rid",
        at="COALESCE(f.at, f.due_at, f.updated_at)",
        title="f.title",
        direction="f.direction",
    ),
    "survey_response": Shape(
        account="f.account_rid",
        person="f.person_rid",
        parent="f.parent_rid",
        at="COALESCE(f.answered_at, f.asked_at)",
        title="f.label",
        direction="'they_to_us'",
    ),
    "subscription": Shape(account="f.account_rid", at="COALESCE(f.started_at, f.created_at)", title="f.status"),
    "subscription_item": Shape(parent="f.parent_rid", title="f.name"),
    "discount": Shape(parent="f.parent_rid", title="f.coupon"),
    "invoice": Shape(
        account="f.account_rid",
        parent="f.parent_rid",
        at="COALESCE(f.issued_at, f.created_at)",
        title="f.number",
        direction="'we_to_them'",
    ),
    "invoice_line": Shape(parent="f.parent_rid", title="f.description"),
    "payment": Shape(
        account="f.account_rid", parent="f.parent_rid", at="f.at", title="f.status", direction="'they_to_us'"
    ),
    "refund": Shape(parent="f.parent_rid", at="f.at", title="f.reason", direction="'we_to_them'"),
    "credit_note": Shape(
        account="f.account_rid", parent="f.parent_rid", at="f.at", title="f.number", direction="'we_to_them'"
    ),
}
"""Kinds that are not here (staff, products, prices, stages, plugins' own) belong to no customer."""


def fresh(sql: Connection, rids: Collection[int]) -> dict[Key, Placement]:
    """The placements that these records' facts ask for, not yet resolved to customers."""
    asked = " UNION ALL ".join(
        f"""
        SELECT f.rid AS rid, '{kind}' AS kind, f.part AS part, {shape.account} AS account_rid,
               {shape.person} AS person_rid, {shape.parent} AS parent_rid, {shape.at} AS at, {shape.title} AS title,
               {shape.direction} AS direction
        FROM fact_{kind} f WHERE {among(sql, "f.rid")}"""
        for kind, shape in SHAPES.items()
    )
    statement = f"""
        SELECT u.rid, u.kind, u.part, NULL, NULL, u.account_rid, u.person_rid, u.parent_rid, u.at, u.title, u.direction,
               r.connection_id
        FROM ({asked}) AS u JOIN source_record r ON r.rid = u.rid
        WHERE NOT EXISTS (SELECT 1 FROM record_alias x WHERE x.rid = u.rid)
    """
    rows = direct.rows(sql, statement, {"rids": numbers(sql, rids)})
    return {placed.key(): placed for placed in (Placement(*row) for row in rows)}


def stored(sql: Connection, rids: Collection[int], column: str = "rid") -> dict[Key, Placement]:
    """The placements whose ``column`` (rid, account_rid, person_rid, parent_rid) is one of these records."""
    if not rids:
        return {}
    statement = f"SELECT {', '.join(COLUMNS)} FROM placement WHERE {among(sql, column)}"
    rows = direct.rows(sql, statement, {"rids": numbers(sql, rids)})
    return {placed.key(): placed for placed in (Placement(*row) for row in rows)}


def add(sql: Connection, placements: Iterable[Placement]) -> None:
    """New placements written."""
    insert(sql, t.PLACEMENT, COLUMNS, [_row(placed) for placed in placements])


def replace(sql: Connection, rids: Collection[int], placements: Iterable[Placement]) -> None:
    """All placements of these records replaced; only what differs is written."""
    before = {_row(placed) for placed in stored(sql, rids).values()}
    now = {_row(placed) for placed in placements}
    direct.delete_rows(sql, t.PLACEMENT, COLUMNS[:3], [row[:3] for row in before - now])
    insert(sql, t.PLACEMENT, COLUMNS, sorted(now - before, key=_KEY))


_row = attrgetter(*COLUMNS)
_KEY = itemgetter(0, 1, 2)


def winners(sql: Connection, rids: Collection[int]) -> dict[int, int]:
    """Record id → the record it was merged into (followed to the end), of those that were merged."""
    found: dict[int, int] = {}
    asked = set(rids)
    while asked:
        statement = f"SELECT rid, winner_rid FROM record_alias WHERE {among(sql, 'rid')}"
        step: dict[int, int] = dict(direct.rows(sql, statement, {"rids": numbers(sql, asked)}))
        found.update(step)
        asked = set(step.values()) - found.keys()
    return {rid: _end(found, rid) for rid in rids if rid in found}


def _end(found: dict[int, int], rid: int) -> int:
    seen = {rid}
    while rid in found and found[rid] not in seen:
        rid = found[rid]
        seen.add(rid)
    return rid


def losers(sql: Connection, rids: Collection[int]) -> set[int]:
    """The records that were merged into one of these, over any number of steps."""
    found: set[int] = set()
    asked = set(rids)
    while asked:
        statement = f"SELECT rid FROM record_alias WHERE {among(sql, 'winner_rid')}"
        asked = {rid for (rid,) in direct.rows(sql, statement, {"rids": numbers(sql, asked)})} - found
        found |= asked
    return found
