"""The chain of links that makes two records one, or what keeps a chain from closing; in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from kizuna.identity.clusters import Partition, Review
from kizuna.identity.evidence import AUTO_BITS, BY_ID, BY_PERSON, Edge
from kizuna.identity.explain import path, say_evidence, say_guard
from kizuna.identity.phrases import ENGLISH, JAPANESE

_STRENGTH = {BY_PERSON: 2, BY_ID: 1}


class Chain(msgspec.Struct, frozen=True):
    """How ``a`` and ``b`` hang together: ``steps`` in order from the one to the other, each the strongest there is.

    Where they are not one, ``steps`` is empty and ``hindered`` is the strongest edge between their two clusters, if any.
    """

    a: int
    b: int
    are_together: bool
    steps: tuple[Edge, ...]
    hindered: Review | None

    @property
    def weakest(self) -> Edge | None:
        """The step that gives way first: values before what a system says, that before what a person said."""
        return min(self.steps, key=lambda edge: (_STRENGTH.get(edge.tier, 0), edge.bits, edge.a, edge.b), default=None)

    def sentences(self, names: Mapping[int, str], language: str = ENGLISH) -> tuple[str, ...]:
        """What the chain is in a sentence, then each step in order; records are called by ``names``."""
        return _japanese(self, names) if language == JAPANESE else _english(self, names)


def chain(partition: Partition, a: int, b: int) -> Chain:
    """The chain between two records of one component."""
    home = {rid: index for index, members in enumerate(partition.clusters) for rid in members}
    if home.get(a) is not None and home.get(a) == home.get(b):
        return Chain(a, b, are_together=True, steps=path(partition.links, a, b), hindered=None)
    sides = {home.get(a), home.get(b)}
    between = [one for one in partition.reviews if {home.get(one.edge.a), home.get(one.edge.b)} == sides]
    best = max(between, key=lambda one: (one.edge.bits, -one.edge.a, -one.edge.b), default=None)
    return Chain(a, b, are_together=False, steps=(), hindered=best)


def walked(steps: Sequence[Edge], start: int) -> list[tuple[int, int, Edge]]:
    """(from, to, edge) of each step, beginning at ``start``."""
    found: list[tuple[int, int, Edge]] = []
    for edge in steps:
        end = edge.b if edge.a == start else edge.a
        found.append((start, end, edge))
        start = end
    return found


def _english(found: Chain, names: Mapping[int, str]) -> tuple[str, ...]:
    if not found.are_together:
        return _apart(found, names, ENGLISH)
    weakest = found.weakest
    if weakest is None:
        return ("They are one record.",)
    links = "one link" if len(found.steps) == 1 else f"a chain of {len(found.steps)} links"
    told = f"They are one by {links}; the weakest is between {names[weakest.a]} and {names[weakest.b]}"
    steps = [
        f"{names[one]} and {names[other]}: {say_step(edge, ENGLISH)}"
        for one, other, edge in walked(found.steps, found.a)
    ]
    return (f"{told} ({_weight(weakest, ENGLISH)}).", *steps)


def _japanese(found: Chain, names: Mapping[int, str]) -> tuple[str, ...]:
    if not found.are_together:
        return _apart(found, names, JAPANESE)
    weakest = found.weakest
    if weakest is None:
        return ("同じ記録です。",)
    told = f"{len(found.steps)}個のつながりで同一です。最も弱いのは {names[weakest.a]} と {names[weakest.b]} の間です"
    steps = [
        f"{names[one]} と {names[other]}: {say_step(edge, JAPANESE)}"
        for one, other, edge in walked(found.steps, found.a)
    ]
    return (f"{told}({_weight(weakest, JAPANESE)})。", *steps)


def say_step(edge: Edge, language: str = ENGLISH) -> str:
    """What holds the two ends of an edge together."""
    if edge.tier == BY_PERSON:
        return "同一であると担当者が判断しました。" if language == JAPANESE else "A person said that they are one."
    return " ".join(say_evidence(item, language) for item in edge.evidence)


def _weight(edge: Edge, language: str) -> str:
    if edge.tier == BY_PERSON:
        return "担当者の判断" if language == JAPANESE else "a person's word"
    return f"{edge.bits:g} ビット" if language == JAPANESE else f"{edge.bits:g} bits"


def _apart(found: Chain, names: Mapping[int, str], language: str) -> tuple[str, ...]:
    review = found.hindered
    if review is None:
        return (
            "同一ではありません。両者を結ぶつながりはありません。"
            if language == JAPANESE
            else "They are not one: no chain of links leads from one to the other.",
        )
    one, other = names[review.edge.a], names[review.edge.b]
    bits = f"{review.edge.bits:g}"
    if language == JAPANESE:
        first = f"同一ではありません。最も強いつながりは {one} と {other} の間です({bits} ビット、必要 {AUTO_BITS:g} ビット)。"
    else:
        first = f"They are not one. The strongest link is between {one} and {other}, of {bits} bits ({AUTO_BITS:g} are needed)."
    if review.reason is None:
        return (first,)
    between = " – ".join(names[rid] for rid in review.between)
    return (first, f"{between}: {say_guard(review.reason, language)}")
