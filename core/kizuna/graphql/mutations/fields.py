"""Saying what a vendor's own field means: it fills an attribute, is kept, or is given up."""

from __future__ import annotations

from typing import Annotated, Any, cast

import strawberry

from kizuna.derive import Deriver
from kizuna.derive.declared import declared_by
from kizuna.graphql.context import ADMIN
from kizuna.graphql.info import Info, changing
from kizuna.graphql.mutations.payload import Wrong, answered, load_result
from kizuna.graphql.types.fields import FieldRule
from kizuna.graphql.types.words import CustomFieldType, Entity
from kizuna.storage import field_rules
from kizuna.sync.mapping.remapping import finish
from kizuna.sync.mapping.wishes import Wish, put_into_force

AT_ONCE_S = 2.0
"""How long a change maps stored records before it answers; the rest is done in the background."""

_PATH = "The field: the names that lead to it in the payload, with dots between: `properties.tier`."
_OF = "Whose field it is; what the stream's records are when left out."
_CURRENCY = "Of money: its currency; the account's own when left out."
_UNSEEN = "Whether to allow a field that no record has shown yet."


@strawberry.input(description="A field that fills an attribute.")
class MapFieldInput:
    connection: str = strawberry.field(description="The connection's name.")
    stream: str = strawberry.field(description="The vendor's collection.")
    path: str = strawberry.field(description=_PATH)
    attribute: str = strawberry.field(description="The attribute of the customer or person: `industry`, `employees` …")
    of: Entity | None = strawberry.field(default=None, description=_OF)
    currency: str | None = strawberry.field(default=None, description=_CURRENCY)
    unseen: bool = strawberry.field(default=False, description=_UNSEEN)


@strawberry.input(description="A field that is kept in `customFields`.")
class KeepFieldInput:
    connection: str = strawberry.field(description="The connection's name.")
    stream: str = strawberry.field(description="The vendor's collection.")
    path: str = strawberry.field(description=_PATH)
    name: str | None = strawberry.field(
        default=None, description="The name it is kept under; the last part of the path when left out."
    )
    type: CustomFieldType | None = strawberry.field(
        default=None, description="The type of its values; what the payloads show when left out."
    )
    choices: list[str] | None = strawberry.field(default=None, description="Of a choice: the words to choose from.")
    of: Entity | None = strawberry.field(default=None, description=_OF)
    currency: str | None = strawberry.field(default=None, description=_CURRENCY)
    unseen: bool = strawberry.field(default=False, description=_UNSEEN)


@strawberry.input(description="A field that is given up.")
class UnmapFieldInput:
    connection: str = strawberry.field(description="The connection's name.")
    stream: str = strawberry.field(description="The vendor's collection.")
    path: str = strawberry.field(description=_PATH)


@strawberry.type(description="What came of a change to the meaning of a field.")
class FieldRulePayload:
    result: FieldRule | None = strawberry.field(description="The rule's latest change; null when it failed.")
    user_errors: list[Wrong] = strawberry.field(description="What was wrong with the wish.")


@strawberry.type
class FieldMutations:
    @changing("Fills an attribute with a vendor's own field. Stored records are mapped again, without fetching.")
    def map_field(
        self, info: Info, wish: Annotated[MapFieldInput, strawberry.argument(name="input", description="What.")]
    ) -> FieldRulePayload:
        return _changed(info, mapped(wish))

    @changing("Keeps a vendor's own field in `customFields`. Stored records are mapped again, without fetching.")
    def keep_field(
        self, info: Info, wish: Annotated[KeepFieldInput, strawberry.argument(name="input", description="What.")]
    ) -> FieldRulePayload:
        return _changed(info, kept(wish))

    @changing("Gives a vendor's own field up; what it filled is derived again without it.")
    def unmap_field(
        self, info: Info, wish: Annotated[UnmapFieldInput, strawberry.argument(name="input", description="Which.")]
    ) -> FieldRulePayload:
        return _changed(info, Wish(connection=wish.connection, stream=wish.stream, path=wish.path))


def mapped(wish: MapFieldInput) -> Wish:
    """The wish as the sync understands it."""
    return Wish(
        connection=wish.connection,
        stream=wish.stream,
        path=wish.path,
        attribute=wish.attribute,
        of=_word(wish.of),
        currency=wish.currency,
        unseen=wish.unseen,
    )


def kept(wish: KeepFieldInput) -> Wish:
    """The wish as the sync understands it."""
    return Wish(
        connection=wish.connection,
        stream=wish.stream,
        path=wish.path,
        keep=True,
        name=wish.name,
        form=_word(wish.type),
        choices=tuple(wish.choices or ()),
        of=_word(wish.of),
        currency=wish.currency,
        unseen=wish.unseen,
    )


def _changed(info: Info, wish: Wish) -> FieldRulePayload:
    context = info.context
    context.require(ADMIN)

    def change() -> Any:
        plan = put_into_force(context.database, context.plugins, wish, context.caller.name)

        def merged(kept: str, absorbed: str) -> None:
            context.plugins.tell("kizuna_customers_merged", kept=kept, absorbed=absorbed)

        deriver = Deriver(context.database, declared_by(context.plugins, context.zone), merged=merged)
        finish(deriver, context.plugins, connection_id=plan.connection.id, within_s=AT_ONCE_S)
        with context.database.read() as sql:
            latest = field_rules.latest(sql, plan.connection.id, plan.stream.name, plan.path)
        return load_result(info, FieldRulePayload, FieldRule, latest)

    return cast("FieldRulePayload", answered(change))


def _word(chosen: Any) -> str | None:
    return None if chosen is None else str(chosen)
