"""Reading vendors' words: instants, dates, numbers and plain text, each tolerant of what vendors really send."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from kizuna.errors import PayloadError
from kizuna.model.facts import Unmapped

E = TypeVar("E", bound=StrEnum)

_OFFSET = re.compile(r"([+-]\d{2})(\d{2})$")
_TAG = re.compile(r"<[^>]*>")
_BREAK = re.compile(r"<(br|/p|/div|/li|/tr)\b[^>]*>", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\u00a0]+")


def instant(value: str | float | date | None) -> datetime | None:
    """Aware UTC from ISO 8601 (``Z``, ``+0000``, with or without fractions) or epoch (seconds, or ms above 10¹¹).

    None and "" give None. Raises PayloadError when it is no instant. A time without a zone is taken as UTC.
    """
    if value is None or value == "":
        return None
    try:
        if isinstance(value, datetime):
            found = value
        elif isinstance(value, date):
            found = datetime(value.year, value.month, value.day, tzinfo=UTC)
        elif isinstance(value, int | float):
            found = epoch(value)
        elif value.lstrip("-").isdigit():
            found = epoch(int(value))
        else:
            found = datetime.fromisoformat(_OFFSET.sub(r"\1:\2", value.strip()))
    except (ValueError, OverflowError, OSError) as error:
        raise PayloadError("not an instant (ISO 8601 or epoch)") from error
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def epoch(value: float) -> datetime:
    """Aware UTC from seconds since 1970, or milliseconds when the number is above 10¹¹ (the year 5138 in seconds)."""
    milliseconds_above = 1e11
    return datetime.fromtimestamp(value / 1000 if abs(value) > milliseconds_above else value, UTC)


def day(value: str | date | None) -> date | None:
    """A calendar day from ``YYYY-MM-DD`` or the day of an instant in UTC; None and "" give None."""
    if value is None or value == "":
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise PayloadError("not a date (YYYY-MM-DD)") from error
    found = instant(value)
    return found.date() if found else None


def number(value: str | float | Decimal | None) -> Decimal | None:
    """An exact number; None and "" give None. Raises PayloadError when it is none."""
    if value is None or value == "":
        return None
    try:
        found = Decimal(str(value).strip().replace(",", ""))
    except InvalidOperation as error:
        raise PayloadError("not a number") from error
    if not found.is_finite():
        raise PayloadError("not a finite number")
    return found


def whole(value: str | float | Decimal | None) -> int | None:
    """A whole number, decimals cut; None and "" give None. Raises PayloadError when it is no number."""
    found = number(value)
    return None if found is None else int(found)


def truth(value: str | bool | None) -> bool | None:
    """``true``/``false`` in any case and JSON booleans; None and "" give None."""
    if isinstance(value, bool) or value is None:
        return value
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(value.strip().lower())


def text(value: str | None, most: int | None = None) -> str | None:
    """The text without surrounding space, None when nothing is left; cut to ``most`` characters."""
    if value is None:
        return None
    cleaned = value.replace("\x00", "").strip()
    return cleaned[:most] or None


def plain(value: str | None, most: int = 2000) -> str | None:
    """Readable text from HTML: tags gone, entities resolved, line ends kept; cut to ``most`` characters."""
    if value is None:
        return None
    broken = _BREAK.sub("\n", value)
    lines = (_SPACE.sub(" ", line).strip() for line in html.unescape(_TAG.sub("", broken)).splitlines())
    return text("\n".join(line for line in lines if line), most)


def known(word: str | None, words: Mapping[str, E], other: E, field: str) -> tuple[E, tuple[Unmapped, ...]]:
    """The model's word for a vendor's ``word`` (any case), or ``other`` with a note that the word is not mapped."""
    if word is None or word == "":
        return other, ()
    found = words.get(word) or words.get(word.strip().lower())
    return (found, ()) if found is not None else (other, (Unmapped(field=field, value=word[:100]),))
