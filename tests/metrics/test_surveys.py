"""Surveys: of one respondent the latest answer in the window, kinds kept apart, silence never a score."""

from __future__ import annotations

from datetime import UTC, date
from fractions import Fraction

import pytest

from kizuna.metrics.inputs import DatedInstant
from kizuna.metrics.surveys import Answer, Recommendations, Satisfaction, csat, nps


def answer(score: int | None, *, day: int | None = None, who: str | None = "p", kind: str | None = None) -> Answer:
    """An answer in June."""
    at = None if day is None else DatedInstant(2026, 6, day, 12, tzinfo=UTC)
    return Answer(respondent=who, score=score, answered_at=at, kind=kind)


def promoters(*answers: Answer | int | None, days: int = 90) -> tuple[int, int, int]:
    """The classes at the end of June."""
    return Recommendations(answers=answers, as_of=date(2026, 6, 30), window_days=days).classes()


def test_of_one_respondent_the_latest_answer_counts_in_any_order():
    early, late = answer(2, day=1), answer(10, day=20)

    assert promoters(early, late) == promoters(late, early) == (1, 0, 0)


def test_a_dated_answer_replaces_an_undated_one_in_any_order():
    dated, undated = answer(2, day=1), answer(10)

    assert promoters(dated, undated) == promoters(undated, dated) == (0, 0, 1)


def test_the_window_ends_with_its_day_and_begins_after_its_first():
    within, before = answer(9, day=16), answer(9, day=15, who="q")

    assert promoters(within, before, days=15) == (1, 0, 0)


def test_answers_without_a_name_are_each_somebodys():
    assert promoters(answer(9, who=None), answer(7, who=None), 6, None) == (1, 1, 1)


def test_an_unanswered_request_takes_no_answer_away():
    assert promoters(answer(9, day=1), answer(None)) == (1, 0, 0)


def test_surveys_of_different_kinds_are_never_one_score():
    with pytest.raises(ValueError, match="more than one `kind`"):
        Recommendations(answers=(answer(9, kind="relationship"), answer(2, who="q", kind="transactional")))


def test_counted_and_listed_answers_are_never_mixed():
    with pytest.raises(ValueError, match="exclude each other"):
        Recommendations(promoters=1, answers=(9,))
    with pytest.raises(ValueError, match="exclude each other"):
        Satisfaction(good=1, answers=(5,))


def test_an_empty_list_leaves_what_was_counted():
    points = nps(Recommendations(promoters=3, detractors=1, answers=()))
    stars = csat(Satisfaction(good=1, bad=1, answers=()))

    assert (points.nps, stars.csat) == (50, Fraction(1, 2))


def test_a_third_of_a_point_is_not_rounded():
    assert nps(Recommendations(promoters=1, passives=2)).nps == Fraction(100, 3)


def test_a_response_rate_of_stars_is_taken_over_the_list_where_nothing_else_is_said():
    found = csat(Satisfaction(answers=(5, None, 3)))

    assert (found.csat, found.response_rate) == (Fraction(1, 2), Fraction(2, 3))
