"""Japanese writing: kana to romaji with long vowels folded, old kanji to new; the reading of kanji is never guessed."""

from __future__ import annotations

import re

_ROWS = {
    "a": "あ い う え お",
    "k": "か き く け こ",
    "g": "が ぎ ぐ げ ご",
    "s": "さ し す せ そ",
    "z": "ざ じ ず ぜ ぞ",
    "t": "た ち つ て と",
    "d": "だ ぢ づ で ど",
    "n": "な に ぬ ね の",
    "h": "は ひ ふ へ ほ",
    "b": "ば び ぶ べ ぼ",
    "p": "ぱ ぴ ぷ ぺ ぽ",
    "m": "ま み む め も",
    "r": "ら り る れ ろ",
}
_IRREGULAR = {
    **{"し": "shi", "じ": "ji", "ち": "chi", "ぢ": "ji", "つ": "tsu", "づ": "zu", "ふ": "fu"},
    **{"や": "ya", "ゆ": "yu", "よ": "yo", "わ": "wa", "ゐ": "i", "ゑ": "e", "を": "o", "ん": "n", "ゔ": "vu"},
    **{"ぁ": "a", "ぃ": "i", "ぅ": "u", "ぇ": "e", "ぉ": "o", "ゃ": "ya", "ゅ": "yu", "ょ": "yo", "ゎ": "wa"},
    **{"ゕ": "ka", "ゖ": "ke"},
}
# Sounds written with a small second sign, mostly in words borrowed from other languages.
_BORROWED = {
    **{"ふぁ": "fa", "ふぃ": "fi", "ふぇ": "fe", "ふぉ": "fo", "ふゅ": "fyu", "ゔぁ": "va", "ゔぃ": "vi", "ゔぇ": "ve"},
    **{
        "ゔぉ": "vo",
        "てぃ": "ti",
        "でぃ": "di",
        "とぅ": "tu",
        "どぅ": "du",
        "てゅ": "tyu",
        "でゅ": "dyu",
        "うぃ": "wi",
    },
    **{
        "うぇ": "we",
        "うぉ": "wo",
        "しぇ": "she",
        "じぇ": "je",
        "ちぇ": "che",
        "つぁ": "tsa",
        "つぃ": "tsi",
        "つぇ": "tse",
    },
    **{"つぉ": "tso", "いぇ": "ye", "くぁ": "kwa", "くぃ": "kwi", "くぇ": "kwe", "くぉ": "kwo", "ぐぁ": "gwa"},
}


def _syllables() -> dict[str, str]:
    table = dict(_BORROWED)
    for consonant, row in _ROWS.items():
        for kana, vowel in zip(row.split(), "aiueo", strict=True):
            table[kana] = vowel if consonant == "a" else consonant + vowel
    table.update(_IRREGULAR)
    for kana in "きぎしじちぢにひびぴみり":
        stem = table[kana][:-1]
        for small, vowel in (("ゃ", "a"), ("ゅ", "u"), ("ょ", "o")):
            table[kana + small] = stem + ("" if stem in {"sh", "j", "ch"} else "y") + vowel
    return table


_SYLLABLES = _syllables()
_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_KANA_RUN = re.compile("[\u3041-\u309f\u30a1-\u30ff]+")
_IDEOGRAPH = re.compile("[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_JAPANESE = re.compile("[\u3005\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

# A Latin word that can be read as Japanese syllables: only in such a word is a doubled vowel a long one.
_READS_AS_JAPANESE = re.compile(
    r"(?:(?:k{1,2}|s{1,2}|t{1,2}|p{1,2}|[gzdnhbmr])?y?[aeiou]h?(?![aeiouy]h)|(?:s?sh|t?ch|t?ts|j|f|w|y|v)y?[aeiou]h?"
    r"|n(?![aeiou])|m(?=[bpm])|')+"
)
_LONG_O = re.compile(r"o(?:[ou]+|h(?![aeiouy]))")
_SOUNDS = re.compile("[a-z\u3041-\u30ff]")
_LONG_VOWEL = re.compile(r"([aeiu])\1+")

_NEW_KANJI = str.maketrans(
    "髙﨑邊邉齋齊澤濱廣國學會藏櫻眞龍嶋嶌惠榮德瀨淺圓應櫛齒舊戶增藝彌靜縣總與豐鐵驛佛條發萬寶澁濵",
    "高崎辺辺斎斉沢浜広国学会蔵桜真竜島島恵栄徳瀬浅円応櫛歯旧戸増芸弥静県総与豊鉄駅仏条発万宝渋浜",
)


def has_kanji(text: str) -> bool:
    """Whether the text holds a character whose reading is not written in it."""
    return not text.isascii() and _IDEOGRAPH.search(text) is not None


def is_japanese(text: str) -> bool:
    """Whether the text holds kana or kanji (Chinese text counts too: it is not told apart here)."""
    return not text.isascii() and _JAPANESE.search(text) is not None


def script_of(text: str) -> str:
    """``latin``, ``kana``, ``kanji`` (one is enough: the reading is then unknown) or ``other``."""
    if text.isascii():
        return "latin"
    return "kanji" if has_kanji(text) else "kana" if is_japanese(text) else "other"


def reads_as_japanese(word: str) -> bool:
    """Whether a Latin word in lower case consists of Japanese syllables (``aoba``, ``shinbun``)."""
    return _READS_AS_JAPANESE.fullmatch(word) is not None


def new_kanji(text: str) -> str:
    """Kanji in the form used today (``齋藤`` → ``斎藤``, ``髙橋`` → ``高橋``)."""
    return text if text.isascii() else text.translate(_NEW_KANJI)


def _run_to_romaji(kana: str) -> str:
    sounds: list[str] = []
    doubled = False
    position = 0
    while position < len(kana):
        pair, one = kana[position : position + 2], kana[position]
        sound = _SYLLABLES.get(pair) if len(pair) == 2 else None
        position += 2 if sound else 1
        if sound is None:
            if one == "っ":
                doubled = True
                continue
            # A lone long-vowel mark or iteration mark adds a length, which folding drops anyway.
            sound = _SYLLABLES.get(one, "")
        if doubled and sound:
            sound = ("t" if sound.startswith("ch") else sound[0]) + sound
            doubled = False
        sounds.append(sound)
    return "".join(sounds)


def romaji(text: str) -> str:
    """The text with its kana in Hepburn romaji, long-vowel marks dropped; kanji and all else untouched.

    ``トーキョー`` → ``tokyo``; ``青葉サービス`` → ``青葉sabisu``.
    """
    if text.isascii():
        return text
    return _KANA_RUN.sub(lambda run: _run_to_romaji(run.group().translate(_TO_HIRAGANA)), text)


def fold_long_vowels(word: str) -> str:
    """A word of romaji with long vowels short (``oo``, ``ou``, ``oh`` → ``o``) and ``m`` before b, m, p as ``n``.

    A Latin word that cannot be Japanese (``google``, ``cooper``) is returned as it is.
    """
    if word.isascii():
        if not reads_as_japanese(word):
            return word
    elif not _SOUNDS.search(word) or not is_japanese(word):
        return word
    short = _LONG_VOWEL.sub(r"\1", _LONG_O.sub("o", word))
    return re.sub(r"m(?=[bmp])", "n", short).replace("'", "")
