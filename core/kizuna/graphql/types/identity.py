"""Who is who, in the API: open questions, decisions, explanations."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import strawberry

from kizuna.graphql.explanations import explained
from kizuna.graphql.labels import FINANCE, PII, SUPPORT, stated
from kizuna.graphql.plan import Argument, column, loaded, one, shaped
from kizuna.graphql.scalars import DateTime, Money
from kizuna.graphql.stakes import stakes
from kizuna.graphql.types.node import Node
from kizuna.graphql.types.records import SourceRecord
from kizuna.graphql.types.words import Entity
from kizuna.model.labels import NONE, Labels


@strawberry.enum(description="A language that explanations can be given in.")
class Language(StrEnum):
    EN = "en"
    JA = "ja"


@strawberry.enum(description="What two records are taken for.")
class Verdict(StrEnum):
    DECIDED_SAME = "decided_same"
    DECIDED_DIFFERENT = "decided_different"
    LINKED = "linked"
    BLOCKED = "blocked"
    REVIEW = "review"
    APART = "apart"


@strawberry.type(description="What one field says for or against two records being one.")
class Evidence:
    field: str = strawberry.field(description="The field.")
    level: str = strawberry.field(description="How far the two agree on it.")
    bits: float = strawberry.field(description="The weight: the logarithm of how much likelier it is if they are one.")
    values: list[str] | None = stated("The values both carry, or each side's.", PII)


@strawberry.type(description="A reason that no weight can outvote.")
class Guard:
    name: str = strawberry.field(description="Which one.")
    scope: str = strawberry.field(description="pair: the two can never be one; edge: this alone does not link them.")
    blocks: bool = strawberry.field(description="Whether it keeps them apart, or is only a remark.")
    values: list[str] | None = stated("What it speaks of.", PII)
    sentence: str | None = stated("The same as a sentence.", PII)


@strawberry.type(description="Why two records are one, or are not.")
class Explanation:
    verdict: Verdict = strawberry.field(description="What they are taken for.")
    bits: float = strawberry.field(description="The sum of the evidence's weights.")
    sentences: list[str] | None = stated("The verdict, each piece of evidence and each guard in words.", PII)
    evidence: list[Evidence] = strawberry.field(description="What speaks for and against it.")
    guards: list[Guard] = strawberry.field(description="What no weight can outvote.")
    are_together: bool = strawberry.field(
        description="Whether they are one customer or person now, if only by a chain of others."
    )


@strawberry.type(description="What a yes to a question would move: the smaller of the two becomes part of the larger.")
class Stake:
    stays: strawberry.ID = strawberry.field(description="The customer or person that keeps its id.")
    moves: strawberry.ID = strawberry.field(description="The one that becomes part of it.")
    records: int = strawberry.field(description="How many records move.")
    people: int = strawberry.field(description="How many people are known there; 0 for a person.")
    tickets: int | None = stated("How many tickets move.", SUPPORT)
    open_tickets: int | None = stated("How many of them are neither solved nor closed.", SUPPORT)
    timeline_entries: int | None = stated("How many entries of the timeline move.", (FINANCE, SUPPORT))
    mrr: list[Money] | None = strawberry.field(description="What is paid monthly there, by currency.")
    sentence: str | None = stated("The same in words.", (FINANCE, SUPPORT, PII))


@strawberry.enum(description="In which order questions are asked.")
class ReviewOrder(StrEnum):
    VALUE = "value"
    BITS = "bits"


MOVED: Labels = frozenset({FINANCE, SUPPORT})
"""What is weighed where questions are asked by their value: what is paid, and tickets."""


def of_order(order: ReviewOrder) -> Labels:
    """What an order of questions tells of."""
    return MOVED if order is ReviewOrder.VALUE else NONE


LANGUAGE = Argument(Language | None, "The language of the sentences; English when left out.")


def explanations(context: Any, rows: list[dict[str, Any]], field: Any) -> list[Any]:
    """The explanation of each row's pair."""
    language = field.arguments.get("language") or Language.EN
    return explained(context, [row["pair"] for row in rows], str(language))


def at_stake(context: Any, rows: list[dict[str, Any]], field: Any) -> list[Any]:
    """What a yes to each row's question would move."""
    language = field.arguments.get("language") or Language.EN
    return stakes(context, [row["pair"] for row in rows], str(language))


@shaped("review", "review")
@strawberry.type(description="Two records that may be one; a person is asked.")
class ReviewTask(Node):
    entity: Entity = column("Whether they are accounts or people.")
    bits: float = column("The weight of the evidence.")
    reason: str = column("Why nobody dared: the guard that spoke, or `score` when the weight was too little.")
    created_at: DateTime = column("When the question arose.")
    a: SourceRecord | None = one("One of the records.")
    b: SourceRecord | None = one("The other.")
    explanation: Explanation | None = loaded("What speaks for and against it.", explanations, "pair", language=LANGUAGE)
    stake: Stake | None = loaded("What a yes would move.", at_stake, "pair", language=LANGUAGE)
    later_until: DateTime | None = column(
        "Until when it was put off; null also where that was until something changes."
    )
    later_by: str | None = column("Who has put it off, if anybody ever has.")
    later_reason: str | None = column("Why.", label=PII)


@shaped("decision", "decision")
@strawberry.type(description="What a person said of two records; it outranks every rule.")
class Decision(Node):
    entity: Entity = column("Whether they are accounts or people.")
    verdict: str = column("same or different.")
    actor: str = column("Who said so.")
    reason: str | None = column("Why.", label=PII)
    at: DateTime = column("When.")
    revoked_at: DateTime | None = column("When it was taken back.")
    a: SourceRecord | None = one("One of the records.")
    b: SourceRecord | None = one("The other.")


@strawberry.enum(description="What can be said never to be evidence.")
class EvidenceKind(StrEnum):
    MAILBOX = "mailbox"
    DOMAIN = "domain"
    PHONE = "phone"


@shaped("blocked_value", "blocked")
@strawberry.type(description="A value that somebody has said is never evidence for who is who.")
class NeverEvidence(Node):
    kind: EvidenceKind = column("What it is.")
    value: str | None = column("The value, as records are compared by it.", label=PII)
    reason: str | None = column("Why.", label=PII)
    actor: str = column("Who said so.")
    at: DateTime = column("When.")
    lifted_at: DateTime | None = column("When it was taken back.")
    lifted_by: str | None = column("Who took it back.")


@shaped("identity_event", "event")
@strawberry.type(description="Something that happened to a customer or a person: made, merged, split, moved, ended.")
class IdentityEvent(Node):
    entity: Entity = column("Whether it is about accounts or people.")
    kind: str = column("create, merge, split, move or end.")
    entity_id: strawberry.ID = column("The customer or person it happened to, by the id it has since.")
    other_id: strawberry.ID | None = column("The one it came from or went into.")
    records: int = column("How many records it then had.")
    cause: str = column("What brought it about: records, or a decision.")
    at: DateTime = column("When.")
