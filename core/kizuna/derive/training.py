"""Learning a match model from the records that are there, and putting one in force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any, TypeVar

from sqlalchemy import Connection

from kizuna import clock
from kizuna.derive import homes
from kizuna.derive.touch import candidates
from kizuna.derive.work import Deriver, only_me
from kizuna.errors import DecisionError
from kizuna.identity.answering import Answers, Look, Objections, Vector, telling
from kizuna.identity.clusters import Pair, pair_of
from kizuna.identity.evidence import AUTO_BITS
from kizuna.identity.keys import Stats
from kizuna.identity.models import MatchModel, Weights
from kizuna.identity.normalise import NORMALISER_VERSION
from kizuna.identity.profile import PersonProfile, Profile
from kizuna.identity.rules import evidence
from kizuna.identity.training import LEAST_PAIRS, Observed, learn, looks, score, vector_of
from kizuna.storage import entities, identity, models, runs
from kizuna.storage.identity import Act
from kizuna.storage.instants import micros

SAMPLE_RECORDS = 20_000
DRAWN_PAIRS = 30_000
NEAR_CUSTOMERS = 1_000
CHUNK_RECORDS = 2_000
POST_RECORDS = 4_000
ASKED_PAIRS = 10
PAIRS_OF_A_LOOK = 4
ENTITIES = ("account", "person")

Of = TypeVar("Of", bound=Hashable)

Observe = Callable[[str, int, int], None]
"""(what, records done, of all)."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What training found for one kind of record.

    ``pairs`` candidates were looked at and ``answers`` of people used; of the pairs that no guard keeps apart, the model
    would link ``linked``: ``newly`` of them the model in force does not, while it no longer links ``no_longer`` others.
    ``ask`` are pairs of records (connection/stream/id) whose answers would teach it most.
    """

    entity: str
    weights: Weights
    pairs: int
    answers: int
    linked: int
    newly: int
    no_longer: int
    ask: tuple[tuple[str, str], ...] = ()

    def told(self) -> dict[str, Any]:
        """The numbers alone."""
        return {name: getattr(self, name) for name in ("pairs", "answers", "linked", "newly", "no_longer")}


def train(deriver: Deriver, observe: Observe = lambda *_: None) -> tuple[MatchModel, list[Learned]]:
    """A new model, learned from the records and people's answers and kept under a version of its own; not in force yet.

    Raises DecisionError where there are too few records to learn from.
    """
    with deriver.database.read() as sql:
        in_force = models.active(sql)
        found = [_learn(sql, entity, in_force, observe) for entity in ENTITIES]
    if all(one.pairs < LEAST_PAIRS for one in found):
        raise DecisionError(
            f"There is too little to learn from: {max(one.pairs for one in found)} pairs of records may be one, and "
            f"{LEAST_PAIRS} are needed. {in_force.version} stays in force."
        )
    account, person = found
    with deriver.database.write() as sql:
        only_me(sql)  # two trainings at once take two numbers
        model = MatchModel(f"learned-{len(models.every(sql))}", account.weights, person.weights)
        models.add(sql, model, {one.entity: one.told() for one in found}, micros(clock.now()))
    return model, found


def activate(deriver: Deriver, version: str) -> int:
    """How many records are to be judged anew by the model of that version, which is in force from now on.

    ``Deriver.drain`` does it; whoever derives next goes on where it was left. Raises UnknownName, and DecisionError for
    a model made for other normalisers.
    """
    now = micros(clock.now())
    with deriver.database.write() as sql:
        only_me(sql)  # a step that began with the model before must have told of its records
        if models.active(sql).version == version:
            return 0
        model = models.activate(sql, version, now)
        if model.normaliser != NORMALISER_VERSION:
            raise DecisionError(
                f"{version} was learned from names and numbers as an older Kizuna read them; run `kizuna identity train` "
                "and activate what it makes."
            )
        rids = sorted({rid for entity in ENTITIES for rid in entities.with_profiles(sql, entity)})
        for begin in range(0, len(rids), POST_RECORDS):
            runs.post(sql, rids[begin : begin + POST_RECORDS], now)
    return len(rids)


def _learn(sql: Connection, entity: str, in_force: MatchModel, observe: Observe) -> Learned:
    # Record ids are hashes, so the first ones are a sample without preference.
    sample = entities.with_profiles(sql, entity)[:SAMPLE_RECORDS]
    sampled = set(sample)
    pairs: Counter[Look] = Counter()
    some: dict[Look, list[tuple[int, int]]] = {}
    for done, part in _chunks(sample):
        mine = set(part)
        known, found = candidates(sql, entity, identity.profiles(sql, entity, part))
        stat = identity.stats_for(sql, entity, known)
        for a, b in found:
            if a not in mine and a in sampled:
                continue  # looked at with its other end
            look = looks(known[a], known[b], stat)
            pairs[look] += 1
            if pairs[look] <= PAIRS_OF_A_LOOK:
                some.setdefault(look, []).append((a, b))
        observe(f"{entity} pairs", done, len(sample))
    answered = voices(sql, entity)
    drawn = Random(len(sample))
    profiles = identity.profiles(sql, entity, sample)
    stat = identity.stats_for(sql, entity, profiles)
    seen = Observed(
        pairs=pairs,
        random_pairs=_drawn([sorted(profiles)], profiles, stat, drawn),
        near_pairs=_colleagues(sql, profiles, drawn),
        answers=answered.by_look,
        entities=identity.largest_source(sql, entity),
        objections=answered.by_guard,
    )
    weights = learn(entity, seen)
    scored = {
        pair: (look, score(weights.bits, look[0]))
        for look, of_it in some.items()
        for pair in of_it
        if pair not in answered.pairs
    }
    asked = telling(scored, answered.by_look, ASKED_PAIRS, pairs)
    return replace(_compared(entity, weights, in_force.of(entity), seen), ask=_named(sql, asked))


def _named(sql: Connection, pairs: list[tuple[int, int]]) -> tuple[tuple[str, str], ...]:
    names = {
        rid: "/".join(parts) for rid, parts in identity.founding(sql, {rid for pair in pairs for rid in pair}).items()
    }
    return tuple((names[a], names[b]) for a, b in pairs if a in names and b in names)


def _compared(entity: str, weights: Weights, in_force: Weights, seen: Observed) -> Learned:
    linked = newly = no_longer = 0
    for (vector, kept_apart_by), count in seen.pairs.items():
        now, before = (
            score(one.bits, vector) >= AUTO_BITS and one.silent.issuperset(kept_apart_by) for one in (weights, in_force)
        )
        linked += count * now
        newly += count * (now and not before)
        no_longer += count * (before and not now)
    answered = sum(same + different for same, different in seen.answers.values())
    return Learned(entity, weights, sum(seen.pairs.values()), answered, linked, newly, no_longer)


@dataclass(frozen=True, slots=True)
class Voices:
    """What people said: by how pairs look, by the guards that keep them apart, and of which pairs."""

    by_look: Answers
    by_guard: Objections
    pairs: frozenset[Pair]


def voices(sql: Connection, entity: str) -> Voices:
    """Every standing decision; an act that decides on many pairs is one voice for each look, and for each guard."""
    given = identity.answers(sql, entity)
    profiles = identity.profiles(sql, entity, {rid for one in given for rid in (one.a, one.b)})
    stat = identity.stats_for(sql, entity, profiles)
    by_look: set[tuple[Act, Look, bool]] = set()
    by_guard: set[tuple[Act, str, bool]] = set()
    for one in given:
        if one.a in profiles and one.b in profiles:
            look, is_same = looks(profiles[one.a], profiles[one.b], stat), one.verdict == "same"
            by_look.add((one.act, look, is_same))
            by_guard.update((one.act, guard, is_same) for guard in look[1])
    return Voices(_counted(by_look), _counted(by_guard), frozenset(pair_of(one.a, one.b) for one in given))


def _counted(said: Collection[tuple[Act, Of, bool]]) -> dict[Of, tuple[int, int]]:
    """How many acts said *same*, and how many *different*, of each."""
    same = Counter(of for _, of, is_same in said if is_same)
    different = Counter(of for _, of, is_same in said if not is_same)
    return {of: (same[of], different[of]) for of in {**same, **different}}


def _colleagues(sql: Connection, profiles: Mapping[int, Profile], drawn: Random) -> Counter[Vector]:
    """Pairs of people of one customer, for as many customers as suffice."""
    people = [profile for profile in profiles.values() if isinstance(profile, PersonProfile)]
    customers = sorted({customer for person in people for customer in person.customers})[:NEAR_CUSTOMERS]
    accounts = {rid for members in identity.members(sql, customers).values() for rid in members}
    near = identity.profiles(sql, "person", sorted(homes.people_at(sql, accounts))[:SAMPLE_RECORDS])
    at: dict[str, list[int]] = {}
    for rid, profile in sorted(near.items()):
        for customer in profile.customers if isinstance(profile, PersonProfile) else ():
            at.setdefault(customer, []).append(rid)
    return _drawn(list(at.values()), near, identity.stats_for(sql, "person", near), drawn)


def _drawn(groups: list[list[int]], profiles: Mapping[int, Profile], stat: Stats, drawn: Random) -> Counter[Vector]:
    """Pairs drawn blindly, each within one of the groups."""
    found: Counter[Vector] = Counter()
    several = [group for group in groups if len(group) > 1]
    for _ in range(DRAWN_PAIRS if several else 0):
        a, b = drawn.sample(drawn.choice(several), 2)
        found[vector_of(evidence(profiles[a], profiles[b], stat))] += 1
    return found


def _chunks(rids: list[int]) -> Iterator[tuple[int, list[int]]]:
    for begin in range(0, len(rids), CHUNK_RECORDS):
        yield min(begin + CHUNK_RECORDS, len(rids)), rids[begin : begin + CHUNK_RECORDS]
