"""Rules for custom fields in the API: what a vendor's own field means, since when, and what a rule would do."""

from __future__ import annotations

import strawberry

from kizuna.graphql.labels import RAW, stated
from kizuna.graphql.plan import column, one, shaped
from kizuna.graphql.scalars import DateTime
from kizuna.graphql.types.words import CustomFieldType, Entity


@shaped("field_remap")
@strawberry.type(description="How far a stream's stored records have been mapped again since its rules changed.")
class Remapping:
    done: int = column("Records mapped again.")
    total: int = column("Records that were stored when the rules changed.")
    failed: int = column("Records that could not be understood any more; they stay as they were.")
    asked_at: DateTime = column("When the rules changed.")
    ended_at: DateTime | None = column("When the last record was mapped again; null while records wait.")


@shaped("field_rule")
@strawberry.type(description="A change of what a vendor's own field means.")
class FieldRule:
    connection: str = column("The name of the connection.")
    system: str = column("The key of its connector.")
    stream: str = column("The vendor's collection.")
    path: str = column("The field: the names that lead to it in the payload, with dots between.")
    version: int = column("Counts the changes of this field's rule.")
    action: str = column("map: it fills an attribute; keep: it is a custom field; unmap: it was given up.")
    stands: bool = column("Whether this is the rule by which the field is read now.")
    of: Entity | None = column("Whose field it is.")
    attribute: str | None = column("The attribute it fills.")
    name: str | None = column("The name it is kept under.")
    type: CustomFieldType | None = column("The type of its values.")
    currency: str | None = column("The currency of its amounts; null for the account's own.")
    choices: list[str] | None = column("The words to choose from.")
    actor: str = column("Who made the change: `local`, or a token by its id.")
    at: DateTime = column("When.")
    remapping: Remapping | None = one("How far stored records follow the stream's rules.")


@shaped("stream_field")
@strawberry.type(description="A field that a stream's payloads have shown.")
class SeenField:
    stream: str = column("The vendor's collection.")
    path: str = column("The field: the names that lead to it in the payload, with dots between.")
    types: list[str] = column("The JSON types it has had.")
    first_seen_at: DateTime = column("When it was seen first.")
    last_seen_at: DateTime = column("When something new was last seen of it.")


@strawberry.type(description="What one stored record holds in a field, and what a rule would make of it.")
class FieldSample:
    source_id: str = strawberry.field(description="The record's id in its system.")
    holds: str = strawberry.field(description="What the payload holds, as text, shortened.")
    kept: str | None = strawberry.field(description="What it would be kept as; null when it does not fit.")
    problem: str | None = strawberry.field(description="Why it does not fit.")


@strawberry.type(description="A rule tried on stored records; nothing has changed.")
class FieldTrial:
    records: int = strawberry.field(description="How many records were tried, a thousand at most.")
    filled: int = strawberry.field(description="In how many of them the field holds a value.")
    fits: int = strawberry.field(description="How many of these values fit the type.")
    changes: bool = strawberry.field(description="Whether the rule differs from the one that stands.")
    samples: list[FieldSample] | None = stated("Some of the values; those that do not fit first.", RAW)
