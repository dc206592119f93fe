"""Metrics side by side, by cohort, group and product, and the time ahead, over planted subscriptions."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.graphql.house import House, house
from tests.graphql.revenues import SUPPORT, sell, sold
from tests.support.fixtures import fresh_database

DAY = "2026-06-30"
YEAR = {"interval": "year"}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def sells(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Firms that grow, pause, leave and renew; one of them abroad."""
    if request.param == "sqlite":
        with house(f"sqlite:///{tmp_path_factory.mktemp('sells') / 'kizuna.db'}") as made:
            yield filled(made)
        return
    with fresh_database(request.getfixturevalue("postgres_server")) as url, house(url) as made:
        yield filled(made)


def filled(made: House) -> House:
    sold(made, "stays", "10000", discount={"percent_off": "10", "duration": "repeating"})
    sold(made, "grows", "5000")
    sell(made, "grows", "9000", minutes=60 * 24 * 90)
    sold(made, "yearly", "24000", item=YEAR)
    asked = {"cancel_requested_at": "2026-06-01T00:00:00+00:00", "cancels_at": "2026-08-31T00:00:00+00:00"}
    sold(made, "will-leave", "700", **asked)
    sold(made, "abroad", "30", "USD")
    return made


def test_a_policy_is_set_beside_another_one_cause_by_cause(sells: House) -> None:
    found = sells.ask(
        """query ($day: Date) { reconciliation(key: MRR, withPolicy: "maxio", asOf: $day, currency: "JPY") {
            before { value policy } after { value policy } difference
            byCause { cause figures { name value } }
            rows(first: 5) { totalCount pageInfo { hasNextPage } nodes {
                cause before { value } after { value } customer { name } subscription { status } records { sourceId } } }
        } }""",
        day=DAY,
    )["reconciliation"]

    assert (found["before"]["policy"], found["after"]["policy"]) == ("kizuna", "maxio")
    assert Decimal(found["difference"]) == Decimal(found["after"]["value"]) - Decimal(found["before"]["value"]) == -700
    assert found["byCause"] == [{"cause": "cancel", "figures": [{"name": "mrr", "value": "-700"}]}]
    (row,) = found["rows"]["nodes"]
    assert (row["customer"]["name"], row["records"]) == ("will-leave Works", [{"sourceId": "s-will-leave"}])


def test_what_was_learned_since_is_named_with_its_record(sells: House) -> None:
    found = sells.ask(
        """query ($day: Date, $known: DateTime!) { restatement(key: MRR, asOf: $day, knownAt: $known, currency: "JPY") {
            before { value reason } after { value } difference rows(first: 9) { nodes { cause customer { name } } } } }""",
        day=DAY,
        known="2020-01-01T00:00:00Z",
    )["restatement"]

    assert (found["before"]["value"], found["before"]["reason"], found["difference"]) == (None, "no_data", None)
    assert {row["cause"] for row in found["rows"]["nodes"]} == {"learned"}
    assert "stays Works" in {row["customer"]["name"] for row in found["rows"]["nodes"]}


def test_cohorts_groups_and_five_questions_are_answered(sells: House) -> None:
    found = sells.ask(
        """query ($day: Date) {
            cohorts(months: 24, asOf: $day, currency: "JPY") { currency reason
                cohorts { cohort customerCount mrr multiple12 cells { month customerCount nrr } } }
            metricGroups(key: MRR, by: INDUSTRY, asOf: $day, currency: "JPY") { group customerCount isTooSmall value reason }
            fiveQuestions(asOf: $day, currency: "JPY") { expandedShare { value } highestChurn { highest reason unknownRate }
                products { start end nrr migratedIn } firstRenewal { customerCount meanPoints }
                longStanding { customerCount ratioOfMeans reason } }
        }""",
        day=DAY,
    )

    (cohort,) = found["cohorts"]["cohorts"]
    assert (cohort["cohort"], cohort["customerCount"], cohort["cells"][0]["nrr"]) == ("2025-01", 4, "1")
    assert [group["group"] for group in found["metricGroups"]] == [None]
    assert Decimal(found["fiveQuestions"]["expandedShare"]["value"]) >= 0
    assert found["fiveQuestions"]["longStanding"]["reason"] == "missing_fx"


def test_terms_and_committed_revenue_look_ahead(sells: House) -> None:
    found = sells.ask(
        """query ($day: Date) {
            renewals(since: "2026-01-01", until: "2027-12-31", asOf: $day, currency: "JPY") {
                dueCount renewedCount openCount logoRenewalRate openValue { forecast value }
                projection(rates: ["0.5"], years: 2) { rate years }
                rows(first: 3) { totalCount nodes { ends value state isFirst customer { name } subscription { id } } } }
            committedRevenue(months: 4, asOf: $day, currency: "JPY") { month cmrr } }""",
        day=DAY,
    )

    rows = found["renewals"]["rows"]["nodes"]
    assert {row["customer"]["name"] for row in rows} == {"yearly Works"}
    assert (rows[0]["ends"], rows[0]["value"], rows[0]["state"]) == ("2026-01-10", "24000", "RENEWED")
    half = next(one for one in found["renewals"]["projection"] if one["rate"] == "0.5")
    assert Decimal(half["years"][1]) * 2 == Decimal(half["years"][0])
    months = [Decimal(one["cmrr"]) for one in found["committedRevenue"]]
    assert [one["month"] for one in found["committedRevenue"]] == ["2026-06", "2026-07", "2026-08", "2026-09"]
    assert months[1] - months[2] == 700


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ('{ reconciliation(key: MRR, withPolicy: "none") { difference } }', "There is no policy 'none'"),
        ("{ cohorts(months: 0) { reason } }", "it may be 1 to 60"),
        ("{ committedRevenue(months: 99) { month } }", "it may be 1 to 36"),
        ('{ renewals(since: "2026-02-01", until: "2026-02-01") { dueCount } }', "must be a day before"),
        ('{ metric(key: NRR, asOf: "0001-01-01") { value } }', "too far away"),
        ('{ metric(key: CMRR, asOf: "9999-12-31") { value } }', "too far away"),
        (
            '{ renewals(since: "2026-01-01", until: "2027-01-01", currency: "JPY") { projection(rates: ["x"]) { rate } } }',
            "write a share",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(sells: House, question: str, told: str) -> None:
    errors = sells.errors(question)

    assert [told in error["message"] for error in errors] == [True], errors


def test_several_currencies_want_one_to_be_chosen(sells: House) -> None:
    found = sells.ask(
        '{ cohorts(months: 9) { reason } renewals(since: "2026-01-01", until: "2027-01-01") { reason dueCount } }'
    )

    assert (found["cohorts"]["reason"], found["renewals"]) == (
        "mixed_currencies",
        {"reason": "mixed_currencies", "dueCount": None},
    )


def test_who_may_not_read_finance_learns_nothing_of_it(sells: House) -> None:
    found: dict[str, Any] = sells.ask(
        """{ cohorts(months: 24, currency: "JPY") { reason cohorts { mrr } }
             renewals(since: "2026-01-01", until: "2027-01-01", currency: "JPY") { dueCount rows(first: 1) { totalCount } }
             committedRevenue(currency: "JPY") { cmrr }
             reconciliation(key: MRR, withPolicy: "maxio", currency: "JPY") { difference rows(first: 1) { totalCount } }
             fiveQuestions(currency: "JPY") { highestChurn { highest } products { nrr } longStanding { meanFirst } }
             movements(first: 1) { totalCount } }""",
        caller=SUPPORT,
    )

    assert found == {
        "cohorts": {"reason": None, "cohorts": None},
        "renewals": {"dueCount": None, "rows": None},
        "committedRevenue": [],
        "reconciliation": {"difference": None, "rows": None},
        "fiveQuestions": {"highestChurn": None, "products": None, "longStanding": None},
        "movements": None,
    }


def test_a_fragment_on_what_is_hidden_is_told_as_masked_and_answers_nothing(sells: House) -> None:
    (key,) = sells.ask("{ customers(first: 1) { nodes { id } } }")["customers"]["nodes"]
    asked = "query ($id: ID!) { node(id: $id) { id ... on BillingSubscription { status } } }"
    mine = sells.ask(
        "query ($id: ID) { customer(id: $id) { subscriptions(first: 1) { nodes { id } } } }", id=key["id"]
    )["customer"]["subscriptions"]["nodes"][0]["id"]

    seen = sells.answer(asked, id=mine)
    hidden = sells.answer(asked, id=mine, caller=SUPPORT)

    assert (seen["data"]["node"], "masked" in seen["extensions"]) == ({"id": mine, "status": "ACTIVE"}, False)
    assert hidden["data"] == {"node": None}
    assert {"field": "BillingSubscription", "labels": ["finance"]} in hidden["extensions"]["masked"]
