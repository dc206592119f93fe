"""How near two values are that are not equal: dates, towns and mailboxes with a slip of the pen in them."""

from __future__ import annotations

import re
from datetime import date

from rapidfuzz.distance import OSA, JaroWinkler

from kizuna.identity.text import plain, without_accents

EQUAL, SLIP, NEAR, DIFFERENT = "equal slip near different".split()

_DAY = re.compile(r"(\d{4})\D?(\d{2})\D?(\d{2})")
# What forms fill in for whoever told none.
_NO_BIRTHDAYS = frozenset({"1900-01-01", "1970-01-01", "1980-01-01", "1990-01-01", "2000-01-01"})
_FIRST_YEAR, _LAST_YEAR = 1890, 2100
_WORD_ENDS = re.compile(r"[\W_]+")
_LIKE_FROM = 0.88
_VOWELS = frozenset("aeiouy")
_LONG_MAILBOX_CHARS = 9
_MAILBOX_SLIPS = 2


def birthday(text: str | None) -> str | None:
    """The day as ``1971-06-24`` of one written year first; None for what is no day of a birth, or a form's filler."""
    found = _DAY.fullmatch(plain(text)[:10])
    if found is None:
        return None
    try:
        day = date(*map(int, found.groups()))
    except ValueError:
        return None
    shown = day.isoformat()
    return shown if _FIRST_YEAR <= day.year <= _LAST_YEAR and shown not in _NO_BIRTHDAYS else None


def town(text: str | None) -> str | None:
    """The name of a town as letters alone, None when there is none."""
    return _WORD_ENDS.sub("", without_accents(plain(text)).casefold()) or None


def skeleton(word: str) -> str:
    """The consonants of a word without order and repetition: what most slips of the pen leave as it was."""
    return "".join(sorted(set(word) - _VOWELS)) or word


def birthdays(one: str, other: str) -> str:
    """``slip`` for one sign, or day and month, taken for another; ``near`` for two signs, or one of the three parts."""
    if one == other:
        return EQUAL
    parts, others = one.split("-"), other.split("-")
    turned = parts[0] == others[0] and parts[1:] == others[:0:-1]
    if turned or OSA.distance(one, other, score_cutoff=1) <= 1:
        return SLIP
    near = sum(map(str.__eq__, parts, others)) == len(parts) - 1 or OSA.distance(one, other, score_cutoff=2) <= 2
    return NEAR if near else DIFFERENT


def towns(one: str, other: str) -> str:
    """Whether two towns are one, perhaps with a slip, or different."""
    if one == other:
        return EQUAL
    return SLIP if JaroWinkler.similarity(one, other) >= _LIKE_FROM else DIFFERENT


def mailboxes_slip(one: str, other: str) -> bool:
    """Whether two long mailboxes differ by a letter or two."""
    if min(len(one), len(other)) < _LONG_MAILBOX_CHARS:
        return False
    return OSA.distance(one, other, score_cutoff=_MAILBOX_SLIPS) <= _MAILBOX_SLIPS
