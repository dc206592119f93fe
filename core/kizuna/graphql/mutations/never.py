"""Saying what is never one, and what is never evidence."""

from __future__ import annotations

from typing import Annotated, Any, cast

import strawberry

from kizuna.derive import decide, never
from kizuna.graphql.context import WRITE
from kizuna.graphql.errors import UserError
from kizuna.graphql.info import Info, changing
from kizuna.graphql.mutations.identity import IdentityPayload, decided, deriver_of
from kizuna.graphql.mutations.payload import Wrong, answered, noted
from kizuna.graphql.types.identity import EvidenceKind, NeverEvidence
from kizuna.storage.answers import ids


@strawberry.input(description="Who is never one.")
class NeverMergeInput:
    one: strawberry.ID = strawberry.field(description="A customer or a person.")
    other: strawberry.ID = strawberry.field(description="Another.")
    reason: str | None = strawberry.field(default=None, description="Why; it stands in the history.")


@strawberry.input(description="What is never evidence.")
class BlockEvidenceInput:
    kind: EvidenceKind = strawberry.field(description="What it is.")
    value: str = strawberry.field(description="The mailbox, the domain or the telephone number.")
    country: str | None = strawberry.field(
        default=None, description="For a telephone number without its country's prefix: the country, two letters."
    )
    reason: str | None = strawberry.field(default=None, description="Why; it stands in the list.")


@strawberry.input(description="What is evidence again.")
class LiftEvidenceInput:
    id: strawberry.ID = strawberry.field(description="The id in the list of what is never evidence.")


@strawberry.type(description="What is never evidence now, or is again.")
class EvidenceChange:
    id: strawberry.ID = strawberry.field(description="Its id in the list.")
    records: int = strawberry.field(description="How many records carry the value; they have been judged anew.")


@strawberry.type(description="What came of a wish about evidence.")
class EvidencePayload:
    result: EvidenceChange | None = strawberry.field(description="What has changed; null when it failed.")
    user_errors: list[Wrong] = strawberry.field(description="What was wrong with the wish.")


@strawberry.type
class NeverMutations:
    @changing("Says that two customers, or two people, are never one. It outranks every rule and can be undone.")
    def never_merge(
        self, info: Info, wish: Annotated[NeverMergeInput, strawberry.argument(name="input", description="Who.")]
    ) -> IdentityPayload:
        actor = info.context.caller.name
        return decided(
            info, "identity.never", lambda deriver: decide.never(deriver, wish.one, wish.other, actor, wish.reason)
        )

    @changing("Says that a value is never evidence for who is who; whoever is one by it alone falls apart.")
    def block_evidence(
        self, info: Info, wish: Annotated[BlockEvidenceInput, strawberry.argument(name="input", description="What.")]
    ) -> EvidencePayload:
        context = info.context
        context.require(WRITE)

        def blocked() -> Any:
            kind, actor = str(wish.kind), context.caller.name
            number, records = never.block(deriver_of(context), kind, wish.value, actor, wish.reason, wish.country)
            noted(context, "identity.block", ids.numbered("blocked", number), kind=kind, reason=wish.reason)
            return {"id": ids.numbered("blocked", number), "records": records}

        return cast("EvidencePayload", answered(blocked))

    @changing("Says that a value is evidence again.")
    def lift_evidence(
        self, info: Info, wish: Annotated[LiftEvidenceInput, strawberry.argument(name="input", description="What.")]
    ) -> EvidencePayload:
        context = info.context
        context.require(WRITE)

        def lifted() -> Any:
            number = ids.parsed_number("blocked", wish.id)
            if number is None:
                raise UserError(f"{wish.id!r} is no id of {NeverEvidence.__name__}; it begins with `blocked_`.")
            records = never.lift(deriver_of(context), number, context.caller.name)
            noted(context, "identity.lift", wish.id)
            return {"id": wish.id, "records": records}

        return cast("EvidencePayload", answered(lifted))
