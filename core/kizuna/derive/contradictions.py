"""What stands against a person's "these are one": decisions and guards between any two records of the two sides."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from kizuna.errors import DecisionError
from kizuna.identity.clusters import Pair, pair_of
from kizuna.identity.evidence import PAIR, Guard
from kizuna.identity.explain import say_guard
from kizuna.identity.profile import Profile
from kizuna.identity.rules import evidence, guards
from kizuna.storage import identity, models

Sides = tuple[Sequence[int], Sequence[int]]
"""The records that would become one, on either side; where two are one already, only these two."""

_NAME_ONLY = "name_only"


def sides_of(sql: Connection, entity: str, a: int, b: int) -> Sides:
    """All records that are one with ``a``, and all that are one with ``b``."""
    homes = identity.memberships(sql, entity, [a, b])
    if homes.get(a) == homes.get(b):
        return (a,), (b,)
    members = identity.members(sql, set(homes.values()))
    return members.get(homes.get(a, ""), [a]), members.get(homes.get(b, ""), [b])


def closest(sql: Connection, entity: str, sides: Sides) -> Pair:
    """The two records, one of each side, with the most in common: on these it is decided."""
    profiles = identity.profiles(sql, entity, [*sides[0], *sides[1]])
    stat, model = identity.stats_for(sql, entity, profiles), models.active(sql)

    def bits(pair: Pair) -> float:
        return sum(item.bits for item in evidence(profiles[pair[0]], profiles[pair[1]], stat, model))

    known = _pairs(sides, profiles)
    return min(known, key=lambda pair: (-bits(pair), pair), default=pair_of(sides[0][0], sides[1][0]))


def decided_apart(sql: Connection, entity: str, sides: Sides) -> list[Pair]:
    """The pairs across the two sides of which somebody has said that they are different."""
    across = {pair_of(one, other) for one in sides[0] for other in sides[1]}
    decided = identity.decisions(sql, entity, sides[0])
    return sorted({(a, b) for a, b, verdict in decided if verdict == "different" and (a, b) in across})


def guarded(sql: Connection, entity: str, decided: Pair, sides: Sides) -> list[tuple[Pair, Guard]]:
    """Each pair across the two sides that a guard keeps apart, the decided one first, with the first such guard.

    What only says that a pair's own evidence is too thin counts for the decided pair alone.
    """
    profiles = identity.profiles(sql, entity, [*sides[0], *sides[1]])
    stat, model = identity.stats_for(sql, entity, profiles), models.active(sql)
    found: list[tuple[Pair, Guard]] = []
    for pair in sorted(_pairs(sides, profiles), key=lambda pair: (pair != decided, pair)):
        for guard in guards(profiles[pair[0]], profiles[pair[1]], stat, model):
            if guard.blocks and guard.name != _NAME_ONLY and (guard.scope == PAIR or pair == decided):
                found.append((pair, guard))
                break
    return found


def free(sql: Connection, entity: str, pairs: Sequence[Pair]) -> list[Pair]:
    """Those of these pairs that may all become one without contradicting a decision or a guard, taken in their order.

    What an earlier pair joins is held against the later ones; of pairs that are one already none is needed.
    """
    homes = identity.memberships(sql, entity, {rid for pair in pairs for rid in pair})
    members = identity.members(sql, set(homes.values()))
    groups = {rid: rids for rids in map(list, members.values()) for rid in rids}
    profiles = identity.profiles(sql, entity, groups)
    stat, model = identity.stats_for(sql, entity, profiles), models.active(sql)
    apart = {(a, b) for a, b, verdict in identity.decisions(sql, entity, groups) if verdict == "different"}
    found: list[Pair] = []
    for a, b in pairs:
        one, other = groups.get(a), groups.get(b)
        if one is None or other is None or one is other:
            continue
        across = _pairs((one, other), profiles)
        blocked = any(
            guard.blocks and guard.name != _NAME_ONLY and (guard.scope == PAIR or pair == (a, b))
            for pair in across
            for guard in guards(profiles[pair[0]], profiles[pair[1]], stat, model)
        )
        if blocked or not apart.isdisjoint(across):
            continue
        one += other
        groups.update(dict.fromkeys(other, one))
        found.append((a, b))
    return found


def joining(sql: Connection, entity: str, decided: Pair, sides: Sides, *, confirmed: bool) -> list[Pair]:
    """The pairs that must be said to be one for the two sides to become one by ``decided``, that pair first.

    Raises DecisionError when something stands between the two sides, unless ``confirmed``.
    """
    apart = decided_apart(sql, entity, sides)
    kept_apart = guarded(sql, entity, decided, sides)
    if not confirmed:
        refuse(sides, apart, kept_apart)
    return to_decide(decided, apart, kept_apart)


def refuse(sides: Sides, apart: Sequence[Pair], kept_apart: Sequence[tuple[Pair, Guard]]) -> None:
    """Raises DecisionError, naming the first reason, when a decision or a guard stands between the two sides."""
    if apart:
        what = "these two" if len(sides[0]) == len(sides[1]) == 1 else "a record of the one and one of the other"
        raise DecisionError(f"It was decided before that {what} are different; confirm to overrule it.")
    if kept_apart:
        raise DecisionError(f"A guard stands against it. {say_guard(kept_apart[0][1])} Confirm to overrule it.")


def to_decide(decided: Pair, apart: Sequence[Pair], kept_apart: Sequence[tuple[Pair, Guard]]) -> list[Pair]:
    """The pairs that must be said to be one for the two sides to become one, whatever stands between them.

    A guard is silent inside what people have joined, so of the pairs it keeps apart only those are needed that
    are not joined by the others.
    """
    pairs = list(dict.fromkeys([decided, *apart]))
    group: dict[int, int] = {}

    def root(rid: int) -> int:
        while group.setdefault(rid, rid) != rid:
            rid = group[rid]
        return rid

    for a, b in pairs:
        group[root(a)] = root(b)
    for (a, b), _ in kept_apart:
        if root(a) != root(b):
            group[root(a)] = root(b)
            pairs.append((a, b))
    return pairs


def _pairs(sides: Sides, profiles: dict[int, Profile]) -> list[Pair]:
    return [pair_of(one, other) for one in sides[0] for other in sides[1] if one in profiles and other in profiles]
