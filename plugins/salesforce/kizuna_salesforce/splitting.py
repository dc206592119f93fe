"""A range of ids cut into parts of the same width, so that several jobs can read one object side by side.

Ids are given one after the other, so that parts of the same width hold about as many records each; where they do not, a part
takes longer and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Sequence

from kizuna_salesforce.ids import full_id
from kizuna_salesforce.soql import quoted

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LENGTH = 15
_PREFIX = 3  # names the object


def cuts(lowest: str, highest: str, most: int) -> tuple[str, ...]:
    """The ids that cut the range between two ids into ``most`` parts; none when it cannot be cut."""
    first, last = _number(lowest), _number(highest)
    if first is None or last is None or lowest[:_PREFIX] != highest[:_PREFIX] or last - first < most:
        return ()
    places = ((first + (last - first) * part // most) for part in range(1, most))
    return tuple(full_id(lowest[:_PREFIX] + _digits(place)) for place in places)


def condition(above: Sequence[str], below: str | None) -> str:
    """The condition for the ids of a part: beyond all cuts before it and below its own.

    Each cut is a question of its own, so that the parts make up the whole however ids are compared.
    """
    beyond = [f"Id >= {quoted(cut)}" for cut in above]
    return " AND ".join((*beyond, f"Id < {quoted(below)}") if below else beyond)


def _number(source_id: str) -> int | None:
    """The id behind its prefix as a number, None when it is no id."""
    text = source_id[_PREFIX:_LENGTH]
    if len(text) != _LENGTH - _PREFIX or any(letter not in _DIGITS for letter in text):
        return None
    number = 0
    for letter in text:
        number = number * len(_DIGITS) + _DIGITS.index(letter)
    return number


def _digits(number: int) -> str:
    found = ""
    for _ in range(_LENGTH - _PREFIX):
        number, digit = divmod(number, len(_DIGITS))
        found = _DIGITS[digit] + found
    return found
