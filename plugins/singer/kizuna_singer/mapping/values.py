"""From what a tap sends to what a fact holds, by the type of the fact's field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from kizuna import sdk

Convert = Callable[[Any], Any]


def text(value: Any) -> str | None:
    """Text from a text, number or truth value. Raises PayloadError for a list or an object."""
    if value is None or isinstance(value, str):
        return sdk.text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    raise sdk.PayloadError("a text or a number is expected, not a list or an object")


def fraction(value: Any) -> float | None:
    """A number with a fraction."""
    found = sdk.number(_plain(value))
    return None if found is None else float(found)


def truth(value: Any) -> bool | None:
    """Yes or no, also as 0 and 1. Raises PayloadError for every other word."""
    given = _plain(value)
    found = sdk.truth(str(given) if isinstance(given, int) and not isinstance(given, bool) else given)
    if found is None and given not in (None, ""):
        raise sdk.PayloadError("true or false is expected")
    return found


def instant(form: str | None = None, zone: ZoneInfo | None = None) -> Convert:
    """Aware UTC; ``form`` is in the words of strptime, ``zone`` holds for times that name none."""

    def convert(value: Any) -> datetime | None:
        given = _plain(value)
        if given in (None, ""):
            return None
        if form is not None:
            found = _parsed(str(given), form)
        elif zone is not None and isinstance(given, str) and not given.lstrip("-").isdigit():
            found = _iso(given)
        else:
            return sdk.instant(float(given) if isinstance(given, Decimal) else given)
        return (found.replace(tzinfo=zone or UTC) if found.tzinfo is None else found).astimezone(UTC)

    return convert


def day(form: str | None = None, zone: ZoneInfo | None = None) -> Convert:
    """A calendar day; of an instant its day in ``zone``, else in UTC."""
    at = instant(form, zone)

    def convert(value: Any) -> date | None:
        given = _plain(value)
        if given in (None, ""):
            return None
        if form is not None:
            return _parsed(str(given), form).date()
        if zone is None or not isinstance(given, str) or len(given) == len("YYYY-MM-DD"):
            return sdk.day(given if isinstance(given, str) else sdk.instant(given))
        found = at(given)
        return found.astimezone(zone).date() if found else None

    return convert


def money(value: Any, currency: str | None, *, minor: bool) -> sdk.Money | None:
    """Money from an amount in major or minor units. Raises PayloadError for a fraction of a minor unit."""
    given = _plain(value)
    code = (currency or "").strip().upper()
    if given in (None, "") or not code:
        return None
    amount = sdk.number(given)
    assert amount is not None, "an amount that is there is a number, or PayloadError was raised"
    if not minor:
        return sdk.money(amount, code)
    if amount != amount.to_integral_value():
        raise sdk.PayloadError(
            'an amount in minor units has no fraction; if it is in major units, write unit = "major"'
        )
    return sdk.Money(int(amount), code)


def word(kind: type[StrEnum]) -> Convert:
    """A word of a closed vocabulary of the model. Raises PayloadError for any other."""

    def convert(value: Any) -> StrEnum | None:
        given = text(value)
        if given is None:
            return None
        try:
            return kind(given)
        except ValueError as error:
            raise sdk.PayloadError(f"is none of {', '.join(kind)}") from error

    return convert


PLAIN: dict[Any, Convert] = {
    str: text,
    int: lambda value: sdk.whole(_plain(value)),
    float: fraction,
    bool: truth,
    Decimal: lambda value: sdk.number(_plain(value)),
}
"""The type of a fact's field → how it is read, where nothing but the value is needed."""


def _plain(value: Any) -> Any:
    if isinstance(value, dict | list):
        raise sdk.PayloadError("one value is expected, not a list or an object")
    return value


def _parsed(given: str, form: str) -> datetime:
    try:
        return datetime.strptime(given.strip(), form)  # noqa: DTZ007  the caller gives it its zone
    except ValueError as error:
        raise sdk.PayloadError(f"is no time of the form {form}") from error


def _iso(given: str) -> datetime:
    try:
        return datetime.fromisoformat(given.strip())
    except ValueError as error:
        raise sdk.PayloadError("not an instant (ISO 8601 or epoch)") from error
