"""Which value survives: the order of trust, the same for every attribute, as a pure function of the claims.

Source rank (declared by the connector, lower is better) → most recent → most frequent → the smallest record id.
One attribute is asked otherwise: a person is ``active`` while any system counts them as there.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

import msgspec

ADDRESS = ("street", "city", "state", "postal_code", "country")
"""Parts of one thing: they are all taken from one record, never mixed."""


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One record says: this attribute has this value. ``n`` is its position where a record says several."""

    attribute: str
    value: str
    system: str
    rid: int
    n: int = 0
    rank: int
    observed_at: int


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A claim with its fate. ``conflict``: some other record says something else."""

    claim: Claim
    winner: bool
    conflict: bool


def judged(claims: Iterable[Claim]) -> list[Judged]:
    """Every claim with its fate, ordered by attribute and trust; one winner an attribute."""
    by_attribute: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_attribute[claim.attribute].append(claim)
    home = _address_record(by_attribute)
    result: list[Judged] = []
    for attribute, rivals in sorted(by_attribute.items()):
        if len(rivals) == 1 and attribute not in ADDRESS:
            result.append(Judged(claim=rivals[0], winner=True, conflict=False))
            continue
        ordered = _ordered(rivals)
        winner = _winner(attribute, ordered, home)
        first = [claim for claim in ordered if claim.n == 0]
        conflict = len({folded(claim.value) for claim in first}) > 1
        result += [Judged(claim=c, winner=c is winner, conflict=conflict) for c in ordered]
    return result


def surviving(fates: Iterable[Judged]) -> Mapping[str, Claim]:
    """Attribute → the claim that won."""
    return {fate.claim.attribute: fate.claim for fate in fates if fate.winner}


@lru_cache(maxsize=16_384)
def folded(value: str) -> str:
    """A value as far as differences of case, width and spacing do not matter."""
    plain = value if value.isascii() else unicodedata.normalize("NFKC", value)
    return " ".join(plain.casefold().split())


def _ordered(claims: list[Claim]) -> list[Claim]:
    if len(claims) == 1:
        return claims
    words = [folded(claim.value) for claim in claims]
    counts = Counter(words)
    ranked = [
        ((_left(claim), claim.rank, claim.n, -claim.observed_at, -counts[word], claim.rid, claim.value), claim)
        for claim, word in zip(claims, words, strict=True)
    ]
    return [claim for _, claim in sorted(ranked, key=lambda pair: pair[0])]


def _left(claim: Claim) -> bool:
    """A system says that the person is not there any more: the word of one that still counts them stands before it."""
    return claim.attribute == "active" and claim.value != "true"


def _winner(attribute: str, ordered: list[Claim], home: int | None) -> Claim | None:
    if attribute in ADDRESS and home is not None:
        return next((claim for claim in ordered if claim.rid == home), None)
    return ordered[0]


def _address_record(by_attribute: Mapping[str, list[Claim]]) -> int | None:
    """The record whose address survives: the most trusted one that names a street, a city or a postal code."""
    telling = [claim for part in ("street", "city", "postal_code") for claim in by_attribute.get(part, ())]
    return _ordered(telling)[0].rid if telling else None
