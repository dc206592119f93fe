"""Why two records are one, or are not: the verdict, its evidence and guards, and sentences that say so."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import msgspec

from kizuna.identity import rules
from kizuna.identity.evidence import AUTO_BITS, Edge, Evidence, Guard
from kizuna.identity.keys import Stats, no_stats
from kizuna.identity.models import BUILT_IN, MatchModel
from kizuna.identity.phrases import ENGLISH, EVIDENCE, GUARDS, JAPANESE, VERDICTS, Phrase
from kizuna.identity.profile import Profile

SAME, DIFFERENT = "same", "different"


class Explanation(msgspec.Struct, frozen=True):
    """Two records looked at alone; ``bits`` is the sum of the evidence's bits.

    ``verdict`` is decided_same, decided_different, linked, blocked, review or apart.
    """

    a: int
    b: int
    verdict: str
    bits: float
    evidence: tuple[Evidence, ...]
    guards: tuple[Guard, ...]

    def sentences(self, language: str = ENGLISH) -> tuple[str, ...]:
        """The verdict first, then each piece of evidence with its bits, then the guards; ``language`` is en or ja."""
        verdict = _say(VERDICTS[self.verdict], language, bits=f"{self.bits:g}", needed=f"{AUTO_BITS:g}")
        shown = [say_evidence(item, language) for item in self.evidence]
        raised = [
            _say(GUARDS[guard.name], language, values=_values(guard.values, language))
            .replace(" .", ".")
            .replace(" 。", "。")
            for guard in self.guards
        ]
        return (verdict, *shown, *raised)


def _say(phrase: Phrase, language: str, **values: str) -> str:
    return (phrase.ja if language == JAPANESE else phrase.en).format(**values)


def _values(values: Iterable[str], language: str) -> str:
    plain = (value.replace("\x1f", " ") for value in values)
    return (
        "、".join(f"「{value}」" for value in plain)
        if language == JAPANESE
        else ", ".join(f"“{value}”" for value in plain)
    )


def say_evidence(item: Evidence, language: str = ENGLISH) -> str:
    """The evidence as one sentence, with its bits."""
    said = _say(EVIDENCE[item.field, item.level], language, values=_values(item.values, language))
    return f"{said} ({item.bits:+g})"


def say_guard(guard: Guard, language: str = ENGLISH) -> str:
    """The guard as one sentence."""
    return _say(GUARDS[guard.name], language, values=_values(guard.values, language))


def explain(
    a: Profile,
    b: Profile,
    stats: Stats = no_stats,
    model: MatchModel = BUILT_IN,
    *,
    decision: str | None = None,
) -> Explanation:
    """What stands for and against the two being one; ``decision`` is what a person said of them: same or different."""
    evidence = rules.evidence(a, b, stats, model)
    guards = rules.guards(a, b, stats, model)
    edge = rules.compare(a, b, stats, model)
    bits = round(sum(item.bits for item in evidence), 6)
    if decision in {SAME, DIFFERENT}:
        verdict = f"decided_{decision}"
    elif edge is None:
        verdict = "apart"
    elif any(guard.blocks for guard in guards):
        verdict = "blocked"
    else:
        verdict = "linked" if edge.is_auto else "review"
    return Explanation(a.rid, b.rid, verdict, bits, evidence, guards)


def path(links: Iterable[Edge], start: int, end: int) -> tuple[Edge, ...]:
    """The chain of edges by which two records of one cluster are joined, empty when they are not."""
    neighbours: dict[int, list[tuple[int, Edge]]] = {}
    for edge in links:
        neighbours.setdefault(edge.a, []).append((edge.b, edge))
        neighbours.setdefault(edge.b, []).append((edge.a, edge))
    came_by: dict[int, tuple[int, Edge] | None] = {start: None}
    waiting = deque([start])
    while waiting and end not in came_by:
        here = waiting.popleft()
        for there, edge in neighbours.get(here, ()):
            if there not in came_by:
                came_by[there] = (here, edge)
                waiting.append(there)
    chain: list[Edge] = []
    step = came_by.get(end)
    while step is not None:
        chain.append(step[1])
        step = came_by[step[0]]
    return tuple(reversed(chain))
