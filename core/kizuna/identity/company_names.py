"""A company's name taken apart for comparison: core, brand, legal form, trade, place, what stood in brackets."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from kizuna.identity.japanese import fold_long_vowels, new_kanji, romaji, script_of
from kizuna.identity.legal_forms import body_of, join_initials, strip_japanese, strip_western
from kizuna.identity.text import is_placeholder, plain, without_accents
from kizuna.identity.trades import (
    EMPTY_WORDS,
    JAPANESE_ENDINGS,
    JAPANESE_REGIONS,
    LONGEST_ENDING,
    REGION_OF,
    ROMAJI_ENDINGS,
    TRADE_OF,
)

_BRACKETS = re.compile(r"[(\[{【「『〔〈《<]([^()\[\]{}【】「」『』〔〕〈〉《》<>]*)[)\]}】」』〕〉》>]")
_APOSTROPHES = re.compile(r"(?<=\w)['’`´](?=\w)")
_WORD_ENDS = re.compile(r"[\W_]+")
_HONORIFICS = re.compile(r"\s*(?:御中|様|さま|殿|行)$")
# A name written as a web address is the name before the suffix.
_WEB_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.)?([a-z0-9][a-z0-9-]*)\.(?:com|net|org|io|ai|app|dev|info|biz|co|jp|de|fr|uk|eu|us|tokyo|shop|store)"
    r"(?:\.(?:jp|uk|kr|au|nz|tw|cn|br|sg))?/?(?![\w.])",
    re.ASCII,
)
_AND = re.compile(r"\s*[&＆]\s*")
_MARKS = re.compile(r"[&＆'’`´]")


class CompanyName(msgspec.Struct, frozen=True, gc=False):
    """A name as it is compared; ``core`` is equal for every way of writing one name, legal form aside."""

    raw: str
    core: str
    words: tuple[str, ...]
    brand: str  # the core without trade, place and rank in a group
    legal_form: str | None
    body: str | None  # company, association, school …; None when no form says it
    trades: frozenset[str]
    regions: frozenset[str]
    brackets: tuple[str, ...]
    script: str  # of the brand as written: latin, kana, kanji or other; the reading of kanji is unknown


def _words(text: str) -> list[str]:
    if _MARKS.search(text):
        text = _APOSTROPHES.sub("", _AND.sub(" and ", text))
    return [word for word in _WORD_ENDS.split(text) if word]


def _ending(word: str, endings: frozenset[str]) -> str:
    for size in range(min(len(word) - 1, LONGEST_ENDING), 0, -1):
        if word[-size:] in endings:
            return word[-size:]
    return ""


def _take_apart(word: str) -> tuple[str, str | None, str | None]:
    """(what is left, trade, region) of one word; the trade is the word's end in Japanese."""
    if word in TRADE_OF:
        return "", TRADE_OF[word], None
    if word in REGION_OF:
        return "", None, REGION_OF[word]
    if word in EMPTY_WORDS:
        return "", None, None
    if word.isascii():
        ending = _ending(word, ROMAJI_ENDINGS)
        if len(word) - len(ending) < 3 or not ending:
            return word, None, None
        return word[: -len(ending)], TRADE_OF[ending], None
    trade = region = None
    ending = _ending(word, JAPANESE_ENDINGS)
    if ending:
        word, trade = word[: -len(ending)], TRADE_OF[ending]
    elif script_of(word) == "kana":
        # メディスペースジュウケン
        read = _comparable(word)
        ending = _ending(read, ROMAJI_ENDINGS)
        if ending and len(read) - len(ending) >= 3:
            return read[: -len(ending)], TRADE_OF[ending], None
    if word.endswith(JAPANESE_REGIONS) or word.startswith(JAPANESE_REGIONS):
        place = next(place for place in JAPANESE_REGIONS if word.endswith(place) or word.startswith(place))
        word, region = word.removesuffix(place).removeprefix(place), REGION_OF[place]
    return word.removesuffix("グループ"), trade, region


def _comparable(word: str) -> str:
    return word if word.isascii() and not word.isalpha() else fold_long_vowels(romaji(word))


class _Word(msgspec.Struct, frozen=True):
    """One word of a name: as it is compared, and what is left of it without trade and region."""

    compared: str
    left: str
    left_compared: str
    trade: str | None
    region: str | None


def _word(word: str) -> _Word:
    # A number is no trade and no place, and seldom comes twice.
    return _Word(word, word, word, None, None) if word.isdigit() and word.isascii() else _known_word(word)


@lru_cache(maxsize=8_192)
def _known_word(word: str) -> _Word:
    left, trade, region = _take_apart(fold_long_vowels(word) if word.isascii() else word)
    return _Word(_comparable(word), left, _comparable(left) if left else "", trade, region)


def _without_address(shown: str) -> str:
    """The name in small letters, new kanji, without honorific; a web address gives what stands before its suffix."""
    ascii_only = shown.isascii()
    text = shown.lower() if ascii_only else _HONORIFICS.sub("", new_kanji(without_accents(shown)).casefold())
    return _WEB_ADDRESS.sub(r"\1", text) if "." in text else text


@lru_cache(maxsize=4_096)
def company_name(raw: str | None) -> CompanyName | None:
    """The name taken apart, None when it is empty, a placeholder or nothing but a legal form."""
    shown = plain(raw)
    if not shown or is_placeholder(shown):
        return None
    text = _without_address(shown)
    text, japanese_form = strip_japanese(text)
    brackets = tuple(inside for inside in (found.strip() for found in _BRACKETS.findall(text)) if inside)
    outside = _BRACKETS.sub(" ", text) if brackets else text
    words, western_form = strip_western(_words(join_initials(outside)))
    if not words:
        # Everything stood in brackets.
        words, western_form = strip_western(_words(join_initials(text)))
    written = [word for word in words if word != "the"] or words
    if not written or is_placeholder("".join(written)):
        return None

    parts = [_word(word) for word in written]
    core = "".join([part.compared for part in parts])
    brand = "".join([part.left_compared for part in parts])
    regions = {part.region for part in parts if part.region}
    trades = frozenset([part.trade for part in parts if part.trade])
    left = "".join([part.left for part in parts])
    if not brand:
        # 日本通信 consists of a place and a trade: it is its own brand.
        left, trades, regions, brand = "", frozenset(), set(), core
    script = script_of(left or "".join(written))
    state = western_form[1] if western_form else None
    if japanese_form or state:
        regions.add(state or "jp")
    return CompanyName(
        raw=shown,
        core=core,
        words=tuple([part.compared for part in parts]),
        brand=brand,
        legal_form=japanese_form[0] if japanese_form else western_form[0] if western_form else None,
        body=japanese_form[1] if japanese_form else body_of(western_form[0]) if western_form else None,
        trades=trades,
        regions=frozenset(regions),
        brackets=brackets,
        script="kana" if script == "latin" and script_of("".join(written)) == "kana" else script,
    )


def is_surely_a_company(name: CompanyName) -> bool:
    """Whether the name itself says it is no person's: it has a legal form, a trade or a country."""
    return name.legal_form is not None or bool(name.trades) or bool(name.regions)
