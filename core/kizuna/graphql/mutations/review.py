"""Putting questions of who is who off."""

from __future__ import annotations

from typing import Annotated, Any, cast

import strawberry

from kizuna import clock
from kizuna.derive import sweep
from kizuna.graphql.context import WRITE
from kizuna.graphql.errors import UserError
from kizuna.graphql.info import Info, changing
from kizuna.graphql.mutations.identity import deriver_of, question
from kizuna.graphql.mutations.never import NeverMutations
from kizuna.graphql.mutations.payload import Wrong, answered, load_result, noted
from kizuna.graphql.scalars import DateTime
from kizuna.graphql.types.identity import ReviewTask
from kizuna.graphql.types.review_rules import ReviewRuleInput
from kizuna.storage import review
from kizuna.storage.answers.ids import numbered
from kizuna.storage.instants import micros


@strawberry.type(description="The question that was put off, or taken up again.")
class ReviewPayload:
    result: ReviewTask | None = strawberry.field(description="The question; null when it failed.")
    user_errors: list[Wrong] = strawberry.field(description="What was wrong with the wish.")


@strawberry.input(description="Which question, and until when.")
class PostponeReviewInput:
    task: strawberry.ID = strawberry.field(description="The question's id.")
    until: DateTime | None = strawberry.field(
        default=None, description="When it is asked again; until it or one of its records changes when left out."
    )
    reason: str | None = strawberry.field(default=None, description="Why; it stands beside the question.")


@strawberry.input(description="Which question.")
class ResumeReviewInput:
    task: strawberry.ID = strawberry.field(description="The question's id.")


@strawberry.input(description="Which rule, and which questions it may answer.")
class ApplyReviewRuleInput:
    rule: ReviewRuleInput = strawberry.field(description="The rule.")
    digest: str = strawberry.field(
        description="`digest` of its trial; where the rule would answer other questions now, nothing is done."
    )
    reason: str | None = strawberry.field(default=None, description="Why; it stands in the history.")


@strawberry.type(description="What a rule has decided.")
class ReviewRuleResult:
    decided: int = strawberry.field(description="How many questions it answered.")
    decision: strawberry.ID = strawberry.field(
        description="One of the decisions; taking it back takes all of them back."
    )


@strawberry.type(description="What came of applying a rule.")
class ReviewRulePayload:
    result: ReviewRuleResult | None = strawberry.field(description="What it decided; null when it failed.")
    user_errors: list[Wrong] = strawberry.field(description="What was wrong with the wish.")


@strawberry.type
class ReviewMutations(NeverMutations):
    @changing("Answers every open question that fits a rule, in one act: one undo takes all answers back.")
    def apply_review_rule(
        self, info: Info, wish: Annotated[ApplyReviewRuleInput, strawberry.argument(name="input", description="Which.")]
    ) -> ReviewRulePayload:
        context = info.context
        context.require(WRITE)

        def applied() -> Any:
            rule = wish.rule.read()
            made = sweep.apply(deriver_of(context), rule, context.caller.name, wish.reason, wish.digest)
            noted(context, "identity.rule", rule.told(), decisions=len(made), first=made[0], reason=wish.reason)
            return {"decided": len(made), "decision": numbered("decision", made[0])}

        return cast("ReviewRulePayload", answered(applied))

    @changing("Puts a question off: until a moment, or until something about it changes.")
    def postpone_review(
        self, info: Info, wish: Annotated[PostponeReviewInput, strawberry.argument(name="input", description="Which.")]
    ) -> ReviewPayload:
        context = info.context
        context.require(WRITE)

        def postponed() -> Any:
            asked = question(context, wish.task)
            now = micros(clock.now())
            if wish.until is not None and wish.until <= now:
                raise UserError("`until` is past already; give a later moment.")
            with context.database.write() as sql:
                review.put_off(sql, asked, wish.until, context.caller.name, wish.reason, now)
            noted(context, "identity.later", wish.task, until=wish.until, reason=wish.reason)
            return load_result(info, ReviewPayload, ReviewTask, *asked)

        return cast("ReviewPayload", answered(postponed))

    @changing("Takes a question up again that was put off.")
    def resume_review(
        self, info: Info, wish: Annotated[ResumeReviewInput, strawberry.argument(name="input", description="Which.")]
    ) -> ReviewPayload:
        context = info.context
        context.require(WRITE)

        def resumed() -> Any:
            asked = question(context, wish.task)
            with context.database.write() as sql:
                was_off = review.take_up(sql, asked)
            if not was_off:
                raise UserError(f"The question {wish.task!r} was not put off.")
            noted(context, "identity.resume", wish.task)
            return load_result(info, ReviewPayload, ReviewTask, *asked)

        return cast("ReviewPayload", answered(resumed))
