"""What one can ask about open questions of who is who."""

from __future__ import annotations

from typing import Annotated, cast

import strawberry

from kizuna import clock
from kizuna.graphql import loading
from kizuna.graphql.info import Info, asked
from kizuna.graphql.paging import Connection
from kizuna.graphql.plan import PAGING
from kizuna.graphql.types.identity import ReviewOrder, ReviewTask
from kizuna.graphql.types.words import Entity
from kizuna.storage.answers import operations, reading, reviews
from kizuna.storage.instants import micros

First = Annotated[int, strawberry.argument(description=PAGING["first"].description)]
After = Annotated[str | None, strawberry.argument(description=PAGING["after"].description)]


@strawberry.type
class ReviewQueries:
    @asked("Pairs of records on which a person is asked, those first whose answer would move most.")
    def identity_queue(
        self,
        info: Info,
        first: First,
        after: After = None,
        entity: Annotated[Entity | None, strawberry.argument(description="Only accounts, or only people.")] = None,
        order: Annotated[
            ReviewOrder, strawberry.argument(description="By what a yes would move, or by the weight of the evidence.")
        ] = ReviewOrder.VALUE,
        later: Annotated[bool, strawberry.argument(description="Only those put off, which are left out else.")] = False,
    ) -> Connection[ReviewTask]:
        sql = info.context.sql
        conditions = reading.filtered(sql, operations.FILTERS["review"], {"entity": entity})
        conditions.append(reviews.put_off(micros(clock.now()), wanted=later))
        if order is ReviewOrder.BITS:
            chosen_order, through = operations.REVIEWS, ""
        else:
            chosen_order, through, bound = reviews.by_value(sql)
            conditions += bound
        plan = info.context.registry.by_class[ReviewTask]
        page = loading.listed(info.context, plan, chosen_order, info.chosen, conditions, through)
        return cast("Connection[ReviewTask]", page)
