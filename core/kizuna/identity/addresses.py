"""Postal addresses as signs of a place: what two ways of writing one address have in common."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import JaroWinkler

from kizuna.identity.text import plain, without_accents

_POSTAL_NOISE = re.compile(r"[^0-9A-Z]")
_NO_POSTAL_CODE = re.compile(r"0+|9+|1234567|12345|(.)\1+")
_JAPANESE_CODE_DIGITS = 7
_ZIP = re.compile(r"\d{9}")
_ZIP_DIGITS = 5
_WORDS = re.compile(r"[\W_]+")

# Where in the house: what stands before or after its number, with a number of its own.
_UNITS = "suite|ste|floor|fl|unit|apt|apartment|room|rm|level|lvl|etage|stock|building|bldg|tower|block"
_WITHIN = re.compile(
    rf"\b(?:{_UNITS})\b\.?\s*#?\s*\w+\b,?|#\s*\w+|\b\d+(?:st|nd|rd|th)?\s*(?:floor|fl|etage|stock)\b,?|\b\d+\s*f\b"
)
_WITHIN_IN_JAPAN = re.compile(r"第\s*\d+[^\s\d]*(?:ビル|棟|館)?|地下\s*\d+|\d+\s*(?:階|号室|号棟|棟|f\b|F\b)")
# 一丁目2番地3号 and 1-2-3 are one place; what follows the number of the house is the floor, and written by few.
_BETWEEN_NUMBERS = re.compile(r"(?<=\d)\s*(?:丁目|番地の?|番|号|の|-|‐|−|–|ー|－)\s*(?=\d|$|\D)")
_KANJI_CHOME = re.compile(r"[一二三四五六七八九十](?=丁目)")
_KANJI_DIGITS = {sign: str(number) for number, sign in enumerate("一二三四五六七八九十", start=1)}
_HOUSE = re.compile(r"\d+(?:-\d+)*[a-z]?")
_HOUSE_IN_JAPAN = re.compile(r"\d+(?:-\d+)+")
_PREFECTURE = re.compile(r"^(?:東京都|北海道|(?:京都|大阪)府|.{2,3}県)")
_SHORT_WORDS = {"street": "st", "avenue": "ave", "road": "rd", "boulevard": "blvd", "drive": "dr", "lane": "ln"}
_SHORT_WORDS |= {"place": "pl", "court": "ct", "parkway": "pkwy", "highway": "hwy", "terrace": "ter", "circle": "cir"}
_SHORT_WORDS |= {"north": "n", "south": "s", "east": "e", "west": "w", "blv": "blvd", "av": "ave", "crescent": "cres"}
_KINDS_OF_STREET = frozenset("st ave rd blvd dr ln pl ct pkwy hwy ter cir cres way sq".split())
_SHORT_WORDS |= {"strasse": "str", "straße": "str"}
# In front of a name these are a saint and a doctor: St Johns Road.
_TITLES = frozenset({"st", "dr"})
_SHORTEST_STREET_CHARS = 4
_LIKE_STREET_FROM = 0.9


@lru_cache(maxsize=4_096)
def postal_code(text: str | None) -> str | None:
    """The code in capital letters and digits alone, a ZIP code without its last four, None when it is a filler (000-0000)."""
    code = _POSTAL_NOISE.sub("", plain(text).upper())
    if len(code) < 3 or _NO_POSTAL_CODE.fullmatch(code):
        return None
    return code[:_ZIP_DIGITS] if _ZIP.fullmatch(code) else code


@lru_cache(maxsize=4_096)
def _line(street: str | None) -> tuple[str, str, str | None]:
    """(the street as one folded text, the numbers of the house in it, the street's kind) of what stands below the city."""
    shown = without_accents(plain(street)).casefold()
    if not shown.isascii():
        shown = _WITHIN_IN_JAPAN.sub(" ", shown)
        shown = _BETWEEN_NUMBERS.sub("-", _KANJI_CHOME.sub(lambda found: _KANJI_DIGITS[found.group()], shown))
        house = _HOUSE_IN_JAPAN.search(shown) or _HOUSE.search(shown)
        return (_WORDS.sub("", shown[: house.start()]), house.group(), None) if house else ("", "", None)
    shown = _WITHIN.sub(" ", shown).strip(" ,")
    house = _HOUSE.search(shown)
    if house is None:
        return "", "", None
    around = f"{shown[: house.start()]} {shown[house.end() :].lstrip(' ,').partition(',')[0]}"
    words = [_SHORT_WORDS.get(word, word) for word in _WORDS.split(around) if word]
    name = [word for word in words if word not in _KINDS_OF_STREET]
    if not any(map(_is_name, name)):
        return "".join(words), house.group(), None
    # What kind of street it is many leave out, where it has a name.
    return "".join(name), house.group(), _kind(words)


def _is_name(word: str) -> bool:
    return len(word) > 1 and word.isalpha()


def _kind(words: list[str]) -> str | None:
    begins = next(at for at, word in enumerate(words) if _is_name(word) and word not in _KINDS_OF_STREET)
    kinds = [word for at, word in enumerate(words) if word in _KINDS_OF_STREET and (at > begins or word not in _TITLES)]
    return " ".join(kinds) or None


def street_kind(street: str | None) -> str | None:
    """What kind of street it is (``st``, ``ave``) where it has a name, too, which is all that :func:`places` tells of it."""
    return _line(street)[2]


def are_two_kinds(one: str | None, other: str | None) -> bool:
    """Whether both kinds of street are told and differ: Peachtree Street, Peachtree Road."""
    return one is not None and other is not None and one != other


def places(
    *, street: str | None = None, city: str | None = None, postal: str | None = None, country: str | None = None
) -> frozenset[str]:
    """What finds the address again: by postal code and house, and by city, street and house.

    Two values, so that an address without its postal code finds the whole one. Empty without a house number.
    """
    name, numbers, _ = _line(street)
    if not numbers:
        return frozenset()
    found = set()
    code, town = postal_code(postal), _PREFECTURE.sub("", _WORDS.sub("", without_accents(plain(city)).casefold()))
    if code and _is_japanese(code, country, name, town):
        # Japan's codes are a town's, so that the numbers of block and house suffice, but no single number does.
        if "-" in numbers:
            found.add(f"{code}\x1f\x1f{numbers}")
    elif code and name:
        found.add(f"{code}\x1f{name}\x1f{numbers}")
    if town and name and len(name) + len(town) >= _SHORTEST_STREET_CHARS:
        found.add(f"{town}\x1f{name}\x1f{numbers}")
    return frozenset(found)


def _is_japanese(code: str, country: str | None, name: str, town: str) -> bool:
    if country is not None:
        return country == "JP"
    return len(code) == _JAPANESE_CODE_DIGITS and code.isdigit() and not (name + town).isascii()


def alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two addresses have one number of the house and almost one street, in one town."""
    return any(_alike(place, twin) for place in one for twin in other) if one and other else False


def _alike(place: str, other: str) -> bool:
    town, street, house = place.split("\x1f")
    other_town, other_street, other_house = other.split("\x1f")
    if house != other_house or town != other_town or not street or not other_street:
        return False
    return JaroWinkler.similarity(street, other_street) >= _LIKE_STREET_FROM


def apart(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether both addresses are told and even the numbers of their houses differ."""
    if not one or not other:
        return False
    return {_house(place) for place in one}.isdisjoint(_house(place) for place in other)


def _house(place: str) -> str:
    return place.rpartition("\x1f")[2]
