"""How good a partition is: of the pairs of records that it joins and of those that are truly one, which agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import NamedTuple

Pair = tuple[int, int]


class Score(NamedTuple):
    """Shares of pairs, and how many clusters hold records of more than one."""

    precision: float
    recall: float
    f1: float
    mixed: int

    def plain(self) -> dict[str, float]:
        """The four numbers by name, rounded for people."""
        return {name: round(value, 5) for name, value in self._asdict().items()}


def pairs_in(sizes: Iterable[int]) -> int:
    """How many pairs groups of these sizes have inside."""
    return sum(size * (size - 1) // 2 for size in sizes)


def scored(clusters: Iterable[Collection[int]], truth: Mapping[int, Hashable]) -> Score:
    """The clusters against whom each record truly is; a record without a cluster stands alone."""
    joined = right = mixed = 0
    for members in clusters:
        whose = Counter(truth[member] for member in members)
        joined += pairs_in([len(members)])
        right += pairs_in(whose.values())
        mixed += len(whose) > 1
    true = pairs_in(Counter(truth.values()).values())
    # Nothing joined is nothing joined wrongly.
    precision = right / joined if joined else 1.0
    recall = right / true if true else 1.0
    return Score(precision, recall, 2 * right / (joined + true) if joined + true else 1.0, mixed)


def components(records: Iterable[int], pairs: Iterable[Pair]) -> list[list[int]]:
    """What is joined by the pairs, directly or through others."""
    parent = {record: record for record in records}

    def root(record: int) -> int:
        while parent[record] != record:
            parent[record] = parent[parent[record]]
            record = parent[record]
        return record

    for a, b in pairs:
        parent[root(a)] = root(b)
    found: dict[int, list[int]] = {}
    for record in parent:
        found.setdefault(root(record), []).append(record)
    return list(found.values())


def best(candidates: Iterable[tuple[float, Score]]) -> tuple[float, Score]:
    """The threshold with the highest F1, the highest threshold among equals."""
    return max(candidates, key=lambda one: (one[1].f1, one[0]))


def swept(scores: Mapping[Pair, float], truth: Mapping[int, Hashable], steps: int = 60) -> tuple[float, Score]:
    """The best threshold for pairs with scores, joined through others: every step-th of the scores is tried."""
    if not scores:
        return 0.0, scored([], truth)
    values = sorted(set(scores.values()), reverse=True)
    tried = values[:: max(1, len(values) // steps)]
    return best(
        (level, scored(components(truth, (pair for pair, score in scores.items() if score >= level)), truth))
        for level in tried
    )
