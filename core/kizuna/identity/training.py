"""Weights learned without labels: how often levels agree where two records are one, against where they are not.

The method is Fellegi and Sunter's, with values weighed by how rare they are, and expectation maximisation for what nobody
has told: I. Fellegi and A. Sunter, A Theory for Record Linkage, 1969; W. Winkler, Using the EM Algorithm, 1988.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from math import log2

import msgspec

from kizuna.identity.evidence import ACCOUNT_BITS, PERSON_BITS, Bits, Evidence, less
from kizuna.identity.keys import Stats
from kizuna.identity.models import Weights
from kizuna.identity.profile import ACCOUNT, Profile
from kizuna.identity.rules import evidence, guards

ROUNDS = 25
LEAST_PAIRS = 200
"""From fewer pairs that may be one, nothing is learned."""

REVIEW_FROM_BITS = 0.0
"""A learned score is a chance: from even odds on a person is asked."""

_VALUED = {
    ("corporate_number", "equal"),
    ("email", "equal"),
    ("email", "equal_on_domain"),
    ("domain", "own"),
    ("domain", "own_and_contact"),
    ("domain", "contact"),
    ("contact", "one"),
    ("contact", "several"),
    ("place", "equal"),
    ("name", "equal"),
    ("reference", "refers"),
    ("reference", "shared"),
}
"""Levels that say that a value is the same: how likely that is by chance follows from how rare values are."""

_VALUED_OF_ACCOUNTS = _VALUED | {("phone", "equal")}
_BLIND = frozenset({"customer"})
_SURELY_ONE = frozenset({("name", "equal"), ("email", "equal"), ("reference", "refers"), ("reference", "shared")})

# A level is trusted as the built-in weights do until so many pairs speak on it.
_BUILT_IN_PAIRS = 20.0
# What a vector looks like counts for so many answers of people on pairs that look so.
_SEEN_ANSWERS = 4.0
_NEVER = 0.5
_STEEPEST_BITS = 40.0

Vector = tuple[tuple[str, str, int], ...]
"""(field, level, doublings) of every field that says anything."""


class Observed(msgspec.Struct, frozen=True):
    """What a world looks like to the training.

    ``pairs`` are candidates by vector, and whether a guard keeps them apart; ``random_pairs`` are pairs drawn blindly,
    ``near_pairs`` pairs of colleagues: two people of one customer, who share its telephone and its domain without being
    one. ``answers`` says, as of ``pairs``, how often people said *same* and *different*; ``entities`` about how many customers
    or people there are: the records of the largest source.
    """

    pairs: Mapping[tuple[Vector, bool], int]
    random_pairs: Mapping[Vector, int]
    near_pairs: Mapping[Vector, int]
    answers: Mapping[tuple[Vector, bool], tuple[int, int]]
    entities: int


def vector_of(found: Iterable[Evidence]) -> Vector:
    """The pair as training sees it: its levels, without the values."""
    return tuple(sorted((item.field, item.level, item.doublings) for item in found if item.field != "prior"))


def looks(a: Profile, b: Profile, stats: Stats) -> tuple[Vector, bool]:
    """How the pair looks, and whether a guard keeps it apart."""
    said = evidence(a, b, stats)
    raised = guards(a, b, stats, found=said)
    # Whether a name alone suffices is for the weights to say; it links nothing in any case.
    return vector_of(said), any(guard.blocks and guard.name != "name_only" for guard in raised)


def learn(entity: str, seen: Observed) -> Weights:
    """Weights for records of the kind; the built-in ones where too little was seen to learn from."""
    base = ACCOUNT_BITS if entity == ACCOUNT else PERSON_BITS
    if sum(seen.pairs.values()) < LEAST_PAIRS:
        return Weights(base)
    chance = _by_chance(entity, base, seen)
    start = {(field, level): weight for field, levels in base.items() for level, weight in levels.items()}
    prior = -log2(max(2, seen.entities)) - 1
    weights, opening = start, 0.0
    for _ in range(ROUNDS):
        agreed, total = _expected(seen, weights, opening)
        weights = _weighed(agreed, total, chance, start)
        opening = prior
    bits = {field: {level: round(weights[field, level], 2) for level in levels} for field, levels in base.items()}
    bits["prior"]["any_two"] = round(prior, 2)
    return Weights(bits, REVIEW_FROM_BITS)


def score(bits: Bits, vector: Vector) -> float:
    """The bits of a vector, as :func:`kizuna.identity.evidence.weighed` adds them up."""
    return bits["prior"]["any_two"] + sum(less(bits[field][level], doublings) for field, level, doublings in vector)


def _by_chance(entity: str, base: Bits, seen: Observed) -> dict[tuple[str, str], float]:
    """How often two records that are not one show a level; for values that only one has, rarer than one in all."""
    valued = _VALUED_OF_ACCOUNTS if entity == ACCOUNT else _VALUED
    rare = 1 / (4 * max(2, seen.entities))
    blind = _shares(seen.random_pairs)
    near = _shares({vector: n for vector, n in seen.near_pairs.items() if not _is_surely_one(vector)}) or blind
    unseen = _NEVER / (1 + sum(seen.random_pairs.values()))
    return {
        (field, level): rare
        if (field, level) in valued
        else (blind if field in _BLIND else near).get((field, level), 0.0) + unseen
        for field, levels in base.items()
        for level in levels
    }


def _is_surely_one(vector: Vector) -> bool:
    return any((field, level) in _SURELY_ONE for field, level, _ in vector)


def _shares(pairs: Mapping[Vector, int]) -> dict[tuple[str, str], float]:
    """The share of the pairs that show a level."""
    drawn: Counter[tuple[str, str]] = Counter()
    for vector, count in pairs.items():
        for field, level, _ in vector:
            drawn[field, level] += count
    total = sum(pairs.values())
    return {level: count / total for level, count in drawn.items()}


def _expected(
    seen: Observed, weights: Mapping[tuple[str, str], float], opening: float
) -> tuple[Counter[tuple[str, str]], float]:
    """How many pairs of each level are one, and how many in all, if the weights are right."""
    agreed: Counter[tuple[str, str]] = Counter()
    total = 0.0
    for (vector, is_guarded), count in seen.pairs.items():
        bits = opening + sum(less(weights[field, level], doublings) for field, level, doublings in vector)
        chance = 0.0 if is_guarded else 1 / (1 + 2 ** -max(-_STEEPEST_BITS, min(_STEEPEST_BITS, bits)))
        same, different = seen.answers.get((vector, is_guarded), (0, 0))
        chance = (chance * _SEEN_ANSWERS + same) / (_SEEN_ANSWERS + same + different)
        total += chance * count
        for field, level, _ in vector:
            agreed[field, level] += chance * count  # type: ignore[assignment]  # counts are fractions of pairs
    return agreed, total


def _weighed(
    agreed: Mapping[tuple[str, str], float],
    total: float,
    chance: Mapping[tuple[str, str], float],
    start: Mapping[tuple[str, str], float],
) -> dict[tuple[str, str], float]:
    """The weight of each level, drawn to the built-in one as long as few pairs speak on it."""
    found: dict[tuple[str, str], float] = {}
    for level, by_chance in chance.items():
        pairs = agreed.get(level, 0.0)
        learned = log2((pairs + _NEVER) / (total + 1) / by_chance)
        seen = pairs + by_chance * total
        weight = (learned * seen + start[level] * _BUILT_IN_PAIRS) / (seen + _BUILT_IN_PAIRS)
        # Colleagues have two mailboxes on one domain, and so has whoever changed theirs: nothing that tells two apart
        # may learn to speak for one.
        found[level] = min(weight, 0.0) if start[level] <= 0 else weight
    found["prior", "any_two"] = 0.0
    found["source", "same"] = start["source", "same"]
    return found
