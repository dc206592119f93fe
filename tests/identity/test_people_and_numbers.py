"""Names of people, telephone numbers, corporate numbers."""

import pytest

from kizuna.identity.comparison import person_names
from kizuna.identity.corporate_numbers import check_digit
from kizuna.identity.japanese import fold_long_vowels, romaji
from kizuna.identity.normalise import corporate_number, country_code, person_name, phone


@pytest.mark.parametrize(
    ("kana", "latin"),
    [
        ("シンブン", "shinbun"),
        ("きょうと", "kyoto"),
        ("トーキョー", "tokyo"),
        ("ハッピー", "happi"),
        ("マッチャ", "matcha"),
        ("ヴァイオ", "vaio"),
        ("ファミリー", "famiri"),
        ("じゅんいち", "junichi"),
        ("青葉サービス", "青葉sabisu"),
        ("っ", ""),
    ],
)
def test_kana_become_romaji_and_all_else_stays(kana, latin):
    folded = fold_long_vowels(romaji(kana))

    assert folded == latin


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("toukyou", "tokyo"),
        ("ohno", "ono"),
        ("satoh", "sato"),
        ("shimbun", "shinbun"),
        ("yuuki", "yuki"),
        ("jun'ichi", "junichi"),
        ("google", "google"),
        ("cooper", "cooper"),
        ("school", "school"),
    ],
)
def test_long_vowels_are_short_in_japanese_words_only(word, folded):
    found = fold_long_vowels(word)

    assert found == folded


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("Taro Sato", "SATO Taro", "equal"),
        ("Taro Sato", "Tarou Satoh", "equal"),
        ("サトウ タロウ", "Taro Sato", "equal"),
        ("佐藤 太郎", "佐藤太郎 様", "equal"),
        ("齋藤太郎", "斎藤 太郎", "equal"),
        ("José García", "Jose Garcia", "equal"),
        ("Bob Smith", "Robert Smith", "partial"),
        ("R. Smith", "Bob Smith", "partial"),
        ("Dr. Robert J. Smith Jr.", "Robert Smith", "partial"),
        ("Sato", "Taro Sato", "partial"),
        ("佐藤", "佐藤太郎", "partial"),
        ("佐藤 太郎", "Taro Sato", "unreadable"),
        ("ジョン スミス", "John Smith", "unreadable"),
        ("Suzuki", "Taro Sato", "unlike"),
        ("Hanako Sato", "Taro Sato", "half"),
        ("佐藤 花子", "佐藤 太郎", "half"),
        ("Anna Brown", "Taro Sato", "conflict"),
        (None, "Taro Sato", "missing"),
        ("test", "Taro Sato", "missing"),
        ("taro@aoba.jp", "Taro Sato", "missing"),
    ],
)
def test_two_names_stand_to_each_other_the_same_both_ways(one, other, level):
    found = person_names(person_name(one), person_name(other))
    turned = person_names(person_name(other), person_name(one))

    assert (found, turned) == (level, level)


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        ("03-1234-5679", "JP", "+81312345679"),
        ("０３－１２３４－５６７９", "JP", "+81312345679"),
        ("+81 (0)3-1234-5679", None, "+81312345679"),
        ("03-1234-5679 内線12", "JP", "+81312345679"),
        ("090-1234-5678", "JP", "+819012345678"),
        ("(415) 555-2671 ext. 4", "US", "+14155552671"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("+49 30 123456", "JP", "+4930123456"),
        ("03-1234-5679", None, None),
        ("000-0000-0000", "JP", None),
        ("1234567890", "US", None),
        ("12", "JP", None),
        ("none", "JP", None),
        ("+" * 100, "JP", None),
        (None, None, None),
    ],
)
def test_a_telephone_number_is_e164_or_none(written, region, number):
    found = phone(written, region)

    assert found == number


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("JP", "JP"),
        ("jp", "JP"),
        ("Japan", "JP"),
        ("日本", "JP"),
        ("United States", "US"),
        ("Atlantis", None),
        ("", None),
        (None, None),
    ],
)
def test_a_country_is_known_by_code_or_name(written, code):
    found = country_code(written)

    assert found == code


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("7000012050002", "7000012050002"),
        ("T7000012050002", "7000012050002"),
        ("７０００-０１２０-５０００２", "7000012050002"),
        ("7000012050003", None),
        ("0000000000000", None),
        ("9999999999999", None),
        ("DE123456788", "DE123456788"),
        ("de 123 456 788", "DE123456788"),
        ("DE000000000", None),
        ("12-3456789", None),
        ("unknown", None),
        (None, None),
    ],
)
def test_a_corporate_number_has_its_check_digit(written, number):
    found = corporate_number(written)

    assert found == number


def test_the_check_digit_follows_the_ordinance():
    digit = check_digit("000012050002")

    assert digit == 7
