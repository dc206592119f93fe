"""Custom fields in the API: typed values with their sources."""

from __future__ import annotations

import strawberry

from kizuna.graphql.labels import FINANCE, PII, SUPPORT, labelled
from kizuna.graphql.plan import Argument, column, one, several, shaped
from kizuna.graphql.scalars import Date, DateTime, Decimal, Money
from kizuna.graphql.types.records import SourceRecord
from kizuna.graphql.types.words import CustomFieldType, SourcingRule

NAMES = {"names": Argument(list[str] | None, "Only these fields; all that are kept when left out.")}
_TEXT = "The value as text, whatever its type; money in major units."
_ONLY = "The value where it is of that type, else null."


@labelled(FINANCE, SUPPORT, PII)
@shaped("custom_value")
@strawberry.type(description="A field of a vendor that the administrator keeps, with its source.")
class CustomField:
    name: str = column("The name it is kept under.")
    type: CustomFieldType = column("The type of its values.")
    text: str = column(_TEXT)
    number: Decimal | None = column(_ONLY)
    boolean: bool | None = column(_ONLY)
    day: Date | None = column(_ONLY)
    instant: DateTime | None = column(_ONLY)
    money: Money | None = column(_ONLY)
    system: str = column("The key of the connector that said it.")
    record_id: strawberry.ID = column("The record that said it.")
    record: SourceRecord | None = one("The record that said it.")
    observed_at: DateTime = column("When it was said.")
    rule: SourcingRule = column("Why it won over the others.")
    trust_rank: int = column("How far the system is trusted: the lower, the more.")
    conflict: bool = column("Whether some other record says something else.")
    alternatives: list[CustomAlternative] = several("What else is said, the most trusted first.")


@labelled(FINANCE, SUPPORT, PII)
@shaped("custom_alternative")
@strawberry.type(description="A value of a custom field that some record says and another outranks.")
class CustomAlternative:
    type: CustomFieldType = column("The type of the value.")
    text: str = column(_TEXT)
    number: Decimal | None = column(_ONLY)
    boolean: bool | None = column(_ONLY)
    day: Date | None = column(_ONLY)
    instant: DateTime | None = column(_ONLY)
    money: Money | None = column(_ONLY)
    system: str = column("The key of the connector that said it.")
    record_id: strawberry.ID = column("The record that said it.")
    record: SourceRecord | None = one("The record that said it.")
    observed_at: DateTime = column("When it was said.")
    trust_rank: int = column("How far the system is trusted: the lower, the more.")
