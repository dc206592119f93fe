"""Questions about identity: profiles and keys, edges and decisions, who belongs to which entity."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select

from kizuna.identity.evidence import Edge, Evidence
from kizuna.identity.keys import NAMES, KeyStat, Stats, key_hash, keys
from kizuna.identity.never import without
from kizuna.identity.profile import Profile
from kizuna.storage import blocked, direct
from kizuna.storage.bulk import among, among_words, insert, numbers, words
from kizuna.storage.direct import delete, rows_of
from kizuna.storage.profiles import DECODERS, unpacked
from kizuna.storage.tables import identity as t

EDGE_COLUMNS = ("a", "b", "entity", "bits", "tier", "model", "evidence", "guards")
Act = tuple[str, int]
"""(who, when in µs): what was decided at once."""
_EVIDENCE = msgspec.json.Decoder(tuple[Evidence, ...])
_ENCODE = msgspec.json.Encoder(order="deterministic")  # sets are written alike in every process


def profiles(sql: Connection, entity: str, rids: Collection[int]) -> dict[int, Profile]:
    """Record id → profile as it is judged by: without the values of which somebody has said that they are no evidence."""
    found = stored_profiles(sql, entity, rids)
    never = blocked.standing(sql) if found else None
    return {rid: without(profile, never) for rid, profile in found.items()} if never else found


def stored_profiles(sql: Connection, entity: str, rids: Collection[int]) -> dict[int, Profile]:
    """Record id → profile, of those that have one and were not merged away in their own system."""
    if not rids:
        return {}
    statement = f"""
        SELECT p.rid, p.body FROM identity_profile p
        WHERE p.entity = :entity AND {among(sql, "p.rid")}
          AND NOT EXISTS (SELECT 1 FROM record_alias x WHERE x.rid = p.rid)
    """
    decode = DECODERS[entity].decode
    found = direct.rows(sql, statement, {"entity": entity, "rids": numbers(sql, rids)})
    return {rid: decode(body) for rid, body in found}


def parties(sql: Connection, rids: Collection[int]) -> set[int]:
    """Those of these records that are, or were until now, somebody: they have a profile or belong to an entity."""
    known = {rid for (rid,) in rows_of(sql, t.PROFILE, ("rid",), rids)}
    return known | {rid for (rid,) in rows_of(sql, t.MEMBERSHIP, ("rid",), rids)}


def key_hashes(sql: Connection, entity: str, rids: Collection[int]) -> dict[int, list[int]]:
    """Record id → the hashes of its keys as an account, or as a person."""
    found: dict[int, list[int]] = {}
    for rid, kind, packed in rows_of(sql, t.PROFILE, ("rid", "entity", "key_hashes"), rids):
        if kind == entity:
            found.setdefault(rid, []).extend(unpacked(packed))
    return found


def holders(sql: Connection, hashes: Collection[int]) -> dict[int, list[int]]:
    """Hash → the records that carry it; ask only for hashes that are not too common."""
    found: dict[int, list[int]] = {}
    for hashed, rid in rows_of(sql, t.KEY, ("hash", "rid"), hashes, column="hash"):
        found.setdefault(hashed, []).append(rid)
    return found


def counted(sql: Connection, hashes: Collection[int]) -> dict[int, tuple[int, int, int]]:
    """Hash → (records that carry it, the most differently named records of one source that do, for names the most records).

    Only of values that several records carry. The last is 0 for values that are no names.
    """
    if not hashes:
        return {}
    kinds = ", ".join(f"'{kind}'" for kind in sorted(NAMES))
    statement = f"""
        SELECT hash, SUM(n), MAX(named), MAX(CASE WHEN kind IN ({kinds}) THEN n ELSE 0 END) FROM (
            SELECT hash, connection_id, MIN(kind) AS kind, COUNT(*) AS n, COUNT(DISTINCT named) AS named
            FROM identity_key k WHERE {among(sql, "hash")}
              AND NOT EXISTS (SELECT 1 FROM record_alias x WHERE x.rid = k.rid)
            GROUP BY hash, connection_id
        ) AS by_source GROUP BY hash HAVING SUM(n) > 1
    """
    found = direct.rows(sql, statement, {"rids": numbers(sql, hashes)})
    return {hashed: (int(records), int(named or 0), int(most)) for hashed, records, named, most in found}


def stats(sql: Connection, hashes: Collection[int]) -> dict[int, tuple[int, KeyStat]]:
    """Hash → (records, statistic) as last noted, of the common ones."""
    columns = ("hash", "records", "largest_per_source", "status", "most")
    rows = rows_of(sql, t.KEY_STAT, columns, hashes, column="hash")
    return {hashed: (records, KeyStat(largest, status, most)) for hashed, records, largest, status, most in rows}


def stats_for(sql: Connection, entity: str, profiles: Mapping[int, Profile]) -> Stats:
    """How common each value of these profiles is."""
    values = {(key.kind, key.value) for profile in profiles.values() for key in keys(profile)}
    hashes = {pair: key_hash(entity, *pair) for pair in values}
    found = stats(sql, set(hashes.values()))
    known = {pair: found[hashed][1] for pair, hashed in hashes.items() if hashed in found}
    rare = KeyStat()
    return lambda key: known.get((key.kind, key.value), rare)


def note_stats(sql: Connection, found: Mapping[int, tuple[int, KeyStat]]) -> None:
    """These values are common now: (records, statistic)."""
    delete(sql, t.KEY_STAT, "hash", list(found))
    rows = [(hashed, n, stat.largest_per_source, stat.status, stat.most) for hashed, (n, stat) in found.items()]
    insert(sql, t.KEY_STAT, ("hash", "records", "largest_per_source", "status", "most"), rows)


def forget_stats(sql: Connection, hashes: Collection[int]) -> None:
    """These values are rare again."""
    delete(sql, t.KEY_STAT, "hash", hashes)


def replace_edges(sql: Connection, entity: str, rids: Collection[int], edges: Iterable[Edge]) -> None:
    """Every edge that touches one of these records replaced by ``edges``."""
    if not rids:
        return
    ends = " UNION ".join(
        f"SELECT {', '.join(EDGE_COLUMNS)} FROM match_edge WHERE entity = :entity AND {among(sql, end)}"
        for end in ("a", "b")
    )
    before = set(direct.rows(sql, ends, {"entity": entity, "rids": numbers(sql, rids)}))
    now = {
        (e.a, e.b, entity, e.bits, e.tier, e.model_version, _ENCODE.encode(e.evidence).decode(), "[]") for e in edges
    }
    direct.delete_rows(sql, t.EDGE, EDGE_COLUMNS[:3], [row[:3] for row in before - now])
    insert(sql, t.EDGE, EDGE_COLUMNS, sorted(now - before))


def edges(sql: Connection, entity: str, rids: Collection[int]) -> list[Edge]:
    """Every edge that begins at one of these records (``a`` is its smaller end)."""
    if not rids:
        return []
    statement = f"SELECT a, b, bits, tier, model, evidence FROM match_edge WHERE entity = :entity AND {among(sql, 'a')}"
    found = direct.rows(sql, statement, {"entity": entity, "rids": numbers(sql, rids)})
    return [Edge(a, b, bits, tier, _EVIDENCE.decode(ev), model) for a, b, bits, tier, model, ev in found]


def neighbours(sql: Connection, entity: str, rids: Collection[int]) -> set[int]:
    """Every record one step away: by an edge, a decision, or a common entity."""
    if not rids:
        return set()
    ways = [
        f"SELECT {there} FROM {table} WHERE entity = :entity AND {among(sql, here)}{still}"
        for here, there in (("a", "b"), ("b", "a"))
        for table, still in (("match_edge", ""), ("identity_decision", " AND revoked_at IS NULL"))
    ]
    ways.append(f"""
        SELECT other.rid FROM membership mine
        JOIN membership other ON other.entity_id = mine.entity_id
        WHERE mine.entity = :entity AND {among(sql, "mine.rid")}
    """)
    found = direct.rows(sql, " UNION ALL ".join(ways), {"entity": entity, "rids": numbers(sql, rids)})
    return {rid for (rid,) in found}


def decisions(sql: Connection, entity: str, rids: Collection[int]) -> list[tuple[int, int, str]]:
    """(a, b, verdict) of every standing decision on two of these records."""
    if not rids:
        return []
    statement = f"""
        SELECT a, b, verdict FROM identity_decision
        WHERE entity = :entity AND revoked_at IS NULL AND ({among(sql, "a")} OR {among(sql, "b")}) ORDER BY id
    """
    return direct.rows(sql, statement, {"entity": entity, "rids": numbers(sql, rids)})


class Answer(NamedTuple):
    """A standing decision on two records; decisions of one act were made at once, by one person."""

    a: int
    b: int
    verdict: str
    act: Act


def answers(sql: Connection, entity: str) -> list[Answer]:
    """Every standing decision on two accounts, or two people."""
    statement = """
        SELECT a, b, verdict, actor, at FROM identity_decision
        WHERE entity = :entity AND revoked_at IS NULL ORDER BY id
    """
    found = direct.rows(sql, statement, {"entity": entity})
    return [Answer(a, b, verdict, (actor, at)) for a, b, verdict, actor, at in found]


def largest_source(sql: Connection, entity: str) -> int:
    """How many accounts, or people, the connection with the most of them has: about how many there are."""
    statement = """
        SELECT COALESCE(MAX(n), 0) FROM (
            SELECT COUNT(*) AS n FROM identity_profile p JOIN source_record r ON r.rid = p.rid
            WHERE p.entity = :entity GROUP BY r.connection_id
        ) AS by_source
    """
    return int(direct.rows(sql, statement, {"entity": entity})[0][0])


def decide(sql: Connection, entity: str, a: int, b: int, verdict: str, actor: str, reason: str | None, at: int) -> int:
    """The number of a new decision on two records; an older one on the same pair rests as long as it stands."""
    low, high = min(a, b), max(a, b)
    same = (t.DECISION.c.entity == entity) & (t.DECISION.c.a == low) & (t.DECISION.c.b == high)
    standing = same & t.DECISION.c.revoked_at.is_(None)
    older = sql.execute(select(t.DECISION.c.id).where(standing).order_by(t.DECISION.c.id.desc())).scalars().first()
    sql.execute(t.DECISION.update().where(standing).values(revoked_at=at))
    row = {"entity": entity, "a": low, "b": high, "verdict": verdict, "actor": actor, "reason": reason, "at": at}
    row["supersedes"] = older
    key = sql.execute(t.DECISION.insert().values(row)).inserted_primary_key
    assert key is not None
    return int(key[0])


def revoke(sql: Connection, decision: int, at: int) -> tuple[str, int, int] | None:
    """(entity, a, b) of the decision that no longer stands; None when there is no standing one of that number.

    The older decision that it overruled stands again.
    """
    same = (t.DECISION.c.id == decision) & t.DECISION.c.revoked_at.is_(None)
    row = sql.execute(select(t.DECISION).where(same)).first()
    if row is None:
        return None
    sql.execute(t.DECISION.update().where(same).values(revoked_at=at))
    sql.execute(t.DECISION.update().where(t.DECISION.c.id == row.supersedes).values(revoked_at=None))
    return row.entity, row.a, row.b


def act_of(sql: Connection, decision: int) -> list[int]:
    """The standing decisions that were made in one act with this one (a split makes one for each record that stays)."""
    mine = select(t.DECISION).where(t.DECISION.c.id == decision, t.DECISION.c.revoked_at.is_(None)).subquery()
    together = (
        (t.DECISION.c.entity == mine.c.entity) & (t.DECISION.c.actor == mine.c.actor) & (t.DECISION.c.at == mine.c.at)
    )
    found = select(t.DECISION.c.id).join(mine, together).where(t.DECISION.c.revoked_at.is_(None))
    return list(sql.execute(found.order_by(t.DECISION.c.id)).scalars())


def founding(sql: Connection, rids: Collection[int]) -> dict[int, tuple[str, str, str]]:
    """Record id → (connection name, stream, source id)."""
    if not rids:
        return {}
    statement = f"""
        SELECT r.rid, c.name, r.stream, r.source_id
        FROM source_record r JOIN connection c ON c.id = r.connection_id WHERE {among(sql, "r.rid")}
    """
    found = direct.rows(sql, statement, {"rids": numbers(sql, rids)})
    return {rid: (name, stream, key) for rid, name, stream, key in found}


def memberships(sql: Connection, entity: str, rids: Collection[int]) -> dict[int, str]:
    """Record id → the entity it belongs to."""
    if not rids:
        return {}
    statement = f"SELECT rid, entity_id FROM membership WHERE entity = :entity AND {among(sql, 'rid')}"
    return dict(direct.rows(sql, statement, {"entity": entity, "rids": numbers(sql, rids)}))


def members(sql: Connection, entity_ids: Collection[str]) -> dict[str, list[int]]:
    """Entity id → its records, in a fixed order."""
    if not entity_ids:
        return {}
    statement = f"SELECT entity_id, rid FROM membership WHERE {among_words(sql, 'entity_id')} ORDER BY rid"
    found: dict[str, list[int]] = {}
    for entity_id, rid in direct.rows(sql, statement, {"words": words(sql, entity_ids)}):
        found.setdefault(entity_id, []).append(rid)
    return found


def held_before(sql: Connection, entity: str, rids: Collection[int]) -> dict[int, str]:
    """Record id → the entity it belonged to before the one it belongs to now."""
    if not rids:
        return {}
    statement = f"""
        SELECT rid, entity_id FROM membership_history
        WHERE entity = :entity AND until IS NOT NULL AND {among(sql, "rid")} ORDER BY until, seq
    """
    return dict(direct.rows(sql, statement, {"entity": entity, "rids": numbers(sql, rids)}))  # the last of each stands


def known_ids(sql: Connection, ids: Collection[str]) -> dict[str, str | None]:
    """Of these entity ids the ones that exist → what they were merged into (None: they live or have ended)."""
    if not ids:
        return {}
    statement = f"SELECT id, merged_into FROM entity WHERE {among_words(sql, 'id')}"
    return dict(direct.rows(sql, statement, {"words": words(sql, ids)}))


def created_at(sql: Connection, ids: Collection[str]) -> dict[str, int]:
    """Entity id → since when it exists."""
    if not ids:
        return {}
    statement = f"SELECT id, created_at FROM entity WHERE {among_words(sql, 'id')}"
    return dict(direct.rows(sql, statement, {"words": words(sql, ids)}))


def standing_id(sql: Connection, entity_id: str) -> str:
    """Where an id leads now: itself, or what it was merged into (followed to the end)."""
    seen = {entity_id}
    while (merged := known_ids(sql, [entity_id]).get(entity_id)) is not None and merged not in seen:
        seen.add(merged)
        entity_id = merged
    return entity_id


def claiming(sql: Connection, attribute: str, values: Collection[str]) -> set[str]:
    """The customers or people of which some record claims one of these values."""
    if not values:
        return set()
    statement = f"SELECT DISTINCT entity_id FROM claim WHERE attribute = :attribute AND {among_words(sql, 'value')}"
    return {
        entity_id for (entity_id,) in direct.rows(sql, statement, {"attribute": attribute, "words": words(sql, values)})
    }
