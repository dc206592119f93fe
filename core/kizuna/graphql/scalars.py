"""The scalars of the API and the value types made of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from kizuna.graphql.labels import FINANCE, labelled
from kizuna.storage.instants import micros, moment

DateTime = NewType("DateTime", int)
Date = NewType("Date", str)
Decimal = NewType("Decimal", str)
JSON = NewType("JSON", object)


def instant_text(value: int) -> str:
    """The instant in ISO 8601, UTC, with a fraction only where there is one."""
    return moment(value).isoformat().replace("+00:00", "Z")


def instant(value: Any) -> int:
    """Microseconds of what a caller wrote; a text without a zone is refused, for nobody knows which instant it is."""
    if not isinstance(value, str):
        raise TypeError('an instant is written as text, such as "2026-03-01T09:00:00Z"')
    try:
        read = datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f'{value!r} is no instant; write it as "2026-03-01T09:00:00Z"') from error
    if read.tzinfo is None:
        raise ValueError(f'{value!r} has no zone; write it as "2026-03-01T09:00:00Z"')
    return micros(read.astimezone(UTC))


def _day(value: Any) -> str:
    return date.fromisoformat(value).isoformat()


SCALARS: dict[object, ScalarDefinition] = {
    DateTime: strawberry.scalar(
        name="DateTime",
        description="An instant in ISO 8601 with its zone; answers are in UTC: `2026-03-01T09:00:00Z`.",
        serialize=instant_text,
        parse_value=instant,
    ),
    Date: strawberry.scalar(name="Date", description="A day: `2026-03-01`.", serialize=str, parse_value=_day),
    Decimal: strawberry.scalar(
        name="Decimal", description='An exact decimal number, as text: `"0.15"`.', serialize=str, parse_value=str
    ),
    JSON: strawberry.scalar(
        name="JSON", description="Any JSON value.", serialize=lambda value: value, parse_value=lambda value: value
    ),
}


@labelled(FINANCE)
@strawberry.type(description="An amount of money, exact.")
class Money:
    amount: Decimal = strawberry.field(description='In major units, exact: `"19.99"`.')
    currency: str = strawberry.field(description="ISO 4217, three letters.")
    minor_units: str = strawberry.field(
        description="In minor units (cents, yen) as text, for it may exceed 32 bits; a price of one unit may have decimals."
    )
