"""Other words for the sandbox's worlds, so that no weight and no list can have been fitted to the usual ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from kizuna.sandbox.words import japanese_companies, japanese_people, western_companies, western_people

USUAL, OTHER = "usual", "other"

_ONSETS = "b br c d dr f g gl h k l m n p pr r s st t tr v w z".split()
_VOWELS = "a e i o u ai ou".split()
_CODAS = "l m n r s t x nd rk".split()
# Characters the usual tables do not begin or end with, and how they are read.
_SIGNS = """
鷹/タカ/taka 峰/ミネ/mine 磯/イソ/iso 楠/クス/kusu 霧/キリ/kiri 鈴/スズ/suzu 橘/タチ/tachi 瀬/セ/se 浦/ウラ/ura 雷/ライ/rai 鯨/クジ/kuji 桐/キリ/kiri
砂/スナ/suna 翠/スイ/sui 蔵/クラ/kura 鍛/タン/tan 柊/ヒイ/hii 雅/ミヤ/miya 嵐/アラ/ara 榛/ハル/haru 兜/カブト/kabuto 櫻/サク/saku 舟/フネ/fune 緑/ミド/mido
"""


@contextmanager
def spoken(words: str) -> Iterator[None]:
    """The sandbox's words exchanged for others inside the block; nothing changes for ``usual``."""
    if words == USUAL:
        yield
        return
    exchanged = _exchanged(Random(words))
    before = {(module, name): getattr(module, name) for module, name in exchanged}
    try:
        for (module, name), table in exchanged.items():
            setattr(module, name, table)
        _forget()
        yield
    finally:
        for (module, name), table in before.items():
            setattr(module, name, table)
        _forget()


def _exchanged(drawn: Random) -> dict[tuple[Any, str], Any]:
    signs = _SIGNS.split()
    found: dict[tuple[Any, str], Any] = {
        (western_companies, "HEADS"): " ".join(_syllables(drawn, 60, 1)).title(),
        (western_companies, "TAILS"): " ".join(_syllables(drawn, 60, 1)),
        (japanese_companies, "HEADS"): " ".join(signs),
        (japanese_companies, "TAILS"): " ".join(reversed(signs)),
    }
    for name in ("FAMILY", "GIVEN"):
        table = getattr(japanese_people, name).split()
        # The rare names become the frequent ones.
        found[japanese_people, name] = " ".join(reversed(table))
        western = getattr(western_people, name)
        found[western_people, name] = {language: " ".join(_syllables(drawn, 70, 2)).title() for language in western}
    return found


def _syllables(drawn: Random, count: int, least: int) -> list[str]:
    made: dict[str, None] = {}
    while len(made) < count:
        body = "".join(drawn.choice(_ONSETS) + drawn.choice(_VOWELS) for _ in range(least))
        made[body + drawn.choice(_CODAS)] = None
    return list(made)


def _forget() -> None:
    for table in (
        japanese_companies.coined,
        japanese_people.families,
        japanese_people.givens,
        western_companies.coined,
        western_people.families,
        western_people.givens,
    ):
        table.cache_clear()
