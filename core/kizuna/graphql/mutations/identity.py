"""Deciding who is who."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, cast

import strawberry

from kizuna.derive import Deriver, decide
from kizuna.derive.decide import Decided
from kizuna.derive.declared import declared_by
from kizuna.errors import UnknownName
from kizuna.graphql.context import WRITE, Context
from kizuna.graphql.errors import UserError
from kizuna.graphql.info import Info, changing
from kizuna.graphql.loading import single
from kizuna.graphql.lookups import record_rid, review_key
from kizuna.graphql.mutations.payload import Wrong, answered, noted
from kizuna.graphql.types.customers import Customer
from kizuna.graphql.types.identity import Decision
from kizuna.graphql.types.people import Person
from kizuna.graphql.types.words import Entity
from kizuna.storage import identity
from kizuna.storage.answers import ids, lookups


@strawberry.type(description="How who is who has changed.")
class IdentityChange:
    decisions: list[Decision] = strawberry.field(description="The decisions made or taken back.")
    customers: list[Customer] = strawberry.field(description="The customers that the records belong to now.")
    people: list[Person] = strawberry.field(description="The people that the records belong to now.")


@strawberry.type(description="What came of a decision.")
class IdentityPayload:
    result: IdentityChange | None = strawberry.field(description="What has changed; null when it failed.")
    user_errors: list[Wrong] = strawberry.field(description="What was wrong with the wish.")


MERGED_MOST = 20
_REASON = "Why; it stands in the history."
_CONFIRMED = "Whether to decide so even where a guard or an earlier decision stands against it."


@strawberry.input(description="Who is one.")
class MergeInput:
    ids: list[strawberry.ID] = strawberry.field(
        description="Two to twenty. Of two that become one the larger keeps its id, among equals the older; the other leads to it."
    )
    reason: str | None = strawberry.field(default=None, description=_REASON)
    confirmed: bool = strawberry.field(default=False, description=_CONFIRMED)


@strawberry.input(description="Which record does not belong.")
class SplitRecordInput:
    record: strawberry.ID = strawberry.field(
        description="The record that is to leave: its id, or connection/stream/id."
    )
    other: strawberry.ID | None = strawberry.field(
        default=None, description="The record it is different from; from all it is with when left out."
    )
    entity: Entity | None = strawberry.field(
        default=None, description="Needed for a record that is both an account and a person."
    )
    reason: str | None = strawberry.field(default=None, description=_REASON)


@strawberry.input(description="Which decision.")
class UndoDecisionInput:
    decision: strawberry.ID = strawberry.field(description="The decision's id.")


@strawberry.input(description="Which question, answered.")
class ReviewInput:
    task: strawberry.ID = strawberry.field(description="The question's id.")
    reason: str | None = strawberry.field(default=None, description=_REASON)
    confirmed: bool = strawberry.field(default=False, description=_CONFIRMED)


@strawberry.type
class IdentityMutations:
    @changing("Says that customers are one. It outranks every rule and can be undone.")
    def merge_customers(
        self, info: Info, wish: Annotated[MergeInput, strawberry.argument(name="input", description="Who.")]
    ) -> IdentityPayload:
        return decided(info, "identity.merge", lambda deriver: _merge(info, deriver, wish, "cus"))

    @changing("Says that people are one. It outranks every rule and can be undone.")
    def merge_people(
        self, info: Info, wish: Annotated[MergeInput, strawberry.argument(name="input", description="Who.")]
    ) -> IdentityPayload:
        return decided(info, "identity.merge", lambda deriver: _merge(info, deriver, wish, "per"))

    @changing("Says that a record does not belong where it is. It outranks every rule and can be undone.")
    def split_record(
        self, info: Info, wish: Annotated[SplitRecordInput, strawberry.argument(name="input", description="Which.")]
    ) -> IdentityPayload:
        return decided(info, "identity.split", lambda deriver: _split(info, deriver, wish))

    @changing("Takes a decision back; who is who then follows from the rest.")
    def undo_decision(
        self, info: Info, wish: Annotated[UndoDecisionInput, strawberry.argument(name="input", description="Which.")]
    ) -> IdentityPayload:
        def undo(deriver: Deriver) -> Decided:
            number = ids.parsed_number("decision", wish.decision)
            if number is None:
                raise UserError(f"{wish.decision!r} is no decision's id; it begins with `decision_`.")
            return decide.undo(deriver, number)

        return decided(info, "identity.undo", undo)

    @changing("Answers a question: the two are one.")
    def accept_review(
        self, info: Info, wish: Annotated[ReviewInput, strawberry.argument(name="input", description="Which.")]
    ) -> IdentityPayload:
        def accept(deriver: Deriver) -> Decided:
            entity, a, b = question(info.context, wish.task)
            actor = info.context.caller.name
            return decide.same(deriver, entity, a, b, actor, wish.reason, confirmed=wish.confirmed)

        return decided(info, "identity.accept", accept)

    @changing("Answers a question: the two are different.")
    def reject_review(
        self, info: Info, wish: Annotated[ReviewInput, strawberry.argument(name="input", description="Which.")]
    ) -> IdentityPayload:
        def reject(deriver: Deriver) -> Decided:
            entity, a, b = question(info.context, wish.task)
            return decide.different(deriver, entity, a, b, info.context.caller.name, wish.reason)

        return decided(info, "identity.reject", reject)


def decided(info: Info, action: str, change: Callable[[Deriver], Decided]) -> IdentityPayload:
    """What came of a decision, which stands in the audit log. Raises Forbidden for who may not decide."""
    context = info.context
    context.require(WRITE)

    def changed() -> Any:
        made = change(deriver_of(context))
        noted(context, action, ",".join(dict.fromkeys(made.entities)), decisions=list(made.decisions))
        return _result(info, made)

    return cast("IdentityPayload", answered(changed))


def deriver_of(context: Context) -> Deriver:
    """What works off the decisions of a request; plugins hear of customers that became one."""
    plugins = context.plugins

    def merged(kept: str, absorbed: str) -> None:
        plugins.tell("kizuna_customers_merged", kept=kept, absorbed=absorbed)

    return Deriver(context.database, declared_by(plugins, context.zone), merged=merged)


def _result(info: Info, made: Decided) -> dict[str, Any] | None:
    chosen = info.below(IdentityPayload, "result")
    if chosen is None:
        return None
    context = info.context
    standing = list(dict.fromkeys(made.entities))
    asked: dict[str, tuple[type[Any], list[Any]]] = {
        "decisions": (Decision, list(made.decisions)),
        "customers": (Customer, [key for key in standing if key.startswith("cus_")]),
        "people": (Person, [key for key in standing if key.startswith("per_")]),
    }
    result: dict[str, Any] = {}
    with context.reading():
        for choice in context.selection.below(chosen.nodes, "IdentityChange"):
            if choice.name in asked:
                type_, keys = asked[choice.name]
                plan = context.registry.by_class[type_]
                rows = [single(context, plan, (key,), choice) for key in keys]
                result[choice.name] = [row for row in rows if row is not None]
    return result


def _merge(info: Info, deriver: Deriver, wish: MergeInput, prefix: str) -> Decided:
    if not 2 <= len(set(wish.ids)) <= MERGED_MOST:
        raise UserError(f"Name two to {MERGED_MOST} different ones.")
    foreign = [key for key in wish.ids if not key.startswith(f"{prefix}_")]
    if foreign:
        raise UserError(f"{foreign[0]!r} is of another kind; these ids begin with `{prefix}_`.")
    actor = info.context.caller.name
    return decide.merge(deriver, *dict.fromkeys(wish.ids), actor=actor, reason=wish.reason, confirmed=wish.confirmed)


def _split(info: Info, deriver: Deriver, wish: SplitRecordInput) -> Decided:
    context = info.context
    with context.database.read() as sql:
        rid = record_rid(sql, wish.record)
        other = record_rid(sql, wish.other) if wish.other else None
        homes = [entity for entity in Entity if identity.memberships(sql, str(entity), [rid])]
    if not homes:
        raise UnknownName("record that belongs to a customer or person", wish.record, ())
    if wish.entity is None and len(homes) > 1:
        raise UserError("This record is both an account and a person; say which entity is meant.")
    entity, actor = str(wish.entity or homes[0]), context.caller.name
    if other is None:
        return decide.split(deriver, entity, rid, actor, wish.reason)
    return decide.different(deriver, entity, rid, other, actor, wish.reason)


def question(context: Context, task: str) -> tuple[str, int, int]:
    """The pair that is asked about. Raises UserError when the question is no longer open."""
    key = review_key(task)
    with context.database.read() as sql:
        if key is None or not lookups.is_open(sql, *key[1]):
            raise UserError(f"There is no open question {task!r}; it was answered, or what it asked about has changed.")
    return key[1]
