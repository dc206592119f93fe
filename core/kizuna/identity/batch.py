"""All records at once: the same candidates, edges, guards and clusters that arrive one by one online."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kizuna.identity.clusters import LARGEST_CLUSTER, Pair, Partition, cluster, pair_of
from kizuna.identity.evidence import Edge, Guard
from kizuna.identity.keys import KINDS, Key, Stats, keys, no_stats, stats_of
from kizuna.identity.models import BUILT_IN, MatchModel
from kizuna.identity.profile import Profile
from kizuna.identity.rules import compare, guards


def candidates(profiles: Iterable[Profile]) -> set[Pair]:
    """The pairs of records that carry one value; a value carried by more records than its kind's cap names none."""
    holders: dict[tuple[str, str], set[int]] = {}
    caps: dict[tuple[str, str], int] = {}
    for profile in profiles:
        for key in keys(profile):
            kind = KINDS[key.kind]
            if kind.seeks:
                value = (kind.family, key.value)
                holders.setdefault(value, set()).add(profile.rid)
                caps[value] = kind.cap
    pairs: set[Pair] = set()
    for value, rids in holders.items():
        if 1 < len(rids) <= caps[value]:
            ordered = sorted(rids)
            pairs.update((a, b) for index, a in enumerate(ordered) for b in ordered[index + 1 :])
    return pairs


def edges_between(
    profiles: Mapping[int, Profile], pairs: Iterable[Pair], stats: Stats = no_stats, model: MatchModel = BUILT_IN
) -> list[Edge]:
    """The edges of the pairs, those that need a review included."""
    found = (compare(profiles[a], profiles[b], stats, model) for a, b in pairs)
    return [edge for edge in found if edge is not None]


def resolve(
    profiles: Iterable[Profile],
    *,
    stats: Stats | None = None,
    statuses: Mapping[Key, str] | None = None,
    same: Iterable[Pair] = (),
    different: Iterable[Pair] = (),
    size_cap: int = LARGEST_CLUSTER,
    model: MatchModel = BUILT_IN,
) -> Partition:
    """Who is who among all these records of one kind."""
    by_rid = {profile.rid: profile for profile in profiles}
    known = stats or stats_of(by_rid.values(), statuses)

    edges = edges_between(by_rid, sorted(candidates(by_rid.values())), known, model)
    found = {(edge.a, edge.b): edge.evidence for edge in edges}

    def speak(a: int, b: int) -> tuple[Guard, ...]:
        return guards(by_rid[a], by_rid[b], known, model, found=found.get(pair_of(a, b)))

    pairs = [pair_of(*pair) for pair in same]
    return cluster(by_rid, edges, speak, same=pairs, different=different, size_cap=size_cap)
