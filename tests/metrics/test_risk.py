"""Churn states: imminent by dated facts alone, suspected by scores, never calm where nothing is seen."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kizuna.metrics.risk import Account, Accounts, churn_state


def state(**said: object) -> tuple[str, tuple[str, ...]]:
    """The state of an account that is well, but for what is said, and its facts."""
    account = Account(**{"id": "a", "health": Decimal(80), **said})  # type: ignore[arg-type]  # what a test says of it
    found = churn_state(Accounts(accounts=(account,)))
    return found.state["a"], found.facts["a"]


@pytest.mark.parametrize(
    ("said", "fact"),
    [
        ({"cancel_requested": True}, "cancel_requested"),
        ({"cancel_scheduled": True}, "cancel_scheduled"),
        ({"notice_given": True}, "notice_given"),
        ({"days_to_renewal": 30, "forecast": "at_risk"}, "renewal_at_risk"),
        ({"days_to_renewal": -3, "forecast": "lost"}, "renewal_at_risk"),
        ({"payment": "dunning_exhausted"}, "dunning_exhausted"),
        ({"champion_left": True, "days_to_renewal": 90}, "champion_left"),
        ({"notice_given": True, "health": None}, "notice_given"),
    ],
)
def test_a_dated_fact_makes_it_imminent(said, fact):
    assert state(**said) == ("imminent", (fact,))


@pytest.mark.parametrize(
    "said",
    [
        {"days_to_renewal": 31, "forecast": "lost"},
        {"days_to_renewal": 30, "forecast": "best_case"},
        {"days_to_renewal": None, "forecast": "lost"},
        {"champion_left": True, "days_to_renewal": 91},
        {"champion_left": True},
        {"payment": "past_due"},
        {"payment": None, "cancel_requested": None, "notice_given": None},
        {"health": Decimal(50)},
        {"health_drop_30d": Decimal("19.9")},
        {"health_30d_ago": Decimal(99)},
        {"risk_signals": 1},
        {"risk_signals": ("slow",)},
        {"coverage": Decimal("0.5")},
    ],
)
def test_what_is_short_of_a_rule_is_no_sign(said):
    assert state(**said) == ("none", ())


@pytest.mark.parametrize(
    ("said", "fact"),
    [
        ({"health": Decimal("49.9")}, "low_health"),
        ({"health": Decimal(0), "coverage": Decimal("0.5")}, "low_health"),
        ({"health_drop_30d": Decimal(20)}, "health_dropped"),
        ({"health": Decimal(60), "health_30d_ago": Decimal(80)}, "health_dropped"),
        ({"risk_signals": 2}, "risk_signals"),
        ({"risk_signals": ("quiet", "angry"), "health": None}, "risk_signals"),
    ],
)
def test_a_score_or_two_signals_raise_suspicion(said, fact):
    assert state(**said) == ("suspected", (fact,))


@pytest.mark.parametrize("said", [{"health": None}, {"coverage": Decimal("0.49")}, {"health": 10, "coverage": 0}])
def test_where_too_little_is_seen_the_state_is_unknown(said):
    assert state(**said) == ("unknown", ())


def test_a_state_is_left_only_by_a_fact_that_resolves_it():
    kept = state(was="imminent")
    left = state(was="imminent", resolved_by="withdrew the notice")

    assert (kept, left) == (("imminent", ("not_resolved",)), ("none", ()))


def test_who_has_left_is_churned_and_nobody_is_judged_twice():
    gone = state(churned=True, cancel_requested=True)

    assert gone == ("churned", ("churned",))
    with pytest.raises(ValueError, match="stands twice"):
        Accounts(accounts=(Account(id="a"), Account(id="a")))


def test_nobody_has_no_state():
    found = churn_state(Accounts(accounts=()))

    assert (found.state, found.facts) == ({}, {})
