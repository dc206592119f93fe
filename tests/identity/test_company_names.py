"""Company names: one core for every way of writing a name, and nothing for what is no name."""

import pytest

from kizuna.identity.normalise import company_name


@pytest.mark.parametrize(
    "written",
    [
        "株式会社青葉商事",
        "青葉商事株式会社",
        "青葉商事 株式会社",
        "(株)青葉商事",
        "青葉商事㈱",
        "㍿青葉商事",
        "（株）青葉商事",
        "青葉商事(株)",
        "青葉商事",
        "青葉商事 御中",
        "有限会社青葉商事",
        "合同会社　青葉商事",
        "青葉商事(東京支店)",
        "青葉商事\u200b",
    ],
)
def test_a_japanese_name_has_one_core_whatever_its_legal_form_and_width(written):
    name = company_name(written)

    assert name is not None
    assert (name.core, name.brand, name.trades) == ("青葉商事", "青葉", {"trading"})


@pytest.mark.parametrize(
    "written",
    [
        "アオバショウジ",
        "アオバショウジカ)",
        "ｱｵﾊﾞｼｮｳｼﾞ",
        "カ)アオバショウジ",
        "アオバショウジ(カ",
        "Aoba Shoji K.K.",
        "Aoba Shouji Co., Ltd.",
        "AOBA SHŌJI",
        "aoba-shoji inc.",
        "あおばしょうじ",
        "Ａｏｂａ\u3000Ｓｈｏｊｉ",
        "Kabushiki Kaisha Aoba Shoji",
        "Aoba Shoji Kabushiki Kaisha",
    ],
)
def test_kana_and_romaji_of_one_name_have_one_core(written):
    name = company_name(written)

    assert name is not None
    assert name.core == "aobashoji"


@pytest.mark.parametrize(
    ("written", "core"),
    [
        ("Müller GmbH & Co. KG", "muller"),
        ("Dupont S.A.R.L.", "dupont"),
        ("S.A.R.L. Dupont", "dupont"),
        ("Société Générale S.A.", "societegenerale"),
        ("Philips N.V.", "philips"),
        ("Booking.com B.V.", "booking"),
        ("合同会社DMM.com", "dmm"),
        ("booking.com", "booking"),
        ("Smith & Sons, Inc.", "smithandsons"),
        ("Smith and Sons", "smithandsons"),
        ("The Coca-Cola Company", "cocacola"),
        ("Coca Cola", "cocacola"),
        ("McDonald's", "mcdonalds"),
        ("McDonald’s Corporation", "mcdonalds"),
        ("Acme Pty Ltd", "acme"),
        ("Acme Sdn. Bhd.", "acme"),
        ("PT Astra Tbk", "astra"),
        ("J. P. Morgan", "jpmorgan"),
        ("AG Ltd", "ag"),
        ("ウィングアーク1st株式会社", "winguaku1st"),
        ("一般社団法人 緑の会", "緑no会"),
        ("髙島屋", "高島屋"),
        ("齋藤工業", "斎藤工業"),
        ("X1", "x1"),
        ("37signals", "37signals"),
    ],
)
def test_the_core_keeps_what_tells_companies_apart(written, core):
    name = company_name(written)

    assert name is not None
    assert name.core == core


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        " ",
        "-",
        "--",
        "...",
        "?",
        "0000",
        "123",
        "test",
        "TEST 1",
        "Test Inc.",
        "n/a",
        "N.A.",
        "none",
        "unknown",
        "null",
        "asdf",
        "xxx",
        "zzzzzz",
        "x" * 200,
        "テスト",
        "テスト株式会社",
        "なし",
        "無し",
        "不明",
        "個人",
        "株式会社",
        "(株)",
        "Inc.",
        "Ltd",
        "😀",
        "\u202e",
        "\x00",
        "（\u3000）",
        "・",
    ],
)
def test_a_placeholder_is_no_name(written):
    name = company_name(written)

    assert name is None


@pytest.mark.parametrize(
    ("written", "legal_form", "body"),
    [
        ("株式会社青葉", "kk", "company"),
        ("青葉(同)", "gk", "company"),
        ("一般財団法人青葉", "zaidan", "association"),
        ("医療法人社団青葉会", "iryo", "medical"),
        ("学校法人青葉", "gakko", "school"),
        ("青葉税理士法人", "zeirishi", "firm"),
        ("Acme GmbH", "gmbh", "company"),
        ("Acme", None, None),
    ],
)
def test_the_legal_form_is_kept_as_a_code(written, legal_form, body):
    name = company_name(written)

    assert name is not None
    assert (name.legal_form, name.body) == (legal_form, body)


@pytest.mark.parametrize(
    ("written", "brand", "trades", "regions"),
    [
        ("Aoba Foods", "aoba", {"foods"}, set()),
        ("アオバ食品株式会社", "aoba", {"foods"}, {"jp"}),
        ("Sony Group Corporation", "sony", set(), set()),
        ("青葉ホールディングス", "青葉", {"holdings"}, set()),
        ("Acme Japan", "acme", set(), {"jp"}),
        ("アクメジャパン", "akume", set(), {"jp"}),
        ("Acme GmbH", "acme", set(), {"de"}),
        ("日本通信", "日本通信", set(), set()),
    ],
)
def test_trade_and_place_are_no_part_of_the_brand(written, brand, trades, regions):
    name = company_name(written)

    assert name is not None
    assert (name.brand, name.trades, name.regions) == (brand, trades, regions)


@pytest.mark.parametrize(
    "written", ["מיקרוסופט", "شركة النور", "🏢 Aoba 🏢", "Å" * 300, "a\u0301" * 150, "한국전력", "\ud800Aoba"]
)
def test_no_writing_breaks_the_normaliser(written):
    name = company_name(written)

    assert name is None or len(name.core) <= 512
