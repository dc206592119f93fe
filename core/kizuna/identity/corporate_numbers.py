"""Numbers a state gives a company: the Japanese corporate number with its check digit, VAT numbers by their shape."""

from __future__ import annotations

import re

from kizuna.identity.text import plain

_SEPARATORS = re.compile(r"[\s.\-‐-―ー]+")
_JAPANESE = re.compile(r"T?([1-9]\d{12})")
_VAT = re.compile(
    r"(?:AT|BE|BG|CHE?|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|NO|PL|PT|RO|SE|SI|SK|XI)[0-9A-Z]{7,12}"
)


def check_digit(number: str) -> int:
    """The check digit that stands before the twelve digits of a corporate number.

    Source: 法人番号の指定等に関する省令 第二条.
    """
    total = sum(int(digit) * (1 if place % 2 == 0 else 2) for place, digit in enumerate(reversed(number)))
    return 9 - total % 9


def corporate_number(text: str | None) -> str | None:
    """The thirteen digits of a Japanese corporate number, or a VAT number with its country; None when neither.

    The number on qualified invoices (``T`` and the corporate number) gives the corporate number.
    """
    number = _SEPARATORS.sub("", plain(text)).upper()
    japanese = _JAPANESE.fullmatch(number)
    if japanese:
        digits = japanese.group(1)
        valid = check_digit(digits[1:]) == int(digits[0]) and len(set(digits[1:])) > 1
        return digits if valid else None
    digits_in_vat = sum(character.isdigit() for character in number)
    return number if _VAT.fullmatch(number) and digits_in_vat >= 6 and len(set(number[2:])) > 1 else None
