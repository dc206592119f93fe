"""Rates of exchange in the database: exact, one for each pair, day and provider."""

from datetime import date
from decimal import Decimal

import pytest

from kizuna.metrics.rates import Rate
from kizuna.storage import rates
from kizuna.storage.database import Database
from kizuna.storage.rates import Loaded
from kizuna.storage.tables import METADATA

JAN, FEB = date(2026, 1, 1), date(2026, 2, 1)


@pytest.fixture
def sql(database_url):
    database = Database(database_url)
    METADATA.create_all(database.engine)
    with database.write() as opened:
        yield opened
    database.close()


def rate(number: str, day: date = JAN, currency: str = "USD", to: str = "JPY", provider: str = "") -> Rate:
    return Rate(currency=currency, to=to, day=day, rate=Decimal(number), provider=provider)


def test_a_rate_is_kept_to_the_last_digit(sql):
    fine = rate("0.006711409395973154362416107383")

    rates.load(sql, [fine, rate("1E+3", FEB)], at=1)

    assert list(rates.all_of(sql)) == [fine, rate("1000", FEB)]


def test_loading_again_changes_what_differs_and_nothing_else(sql):
    first = rates.load(sql, [rate("150"), rate("151", FEB)], at=1)
    second = rates.load(sql, [rate("150.0"), rate("152", FEB), rate("149", provider="other")], at=2)

    assert (first, second) == (Loaded(2, 0, 0), Loaded(1, 1, 1))
    assert [one.rate for one in rates.all_of(sql)] == [150, 149, 152]


def test_the_rates_of_a_currency_are_those_from_it_and_to_it(sql):
    rates.load(sql, [rate("150"), rate("0.9", to="EUR"), rate("160", currency="EUR")], at=1)

    assert {(one.currency, one.to) for one in rates.all_of(sql, "JPY")} == {("USD", "JPY"), ("EUR", "JPY")}


def test_those_of_a_day_or_a_provider_are_removed_alone(sql):
    rates.load(sql, [rate("150"), rate("151", FEB), rate("149", FEB, provider="other")], at=1)

    gone = [
        rates.remove(sql, "USD", "JPY", day=JAN),
        rates.remove(sql, "USD", "JPY", provider="other"),
        rates.remove(sql, "JPY", "USD"),
    ]

    assert gone == [1, 1, 0]
    assert [one.day for one in rates.all_of(sql)] == [FEB]
