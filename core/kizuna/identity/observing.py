"""What training sees of records that are held in memory: the pairs that may be one, and pairs drawn blindly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from random import Random

from kizuna.identity.answering import Answers, Look, Vector
from kizuna.identity.batch import candidates
from kizuna.identity.clusters import Pair
from kizuna.identity.keys import Stats, stats_of
from kizuna.identity.profile import PersonProfile, Profile
from kizuna.identity.rules import evidence
from kizuna.identity.training import Observed, looks, vector_of

DRAWN_PAIRS = 30_000


def observed(profiles: Iterable[Profile], *, drawn_pairs: int = DRAWN_PAIRS) -> Observed:
    """The records of one kind as :func:`kizuna.identity.training.learn` wants them, without anybody's answers."""
    by_rid = {profile.rid: profile for profile in profiles}
    stats, drawn = stats_of(by_rid.values()), Random(len(by_rid))

    def blindly(groups: list[list[int]]) -> Counter[Vector]:
        several = [group for group in groups if len(group) > 1]
        twos = (drawn.sample(drawn.choice(several), 2) for _ in range(drawn_pairs if several else 0))
        return Counter(vector_of(evidence(by_rid[a], by_rid[b], stats)) for a, b in twos)

    at: dict[str, list[int]] = {}
    for rid, profile in sorted(by_rid.items()):
        for customer in sorted(profile.customers) if isinstance(profile, PersonProfile) else ():
            at.setdefault(customer, []).append(rid)
    return Observed(
        pairs=Counter(looks(by_rid[a], by_rid[b], stats) for a, b in sorted(candidates(by_rid.values()))),
        random_pairs=blindly([sorted(by_rid)]),
        near_pairs=blindly(list(at.values())),
        answers={},
        entities=max(Counter(profile.source for profile in by_rid.values()).values(), default=0),
    )


def answered(
    profiles: Mapping[int, Profile], answers: Mapping[Pair, bool], stats: Stats
) -> dict[Look, tuple[int, int]]:
    """How often pairs of a look were said to be the same and to be different; ``answers`` says of pairs: same or not."""
    said: dict[Look, tuple[int, int]] = {}
    for (a, b), is_same in answers.items():
        look = looks(profiles[a], profiles[b], stats)
        same, different = said.get(look, (0, 0))
        said[look] = (same + is_same, different + (not is_same))
    return said


def objections(said: Answers) -> dict[str, tuple[int, int]]:
    """What answers, each an act of its own, say of the guards that keep their pairs apart."""
    told: dict[str, tuple[int, int]] = {}
    for (_, guards), (same, different) in said.items():
        for guard in guards:
            before = told.get(guard, (0, 0))
            told[guard] = (before[0] + same, before[1] + different)
    return told
