"""What one can ask about open questions of who is who."""

from __future__ import annotations

from typing import Annotated, cast

import strawberry

from kizuna import clock
from kizuna.derive.sweep import trial
from kizuna.graphql import loading
from kizuna.graphql.info import Info, asked
from kizuna.graphql.labels import needed
from kizuna.graphql.paging import Connection
from kizuna.graphql.plan import PAGING
from kizuna.graphql.types.identity import MOVED, Decision, Language, NeverEvidence, ReviewOrder, ReviewTask, of_order
from kizuna.graphql.types.paths import IdentityPath, path_between
from kizuna.graphql.types.review_rules import ReviewRuleInput, ReviewRuleTrial, ReviewVerdict, told
from kizuna.graphql.types.words import Entity
from kizuna.storage.answers import operations, reading, reviews
from kizuna.storage.answers.reading import Condition
from kizuna.storage.answers.shape import Order
from kizuna.storage.instants import micros

First = Annotated[int, strawberry.argument(description=PAGING["first"].description)]
After = Annotated[str | None, strawberry.argument(description=PAGING["after"].description)]
OfEntity = Annotated[Entity | None, strawberry.argument(description="Only accounts, or only people.")]


@strawberry.type
class ReviewQueries:
    @asked("Pairs of records on which a person is asked, those first whose answer would move most.")
    def identity_queue(
        self,
        info: Info,
        first: First,
        after: After = None,
        entity: OfEntity = None,
        order: Annotated[
            ReviewOrder | None,
            strawberry.argument(
                description="By what a yes would move (where the token may read that), or by the weight of the evidence.",
                metadata=needed(of_order),
            ),
        ] = None,
        later: Annotated[bool, strawberry.argument(description="Only those put off, which are left out else.")] = False,
    ) -> Connection[ReviewTask]:
        sql = info.context.sql
        conditions = reading.filtered(sql, operations.FILTERS["review"], {"entity": entity})
        conditions.append(reviews.put_off(micros(clock.now()), wanted=later))
        if order is ReviewOrder.BITS or (order is None and MOVED & info.context.sight.missing):
            chosen_order, through = operations.REVIEWS, ""
        else:
            chosen_order, through, bound = reviews.by_value(sql)
            conditions += bound
        plan = info.context.registry.by_class[ReviewTask]
        page = loading.listed(info.context, plan, chosen_order, info.chosen, conditions, through)
        return cast("Connection[ReviewTask]", page)

    @asked("What one rule would do to the open questions, tried against past answers. Nothing is changed.")
    def identity_rule_trial(
        self, info: Info, rule: Annotated[ReviewRuleInput, strawberry.argument(description="The rule.")]
    ) -> ReviewRuleTrial:
        return cast("ReviewRuleTrial", told(trial(info.context.sql, rule.read())))

    @asked("What people have decided, the newest first.")
    def identity_decisions(
        self,
        info: Info,
        first: First,
        after: After = None,
        entity: OfEntity = None,
        verdict: Annotated[ReviewVerdict | None, strawberry.argument(description="Only what was answered so.")] = None,
        standing: Annotated[
            bool | None, strawberry.argument(description="Only what stands, or only what was taken back or overruled.")
        ] = None,
    ) -> Connection[Decision]:
        given = {"entity": entity, "verdict": verdict}
        conditions = reading.filtered(info.context.sql, operations.FILTERS["decision"], given)
        return cast(
            "Connection[Decision]", _listed(info, Decision, operations.DECIDED, conditions, "i.revoked_at", standing)
        )

    @asked("Values that people have said are never evidence, the newest first.")
    def never_evidence(
        self,
        info: Info,
        first: First,
        after: After = None,
        standing: Annotated[
            bool | None, strawberry.argument(description="Only what stands, or only what was taken back.")
        ] = True,
    ) -> Connection[NeverEvidence]:
        page = _listed(info, NeverEvidence, operations.BLOCKED, [], "v.lifted_at", standing)
        return cast("Connection[NeverEvidence]", page)

    @asked(
        "The chain of links by which two records are one, or what keeps one from closing; null where they cannot be compared."
    )
    def identity_path(
        self,
        info: Info,
        a: Annotated[strawberry.ID, strawberry.argument(description="A record's id, or connection/stream/id.")],
        b: Annotated[strawberry.ID, strawberry.argument(description="Another's.")],
        language: Annotated[Language, strawberry.argument(description="The language of the sentences.")] = Language.EN,
    ) -> IdentityPath | None:
        return cast("IdentityPath | None", path_between(info.context, a, b, str(language)))


def _listed(
    info: Info, type_: type[object], order: Order, conditions: list[Condition], ended: str, standing: bool | None
) -> object:
    if standing is not None:
        conditions = [*conditions, Condition(f"{ended} IS {'' if standing else 'NOT '}NULL")]
    plan = info.context.registry.by_class[type_]
    return loading.listed(info.context, plan, order, info.chosen, conditions)
