"""What people's answers teach: weights that fit them, guards that they speak against, and which answer would teach most.

Fitting is logistic regression around the weights that were learned without labels: a level that no answer speaks on keeps
its weight, and each answer moves a weight only as far as it has to.
"""

from __future__ import annotations

from collections.abc import Mapping
from heapq import heapify, heappop, heapreplace
from math import log, sqrt

from kizuna.identity.evidence import HARD_GUARDS, less

Vector = tuple[tuple[str, str, int], ...]
"""(field, level, doublings) of every field that says anything."""
Look = tuple[Vector, tuple[str, ...]]
"""How a pair looks: its vector, and the guards that keep it apart."""
Answers = Mapping[Look, tuple[int, int]]
"""How often people said *same* and *different* of pairs that look so."""
Objections = Mapping[str, tuple[int, int]]
"""Guard → how many acts of people said *same* and *different* of pairs that it keeps apart, each counted once."""
Level = tuple[str, str]
Pair = tuple[int, int]

# How far answers are expected to move a weight, and what stands against any two records, in bits.
_WEIGHT_MOVES_BITS, _PRIOR_MOVES_BITS = 4.0, 4.0
_STEPS, _STEP_BITS = 300, 0.15
_STEEPEST_BITS = 40.0
# A guard falls silent when so many acts of people said of pairs it kept apart that they are one, and so large a share.
_LEAST_OBJECTIONS, _OBJECTING_SHARE = 4, 0.7
_LEAST_CHANCE = 0.01


def chance(bits: float) -> float:
    """The probability that bits stand for."""
    return float(1 / (1 + 2 ** -max(-_STEEPEST_BITS, min(_STEEPEST_BITS, bits))))


def lifted(objections: Objections) -> frozenset[str]:
    """The guards that people's answers speak against; what says that two numbers are two companies always stands."""
    return frozenset(
        guard
        for guard, (same, different) in objections.items()
        if guard not in HARD_GUARDS
        and same >= _LEAST_OBJECTIONS
        and (same + 1) / (same + different + 2) >= _OBJECTING_SHARE
    )


def fitted(weights: Mapping[Level, float], prior: float, answers: Answers) -> tuple[dict[Level, float], float]:
    """The weights and the prior (bits) that fit the answers best while staying near these."""
    levels = sorted({(field, level) for vector, _ in answers for field, level, _ in vector})
    moved = dict.fromkeys(levels, 0.0)
    shift = 0.0
    # Adam's steps: each weight has a pace of its own, whatever the number of answers that speak on it.
    pace: dict[Level | None, tuple[float, float]] = {}

    def step(key: Level | None, slope: float, turn: int) -> float:
        mean, spread = pace.get(key, (0.0, 0.0))
        mean, spread = 0.9 * mean + 0.1 * slope, 0.999 * spread + 0.001 * slope * slope
        pace[key] = (mean, spread)
        size = _STEP_BITS * (1 - turn / _STEPS)
        return size * (mean / (1 - 0.9 ** (turn + 1))) / (sqrt(spread / (1 - 0.999 ** (turn + 1))) + 1e-9)

    for turn in range(_STEPS):
        slopes = {level: -by / _WEIGHT_MOVES_BITS**2 for level, by in moved.items()}
        prior_slope = -shift / _PRIOR_MOVES_BITS**2
        for (vector, _), (same, different) in answers.items():
            now = {(field, level): weights[field, level] + moved[field, level] for field, level, _ in vector}
            bits = prior + shift + sum(less(now[field, level], doublings) for field, level, doublings in vector)
            slope = log(2) * (same - (same + different) * chance(bits))
            prior_slope += slope
            for field, level, doublings in vector:
                if now[field, level] <= 0 or now[field, level] > doublings:
                    slopes[field, level] += slope
        shift += step(None, prior_slope, turn)
        for one in levels:
            moved[one] += step(one, slopes[one], turn)
    return {level: weight + moved.get(level, 0.0) for level, weight in weights.items()}, prior + shift


def telling(
    scored: Mapping[Pair, tuple[Look, float]], answers: Answers, most: int, counts: Mapping[Look, int] | None = None
) -> list[Pair]:
    """The pairs whose answers would teach most, the most telling first; ``scored`` has each pair's look and bits,
    ``counts`` how many pairs look so where not all of them are given.

    Undecided pairs tell more than sure ones, pairs that look like many others more than single ones, and the second answer on
    one look less than the first. What a guard keeps apart although it would link is as open as can be.
    """
    waiting: dict[Look, list[Pair]] = {}
    bits: dict[Look, float] = {}
    for pair, (look, score) in sorted(scored.items(), key=lambda one: _scattered(one[0])):
        waiting.setdefault(look, []).append(pair)
        bits[look] = score
    open_looks = []
    for look, pairs in waiting.items():
        likely = chance(bits[look])
        if likely >= _LEAST_CHANCE:
            doubt = 0.25 if look[1] and likely > 0.5 else likely * (1 - likely)
            worth = doubt * sqrt(counts[look] if counts else len(pairs))
            open_looks.append((-worth / _weariness(look, answers, 0), look, worth, 0))
    heapify(open_looks)
    found: list[Pair] = []
    while open_looks and len(found) < most:
        _, look, worth, taken = open_looks[0]
        found.append(waiting[look][taken])
        if taken + 1 < len(waiting[look]):
            heapreplace(open_looks, (-worth / _weariness(look, answers, taken + 1), look, worth, taken + 1))
        else:
            heappop(open_looks)
    return found


def _scattered(pair: Pair) -> tuple[int, Pair]:
    """An order without preference that stays as it is: neighbours are often records of one and the same company."""
    return (pair[0] * 2_654_435_761 ^ pair[1] * 2_246_822_519) & 0xFFFF_FFFF, pair


def _weariness(look: Look, answers: Answers, taken: int) -> float:
    return 1.0 + taken + sum(answers.get(look, (0, 0)))
