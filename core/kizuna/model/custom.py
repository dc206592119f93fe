"""Custom fields: what an administrator says of a vendor's own fields, and how their values are read.

A value is kept as one text a type: a number in full, ``true`` or ``false``, a day and an instant in ISO 8601 (instants in
UTC), money as minor units and currency, a choice in the spelling of the list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from kizuna.model.enums import CustomForm
from kizuna.model.money import money

CHARACTERS_MOST: Final = 10_000
DIGITS_MOST: Final = 100
WORD_MOST: Final = 60
_WHOLE_MOST: Final = 2**63
_MONEY_DIGITS: Final = 18  # before the point: more are no 64-bit number of minor units
_SECONDS_DIGITS: Final = 10
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_TEXT = CustomForm.TEXT
ATTRIBUTES: Final[Mapping[str, Mapping[str, CustomForm]]] = {
    "account": {
        **dict.fromkeys(("name", "domain", "email", "phone", "industry"), _TEXT),
        "employees": CustomForm.NUMBER,
        "annual_revenue": CustomForm.MONEY,
        **dict.fromkeys(("street", "city", "state", "postal_code", "country", "corporate_number"), _TEXT),
        **dict.fromkeys(("category", "lifecycle_stage"), _TEXT),
    },
    "person": {
        **dict.fromkeys(("name", "given_name", "family_name", "email", "phone", "title", "department"), _TEXT),
        **dict.fromkeys(("role", "country", "language"), _TEXT),
        "active": CustomForm.BOOLEAN,
    },
}
"""Entity → the unified attributes that a custom field may fill, each with the type of its values."""

ALSO_CALLED: Final[Mapping[str, str]] = {"size": "employees", "segment": "category", "revenue": "annual_revenue"}
"""Other words for attributes."""


class FieldRule(msgspec.Struct, frozen=True, kw_only=True):
    """What is done with one field of a stream's payloads: it fills ``attribute``, or is kept under ``name``.

    ``path`` leads to it through inner objects with dots. ``currency`` is that of money which names none; without it the
    account's own currency counts.
    """

    path: str
    entity: str  # account, person
    form: CustomForm
    attribute: str | None = None
    name: str | None = None
    currency: str | None = None
    choices: tuple[str, ...] = ()


def at_path(record: Any, path: str) -> Any:
    """The value a path leads to, None when there is none; a name may itself hold dots."""
    if not isinstance(record, dict):
        return None
    if path in record:
        return record[path]
    end = path.find(".")
    while end != -1:
        found = at_path(record.get(path[:end]), path[end + 1 :])
        if found is not None:
            return found
        end = path.find(".", end + 1)
    return None


def says_nothing(value: Any) -> bool:
    """Whether a field is there but empty."""
    return value is None or value in ([], {}) or (isinstance(value, str) and not value.strip())


def fitted(rule: FieldRule, value: Any, currency: str | None = None) -> str | None:
    """The value as it is kept, None when it does not fit the rule's type; ``currency`` is that of the record's account."""
    if rule.attribute == "employees":
        return _staff(value)
    if rule.form is CustomForm.MONEY:
        return _money(value, rule.currency or currency)
    if rule.form is CustomForm.CHOICE:
        return _choice(value, rule.choices)
    return _FITS[rule.form](value)


def misfit(rule: FieldRule, value: Any) -> str:
    """How a value does not fit, in words that say no more of it than its type; of a choice the word that is unknown."""
    if rule.form is CustomForm.CHOICE and isinstance(value, str):
        return value.strip()[:WORD_MOST]
    return f"{_kind(value)} instead of {rule.form}"


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return _number(value)
    if isinstance(value, str) and len(value) <= CHARACTERS_MOST:
        return value.strip()
    return None


def _number(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        exact = Decimal(value.strip() if isinstance(value, str) else value)
    except (InvalidOperation, ValueError):
        return None
    if not exact.is_finite() or abs(exact.adjusted()) > DIGITS_MOST or len(exact.as_tuple().digits) > DIGITS_MOST:
        return None
    return format(exact, "f")


def _staff(value: Any) -> str | None:
    text = _number(value)
    if text is None:
        return None
    whole = Decimal(text)
    return str(int(whole)) if whole == whole.to_integral_value() and 0 <= whole < _WHOLE_MOST else None


def _boolean(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    words = {"true": "true", "yes": "true", "1": "true", "false": "false", "no": "false", "0": "false"}
    return words.get(str(value).strip().casefold()) if isinstance(value, str | int) else None


def _day(value: Any) -> str | None:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip()).isoformat()
        except ValueError:
            pass
    found = _moment(value)
    return found.date().isoformat() if found else None


def _instant(value: Any) -> str | None:
    found = _moment(value)
    return found.isoformat().replace("+00:00", "Z") if found else None


def _moment(value: Any) -> datetime | None:
    """An ISO 8601 text with a zone, or the seconds (up to ten digits) or milliseconds since 1970; 2001 at the earliest."""
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    try:
        if text.isascii() and text.isdigit() and _SECONDS_DIGITS <= len(text) <= _SECONDS_DIGITS + 4:
            number = int(text)
            return _EPOCH + timedelta(milliseconds=number if len(text) > _SECONDS_DIGITS else number * 1000)
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _money(value: Any, currency: str | None) -> str | None:
    text = _number(value)
    if text is None or Decimal(text).adjusted() > _MONEY_DIGITS:
        return None
    found = money(text, currency)
    if found is None or abs(found.minor) >= _WHOLE_MOST:
        return None
    return f"{found.minor} {found.currency}"


def _choice(value: Any, choices: Sequence[str]) -> str | None:
    text = _text(value)
    folded = {choice.strip().casefold(): choice for choice in choices}
    return folded.get(text.casefold()) if text is not None else None


def _kind(value: Any) -> str:
    kinds = {bool: "boolean", int: "number", Decimal: "number", str: "text", list: "list", dict: "object"}
    return kinds.get(type(value), type(value).__name__)


_FITS: Final[Mapping[CustomForm, Callable[[Any], str | None]]] = {
    CustomForm.TEXT: _text,
    CustomForm.NUMBER: _number,
    CustomForm.BOOLEAN: _boolean,
    CustomForm.DAY: _day,
    CustomForm.INSTANT: _instant,
}
