"""Telephone numbers as signs of a place: whether two records' numbers lead to two places."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberType

# Numbers that are carried about, or lead to a call centre. America's mobile numbers cannot be told from its land lines.
_OF_NO_PLACE = frozenset(
    {
        PhoneNumberType.MOBILE,
        PhoneNumberType.PAGER,
        PhoneNumberType.PERSONAL_NUMBER,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
        PhoneNumberType.VOIP,
    }
)
# The lines of one office differ in their last digits only.
_LINE_DIGITS = 4


def apart(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether both sides (E.164) have numbers of places, and no number and no place is common to both."""
    if not one or not other or not one.isdisjoint(other):
        return False
    places, other_places = _places(one), _places(other)
    return bool(places) and bool(other_places) and places.isdisjoint(other_places)


def two_mobiles(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether both sides (E.164) have numbers that one carries about, and none in common: two people, or a new number."""
    if not one or not other or not one.isdisjoint(other):
        return False
    return any(map(is_mobile, one)) and any(map(is_mobile, other))


@lru_cache(maxsize=4_096)
def is_mobile(number: str) -> bool:
    """Whether the number (E.164) is surely one that somebody carries about."""
    try:
        return phonenumbers.number_type(phonenumbers.parse(number)) == PhoneNumberType.MOBILE
    except phonenumbers.NumberParseException:
        return False


def _places(numbers: Iterable[str]) -> set[str]:
    return {place for place in map(_place, numbers) if place}


@lru_cache(maxsize=4_096)
def _place(number: str) -> str | None:
    """What the lines of one office have in common; None when the number belongs to no place."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    return None if phonenumbers.number_type(parsed) in _OF_NO_PLACE else number[:-_LINE_DIGITS]
