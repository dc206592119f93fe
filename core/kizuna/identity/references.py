"""What records say of each other by id, alike for accounts and people, and the remarks both share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kizuna.identity.evidence import EDGE, SAME_SOURCE, Evidence, Guard
from kizuna.identity.keys import OWN, XREF, Key, Stats, is_generic, reference_value
from kizuna.identity.profile import Profile, Reference


def _refers(a: Profile, b: Profile) -> list[Reference]:
    return [one.own for one, other in ((a, b), (b, a)) if one.own in other.cross_references]


def _elsewhere(a: Profile, b: Profile) -> tuple[str, ...]:
    """Two different records of one system that the two sides are, or name."""
    if not a.cross_references and not b.cross_references:
        return ()
    named: dict[str, tuple[set[str], set[str]]] = {}
    for side, profile in enumerate((a, b)):
        for system, source_id in (profile.own, *profile.cross_references):
            named.setdefault(system, (set(), set()))[side].add(source_id)
    for system, (ids, other_ids) in sorted(named.items()):
        both_are_records = a.own[0] == b.own[0] == system
        if ids and other_ids and ids.isdisjoint(other_ids) and not both_are_records:
            return tuple(f"{system} {source_id}" for source_id in sorted(ids | other_ids))
    return ()


def reference_evidence(a: Profile, b: Profile, bits: Mapping[str, float]) -> Evidence | None:
    """``refers`` when one names the other, ``shared`` when both name a third, ``elsewhere`` when they name different ones."""
    for level, references in (("refers", _refers(a, b)), ("shared", sorted(a.cross_references & b.cross_references))):
        if references:
            return Evidence("reference", level, bits[level], tuple(" ".join(reference) for reference in references))
    apart = _elsewhere(a, b)
    return Evidence("reference", "elsewhere", bits["elsewhere"], apart) if apart else None


def generic_reference(a: Profile, b: Profile, stats: Stats) -> tuple[str, ...]:
    """The references between the two when differently named records of one source make every one of them."""
    references = _refers(a, b) or sorted(a.cross_references & b.cross_references)
    common = [
        reference
        for reference in references
        if any(is_generic(key, stats(key)) for key in (Key(kind, reference_value(*reference)) for kind in (XREF, OWN)))
    ]
    return tuple(" ".join(reference) for reference in common) if len(common) == len(references) else ()


def remarks(a: Profile, b: Profile) -> Iterator[Guard]:
    """What was left out on both sides, and that one source holds both: told, not blocking."""
    for reason in sorted(a.ignored & b.ignored):
        yield Guard(reason, EDGE, blocks=False)
    if a.source == b.source:
        yield Guard(SAME_SOURCE, EDGE, blocks=False)
