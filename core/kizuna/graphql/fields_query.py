"""Questions about vendors' own fields: what there is, what it means, what a rule would do."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar, cast

import strawberry

from kizuna.errors import ConfigError
from kizuna.graphql import loading
from kizuna.graphql.context import ADMIN
from kizuna.graphql.errors import UserError
from kizuna.graphql.info import Info, asked
from kizuna.graphql.mutations.fields import KeepFieldInput, MapFieldInput, kept, mapped
from kizuna.graphql.paging import Connection
from kizuna.graphql.plan import PAGING
from kizuna.graphql.types.fields import FieldRule, FieldTrial, SeenField
from kizuna.storage.answers import fields, reading
from kizuna.storage.answers.reading import Condition
from kizuna.storage.answers.shape import Order
from kizuna.sync.mapping.wishes import Wish, planned

T = TypeVar("T")
First = Annotated[int, strawberry.argument(description=PAGING["first"].description)]
After = Annotated[str | None, strawberry.argument(description=PAGING["after"].description)]
OfConnection = Annotated[str | None, strawberry.argument(description="Only of the connection of this name.")]
OfStream = Annotated[str | None, strawberry.argument(description="Only of this stream.")]
Samples = Annotated[int, strawberry.argument(description="How many values to show, up to 100.")]
SAMPLES_MOST = 100


@strawberry.type
class FieldQueries:
    @asked("The rules by which vendors' own fields are read now.")
    def field_rules(
        self, info: Info, first: First, after: After = None, connection: OfConnection = None, stream: OfStream = None
    ) -> Connection[FieldRule]:
        return _page(info, FieldRule, fields.RULES, [Condition(fields.STANDS)], connection=connection, stream=stream)

    @asked("Every change of a rule for a vendor's own field, the newest first.")
    def field_rule_history(
        self, info: Info, first: First, after: After = None, connection: OfConnection = None, stream: OfStream = None
    ) -> Connection[FieldRule]:
        return _page(info, FieldRule, fields.CHANGED, [], connection=connection, stream=stream)

    @asked("The fields that payloads have shown, with their types.")
    def seen_fields(
        self, info: Info, first: First, after: After = None, connection: OfConnection = None, stream: OfStream = None
    ) -> Connection[SeenField]:
        return _page(info, SeenField, fields.SEEN, [], connection=connection, stream=stream)

    @asked("What mapping a field would do, tried on stored records. Needs the scope `admin`.")
    def try_map_field(
        self,
        info: Info,
        wish: Annotated[MapFieldInput, strawberry.argument(name="input", description="What.")],
        samples: Samples = 5,
    ) -> FieldTrial:
        return _tried(info, mapped(wish), samples)

    @asked("What keeping a field would do, tried on stored records. Needs the scope `admin`.")
    def try_keep_field(
        self,
        info: Info,
        wish: Annotated[KeepFieldInput, strawberry.argument(name="input", description="What.")],
        samples: Samples = 5,
    ) -> FieldTrial:
        return _tried(info, kept(wish), samples)


def _tried(info: Info, wish: Wish, samples: int) -> FieldTrial:
    context = info.context
    context.require(ADMIN)
    try:
        plan = planned(context.sql, context.plugins, wish, max(0, min(samples, SAMPLES_MOST)))
    except ConfigError as error:
        raise UserError(str(error)) from error
    trial = plan.trial
    found: dict[str, Any] = {name: getattr(trial, name) for name in ("records", "filled", "fits")}
    found["samples"] = [
        {"source_id": one.source_id, "holds": one.holds, "kept": one.kept, "problem": one.problem}
        for one in trial.samples
    ]
    return cast("FieldTrial", {**found, "changes": plan.changes})


def _page(info: Info, type_: type[T], order: Order, conditions: list[Condition], **given: Any) -> Connection[T]:
    plan = info.context.registry.by_class[type_]
    narrowed = reading.filtered(info.context.sql, fields.FILTERS[plan.shape], given)
    return cast("Connection[T]", loading.listed(info.context, plan, order, info.chosen, [*conditions, *narrowed]))
