"""A word as it is written, spoken and transcribed."""

from __future__ import annotations

import msgspec


class Word(msgspec.Struct, frozen=True):
    """``text`` as written, ``kana`` in katakana, ``latin`` in lower-case Latin letters without marks."""

    text: str
    kana: str
    latin: str


def words(table: str) -> tuple[Word, ...]:
    """The words of a table written ``text/kana/latin`` and parted by white space."""
    return tuple(Word(*entry.split("/")) for entry in table.split())
