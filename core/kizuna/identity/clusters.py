"""From edges to clusters: Kruskal with guards, the same result for any order of input."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from kizuna.identity.entities import Assignment, assign_ids
from kizuna.identity.evidence import (
    AMBIGUOUS,
    BEYOND_NAMES,
    BY_ID,
    BY_PERSON,
    DECIDED_DIFFERENT,
    EDGE,
    FURTHER_SIGNS,
    PAIR,
    SAME_SOURCE,
    SIZE_CAP,
    Edge,
    Guard,
    edge_of,
)

__all__ = [
    "LARGEST_CLUSTER",
    "Assignment",
    "Guards",
    "Pair",
    "Partition",
    "Review",
    "assign_ids",
    "cluster",
    "no_guards",
    "pair_of",
]

# No company has so many records in the systems it is known to; more are a sign of a value that should be generic.
LARGEST_CLUSTER = 60

# An edge stronger by so much than its rival is the better one; below it, the two are a toss-up.
_CLEARLY_BITS = 3.0

Pair = tuple[int, int]
Guards = Callable[[int, int], tuple[Guard, ...]]

_RANK = {BY_PERSON: 0, BY_ID: 1}


class Review(msgspec.Struct, frozen=True):
    """An edge that did not link: its own bits were too few (``reason`` is None), or a guard spoke on ``between``."""

    edge: Edge
    reason: Guard | None
    between: Pair


class Partition(msgspec.Struct, frozen=True):
    """Every member in exactly one cluster, the edges that hold each together, and what a person should look at."""

    clusters: tuple[tuple[int, ...], ...]
    links: tuple[Edge, ...]
    reviews: tuple[Review, ...]


def no_guards(_a: int, _b: int) -> tuple[Guard, ...]:
    """Nothing stands between two records."""
    return ()


def pair_of(a: int, b: int) -> Pair:
    """The two ids in order."""
    return (a, b) if a < b else (b, a)


def cluster(
    members: Iterable[int],
    edges: Iterable[Edge],
    guards: Guards = no_guards,
    *,
    same: Iterable[Pair] = (),
    different: Iterable[Pair] = (),
    size_cap: int = LARGEST_CLUSTER,
) -> Partition:
    """The partition of a component: edges are taken person's first, then a system's, then by bits, then by ids.

    ``members`` and ``edges`` are a whole component of *raw* edges, guard-blocked ones included: cutting it along
    today's clusters would make the result depend on the order of arrival. ``different`` outranks everything, ``same``
    everything else. Edges or decisions that leave the component are passed over.
    """
    return _Kruskal(members, guards, different, size_cap).run(edges, same)


class _Forest:
    """Disjoint sets whose members can be listed."""

    def __init__(self, members: Iterable[int]) -> None:
        self._root = {member: member for member in members}
        self._sets = {member: [member] for member in self._root}

    def __contains__(self, member: int) -> bool:
        return member in self._root

    def root(self, member: int) -> int:
        return self._root[member]

    def of(self, member: int) -> list[int]:
        return self._sets[self._root[member]]

    def join(self, a: int, b: int) -> None:
        kept, absorbed = sorted((self._root[a], self._root[b]), key=lambda root: (-len(self._sets[root]), root))
        if kept != absorbed:
            for member in self._sets[absorbed]:
                self._root[member] = kept
            self._sets[kept] += self._sets.pop(absorbed)

    def sets(self) -> tuple[tuple[int, ...], ...]:
        return tuple(sorted(tuple(sorted(members)) for members in self._sets.values()))


class _Kruskal:
    def __init__(self, members: Iterable[int], guards: Guards, different: Iterable[Pair], size_cap: int) -> None:
        known = sorted(set(members))
        self.clusters = _Forest(known)
        # Joined by a person's word, and by a person's or a system's: inside, names may differ.
        self.by_person = _Forest(known)
        self.by_word = _Forest(known)
        self.size_cap = size_cap
        self._guards = guards
        self._asked: dict[Pair, tuple[Guard, ...]] = {}
        self._clean: dict[int, dict[int, Edge]] = {}
        self._different: dict[int, set[int]] = {}
        for a, b in different:
            self._different.setdefault(a, set()).add(b)
            self._different.setdefault(b, set()).add(a)

    def run(self, edges: Iterable[Edge], same: Iterable[Pair]) -> Partition:
        inside = [edge for edge in edges if edge.a in self.clusters and edge.b in self.clusters]
        decided = [edge_of(*pair, (), BY_PERSON) for pair in {pair_of(*pair) for pair in same}]
        inside += [edge for edge in decided if edge.a in self.clusters and edge.b in self.clusters and edge.a != edge.b]
        inside.sort(key=lambda edge: (_RANK.get(edge.tier, 2), -edge.bits, edge.a, edge.b))
        for edge in inside:
            if edge.is_auto and not self._blocking(edge.a, edge.b):
                self._clean.setdefault(edge.a, {})[edge.b] = edge
                self._clean.setdefault(edge.b, {})[edge.a] = edge

        links: list[Edge] = []
        reviews: list[Review] = []
        for edge in inside:
            if edge.tier != BY_PERSON and not edge.is_auto:
                reviews.append(Review(edge, None, (edge.a, edge.b)))
            elif self.clusters.root(edge.a) != self.clusters.root(edge.b):
                objection = self._objection(edge)
                if objection is None:
                    self._join(edge)
                    links.append(edge)
                else:
                    reviews.append(Review(edge, *objection))
        open_reviews = (
            review
            for review in reviews
            if self.clusters.root(review.edge.a) != self.clusters.root(review.edge.b)
            and review.edge.b not in self._different.get(review.edge.a, ())
        )
        return Partition(self.clusters.sets(), tuple(links), tuple(open_reviews))

    def _join(self, edge: Edge) -> None:
        self.clusters.join(edge.a, edge.b)
        if edge.tier in _RANK:
            self.by_word.join(edge.a, edge.b)
        if edge.tier == BY_PERSON:
            self.by_person.join(edge.a, edge.b)

    def _blocking(self, a: int, b: int) -> tuple[Guard, ...]:
        pair = pair_of(a, b)
        if pair not in self._asked:
            self._asked[pair] = tuple(guard for guard in self._guards(*pair) if guard.blocks)
        return self._asked[pair]

    def _objection(self, edge: Edge) -> tuple[Guard, Pair] | None:
        """The guard that forbids to join the two ends' clusters, and the records it speaks on."""
        one, other = sorted(self.clusters.of(edge.a)), sorted(self.clusters.of(edge.b))
        apart = next((pair for pair in self._decided_different(one, other)), None)
        if apart:
            return Guard(DECIDED_DIFFERENT, PAIR, blocks=True), apart
        if edge.tier == BY_PERSON:
            return None
        if len(one) + len(other) > self.size_cap and not self._said_by_person(one, other):
            return Guard(SIZE_CAP, EDGE, blocks=True), (edge.a, edge.b)
        own = self._blocking(edge.a, edge.b)
        if own:
            return own[0], (edge.a, edge.b)
        for a in one:
            for b in other:
                for guard in self._blocking(a, b):
                    if (
                        guard.scope == PAIR
                        and not self._is_vouched(guard, a, b)
                        and not self._is_explained(guard, a, b)
                    ):
                        return guard, pair_of(a, b)
        return self._rival(edge)

    def _said_by_person(self, *clusters: list[int]) -> bool:
        """Whether a person has joined records of these: what was one before must not fall apart for having grown."""
        return any(len(self.by_person.of(rid)) > 1 for members in clusters for rid in members)

    def _rival(self, edge: Edge) -> tuple[Guard, Pair] | None:
        """A third record that fits one end as well and cannot be the other end: then nobody knows which of the two."""
        if edge.tier == BY_ID:
            return None
        for end, other in ((edge.a, edge.b), (edge.b, edge.a)):
            known = {self.by_word.root(end), self.by_word.root(other)}
            for third, rival in sorted(self._clean.get(end, {}).items()):
                close = rival.tier == BY_ID or rival.bits > edge.bits - _CLEARLY_BITS
                if not close or self.by_word.root(third) in known:
                    continue
                blocking = self._blocking(third, other)
                if any(guard.scope == PAIR and not self._is_vouched(guard, third, other) for guard in blocking):
                    return Guard(AMBIGUOUS, EDGE, blocks=True), pair_of(third, other)
        return None

    def _decided_different(self, one: list[int], other: list[int]) -> Iterator[Pair]:
        right = set(other)
        for a in one:
            for b in sorted(self._different.get(a, set()) & right):
                yield pair_of(a, b)

    def _is_vouched(self, guard: Guard, a: int, b: int) -> bool:
        """Whether a third record has, beside the name, a further sign in common with either of two of one source.

        Were they two companies, it would have mixed what it knows of both: the one was entered twice. A domain that the
        two share (the guard's values) is no further sign.
        """
        if guard.name != SAME_SOURCE:
            return False
        mine, others = self._clean.get(a, {}), self._clean.get(b, {})
        signs = FURTHER_SIGNS if guard.values else FURTHER_SIGNS | {"domain"}
        thirds = mine.keys() & others.keys()
        return any(_has_sign(mine[third], signs) and _has_sign(others[third], signs) for third in thirds)

    def _is_explained(self, guard: Guard, a: int, b: int) -> bool:
        """Whether ``b`` has the name of a record that is known to be ``a`` by another name: the difference is expected."""
        known = self.by_person if guard.name in BEYOND_NAMES else self.by_word
        others = set(known.of(b))
        return any(
            other in others and _agrees_in_name(edge) and (self._renamed(a, alike) or self._renamed(b, other))
            for alike in known.of(a)
            for other, edge in self._clean.get(alike, {}).items()
        )

    def _renamed(self, a: int, b: int) -> bool:
        edge = self._clean.get(a, {}).get(b)
        one_name = edge is not None and any(item.field == "name" and item.bits > 0 for item in edge.evidence)
        return a != b and not one_name


def _has_sign(edge: Edge, signs: frozenset[str]) -> bool:
    agreeing = {item.field for item in edge.evidence if item.bits > 0}
    return edge.tier in _RANK or ("name" in agreeing and not agreeing.isdisjoint(signs))


def _agrees_in_name(edge: Edge) -> bool:
    return edge.tier in _RANK or any(item.field == "name" and item.bits > 0 for item in edge.evidence)
