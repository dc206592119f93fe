"""The chain of links between two records, in the API."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import strawberry

from kizuna.derive.chains import chain_between
from kizuna.graphql.context import Context
from kizuna.graphql.explanations import evidence_told, guard_told
from kizuna.graphql.labels import PII, stated
from kizuna.graphql.lookups import record_rid
from kizuna.graphql.types.identity import Evidence, Guard
from kizuna.graphql.types.words import Entity
from kizuna.identity.chains import Chain, say_step, walked
from kizuna.identity.evidence import Edge
from kizuna.storage import identity
from kizuna.storage.answers.ids import record_id


@strawberry.enum(description="Who says that two records are one.")
class LinkTier(StrEnum):
    PERSON = "person"
    ID = "id"
    EXACT = "exact"


@strawberry.type(description="One link of a chain.")
class PathStep:
    a: strawberry.ID = strawberry.field(description="The record it leads from.")
    b: strawberry.ID = strawberry.field(description="The record it leads to.")
    a_name: str = strawberry.field(description="The first as connection/stream/id.")
    b_name: str = strawberry.field(description="The second as connection/stream/id.")
    tier: LinkTier = strawberry.field(description="Whether a person said so, a system, or values agree.")
    bits: float = strawberry.field(description="The weight of the evidence; 0 where a person said so.")
    is_weakest: bool = strawberry.field(description="Whether this link would give way first.")
    evidence: list[Evidence] = strawberry.field(description="What speaks for and against it.")
    sentence: str | None = stated("The same in words.", PII)


@strawberry.type(
    description="How two records hang together: the chain of links from one to the other, or what hinders it."
)
class IdentityPath:
    are_together: bool = strawberry.field(description="Whether they are one customer or person.")
    steps: list[PathStep] = strawberry.field(description="The links in order; empty where they are not one.")
    hindered: PathStep | None = strawberry.field(
        description="Where they are not one: the strongest link between their customers or people, if there is any."
    )
    guard: Guard | None = strawberry.field(description="What stands against that link; null when its bits are too few.")
    sentences: list[str] | None = stated("The whole in words.", PII)


def path_between(context: Context, a: str, b: str, language: str) -> dict[str, Any] | None:
    """The chain between the two records that are named. Raises UserError for one that is not there."""
    sql = context.sql
    rids = record_rid(sql, a), record_rid(sql, b)
    for entity in Entity:
        context.check()
        found = chain_between(sql, str(entity), *rids)
        if found is not None:
            met = {rid for edge in found.steps for rid in (edge.a, edge.b)} | set(rids)
            if found.hindered:
                met |= {found.hindered.edge.a, found.hindered.edge.b, *found.hindered.between}
            names = {rid: "/".join(parts) for rid, parts in identity.founding(sql, met).items()}
            return _told(found, names, language)
    return None


def _told(found: Chain, names: dict[int, str], language: str) -> dict[str, Any]:
    weakest, hindered = found.weakest, found.hindered

    def step(one: int, other: int, edge: Edge) -> dict[str, Any]:
        return {
            "a": record_id("record", one),
            "b": record_id("record", other),
            "a_name": names[one],
            "b_name": names[other],
            "tier": edge.tier,
            "bits": edge.bits,
            "is_weakest": edge is weakest,
            "evidence": [evidence_told(item) for item in edge.evidence],
            "sentence": say_step(edge, language),
        }

    return {
        "are_together": found.are_together,
        "steps": [step(*one) for one in walked(found.steps, found.a)],
        "hindered": step(hindered.edge.a, hindered.edge.b, hindered.edge) if hindered else None,
        "guard": guard_told(hindered.reason, language) if hindered and hindered.reason else None,
        "sentences": list(found.sentences(names, language)),
    }
