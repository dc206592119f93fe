"""The figures of the identity benchmark are what their names say."""

from __future__ import annotations

from bench.identity.score import best, components, scored, swept

TRUTH = {1: "a", 2: "a", 3: "a", 4: "b", 5: "b", 6: "c"}


def test_what_is_resolved_rightly_scores_one() -> None:
    clusters = [[1, 2, 3], [4, 5], [6]]

    score = scored(clusters, TRUTH)

    assert score == (1.0, 1.0, 1.0, 0)


def test_a_missed_record_costs_its_pairs_in_recall_alone() -> None:
    clusters = [[1, 2], [3], [4, 5]]

    score = scored(clusters, TRUTH)

    assert score.precision == 1.0
    assert score.recall == 2 / 4
    assert score.f1 == 2 * 2 / (2 + 4)


def test_a_wrong_merge_costs_precision_and_is_a_mixed_cluster() -> None:
    clusters = [[1, 2, 3, 6], [4, 5]]

    score = scored(clusters, TRUTH)

    assert score.precision == 4 / 7
    assert score.mixed == 1


def test_joining_nothing_is_never_wrong_and_finds_nothing() -> None:
    score = scored([], TRUTH)

    assert (score.precision, score.recall, score.f1) == (1.0, 0.0, 0.0)


def test_what_is_joined_through_a_third_is_joined() -> None:
    joined = components(TRUTH, [(1, 2), (2, 3)])

    assert sorted(map(sorted, joined)) == [[1, 2, 3], [4], [5], [6]]


def test_the_best_threshold_is_the_one_with_the_highest_f1() -> None:
    scores = {(1, 2): 9.0, (2, 3): 8.0, (4, 5): 7.0, (5, 6): 1.0}

    level, score = swept(scores, TRUTH)

    assert level == 7.0
    assert score.f1 == 1.0


def test_of_equal_thresholds_the_careful_one_is_taken() -> None:
    good = scored([[1, 2, 3]], TRUTH)

    level, _ = best([(1.0, good), (6.0, good)])

    assert level == 6.0
