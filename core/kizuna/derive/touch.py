"""``touch``: records changed, so who is who is worked out again for them, and for nobody else.

Keys → candidates → edges → the component of raw edges → guarded clusters → ids that survive. The result depends on the
records and decisions that stand, never on the order in which they came.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sqlalchemy import Connection

from kizuna.derive.standing import carry_over
from kizuna.identity.clusters import Partition, cluster, pair_of
from kizuna.identity.entities import assign_ids, entity_id, founding_key
from kizuna.identity.evidence import Edge, Guard
from kizuna.identity.keys import KINDS, KeyStat, doublings, key_hash, keys
from kizuna.identity.profile import Profile
from kizuna.identity.rules import compare, guards
from kizuna.storage import identity, memberships, models

CAUSE = "records"
_NOBODY: Mapping[int, Profile] = MappingProxyType({})


@dataclass(slots=True)
class Touched:
    """What a touch changed: records that belong elsewhere now, and every entity that gained, lost or kept one of them."""

    moved: set[int] = field(default_factory=set)
    entities: set[str] = field(default_factory=set)
    merges: list[tuple[str, str]] = field(default_factory=list)


def touch(
    sql: Connection, entity: str, rids: Collection[int], left: Collection[int], now: int, cause: str = CAUSE
) -> Touched:
    """Everybody affected by a change of ``rids`` in their new places. ``left`` are keys that changed records gave up."""
    touched = set(rids) | crossing(sql, entity, rids, left)
    if not touched:
        return Touched()
    # Whom a record gives up is judged anew too: a third one may have stood between them, and is gone.
    given_up = identity.neighbours(sql, entity, touched)
    known = relink(sql, entity, touched)
    return resettle(sql, entity, component(sql, entity, touched | given_up), now, cause, known)


def relink(sql: Connection, entity: str, rids: Collection[int]) -> dict[int, Profile]:
    """The edges of these records worked out anew from what they say now; whoever was looked at for it."""
    known, pairs = candidates(sql, entity, identity.profiles(sql, entity, rids))
    identity.replace_edges(sql, entity, rids, _edges(sql, entity, known, pairs))
    return known


def crossing(sql: Connection, entity: str, rids: Collection[int], left: Collection[int]) -> set[int]:
    """The other holders of values that just became common or rare: their pairs are judged anew.

    Each crossing is told once, so only the hashes of this entity are looked at: those of the other are its turn's.
    """
    hashes = {h for found in identity.key_hashes(sql, entity, rids).values() for h in found} | set(left)
    counted = identity.counted(sql, hashes)
    before = identity.stats(sql, hashes)
    fewest = min(kind.cap for kind in KINDS.values())
    common: dict[int, tuple[int, KeyStat]] = {}
    rare_again: list[int] = []
    changed: set[int] = set()
    for hashed in counted.keys() | before.keys():  # of all others nobody but one record knows
        records, largest, most = counted.get(hashed, (0, 0, 0))
        old_records, old = before.get(hashed, (0, KeyStat()))
        is_common = records > fewest or largest > 1 or most > 1 or old.status != "normal"
        if is_common and (records, largest, most) != (old_records, old.largest_per_source, old.most):
            common[hashed] = (records, KeyStat(largest, old.status, most))
        elif not is_common and hashed in before:
            rare_again.append(hashed)
        if _standing(records, largest, most) != _standing(old_records, old.largest_per_source, old.most):
            changed.add(hashed)
    identity.note_stats(sql, common)
    identity.forget_stats(sql, rare_again)
    return {rid for carriers in identity.holders(sql, changed).values() for rid in carriers}


def _standing(records: int, largest: int, most: int) -> tuple[int, ...]:
    """What a value's count decides: how much less it says, and which caps it exceeds."""
    caps = (records > cap for cap in sorted({kind.cap for kind in KINDS.values()}))
    return (doublings(largest), doublings(most), *caps)


def _edges(
    sql: Connection, entity: str, known: Mapping[int, Profile], pairs: Collection[tuple[int, int]]
) -> Iterator[Edge]:
    """The edges between these pairs."""
    stat, model = identity.stats_for(sql, entity, known), models.active(sql)
    for a, b in pairs:
        if (edge := compare(known[a], known[b], stat, model)) is not None:
            yield edge


def candidates(
    sql: Connection, entity: str, profiles: dict[int, Profile]
) -> tuple[dict[int, Profile], list[tuple[int, int]]]:
    """Everybody who shares a value with one of these that is not too common, and the pairs that do, in a fixed order."""
    caps = {
        key_hash(entity, key.kind, key.value): KINDS[key.kind].cap
        for profile in profiles.values()
        for key in keys(profile)
        if KINDS[key.kind].seeks
    }
    counts = identity.counted(sql, caps)
    rare = [hashed for hashed, cap in caps.items() if 1 < counts.get(hashed, (0,))[0] <= cap]
    pairs: set[tuple[int, int]] = set()
    for carriers in identity.holders(sql, rare).values():
        mine = [rid for rid in carriers if rid in profiles]
        pairs.update(pair_of(one, other) for one in mine for other in carriers if one != other)
    others = {rid for pair in pairs for rid in pair} - profiles.keys()
    known = {**profiles, **identity.profiles(sql, entity, others)}
    return known, [(a, b) for a, b in sorted(pairs) if a in known and b in known]


def component(sql: Connection, entity: str, rids: Collection[int]) -> set[int]:
    """Everybody reachable by raw edges (blocked ones too), decisions and common entities."""
    found: set[int] = set(rids)
    frontier = set(rids)
    while frontier:
        frontier = identity.neighbours(sql, entity, frontier) - found
        found |= frontier
    return found


def resettle(
    sql: Connection, entity: str, rids: set[int], now: int, cause: str = CAUSE, read: Mapping[int, Profile] = _NOBODY
) -> Touched:
    """The entities of a whole component worked out anew from its edges and decisions; ``read`` are known already."""
    profiles = {rid: read[rid] for rid in rids & read.keys()}
    profiles |= identity.profiles(sql, entity, rids - profiles.keys())
    previous = identity.memberships(sql, entity, rids)
    carry_over(sql, entity, previous, profiles)
    partition = partition_of(sql, entity, profiles)
    memberships.replace_reviews(sql, entity, rids, partition.reviews, now)
    founding = {rid: founding_key(*names) for rid, names in identity.founding(sql, profiles).items()}
    derived = {entity_id(entity, key) for key in founding.values()}
    known = identity.known_ids(sql, derived | set(previous.values()))
    mine = set(previous.values())
    inhabited = identity.members(sql, derived - mine)  # an id that nobody carries any more is free again
    since = identity.created_at(sql, mine)

    def is_live(key: str) -> bool:
        return key in inhabited or (key not in derived | mine and bool(identity.members(sql, [key])))

    assignment = assign_ids(
        partition.clusters,
        previous,
        founding.__getitem__,
        entity=entity,
        is_live=is_live,
        former_ids={key for key, merged in known.items() if merged is not None},
        since=lambda key: since.get(key, now),
        held=lambda members: identity.held_before(sql, entity, [rid for rid in members if rid in previous]),
    )
    known |= identity.known_ids(sql, set(assignment.ids.values()) - known.keys())
    moved = {rid: new for rid, new in assignment.ids.items() if previous.get(rid) != new}
    gone = [rid for rid in previous if rid not in assignment.ids]
    memberships.assign(sql, entity, moved, gone, now)
    sizes: dict[str, int] = {}
    founders: dict[str, int] = {}
    for rid in sorted(assignment.ids, key=lambda rid: (founding[rid], rid)):
        sizes[assignment.ids[rid]] = sizes.get(assignment.ids[rid], 0) + 1
        founders.setdefault(assignment.ids[rid], rid)
    new = {key: rid for key, rid in founders.items() if key not in known or known[key] is not None}
    memberships.settle_entities(sql, entity, new, assignment.aliases, known, now)
    memberships.add_events(sql, entity, assignment.changes, sizes, cause, now)
    return Touched(
        moved=set(moved) | set(gone),
        entities=set(assignment.ids.values()) | mine,
        merges=[
            (change.entity, change.other) for change in assignment.changes if change.kind == "merge" and change.other
        ],
    )


def partition_of(sql: Connection, entity: str, profiles: dict[int, Profile]) -> Partition:
    """Who of a whole component is one with whom, by which edges, and what is left open."""
    decided = identity.decisions(sql, entity, profiles)
    stat, model = identity.stats_for(sql, entity, profiles), models.active(sql)

    def speak(a: int, b: int) -> tuple[Guard, ...]:
        return guards(profiles[a], profiles[b], stat, model)

    return cluster(
        profiles,
        identity.edges(sql, entity, profiles),
        speak,
        same=[(a, b) for a, b, verdict in decided if verdict == "same"],
        different=[(a, b) for a, b, verdict in decided if verdict == "different"],
    )
