"""Metrics over planted subscriptions: values, rows that sum to them, reasons, rates, what was known when, who may read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from kizuna import clock
from kizuna.metrics.fills import METRICS
from kizuna.metrics.policy import POLICIES
from kizuna.metrics.rates import Rate
from tests.graphql.house import Counted, House, house
from tests.graphql.revenues import SUPPORT, figures, firm, metric, rated, sell, sold
from tests.graphql.systems import record, ref, yen
from tests.support.fixtures import fresh_database

NEW_YEAR = date(2026, 1, 1)


def dollars(rate: str, day: date = NEW_YEAR, currency: str = "USD", to: str = "JPY", provider: str = "bank") -> Rate:
    return Rate(currency=currency, to=to, day=day, rate=Decimal(rate), provider=provider)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def busy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A portfolio in which something of everything happens, in two currencies with rates for both."""
    if request.param == "sqlite":
        with house(f"sqlite:///{tmp_path_factory.mktemp('busy') / 'kizuna.db'}") as made:
            yield filled(made)
        return
    with fresh_database(request.getfixturevalue("postgres_server")) as url, house(url) as made:
        yield filled(made)


def filled(made: House) -> House:
    off = {"percent_off": "10", "duration": "forever"}
    sold(made, "stays", "10000", discount=off)
    sold(made, "grows", "5000")
    sell(made, "grows", "9000", minutes=60 * 24 * 90)
    sold(made, "leaves", "3000", ended_at="2026-06-10T00:00:00+00:00", status="canceled")
    sold(made, "comes", "4000", started_at="2026-06-05T00:00:00+00:00")
    sold(made, "abroad", "30", "USD")
    sold(made, "abroad-grows", "10", "USD")
    sell(made, "abroad-grows", "25", "USD", minutes=60 * 24 * 100)
    sold(made, "will-leave", "700", cancels_at="2026-12-31T00:00:00+00:00")
    sold(made, "tries", "800", started_at="2026-06-20T00:00:00+00:00", trial_ends_at="2026-07-20T00:00:00+00:00")
    sold(made, "odd", "900", quantity="-1")
    rated(made, dollars("150", date(2024, 1, 1)), dollars("160", date(2026, 6, 15)))
    return made


@pytest.mark.parametrize("key", METRICS)
def test_the_rows_of_every_metric_sum_to_its_figures(busy, key):
    told = metric(busy, key, currency="JPY")

    summed: dict[str, Decimal] = {}
    for row in told["rows"]["nodes"]:
        for name, value in figures(row).items():
            summed[name] = summed.get(name, Decimal(0)) + value

    assert told["value"] is not None
    assert told["rows"]["totalCount"] == len(told["rows"]["nodes"]) > 0
    assert summed == figures(told)
    assert all(row["customer"]["name"] and row["records"] for row in told["rows"]["nodes"]), told["rows"]["nodes"]


@pytest.mark.parametrize("policy", [*POLICIES])
def test_every_policy_answers_and_says_its_name(busy, policy):
    told = metric(busy, "mrr", currency="JPY", policy=policy)

    discounted = {"paddle_billing": 10_000}.get(policy, 9_000)
    assert (told["policy"], Decimal(told["value"])) == (policy, discounted + 9000 + 4000 + 55 * 160 + 700)


def test_a_day_and_a_period_are_converted_at_their_own_rates_and_tell_them(busy):
    today, year = metric(busy, "mrr", currency="JPY"), metric(busy, "nrr", currency="JPY")

    assert [(one["day"], one["rate"]) for one in today["rates"]] == [("2026-06-15", "160")]
    assert [(one["day"], one["rate"]) for one in year["rates"]] == [("2024-01-01", "150")]
    assert figures(year) == {"start": 9000 + 5000 + 3000 + 40 * 150 + 700, "end": 9000 + 9000 + 55 * 150 + 700}


def test_what_cannot_be_counted_is_listed_with_its_reason(busy):
    told = metric(busy, "mrr", currency="JPY")

    assert sorted(one["reason"] for one in told["excluded"]) == ["ended", "negative_quantity", "trial"]


def test_the_sentence_is_told_in_two_languages_at_once(busy):
    told = busy.ask("""{ metric(key: MRR, asOf: "2026-06-30", currency: "JPY") {
        en: sentence ja: sentence(language: JA) definition(language: JA) { title version } } }""")["metric"]

    assert told["en"].startswith("Monthly recurring revenue (MRR), mrr, as of 2026-06-30: 31500 JPY.")
    assert told["ja"].startswith("月次経常収益（MRR）：2026-06-30時点で31500 JPY。")
    assert told["definition"]["title"] == "月次経常収益（MRR）"


def test_rows_are_read_page_by_page(busy):
    query = """query ($after: String) { metric(key: MRR, asOf: "2026-06-30", currency: "JPY") {
        rows(first: 2, after: $after) { edges { cursor node { customer { name } } } pageInfo { hasNextPage endCursor } } } }"""
    names, after, more = [], None, True
    while more:
        page = busy.ask(query, after=after)["metric"]["rows"]
        names += [edge["node"]["customer"]["name"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

    assert len(names) == len(set(names)) == 6
    wrong = busy.errors(query, after="bm9uZQ")
    assert "The cursor" in wrong[0]["message"]


def test_a_series_is_the_metric_day_by_day(busy):
    query = """{ metricSeries(key: MRR, months: 3, asOf: "2026-06-30", currency: "JPY") { asOf value reason } }"""

    points = busy.ask(query)["metricSeries"]

    assert points == [
        {"asOf": day, "value": metric(busy, "mrr", day, currency="JPY")["value"], "reason": None}
        for day in ("2026-04-30", "2026-05-31", "2026-06-30")
    ]


def test_movements_are_filtered_by_day_kind_and_currency(busy):
    def days(**given: Any) -> list[tuple[str, str]]:
        query = """query ($since: Date, $until: Date, $kinds: [MovementKind!], $currency: String) {
            movements(first: 50, since: $since, until: $until, kinds: $kinds, currency: $currency) { nodes { day kind } } }"""
        return [(one["day"], one["kind"]) for one in busy.ask(query, **given)["movements"]["nodes"]]

    every = days()
    assert every == sorted(every, key=lambda one: one[0], reverse=True)
    assert days(since="2026-06-01", until="2026-06-09") == [("2026-06-05", "NEW")]
    assert days(since="2026-06-09", until="2026-06-11") == [("2026-06-10", "CHURN"), ("2026-06-09", "EXPANSION")]
    assert days(kinds=["CHURN"]) == [("2026-12-31", "CHURN"), ("2026-06-10", "CHURN")]
    assert {kind for _, kind in days(currency="USD")} == {"NEW", "EXPANSION"}


def test_who_may_not_read_amounts_gets_null_and_nothing_is_worked_out(busy, monkeypatch):
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("read for somebody who may not see it")

    monkeypatch.setattr("kizuna.storage.agreements.dated", never)
    monkeypatch.setattr("kizuna.storage.rates.all_of", never)
    body = busy.answer(
        """{ metric(key: MRR, currency: "JPY") { key value reason sentence figures { name } rates { rate }
            excluded { id } rows(first: 2) { totalCount } }
            metricSeries(key: NRR, months: 2, currency: "JPY") { value reason } }""",
        caller=SUPPORT,
    )

    told = body["data"]["metric"]
    assert told.pop("key") == "MRR"
    assert set(told.values()) == {None}
    assert body["data"]["metricSeries"] == [{"value": None, "reason": None}] * 2
    assert {"field": "MetricValue.value", "labels": ["finance"]} in body["extensions"]["masked"]


@pytest.mark.parametrize("key", METRICS)
def test_no_data_is_no_zero(small, key):
    told = metric(small, key, currency="JPY")

    assert (told["value"], told["reason"], told["rows"]["nodes"]) == (None, "no_data", [])


def test_currencies_have_their_own_decimals(fresh):
    sold(fresh, "yen", "1234")
    sold(fresh, "dinar", "1.234", "KWD", item={"interval": "year"})

    mixed = metric(fresh, "mrr")
    yen_alone = metric(fresh, "mrr", currency="JPY")
    dinars = metric(fresh, "mrr", currency="KWD")

    assert (mixed["value"], mixed["reason"]) == (None, "mixed_currencies")
    assert (yen_alone["value"], yen_alone["coverage"]) == ("1234", "0.5")
    assert Decimal(dinars["value"]).quantize(Decimal("0.000000001")) == Decimal("0.102833333")
    assert [one["reason"] for one in yen_alone["excluded"]] == ["missing_fx"]
    assert metric(fresh, "active_customers")["value"] == "2"


@pytest.mark.parametrize("key", [key for key, one in METRICS.items() if not one.counting])
def test_where_no_rate_is_there_for_anybody_there_is_no_value(small, key):
    sold(small, "abroad", "30", "USD")

    told = metric(small, key, currency="JPY")

    assert (told["value"], told["reason"]) == (None, "missing_fx")
    assert [one["reason"] for one in told["excluded"]] == ["missing_fx"]


def test_a_currency_left_long_ago_takes_nobody_out_of_what_is_paid_today(small):
    sold(small, "moved", "30", "USD", ended_at="2025-03-01T00:00:00+00:00", status="canceled")
    sell(small, "moved", "5000", key="again", started_at="2025-03-01T00:00:00+00:00")

    told = metric(small, "nrr", currency="JPY")

    assert (told["value"], figures(told), told["excluded"]) == ("1", {"start": 5000, "end": 5000}, [])
    assert metric(small, "mrr", currency="JPY")["value"] == "5000"


def test_the_other_way_round_a_rate_is_exact(small):
    sold(small, "yen", "3000")
    rated(small, dollars("150"))

    told = metric(small, "mrr", currency="USD")

    assert (told["value"], told["coverage"]) == ("20", "1")
    assert told["rates"] == [{"currency": "USD", "to": "JPY", "day": "2026-01-01", "rate": "150", "provider": "bank"}]


def test_a_contract_beside_a_subscription_is_counted_once(fresh):
    sold(fresh, "both", "1000")
    same = {"name": "both Works", "domains": ["both.example"], "cross_references": [{"system": "bill", "id": "both"}]}
    fresh.tell(
        "crm",
        "accounts",
        record("only", {"kind": "account", "name": "Only Works", "domains": ["only.example"]}),
        record("twin", {"kind": "account", **same}),
    )
    worth = {
        "kind": "contract",
        "status": "active",
        "value": yen(24000),
        "starts_on": "2026-01-01",
        "ends_on": "2026-12-31",
    }
    fresh.tell(
        "crm",
        "contracts",
        record("k1", {**worth, "account": ref("accounts", "only")}),
        record("k2", {**worth, "account": ref("accounts", "twin")}),
    )

    told = metric(fresh, "mrr")

    assert {row["customer"]["name"]: figures(row)["mrr"] for row in told["rows"]["nodes"]} == {
        "both Works": 1000,
        "Only Works": 2000,
    }
    assert (told["value"], metric(fresh, "active_customers")["value"]) == ("3000", "2")


def test_what_was_learned_late_counts_from_then_on(fresh):
    sold(fresh, "early", "1000")
    between = clock.now().isoformat()
    sold(fresh, "late", "500")

    before = metric(fresh, "mrr", "2026-02-28", knownAt=between)
    after = metric(fresh, "mrr", "2026-02-28", knownAt=clock.now().isoformat())
    long_before = metric(fresh, "mrr", "2026-02-28", knownAt="2025-01-01T00:00:00Z")

    assert (before["value"], after["value"], metric(fresh, "mrr", "2026-02-28")["value"]) == ("1000", "1500", "1500")
    assert (long_before["value"], long_before["reason"]) == (None, "no_data")


def test_a_pause_takes_the_revenue_and_leaves_the_customer(small):
    sold(small, "rests", "1000")
    sell(small, "rests", "1000", minutes=60, paused=True, paused_from="2026-06-05T00:00:00+00:00")
    sold(small, "goes-on", "200")

    values = {key: metric(small, key)["value"] for key in ("mrr", "active_customers", "logo_churn")}
    kept = metric(small, "mrr", policy="maxio")["value"]

    assert values == {"mrr": "200", "active_customers": "2", "logo_churn": "0"}
    assert kept == "1200"


def test_a_trial_and_an_announced_end_count_on_their_days(small):
    sold(small, "tries", "800", trial_ends_at="2026-06-20T00:00:00+00:00", started_at="2026-06-01T00:00:00+00:00")
    sold(small, "ends", "300", cancels_at="2026-06-25T00:00:00+00:00", cancel_requested_at="2026-05-01T00:00:00+00:00")

    values = [metric(small, "mrr", f"2026-06-{day}")["value"] for day in (19, 20, 24, 25)]

    assert values == ["300", "1100", "1100", "800"]
    assert metric(small, "mrr", "2026-06-19", policy="maxio")["value"] == "0"


def test_as_many_statements_are_sent_for_fifty_rows_as_for_one(fresh):
    query = """{ metric(key: MRR, asOf: "2026-06-30") { value rows(first: 50) { nodes {
        customer { name } subscription { status } records { sourceId } } } } }"""
    counts = []
    for names in (["a0"], [f"a{n}" for n in range(1, 50)]):
        for name in names:
            firm(fresh, name)
            sell(fresh, name, "100")
        fresh.ask(query)
        with Counted(fresh.database) as sent:
            told = fresh.ask(query)["metric"]
        counts.append((len(told["rows"]["nodes"]), len(sent)))

    assert [rows for rows, _ in counts] == [1, 50]
    assert all(before == after for (_, before), (_, after) in pairwise(counts)), counts
