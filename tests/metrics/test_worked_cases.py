"""Worked cases hold, and a case that is wrong, or cannot be read, says so without stopping the others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kizuna.errors import ConfigError
from kizuna.metrics import cases
from kizuna.metrics.catalogue import CATALOGUE
from kizuna.metrics.policy import POLICIES

WORKED = Path(__file__).parent / "worked_cases.json"


def verified(*given: object, **file: object) -> list[cases.Outcome]:
    """What became of these cases in a file."""
    text = json.dumps({"schema": 1, **file, "cases": given})
    return cases.verify(cases.read(text.encode(), "cases.json"), POLICIES)


def case(metric: str = "clv_simple", **said: object) -> dict[str, object]:
    """A case that holds, but for what is said."""
    plain = {"id": "one", "metric": metric, "inputs": {"arpa": "100", "churn": "0.05"}, "expected": {"clv": "2000"}}
    return {**plain, **said}


def outcomes() -> list[cases.Outcome]:
    return cases.verify(cases.read(WORKED.read_bytes(), WORKED.name))


@pytest.mark.parametrize("outcome", [pytest.param(one, id=one.id) for one in outcomes()])
def test_a_worked_case_holds(outcome):
    assert (outcome.status, outcome.differences, outcome.message, outcome.unread) == ("held", (), None, ())


def test_every_formula_has_a_worked_case():
    asked = {json.loads(bytes(raw))["metric"] for raw in cases.read(WORKED.read_bytes(), "cases").cases}

    formulas = {key for key, one in CATALOGUE.items() if one.kind == "formula"}

    # Bands are asked at every edge in test_bands.py.
    assert formulas - asked == {"license_utilisation_band", "user_engagement_band"}


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ({"clv": "2000.01"}, "2000"),
        ({"clv": None}, "2000"),
        ({"clv": "a lot"}, "2000"),
        ({"clv": ["2000"]}, "2000"),
        ({"clv": True}, "2000"),
        ({"clv": "NaN"}, "2000"),
        ({"reason": "zero_churn"}, "null"),
        ({"lifetime": "20"}, "no field 'lifetime' in the result"),
    ],
)
def test_a_wrong_expectation_differs_and_says_what_came(expected, got):
    (outcome,) = verified(case(expected=expected, tolerance=0.005))

    assert (outcome.status, [one.got for one in outcome.differences]) == ("differs", [got])


def test_a_null_is_never_nought():
    (outcome,) = verified(case(inputs={"arpa": "100", "churn": "0"}, expected={"clv": "0"}, tolerance=100))

    assert [(one.expected, one.got) for one in outcome.differences] == [("0", "null (zero_churn)")]


@pytest.mark.parametrize(
    ("tolerance", "status"), [(0, "differs"), ("0.004", "differs"), (0.005, "held"), ("0.005", "held")]
)
def test_the_tolerance_is_exact_at_its_edge(tolerance, status):
    (outcome,) = verified(case(expected={"clv": "2000.005"}, tolerance=tolerance))

    assert outcome.status == status


@pytest.mark.parametrize(("written", "status"), [("0.3333", "held"), ("0.333", "held"), ("0.3334", "differs")])
def test_without_a_tolerance_the_last_written_place_counts(written, status):
    flows = {"new": "1", "churn": "3"}

    (outcome,) = verified(case("quick_ratio", inputs=flows, expected={"quick_ratio": written}))

    assert outcome.status == status


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (case("clv_simpel"), "There is no metric named 'clv_simpel'; did you mean 'clv_simple'?"),
        (case(kind="records"), "There is no metric of kind records named 'clv_simple'"),
        (case(inputs={"arpa": "100", "churn": "1.2"}), "`churn` must not be more than 1, and is 1.2"),
        (case(inputs={"arpa": "100", "churn": "-0.1"}), "`churn` must not be less than 0, and is -0.1"),
        (case(inputs={"arpa": "x", "churn": "0.1"}), "Invalid decimal string - at `$.arpa`"),
        (case(inputs={"arpa": "NaN", "churn": "0.1"}), "`arpa` must be a number, and is NaN"),
        (case(inputs={"arpa": "1e999999999", "churn": "0.1"}), "`arpa` has more than 60 digits"),
        (case(inputs={"arpa": "100"}), "missing required field `churn`"),
        (case(inputs=[]), "The inputs do not fit `clv_simple`"),
        (case(expected={}), "`expected` must name at least one figure"),
        (case(tolerance=-1), "`tolerance` must be a number that is not below 0"),
        (case("logo_churn", policy="nobody", inputs={"start": 1, "lost_of_start": 0}), "There is no policy 'nobody'"),
        (
            case("logo_churn", inputs={"start": 1, "lost_of_start": 2}),
            "`lost_of_start` is 2, more than the 1 of `start`",
        ),
        (case("handoff_sla", inputs={"won": "2026-03-06T17:00"}), "names no time zone"),
        (case("handoff_sla", inputs={"won": 7}), "a moment is a text such as 2026-03-06T17:00+09:00, and this is 7"),
        (case("handoff_sla", inputs={"won": "2026-02-30T17:00Z"}), "The inputs do not fit `handoff_sla`"),
        (case("nps", inputs={"answers": [11]}), "`answers` must not be more than 10, and is 11"),
        (case("nps", inputs={"asked": 1, "answers": [1, 2]}), "2 people answered, more than the 1 of `asked`"),
        (
            case("health_backtest", inputs={"n": 5, "flagged": 3, "churned": 3, "flagged_and_churned": 0}),
            "more accounts",
        ),
        (case("fx", inputs={"start_native": 1, "end_native": 2, "rate_start": 1, "rate_end": 1}), "do not sum to"),
        (
            case("renewal_rates", inputs={"due_count": 1, "renewed_flat": 1, "lost": 1}),
            "2 contracts are renewed or lost",
        ),
        (case("health_weighted", inputs={"factors": [{"key": "a", "score": 101, "weight": 1}]}), "more than 100"),
        ("no object", "Expected `object`, got `str`"),
        ({"id": "one"}, "missing required field `metric`"),
        (None, "Expected `object`, got `null`"),
    ],
)
def test_a_broken_case_is_refused_in_one_sentence_and_the_others_go_on(broken, sentence):
    refused, held = verified(broken, case(id="two"))

    assert (refused.status, held.status) == ("refused", "held")
    assert sentence in (refused.message or "")
    assert "\n" not in (refused.message or "")


def test_keys_that_no_metric_knows_are_named():
    inputs = {"customers": [{"customer": "a", "start": "1", "end": "1", "colour": "red"}], "expanson": "3"}

    (outcome,) = verified(case("nrr_grr_cohort", inputs=inputs, expected={"nrr": "1"}))

    assert (outcome.status, outcome.unread) == ("held", ("expanson", "customers[0].colour"))


def test_figures_may_be_written_as_numbers_or_as_text():
    inputs = {"arpa": 0.1, "churn": 0.3}

    (outcome,) = verified(case(inputs=inputs, expected={"clv": "0.3333333333"}))

    assert outcome.status == "held"


def test_a_case_holds_under_each_of_its_policies_or_names_the_one_it_differs_under():
    inputs = {"start": 10, "lost_of_start": 1, "joined": 10, "lost_of_joined": 0}
    given = case("logo_churn", policy=["kizuna", "joiners"], inputs=inputs, expected={"rate": "0.10"})

    (outcome,) = verified(given, policies={"joiners": {"logo_churn_denominator": "start_plus_new"}})

    assert [(one.policy, one.key, one.got) for one in outcome.differences] == [("joiners", "rate", "0.05")]


def test_a_file_cannot_change_a_policy_of_the_service():
    inputs = {"start": 10, "lost_of_start": 1, "joined": 10, "lost_of_joined": 0}
    given = case("logo_churn", policy="kizuna", inputs=inputs, expected={"rate": "0.1"})

    (outcome,) = verified(given, policies={"kizuna": {"logo_churn_denominator": "start_plus_new"}})

    assert outcome.status == "held"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "cases.json is not a file of metric cases"),
        ("[]", "cases.json is not a file of metric cases"),
        ("{}", "cases.json names no schema"),
        ('{"schema": 2, "cases": []}', "cases.json is of schema 2, and this Kizuna reads schema 1"),
        ('{"schema": 1}', "missing required field `cases`"),
        ('{"schema": 1, "cases": []}', "cases.json holds no cases"),
    ],
)
def test_a_file_that_is_none_is_refused_by_name(text, sentence):
    with pytest.raises(ConfigError) as refused:
        cases.read(text.encode(), "cases.json")

    assert sentence in str(refused.value)
