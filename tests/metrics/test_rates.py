"""Rates of exchange: the latest of the pair, the inverse where only that is there, never two put together."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from kizuna.errors import ConfigError
from kizuna.metrics import rate_files
from kizuna.metrics.exact import decimal
from kizuna.metrics.rates import Rate, Rates, converted, rate_on

JAN, FEB, MAR = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


def usd(rate: str, day: date = JAN, to: str = "JPY", currency: str = "USD", provider: str = "") -> Rate:
    return Rate(currency=currency, to=to, day=day, rate=Decimal(rate), provider=provider)


def test_the_latest_rate_on_the_day_is_taken():
    rates = Rates([usd("160", MAR), usd("150"), usd("155", FEB)])

    worth = [
        converted(Decimal(2), "USD", "JPY", day, rates) for day in (date(2025, 12, 31), JAN, date(2026, 2, 28), MAR)
    ]

    assert worth == [None, 300, 310, 320]


def test_the_inverse_is_taken_exactly_where_only_that_is_there():
    only = [usd("3")]

    assert converted(Decimal(1), "JPY", "USD", JAN, only) == Fraction(1, 3)
    assert converted(Decimal(1), "JPY", "USD", JAN, [*only, usd("0.3", currency="JPY", to="USD")]) == Fraction(3, 10)


def test_rates_by_way_of_a_third_currency_are_not_put_together():
    rates = [usd("150"), usd("165", currency="EUR")]

    assert rate_on("USD", "EUR", JAN, rates) is None


def test_of_two_providers_on_one_day_the_first_by_name_is_believed_in_any_order():
    rates = [usd("151", provider="tokyo"), usd("150", provider="frankfurt")]

    found = [rate_on("usd", "jpy", JAN, made) for made in (rates, rates[::-1])]

    assert [used.rate.provider for used in found if used] == ["frankfurt", "frankfurt"]


@pytest.mark.parametrize("text", ["0.1", "12345678901234567890.123456789012345678901234", "-0.000001", "0", "1E+20"])
def test_a_fraction_that_ends_is_a_decimal_number_to_the_last_digit(text):
    assert decimal(Fraction(text.replace("E+", "e"))) == Decimal(text)


def test_a_fraction_that_does_not_end_has_twenty_eight_digits():
    assert decimal(Fraction(1, 3)) == Decimal("0.3333333333333333333333333333")


def test_a_file_from_a_japanese_spreadsheet_is_read():
    text = "日付;レート;通貨;換算先;提供元\r\n2026/1/5;150.25;usd;ＪＰＹ;日銀\r\n2026/01/05;150.25;USD;JPY;日銀\r\n\r\n"

    good, bad = rate_files.read(text.replace("ＪＰＹ", "JPY").encode("cp932"), "rates.csv")

    assert good == [usd("150.25", date(2026, 1, 5), provider="日銀")]
    assert bad == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("US,JPY,2026-01-01,1", "`currency` is 'US'"),
        ("USD,USD,2026-01-01,1", "are both USD"),
        ("USD,JPY,2026-02-30,1", "`day` is '2026-02-30'"),
        ("USD,JPY,01/02/2026,1", "`day` is '01/02/2026'"),
        ("USD,JPY,2026-01-01,0", "`rate` is '0'"),
        ("USD,JPY,2026-01-01,-1", "`rate` is '-1'"),
        ("USD,JPY,2026-01-01,NaN", "`rate` is 'NaN'"),
        ('USD,JPY,2026-01-01,"1,50"', "`rate` is '1,50'"),
        ("USD,JPY,2026-01-01,1E+99", "more than 30 digits"),
        ("USD,JPY,2026-01-01", "`rate` is ''"),
        ("EUR,JPY,2026-01-01,161", "another rate of EUR to JPY on 2026-01-01"),
    ],
)
def test_a_row_that_is_no_rate_is_told_with_its_line(row, reason):
    content = f"\ufeffcurrency,to,day,rate\nEUR,JPY,2026-01-01,160\n{row}\n".encode()

    good, bad = rate_files.read(content, "rates.csv")

    assert [one.rate for one in good] == [Decimal(160)]
    assert [(one.line, reason in one.reason) for one in bad] == [(3, True)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "has no column `currency` and `to` and `day` and `rate`"),
        (b"currency,to,day\n", "has no column `rate`"),
        (b"currency,from,to,day,rate\n", "two columns for `currency`"),
        (b"currency,to,day,rate\n\x81\x20", "neither UTF-8 nor Shift_JIS"),
        (b'currency,to,day,rate\nUSD,JPY,2026-01-01,"1', "cannot be read at line 2"),
    ],
)
def test_a_file_that_is_no_table_of_rates_is_refused_in_a_sentence(content, reason):
    with pytest.raises(ConfigError, match=r"^rates\.csv .*\.$") as refused:
        rate_files.read(content, "rates.csv")

    assert reason in str(refused.value)
