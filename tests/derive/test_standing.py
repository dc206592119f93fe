"""Who was said to be never one stays apart when the record it was said of is gone."""

from __future__ import annotations

from typing import Any

from kizuna.derive import decide
from kizuna.sync.rebuild import rebuild
from tests.derive.test_rebuild import toys
from tests.support.toys import Bench, at, bench

FOODS: dict[str, Any] = {"id": "1", "name": "Acme Foods", "site": "acme.jp", "crm": "x"}
MUSIC: dict[str, Any] = {"id": "1", "name": "Acme Music", "site": "acme.jp"}
PARTITION = """
    SELECT c.name, m.entity_id FROM membership m JOIN source_record r ON r.rid = m.rid
    JOIN connection c ON c.id = r.connection_id ORDER BY c.name
"""
STANDING = "SELECT COUNT(*) FROM identity_decision WHERE revoked_at IS NULL"


def two_that_are_never_one(made: Bench) -> int:
    """The decision that the firms of ``toy`` and ``music`` are never one; later ``foods`` joins that of ``toy``."""
    for name in ("foods", "music", "song"):
        made.connect(name)
    made.write({**FOODS, "at": at(0)})
    made.write({**MUSIC, "at": at(0)}, connection="music")
    one, other = sorted(set(homes(made).values()))
    decided = decide.never(made.deriver, one, other, "ann")
    made.write({**FOODS, "at": at(1)}, connection="foods")
    return decided.decisions[0]


def same_name(made: Bench, *, minute: int) -> None:
    made.write({**FOODS, "crm": None, "at": at(minute)}, connection="music")


def gone(made: Bench, connection: str, *, minute: int) -> None:
    made.write({**FOODS, "gone": True, "at": at(minute)}, connection=connection)


def homes(made: Bench) -> dict[str, str]:
    return dict(made.rows(PARTITION))


def proven(made: Bench) -> bool:
    return rebuild(made.deriver, toys(), check=True) == []


def test_two_that_are_never_one_stay_apart_when_the_first_record_of_one_is_gone(database_url: str) -> None:
    with bench(database_url) as made:
        two_that_are_never_one(made)
        before = homes(made)

        gone(made, "toy", minute=2)
        same_name(made, minute=3)

        after = homes(made)
        assert before["toy"] == before["foods"] != before["music"]
        assert after == {"foods": before["foods"], "music": before["music"]}
        assert proven(made)


def test_it_makes_no_difference_whether_the_other_one_changed_before(database_url: str) -> None:
    with bench(database_url) as made:
        two_that_are_never_one(made)
        same_name(made, minute=2)
        before = homes(made)

        gone(made, "toy", minute=3)

        assert homes(made) == {"foods": before["foods"], "music": before["music"]}
        assert before["foods"] != before["music"]
        assert proven(made)


def test_they_stay_apart_when_the_records_of_both_are_replaced_one_after_the_other(database_url: str) -> None:
    with bench(database_url) as made:
        two_that_are_never_one(made)
        made.write({**MUSIC, "at": at(1)}, connection="song")
        before = homes(made)

        gone(made, "toy", minute=2)
        gone(made, "music", minute=3)
        made.write({**FOODS, "crm": None, "at": at(4)}, connection="song")

        assert before["song"] == before["music"]
        assert homes(made) == {"foods": before["foods"], "song": before["song"]}
        assert before["foods"] != before["song"]
        assert proven(made)


def test_they_stay_apart_when_the_record_is_merged_into_another_by_its_system(database_url: str) -> None:
    with bench(database_url) as made:
        two_that_are_never_one(made)
        gone(made, "foods", minute=2)

        made.write({**FOODS, "id": "2", "at": at(3)}, {**FOODS, "merged_into": "2", "at": at(3)})
        same_name(made, minute=4)

        after = homes(made)
        assert sorted(after) == ["music", "toy"]
        assert after["toy"] != after["music"]
        assert proven(made)


def test_one_undo_takes_back_the_decision_of_the_record_that_is_gone_too(database_url: str) -> None:
    with bench(database_url) as made:
        decision = two_that_are_never_one(made)
        gone(made, "toy", minute=2)
        same_name(made, minute=3)
        apart = len(set(homes(made).values()))

        decide.undo(made.deriver, decision)

        assert apart == 2
        assert len(set(homes(made).values())) == 1
        assert made.rows(STANDING) == [(0,)]
        assert proven(made)


def test_a_record_that_comes_back_finds_them_apart(database_url: str) -> None:
    with bench(database_url) as made:
        two_that_are_never_one(made)
        gone(made, "toy", minute=2)
        same_name(made, minute=3)
        said = made.rows(STANDING)

        made.write({**FOODS, "at": at(4)})
        gone(made, "toy", minute=5)

        after = homes(made)
        assert said == [(2,)]
        assert made.rows(STANDING) == said
        assert after["foods"] != after["music"]
        assert proven(made)


def test_whoever_says_they_are_the_same_after_all_overrules_what_was_carried_over(database_url: str) -> None:
    with bench(database_url) as made:
        two_that_are_never_one(made)
        gone(made, "toy", minute=2)
        one, other = sorted(set(homes(made).values()))

        decide.merge(made.deriver, one, other, actor="ben", confirmed=True)

        assert len(set(homes(made).values())) == 1
        assert proven(made)
