"""Explaining many pairs at once: profiles, statistics and decisions read together, then said pair by pair."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from kizuna.graphql.context import Context
from kizuna.identity.evidence import Evidence, Guard
from kizuna.identity.explain import Explanation, explain, say_guard
from kizuna.storage import identity, models

Pair = tuple[str, int, int]
"""(entity, record, record)."""


def explained(context: Context, pairs: list[Pair], language: str) -> list[dict[str, Any] | None]:
    """The explanation of each pair; None where a record has no profile, being no account or person."""
    found: dict[Pair, dict[str, Any] | None] = {}
    for entity in sorted({pair[0] for pair in pairs}):
        context.check()
        mine = [pair for pair in pairs if pair[0] == entity]
        found.update(_of_entity(context.sql, entity, mine, language))
    return [found[pair] for pair in pairs]


def _of_entity(sql: Connection, entity: str, pairs: list[Pair], language: str) -> dict[Pair, dict[str, Any] | None]:
    rids = {rid for _, a, b in pairs for rid in (a, b)}
    profiles = identity.profiles(sql, entity, rids)
    stat, model = identity.stats_for(sql, entity, profiles), models.active(sql)
    decided = {(a, b): verdict for a, b, verdict in identity.decisions(sql, entity, rids)}
    homes = identity.memberships(sql, entity, rids)

    found: dict[Pair, dict[str, Any] | None] = {}
    for pair in pairs:
        _, a, b = pair
        if a not in profiles or b not in profiles:
            found[pair] = None
            continue
        decision = decided.get((min(a, b), max(a, b)))
        explanation = explain(profiles[a], profiles[b], stat, model, decision=decision)
        together = homes.get(a) is not None and homes.get(a) == homes.get(b)
        found[pair] = _told(explanation, language, together=together)
    return found


def _told(explanation: Explanation, language: str, *, together: bool) -> dict[str, Any]:
    return {
        "verdict": explanation.verdict,
        "bits": explanation.bits,
        "sentences": list(explanation.sentences(language)),
        "evidence": [evidence_told(item) for item in explanation.evidence],
        "guards": [guard_told(guard, language) for guard in explanation.guards],
        "are_together": together,
    }


def evidence_told(item: Evidence) -> dict[str, Any]:
    """A piece of evidence as the API says it."""
    return {"field": item.field, "level": item.level, "bits": item.bits, "values": _plain(item.values)}


def guard_told(guard: Guard, language: str) -> dict[str, Any]:
    """A guard as the API says it."""
    return {
        "name": guard.name,
        "scope": guard.scope,
        "blocks": guard.blocks,
        "values": _plain(guard.values),
        "sentence": say_guard(guard, language),
    }


def _plain(values: tuple[str, ...]) -> list[str]:
    return [value.replace("\x1f", " ") for value in values]
