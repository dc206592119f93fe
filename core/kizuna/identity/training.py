"""Weights learned without labels: how often levels agree where two records are one, against where they are not.

The method is Fellegi and Sunter's, with values weighed by how rare they are, and expectation maximisation for what nobody
has told: I. Fellegi and A. Sunter, A Theory for Record Linkage, 1969; W. Winkler, Using the EM Algorithm, 1988.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from math import log2

import msgspec

from kizuna.identity.answering import Answers, Look, Objections, Vector, chance, fitted, lifted
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

# Levels that say nothing until somebody has learned what they say here.
OPEN = frozenset(
    {("place", "similar"), ("email", "slip"), ("born", "slip"), ("born", "near"), ("town", "equal"), ("town", "slip")}
)

# A level is trusted as the built-in weights do until so many pairs speak on it.
_BUILT_IN_PAIRS = 20.0
# What a vector looks like counts for so many answers of people on pairs that look so.
_SEEN_ANSWERS = 4.0
_NEVER = 0.5


class Observed(msgspec.Struct, frozen=True):
    """What a world looks like to the training.

    ``pairs`` are candidates by how they look; ``random_pairs`` are pairs drawn blindly,
    ``near_pairs`` pairs of colleagues: two people of one customer, who share its telephone and its domain without being
    one. ``answers`` says of looks how often people said *same* and *different*; ``entities`` about how many customers
    or people there are: the records of the largest source. ``objections`` are what the answers say of guards.
    """

    pairs: Mapping[Look, int]
    random_pairs: Mapping[Vector, int]
    near_pairs: Mapping[Vector, int]
    answers: Answers
    entities: int
    objections: Objections = {}


def vector_of(found: Iterable[Evidence]) -> Vector:
    """The pair as training sees it: its levels, without the values."""
    return tuple(sorted((item.field, item.level, item.doublings) for item in found if item.field != "prior"))


def looks(a: Profile, b: Profile, stats: Stats) -> Look:
    """How the pair looks, and which guards keep it apart."""
    said = evidence(a, b, stats)
    raised = guards(a, b, stats, found=said)
    # Whether a name alone suffices is for the weights to say; it links nothing in any case.
    return vector_of(said), tuple(guard.name for guard in raised if guard.blocks and guard.name != "name_only")


def learn(entity: str, seen: Observed) -> Weights:
    """Weights for records of the kind; the built-in ones where too little was seen to learn from."""
    base = ACCOUNT_BITS if entity == ACCOUNT else PERSON_BITS
    if sum(seen.pairs.values()) < LEAST_PAIRS:
        return Weights(base)
    by_chance = _by_chance(entity, base, seen)
    start = {(field, level): weight for field, levels in base.items() for level, weight in levels.items()}
    prior = -log2(max(2, seen.entities)) - 1
    weights, opening = start, 0.0
    silent = lifted(seen.objections)
    for _ in range(ROUNDS):
        agreed, total = _expected(seen, weights, opening, silent)
        weights = _weighed(agreed, total, by_chance, start)
        opening = prior
    if seen.answers:
        weights, prior = fitted(weights, prior, seen.answers)
        weights = {level: _bounded(weight, start[level]) for level, weight in weights.items()}
    bits = {field: {level: round(weights[field, level], 2) for level in levels} for field, levels in base.items()}
    bits["prior"]["any_two"] = round(prior, 2)
    return Weights(bits, REVIEW_FROM_BITS, silent)


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
    seen: Observed, weights: Mapping[tuple[str, str], float], opening: float, silent: frozenset[str]
) -> tuple[Counter[tuple[str, str]], float]:
    """How many pairs of each level are one, and how many in all, if the weights are right."""
    agreed: Counter[tuple[str, str]] = Counter()
    total = 0.0
    for look, count in seen.pairs.items():
        vector, kept_apart_by = look
        bits = opening + sum(less(weights[field, level], doublings) for field, level, doublings in vector)
        likely = chance(bits) if silent.issuperset(kept_apart_by) else 0.0
        same, different = seen.answers.get(look, (0, 0))
        likely = (likely * _SEEN_ANSWERS + same) / (_SEEN_ANSWERS + same + different)
        total += likely * count
        for field, level, _ in vector:
            agreed[field, level] += likely * count  # type: ignore[assignment]  # counts are fractions of pairs
    return agreed, total


def _bounded(weight: float, start: float) -> float:
    """Colleagues have two mailboxes on one domain, and so has whoever changed theirs: what tells two apart never speaks for one."""
    return min(weight, 0.0) if start < 0 else weight


def _weighed(
    agreed: Mapping[tuple[str, str], float],
    total: float,
    chances: Mapping[tuple[str, str], float],
    start: Mapping[tuple[str, str], float],
) -> dict[tuple[str, str], float]:
    """The weight of each level, drawn to the built-in one as long as few pairs speak on it."""
    found: dict[tuple[str, str], float] = {}
    for level, by_chance in chances.items():
        pairs = agreed.get(level, 0.0)
        learned = log2((pairs + _NEVER) / (total + 1) / by_chance)
        seen = pairs + by_chance * total
        weight = (learned * seen + start[level] * _BUILT_IN_PAIRS) / (seen + _BUILT_IN_PAIRS)
        found[level] = min(weight, 0.0) if start[level] <= 0 and level not in OPEN else weight
    found["prior", "any_two"] = 0.0
    found["source", "same"] = start["source", "same"]
    return found
