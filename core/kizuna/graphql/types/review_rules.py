"""One rule for many open questions, in the API."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import strawberry

from kizuna.derive.sweep import Trial
from kizuna.graphql.errors import UserError
from kizuna.graphql.labels import FINANCE, SUPPORT, stated
from kizuna.graphql.scalars import Money
from kizuna.graphql.types.words import Entity
from kizuna.identity.consequences import say
from kizuna.identity.phrases import GUARDS
from kizuna.identity.review_rules import BY_SCORE, SIGNS, ReviewRule
from kizuna.storage.answers.ids import numbered
from kizuna.storage.answers.operations import review_id
from kizuna.storage.answers.shape import micro_money

EXAMPLES_MOST = 20


@strawberry.enum(description="What an answer says of two records.")
class ReviewVerdict(StrEnum):
    SAME = "same"
    DIFFERENT = "different"


@strawberry.input(description="Which open questions one answer would do for.")
class ReviewRuleInput:
    entity: Entity = strawberry.field(description="Whether it is about accounts or people.")
    verdict: ReviewVerdict = strawberry.field(default=ReviewVerdict.SAME, description="The answer.")
    least_bits: float | None = strawberry.field(default=None, description="The least weight of the evidence.")
    most_bits: float | None = strawberry.field(default=None, description="The most weight of the evidence.")
    signs: list[str] | None = strawberry.field(
        default=None, description=f"Fields that must all agree: {', '.join(SIGNS)}."
    )
    reasons: list[str] | None = strawberry.field(
        default=None, description="Why they are open: `score` (which it is when left out), or guards by name."
    )

    def read(self) -> ReviewRule:
        """The rule that is meant. Raises UserError for a sign or a reason that there is not."""
        signs, reasons = frozenset(self.signs or ()), frozenset(self.reasons or (BY_SCORE,))
        if signs - set(SIGNS):
            raise UserError(f"{min(signs - set(SIGNS))!r} is no sign; there are {', '.join(SIGNS)}.")
        if reasons - {BY_SCORE, *GUARDS}:
            wrong = min(reasons - {BY_SCORE, *GUARDS})
            raise UserError(f"{wrong!r} is no reason; there are {', '.join((BY_SCORE, *sorted(GUARDS)))}.")
        if not signs and self.least_bits is None and self.most_bits is None:
            raise UserError("Name signs or a number of bits: a rule for everything would be no rule.")
        return ReviewRule(str(self.entity), str(self.verdict), self.least_bits, self.most_bits, signs, reasons)


@strawberry.type(
    description="What a rule would do to the open questions, and how it would have answered those of the past."
)
class ReviewRuleTrial:
    would_decide: int = strawberry.field(description="How many open questions it would answer.")
    digest: str = strawberry.field(
        description="What names these questions and this answer: another word as soon as it would answer others."
    )
    held_back: int = strawberry.field(
        description="How many more fit that guards or decisions keep apart, or that are answered by the others."
    )
    past: int = strawberry.field(description="How many answered questions it would have answered.")
    contradicted: int = strawberry.field(description="How many of them somebody has answered otherwise.")
    contradicted_decisions: list[strawberry.ID] = strawberry.field(description="Some of those answers.")
    tasks: list[strawberry.ID] = strawberry.field(description="Some of the questions it would answer.")
    records: int = strawberry.field(description="How many records would move.")
    open_tickets: int | None = stated("How many open tickets would move.", SUPPORT)
    mrr: list[Money] | None = strawberry.field(
        description="What is paid monthly by those that would move, by currency."
    )
    sentence: str | None = stated("The same in words.", (FINANCE, SUPPORT))


def told(trial: Trial) -> dict[str, Any]:
    """The trial as the API says it."""
    rule, past = trial.rule, len(trial.agreed) + len(trial.contradicted)
    money = [spelt for currency, micro in trial.mrr.items() if (spelt := micro_money(str(micro), currency))]
    deed = "merged" if rule.verdict == "same" else "kept apart"
    otherwise = "rejected" if rule.verdict == "same" else "merged"
    sentences = [
        f"Of what was answered, this rule would have {deed} {past}, of which people {otherwise} {len(trial.contradicted)}.",
        f"Of what is open, it would have {deed} {len(trial.pairs)}.",
    ]
    if rule.verdict == "same" and trial.pairs:
        sentences.append(say([(one["amount"], one["currency"]) for one in money], trial.moved, None))
    return {
        "would_decide": len(trial.pairs),
        "digest": trial.digest(),
        "held_back": trial.fitting - len(trial.pairs),
        "past": past,
        "contradicted": len(trial.contradicted),
        "contradicted_decisions": [numbered("decision", number) for number in trial.contradicted[:EXAMPLES_MOST]],
        "tasks": [review_id(rule.entity, a, b) for a, b in trial.pairs[:EXAMPLES_MOST]],
        "records": trial.moved.get("records", 0),
        "open_tickets": trial.moved.get("open_tickets", 0),
        "mrr": money,
        "sentence": " ".join(sentences),
    }
