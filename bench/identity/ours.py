"""Kizuna's own functions on a labelled set: profiles, keys, candidates, evidence, guards, clusters, training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from bench.identity.records import RecordSet
from bench.identity.score import Pair, Score, best, scored
from kizuna.identity.answering import telling
from kizuna.identity.batch import candidates, edges_between, resolve
from kizuna.identity.clusters import Partition, cluster, pair_of
from kizuna.identity.evidence import AUTO_BITS, Guard
from kizuna.identity.keys import stats_of
from kizuna.identity.models import BUILT_IN, MatchModel, Weights
from kizuna.identity.observing import answered, objections, observed
from kizuna.identity.rules import guards
from kizuna.identity.training import Observed, learn, looks, score

ANSWERS = 100
ROUND_ANSWERS = 20
THRESHOLDS = (-6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15)
"""In bits; what is looked at for the best one."""


@dataclass(frozen=True, slots=True)
class Result:
    """One way of resolving a set; ``asked`` pairs were answered."""

    who: str
    score: Score
    asked: int = 0


def results(records: RecordSet, *, sweep: bool) -> Iterator[Result]:
    """With the built-in weights, with learned ones, and with answers; ``sweep`` adds each at its best threshold."""
    yield from _with(records, "Kizuna, built-in weights", BUILT_IN, sweep=sweep)
    seen = observed(records.profiles)
    learned = _model(records, learn(records.entity, seen))
    yield from _with(records, "Kizuna, learned without labels", learned, sweep=sweep)
    model, answers = taught(records, seen)
    yield from _with(records, f"Kizuna, {len(answers)} answers", model, answers, sweep=sweep)


def taught(records: RecordSet, seen: Observed) -> tuple[MatchModel, dict[Pair, bool]]:
    """The model after so many answers to what would teach it most, and the answers; it is trained after every round."""
    by_rid, stats = {profile.rid: profile for profile in records.profiles}, stats_of(records.profiles)
    looked = {pair: looks(by_rid[pair[0]], by_rid[pair[1]], stats) for pair in sorted(candidates(records.profiles))}
    answers: dict[Pair, bool] = {}
    while True:
        said = answered(by_rid, answers, stats)
        weights = learn(records.entity, msgspec.structs.replace(seen, answers=said, objections=objections(said)))
        model = _model(records, weights)
        open_pairs = {
            pair: (look, score(weights.bits, look[0])) for pair, look in looked.items() if pair not in answers
        }
        asked = telling(open_pairs, said, min(ROUND_ANSWERS, ANSWERS - len(answers)))
        if not asked:
            return model, answers
        answers |= {pair: records.truth[pair[0]] == records.truth[pair[1]] for pair in asked}


def queue_answered(records: RecordSet, model: MatchModel = BUILT_IN) -> tuple[Partition, int]:
    """The partition when every question of the queue is answered rightly, and how many there were."""
    answers: dict[Pair, bool] = {}
    while True:
        partition = _partition(records, model, answers)
        asked = [pair for pair in _asked(partition) if pair not in answers]
        if not asked:
            return partition, len(answers)
        answers |= {pair: records.truth[pair[0]] == records.truth[pair[1]] for pair in asked}


def _asked(partition: Partition) -> list[Pair]:
    """The pairs of the queue, the most open ones first."""
    ordered = sorted(partition.reviews, key=lambda review: (abs(review.edge.bits - 3), review.between))
    return list(dict.fromkeys(pair_of(review.edge.a, review.edge.b) for review in ordered))


def _with(
    records: RecordSet,
    who: str,
    model: MatchModel,
    answers: Mapping[Pair, bool] | None = None,
    *,
    sweep: bool,
) -> Iterator[Result]:
    said = answers or {}
    yield Result(who, scored(_partition(records, model, said).clusters, records.truth), len(said))
    if sweep:
        at, score = best(_swept(records, model, said))
        yield Result(f"{who}, at its best threshold ({at:g} bits)", score, len(said))


def _partition(records: RecordSet, model: MatchModel, answers: Mapping[Pair, bool]) -> Partition:
    same, different = _said(answers)
    return resolve(records.profiles, model=model, same=same, different=different)


def _swept(records: RecordSet, model: MatchModel, answers: Mapping[Pair, bool]) -> Iterator[tuple[float, Score]]:
    """The score at other thresholds: the product's edges, their bits moved before the product's clustering."""
    low = msgspec.structs.replace(model.of(records.entity), review_bits=min(THRESHOLDS))
    deep = msgspec.structs.replace(model, **{records.entity: low})
    by_rid, stats = {profile.rid: profile for profile in records.profiles}, stats_of(records.profiles)
    edges = edges_between(by_rid, sorted(candidates(records.profiles)), stats, deep)
    found = {(edge.a, edge.b): edge.evidence for edge in edges}
    spoken: dict[Pair, tuple[Guard, ...]] = {}

    def speak(a: int, b: int) -> tuple[Guard, ...]:
        pair = pair_of(a, b)
        if pair not in spoken:
            spoken[pair] = guards(by_rid[a], by_rid[b], stats, deep, found=found.get(pair))
        return spoken[pair]

    same, different = _said(answers)
    for threshold in THRESHOLDS:
        moved = [msgspec.structs.replace(edge, bits=edge.bits + AUTO_BITS - threshold) for edge in edges]
        clusters = cluster(by_rid, moved, speak, same=same, different=different).clusters
        yield threshold, scored(clusters, records.truth)


def _said(answers: Mapping[Pair, bool]) -> tuple[list[Pair], list[Pair]]:
    """(same, different)"""
    return [pair for pair, is_same in answers.items() if is_same], [
        pair for pair, is_same in answers.items() if not is_same
    ]


def _model(records: RecordSet, weights: Weights) -> MatchModel:
    return msgspec.structs.replace(BUILT_IN, version="learned", **{records.entity: weights})
