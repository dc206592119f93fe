"""Telephone numbers as E.164, and the ISO code of the country a number without prefix is read in."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers.phonemetadata import PhoneMetadata

from kizuna.identity.text import plain

_EXTENSION = re.compile(r"(?:ext\.?|extension|内線|\bx)\s*\.?:?\s*\d*.*$", re.IGNORECASE)
_NOT_DIALLED = re.compile(r"[^\d+]")
_PUNCTUATION = str.maketrans("", "", " -().")
_LONGEST_DIALLED = 32
_JAPANESE_NATIONAL = re.compile(r"0[1-9]\d{8}|0[5789]0\d{8}")
_JAPANESE_ABROAD = re.compile(r"\+810?([1-9]\d{8}|[5789]0\d{8})")
_LONGEST_WHOLE = 16
_COUNTING = frozenset({"1234567890", "0123456789", "12345678", "123456789", "01234567890", "0312345678"})

_COUNTRY_NAMES = {
    **dict.fromkeys(("japan", "日本", "日本国", "jpn", "jp"), "JP"),
    **dict.fromkeys(
        ("usa", "us", "u.s.", "u.s.a.", "united states", "united states of america", "アメリカ", "米国"), "US"
    ),
    **dict.fromkeys(
        ("uk", "u.k.", "gb", "gbr", "great britain", "united kingdom", "england", "イギリス", "英国"), "GB"
    ),
    **dict.fromkeys(("germany", "deutschland", "deu", "ドイツ"), "DE"),
    **dict.fromkeys(("france", "fra", "フランス"), "FR"),
    **dict.fromkeys(("canada", "can", "カナダ"), "CA"),
    **dict.fromkeys(("china", "chn", "中国", "中华人民共和国"), "CN"),
    **dict.fromkeys(("taiwan", "twn", "台湾"), "TW"),
    **dict.fromkeys(("south korea", "korea", "republic of korea", "kor", "韓国"), "KR"),
    **dict.fromkeys(("singapore", "sgp", "シンガポール"), "SG"),
    **dict.fromkeys(("australia", "aus", "オーストラリア"), "AU"),
    **dict.fromkeys(("india", "ind", "インド"), "IN"),
    **dict.fromkeys(("netherlands", "the netherlands", "nld", "オランダ"), "NL"),
    **dict.fromkeys(("switzerland", "che", "スイス"), "CH"),
    **dict.fromkeys(("spain", "españa", "esp", "スペイン"), "ES"),
    **dict.fromkeys(("italy", "italia", "ita", "イタリア"), "IT"),
}


@lru_cache(maxsize=1_024)
def country_code(text: str | None) -> str | None:
    """The ISO 3166 code of a country written as a code or by its name in English or Japanese, None when unknown."""
    word = plain(text)
    if len(word) == 2 and word.upper() in phonenumbers.SUPPORTED_REGIONS:
        return word.upper()
    return _COUNTRY_NAMES.get(word.casefold())


def phone(text: str | None, region: str | None = None) -> str | None:
    """The number as E.164; one without a country prefix is read in ``region`` (ISO code), without a region it is none.

    Extensions are dropped. Numbers nobody has (all one digit, counting up, too short) are none.
    """
    written = _dialled(text)
    digits = written.lstrip("+")
    # Four different digits are few, but 0800-000-080 exists nowhere.
    if not 7 <= len(digits) <= 16 or len(set(digits[-7:])) == 1 or digits in _COUNTING:
        return None
    if written.startswith("+81"):
        # The trunk zero is often left in: +81 (0)3.
        home = _JAPANESE_ABROAD.fullmatch(written)
        return f"+81{home.group(1)}" if home else None
    if region == "JP" and _JAPANESE_NATIONAL.fullmatch(written):
        return f"+81{written[1:]}"
    if region is None and not written.startswith("+"):
        return None
    if _is_whole(written):
        return written
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return f"+{number.country_code}{phonenumbers.national_significant_number(number)}"


def _dialled(text: str | None) -> str:
    """The digits and plus signs of a number, its extension left out."""
    bare = (text or "").translate(_PUNCTUATION)
    if bare.isascii() and bare.removeprefix("+").isdigit() and len(bare) <= _LONGEST_DIALLED:
        return bare
    shown = plain(text)
    if not shown.isascii() or "x" in shown.lower():
        shown = _EXTENSION.sub("", shown)
    return _NOT_DIALLED.sub("", shown)


def _is_whole(written: str) -> bool:
    """Whether the number stands as E.164 already: a possible length, and no national prefix to be taken off.

    The library comes to the same, in ten times the time.
    """
    if not (written.isascii() and written.startswith("+") and written[1:].isdigit() and len(written) <= _LONGEST_WHOLE):
        return False
    code = _code_digits(written[1:4])
    if code == 0:
        return False
    prefix, lengths = _plan(int(written[1 : code + 1]))
    return len(written) - 1 - code in lengths and (prefix is None or prefix.match(written, code + 1) is None)


@lru_cache(maxsize=1_024)
def _code_digits(first_three: str) -> int:
    """How many digits the country code has that a number begins with; 0 when there is no such country."""
    known = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    lengths = (1, 2, 3) if len(first_three) == 3 and first_three[0] != "0" else ()
    return next((length for length in lengths if int(first_three[:length]) in known), 0)


@lru_cache(maxsize=512)
def _plan(code: int) -> tuple[re.Pattern[str] | None, frozenset[int]]:
    """A country's national prefix and how many digits its numbers may have."""
    region = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code][0]
    beyond = region == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY
    plan = PhoneMetadata.metadata_for_nongeo_region(code) if beyond else PhoneMetadata.metadata_for_region(region)
    if plan is None or plan.general_desc is None:
        return None, frozenset()
    prefix = plan.national_prefix_for_parsing
    return re.compile(prefix) if prefix else None, frozenset(plan.general_desc.possible_length)
