"""Postal addresses as signs of a place: what two ways of writing one address have in common."""

from __future__ import annotations

import re
from functools import lru_cache

from kizuna.identity.text import plain, without_accents

_POSTAL_NOISE = re.compile(r"[^0-9A-Z]")
_NO_POSTAL_CODE = re.compile(r"0+|9+|1234567|12345|(.)\1+")
# 一丁目2番地3号 and 1-2-3 are one place; what follows the number of the house is the floor, and written by few.
_BETWEEN_NUMBERS = re.compile(r"(?<=\d)\s*(?:丁目|番地の?|番|号|の|-|‐|−|–|ー|－)\s*(?=\d|$|\D)")
_KANJI_CHOME = re.compile(r"[一二三四五六七八九十](?=丁目)")
_KANJI_DIGITS = {sign: str(number) for number, sign in enumerate("一二三四五六七八九十", start=1)}
_HOUSE = re.compile(r"\d+(?:-\d+)*[a-z]?")
_WORDS = re.compile(r"[\W_]+")
_WITHIN_THE_HOUSE = re.compile(r"(?:,|#|\b(?:suite|ste|floor|fl|unit|apt|room|level|etage|stock)\b).*$")
_SHORTEST_STREET_CHARS = 4
_TOLD_APART_CHARS = 4


@lru_cache(maxsize=4_096)
def postal_code(text: str | None) -> str | None:
    """The code in capital letters and digits alone, None when there is none or it is a filler (000-0000)."""
    code = _POSTAL_NOISE.sub("", plain(text).upper())
    return None if len(code) < 3 or _NO_POSTAL_CODE.fullmatch(code) else code


@lru_cache(maxsize=4_096)
def _line(street: str | None) -> tuple[str, str]:
    """(the street as one folded text, the numbers of the house in it) of what stands below the city."""
    shown = without_accents(plain(street)).casefold()
    shown = _KANJI_CHOME.sub(lambda found: _KANJI_DIGITS[found.group()], shown)
    shown = _BETWEEN_NUMBERS.sub("-", shown)
    house = _HOUSE.search(shown)
    if house is None:
        return "", ""
    numbers = house.group().strip("-")
    around = shown[: house.start()]
    if shown.isascii():
        around += " " + _WITHIN_THE_HOUSE.sub("", shown[house.end() :].lstrip(" ,"))
    return _WORDS.sub("", around), numbers


def places(
    *, street: str | None = None, city: str | None = None, postal: str | None = None, country: str | None = None
) -> frozenset[str]:
    """What finds the address again: by postal code and house number, and by city, street and house number.

    Two values, so that an address without its postal code finds the whole one. Empty without a house number.
    """
    name, numbers = _line(street)
    if not numbers:
        return frozenset()
    found = set()
    code = postal_code(postal)
    if code:
        # Japan's codes are a town's, so the numbers of block and house suffice; elsewhere one code has many streets.
        street_of_many = "" if country == "JP" else name[:_TOLD_APART_CHARS]
        found.add(f"{code}\x1f{street_of_many}\x1f{numbers}")
    town = _WORDS.sub("", without_accents(plain(city)).casefold())
    if town and len(name) + len(town) >= _SHORTEST_STREET_CHARS and name:
        found.add(f"{town}\x1f{name}\x1f{numbers}")
    return frozenset(found)


def apart(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether both addresses are told in one way and are not the same."""
    if not one or not other or not one.isdisjoint(other):
        return False
    return bool({_is_by_code(place) for place in one} & {_is_by_code(place) for place in other})


def _is_by_code(place: str) -> bool:
    return any(map(str.isdigit, place.partition("\x1f")[0]))
