"""`kizuna metrics` and `kizuna rates`: the same answers as the API, as tables and as JSON."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kizuna.metrics.rates import Rate
from kizuna.storage import schema
from kizuna.storage.database import Database
from tests.cli.conftest import read_json
from tests.graphql.house import house
from tests.graphql.revenues import metric, rated, sold

DAY = ("--as-of", "2026-06-30")


@pytest.fixture
def told(kizuna, database_url, monkeypatch):
    """Calls `kizuna` over a house where one firm pays yen and one dollars; and what the API answers there."""
    database = Database(database_url)
    schema.upgrade(database)
    database.close()
    monkeypatch.setenv("KIZUNA_DATABASE", database_url)
    with house(database_url) as made:
        sold(made, "sakura", "12000", quantity="2")
        sold(made, "hanabi", "100.50", "USD")
        rated(made, Rate(currency="JPY", to="USD", day=date(2026, 1, 1), rate=Decimal("0.0075"), provider="bank"))

        def call(*words):
            return kizuna(*words, KIZUNA_DATABASE=database_url)

        call.house = made
        yield call


def test_a_metric_is_the_one_of_the_api_with_its_rows_rates_and_records(told):
    done = read_json(told("metrics", "MRR", *DAY, "--currency", "jpy", "--explain", "--json"))
    api = metric(told.house, "mrr", currency="JPY")

    assert (done["value"], done["currency"], done["coverage"]) == (api["value"], "JPY", "1")
    assert (
        done["rates"]
        == api["rates"]
        == [{"currency": "JPY", "to": "USD", "day": "2026-01-01", "rate": "0.0075", "provider": "bank"}]
    )
    assert {row["name"]: (row["figures"]["mrr"], row["records"]) for row in done["rows"]} == {
        "sakura Works": ("24000", ["bill/subscriptions/s-sakura"]),
        "hanabi Works": ("13400", ["bill/subscriptions/s-hanabi"]),
    }


def test_a_metric_is_printed_with_its_formula_and_its_rows_in_two_languages(told):
    english = told("metrics", "show", "nrr", *DAY, "--currency", "USD", "--explain").stdout
    japanese = told("metrics", "show", "mrr", *DAY, "--currency", "USD", "--language", "ja").stdout
    mixed = told("metrics", "mrr", *DAY).stdout

    assert "nrr: none (missing_fx)" in told("metrics", "nrr", *DAY, "--currency", "EUR").stdout
    assert "left out: 1 missing_fx" in english
    assert "hanabi Works" in english
    assert "mrr: 280.50 USD\n月次経常収益（MRR）" in japanese
    assert "none (mixed_currencies)" in mixed
    assert "choose one with --currency" in mixed


def test_a_series_a_list_and_policies_side_by_side(told):
    series = read_json(told("metrics", "series", "mrr", "--months", "3", *DAY, "--currency", "USD", "--json"))
    listed = told("metrics").stdout
    policies = told("metrics", "policies").stdout

    assert [(one["as_of"], one["value"]) for one in series] == [
        ("2026-04-30", "280.5"),
        ("2026-05-31", "280.5"),
        ("2026-06-30", "280.5"),
    ]
    assert "quick_ratio" in listed
    assert policies.splitlines()[0].split()[0] == "kizuna"
    assert "chartmogul" in policies


def test_movements_are_listed_by_customer_kind_and_day(told):
    every = read_json(told("metrics", "movements", "--json"))
    (yen,) = [one for one in every if one["amount"]["currency"] == "JPY"]

    of_one = read_json(told("metrics", "movements", "--customer", yen["customer"]["id"], "--json"))
    none = told("metrics", "movements", "--kind", "churn")
    before = read_json(told("metrics", "movements", "--until", "2025-01-01", "--json"))
    unknown = told("metrics", "movements", "--customer", "cus_0000000000000000")

    assert [(one["kind"], one["amount"]["amount"]) for one in of_one] == [("NEW", "24000")]
    assert (len(every), before, "That is all." in none.stdout) == (2, [], True)
    assert (unknown.returncode, unknown.stderr.count("\n")) == (1, 1)


def test_rates_are_loaded_whole_or_not_at_all(told, tmp_path):
    (tmp_path / "rates.csv").write_text("通貨,換算先,日付,レート\nEUR,JPY,2026-01-01,160\nEUR,JPY,2026-02-01,0\n")

    refused = told("rates", "load", "rates.csv")
    before = read_json(told("rates", "list", "--currency", "EUR", "--json"))
    taken = told("rates", "load", "rates.csv", "--skip-bad")
    after = told("rates", "list", "--currency", "eur").stdout
    gone = told("rates", "remove", "EUR", "JPY")

    assert (refused.returncode, before) == (1, [])
    assert "rates.csv line 3: `rate` is '0'" in refused.stderr
    assert (taken.returncode, "1 new, 0 changed, 0 as before, 1 left out" in taken.stdout) == (0, True)
    assert ("160" in after, gone.stdout) == (True, "Removed: 1.\n")
    assert told("rates", "remove", "EUR", "JPY").returncode == 1


MISTAKES = (
    (("metrics", "show", "mrrr"), "did you mean 'mrr'?", 1),
    (("metrics", "serie"), "did you mean 'series'?", 2),
    (("metrics", "mrr", "--policy", "mine"), "There is no policy 'mine'", 1),
    (("metrics", "mrr", "--currency", "yen!"), "write its three letters", 1),
    (("metrics", "mrr", "--known-at", "2026-01-01T00:00"), "is no instant", 1),
    (("metrics", "nrr", *DAY, "--since", "2026-06-30"), "let it begin before it ends", 1),
    (("rates", "load", "none.csv"), "There is no file none.csv", 1),
)


def test_a_mistake_is_one_sentence(told):
    done = [told(*words) for words, _, _ in MISTAKES]

    assert [one.returncode for one in done] == [code for _, _, code in MISTAKES]
    assert [sentence in one.stderr for one, (_, sentence, _) in zip(done, MISTAKES, strict=True)] == [True] * 7
    assert not any("Traceback" in one.stderr for one in done)
