"""Answers move weights, silence guards, and are asked for where they tell most."""

from __future__ import annotations

from kizuna.identity.answering import chance, fitted, lifted, telling
from kizuna.identity.evidence import DIFFERENT_NUMBERS
from kizuna.identity.models import BUILT_IN, MatchModel, Weights
from kizuna.identity.profile import account_profile
from kizuna.identity.rules import guards

PLACE, NAME, PHONE = ("place", "equal", 0), ("name", "conflict", 0), ("phone", "equal", 0)
WEIGHTS = {("place", "equal"): 3.0, ("name", "conflict"): -4.0, ("phone", "equal"): 2.0}


def bits(weights: dict[tuple[str, str], float], prior: float, *vector: tuple[str, str, int]) -> float:
    return prior + sum(weights[field, level] for field, level, _ in vector)


def test_answers_move_what_they_speak_on_and_leave_the_rest() -> None:
    answers = {((PLACE, NAME), ()): (12, 0)}

    weights, prior = fitted(WEIGHTS, -2.0, answers)

    assert bits(weights, prior, PLACE, NAME) > bits(WEIGHTS, -2.0, PLACE, NAME) + 2
    assert weights["phone", "equal"] == WEIGHTS["phone", "equal"]


def test_more_answers_move_further_and_both_verdicts_meet_in_the_middle() -> None:
    few, few_prior = fitted(WEIGHTS, -2.0, {((PLACE, NAME), ()): (1, 0)})
    many, many_prior = fitted(WEIGHTS, -2.0, {((PLACE, NAME), ()): (20, 0)})
    torn, torn_prior = fitted(WEIGHTS, -2.0, {((PLACE, NAME), ()): (10, 10)})

    assert bits(WEIGHTS, -2.0, PLACE, NAME) < bits(few, few_prior, PLACE, NAME) < bits(many, many_prior, PLACE, NAME)
    assert 0.3 < chance(bits(torn, torn_prior, PLACE, NAME)) < 0.6


def test_a_guard_falls_silent_only_when_answers_speak_against_it_often_and_clearly() -> None:
    guard = "two_telephone_numbers"

    assert lifted({guard: (3, 0)}) == frozenset()
    assert lifted({guard: (8, 8)}) == frozenset()
    assert lifted({guard: (8, 1)}) == {guard}


def test_two_corporate_numbers_are_two_companies_whatever_is_answered() -> None:
    assert lifted({DIFFERENT_NUMBERS: (50, 0)}) == frozenset()


def test_a_silent_guard_is_told_and_blocks_nothing() -> None:
    one, other = (
        account_profile(rid=rid, source=1, system="crm", source_id=str(rid), name=f"Acme {trade}", domains=["acme.jp"])
        for rid, trade in ((1, "Foods"), (2, "Logistics"))
    )
    loud = {guard.name for guard in guards(one, other) if guard.blocks}
    silent = MatchModel("taught", Weights(BUILT_IN.account.bits, silent=frozenset(loud)), BUILT_IN.person)

    raised = guards(one, other, model=silent)

    assert loud <= {guard.name for guard in raised}
    assert not any(guard.blocks for guard in raised)


def test_what_is_open_and_common_is_asked_first_and_each_look_in_turn() -> None:
    open_look, sure_look, rare_look = ((PLACE,), ()), ((NAME,), ()), ((PHONE,), ())
    scored = {(n, n + 100): (open_look, 0.0) for n in range(9)}
    scored |= {(n, n + 100): (sure_look, -30.0) for n in range(10, 19)}
    scored |= {(20, 120): (rare_look, 0.0)}

    asked = telling(scored, {}, 3)

    assert asked[0][0] < 9
    assert (20, 120) in asked
    assert not any(10 <= a < 19 for a, _ in telling(scored, {}, 50))


def test_what_was_answered_is_asked_less() -> None:
    one, other = ((PLACE,), ()), ((PHONE,), ())
    scored = {(1, 2): (one, 0.0), (3, 4): (other, 0.0)}

    asked = telling(scored, {one: (2, 1)}, 1)

    assert asked == [(3, 4)]
