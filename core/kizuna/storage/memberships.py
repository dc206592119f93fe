"""Writing who belongs to which entity: memberships with their history, aliases, events, reviews."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection

from kizuna.identity.clusters import Review
from kizuna.identity.entities import Change
from kizuna.storage import direct
from kizuna.storage.bulk import among, delete, insert, numbers
from kizuna.storage.tables import identity as t


def assign(sql: Connection, entity: str, ids: Mapping[int, str], gone: Collection[int], now: int) -> None:
    """These records belong to these entities from now on, and ``gone`` to none; the past is kept."""
    moved = [*ids, *gone]
    if not moved:
        return
    bound = {"entity": entity, "rids": numbers(sql, moved), "now": now}
    past = f"""
        UPDATE membership_history SET until = :now
        WHERE entity = :entity AND until IS NULL AND {among(sql, "rid")}
    """
    direct.run(sql, past, bound)
    direct.run(sql, f"DELETE FROM membership WHERE entity = :entity AND {among(sql, 'rid')}", bound)
    rows = [(entity, rid, entity_id, now) for rid, entity_id in ids.items()]
    insert(sql, t.MEMBERSHIP, ("entity", "rid", "entity_id", "known_at"), rows)
    insert(sql, t.MEMBERSHIP_HISTORY, ("entity", "rid", "entity_id", "known_at"), rows)


def settle_entities(
    sql: Connection, entity: str, live: Mapping[str, int], aliases: Mapping[str, str], known: Collection[str], now: int
) -> None:
    """Every live id stands by itself (new ones founded by the given record); every alias leads to its heir."""
    new = [(key, entity, rid, now) for key, rid in live.items() if key not in known]
    insert(sql, t.ENTITY, ("id", "entity", "founding_rid", "created_at"), new)
    back = [key for key in live if key in known]
    for begin in range(0, len(back), 500):
        part = back[begin : begin + 500]
        sql.execute(t.ENTITY.update().where(t.ENTITY.c.id.in_(part)).values(merged_into=None))
    for key, heir in aliases.items():
        sql.execute(t.ENTITY.update().where(t.ENTITY.c.id == key).values(merged_into=heir))


def add_events(
    sql: Connection, entity: str, changes: Sequence[Change], sizes: Mapping[str, int], cause: str, now: int
) -> None:
    """What happened, in its order."""
    rows = [(entity, c.kind, c.entity, c.other, sizes.get(c.entity, 0), cause, now) for c in changes]
    insert(sql, t.EVENT, ("entity", "kind", "entity_id", "other_id", "records", "cause", "at"), rows)


REVIEW_COLUMNS = ("a", "b", "entity", "bits", "reason", "created_at")


def replace_reviews(sql: Connection, entity: str, rids: Collection[int], reviews: Sequence[Review], now: int) -> None:
    """The open questions about these records replaced; one asked before keeps its date."""
    if not rids:
        return
    asked = " UNION ".join(
        f"SELECT {', '.join(REVIEW_COLUMNS)} FROM review_task WHERE entity = :entity AND {among(sql, end)}"
        for end in ("a", "b")
    )
    before = set(direct.rows(sql, asked, {"entity": entity, "rids": numbers(sql, rids)}))
    since = {row[:2]: row[-1] for row in before}
    by_pair = {(review.edge.a, review.edge.b): review for review in reviews}
    asks = {
        (*pair, entity, one.edge.bits, one.reason.name if one.reason else "score", since.get(pair, now))
        for pair, one in by_pair.items()
    }
    direct.delete_rows(sql, t.REVIEW, REVIEW_COLUMNS[:3], [row[:3] for row in before - asks])
    insert(sql, t.REVIEW, REVIEW_COLUMNS, sorted(asks - before))


def drop_edges(sql: Connection, rids: Collection[int]) -> None:
    """No edge touches these records any more."""
    delete(sql, t.EDGE, "a", rids)
    delete(sql, t.EDGE, "b", rids)
