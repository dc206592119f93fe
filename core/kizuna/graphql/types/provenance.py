"""Provenance: who said a value, when, and what others say instead."""

from __future__ import annotations

import strawberry

from kizuna.graphql.labels import FINANCE, PII
from kizuna.graphql.plan import column, one, several, shaped
from kizuna.graphql.scalars import DateTime
from kizuna.graphql.types.records import SourceRecord
from kizuna.graphql.types.words import Attribute, SourcingRule


@shaped("claim")
@strawberry.type(description="A value with its source.")
class Sourced:
    field: Attribute = column("The field.")
    value: str | None = column("The value that stands, as text; a record by its id.", partly=(FINANCE, PII))
    system: str = column("The key of the connector that said it.")
    record_id: strawberry.ID = column("The record that said it.")
    record: SourceRecord | None = one("The record that said it.")
    observed_at: DateTime = column("When it was said.")
    rule: SourcingRule = column("Why it won over the others.")
    trust_rank: int = column("How far the system is trusted for this field: the lower, the more.")
    conflict: bool = column("Whether some other record says something else.")
    alternatives: list[Alternative] = several("What else is said, the most trusted first.")


@shaped("alternative")
@strawberry.type(description="A value that some record says and another outranks.")
class Alternative:
    value: str | None = column("The value, as text; a record by its id.", partly=(FINANCE, PII))
    system: str = column("The key of the connector that said it.")
    record_id: strawberry.ID = column("The record that said it.")
    record: SourceRecord | None = one("The record that said it.")
    observed_at: DateTime = column("When it was said.")
    trust_rank: int = column("How far the system is trusted for this field: the lower, the more.")
