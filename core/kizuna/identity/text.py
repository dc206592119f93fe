"""Text as identity compares it: one width, one case, no invisible characters, no placeholder words."""

from __future__ import annotations

import re
import unicodedata

# Longer values are cut: nobody's name is longer, and a pasted page must not cost a second of work.
LONGEST_VALUE_CHARS = 256

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_SPACES = re.compile(r"\s+")
_LATIN_MARKS = re.compile("[\u0300-\u036f]")
_COUNTER = re.compile(r"[\W\d_]+")

# Words people type because a field wants a value. Compared without case, digits, spaces and punctuation.
PLACEHOLDER_WORDS = frozenset(
    """
    a aa aaa aaaa abc abcd anonymous asdf asdfasdf bar baz blank client company companyname customer customername
    default delete deleted donotuse dummy dummyaccount empty example examplecompany foo foobar freelance freelancer
    guest individual me mycompany na name nil no nobody nocompany noname none notapplicable notavailable notprovided
    notset nothing null other others person personal private qwerty retired sample samplecompany self selfemployed
    student tba tbc tbd temp test testaccount testcompany testcustomer tester testing testtest testuser undefined
    unknown unknowncompany unnamed user x xx xxx xxxx xyz zzz
    テスト テスト会社 テストアカウント テスト用 テストテスト テスト企業 テストユーザー サンプル サンプル会社 ダミー
    なし 無し 無 ナシ 不明 未定 未設定 未登録 未入力 未記入 該当なし 該当無し 非公開 個人 個人事業主 個人事業 個人名義
    自営業 フリーランス 学生 無職 匿名 その他 会社名 名前 氏名 法人名 名称未設定 名無し 名無しの権兵衛 ゲスト ああ あああ
    ああああ あいうえお ほげ 例 削除 削除済み 使用禁止 重複
    """.split()
)


def plain(text: str | None) -> str:
    """The text in NFKC with single spaces and without control, direction and zero-width characters; "" for None."""
    if not text:
        return ""
    if text.isascii() and text.isprintable():
        return " ".join(text[:LONGEST_VALUE_CHARS].split())
    cut = unicodedata.normalize("NFKC", text[:LONGEST_VALUE_CHARS])[:LONGEST_VALUE_CHARS]
    return _SPACES.sub(" ", _INVISIBLE.sub("", cut)).strip()


def without_accents(text: str) -> str:
    """Latin letters without their marks (``é`` → ``e``); kana keep theirs, because ``が`` is not ``か``."""
    if text.isascii():
        return text
    pieces = []
    for character in text:
        # Only what decomposes into a Latin letter first: Greek, kana and hangul stay whole.
        decomposed = unicodedata.normalize("NFD", character)
        pieces.append(_LATIN_MARKS.sub("", decomposed) if decomposed[0].isascii() else character)
    return "".join(pieces)


def is_placeholder(text: str) -> bool:
    """Whether a field says nothing: a filler word, a lone sign, only digits, or one letter held down."""
    word = text.lower() if text.isascii() and text.isalpha() else _COUNTER.sub("", text.casefold())
    if len(word) <= 2 and word and any(map(str.isdigit, text)):
        # X1 and 3A are names; a letter alone is none.
        return False
    return not word or word in PLACEHOLDER_WORDS or (len(word) > 2 and len(set(word)) == 1)
