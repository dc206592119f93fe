"""The identity benchmark reads the records it is given, and its other words are exchanged back."""

from __future__ import annotations

from pathlib import Path

from bench.identity import ours
from bench.identity.public import public_sets
from bench.identity.vocabulary import OTHER, spoken
from bench.identity.worlds import Seen
from kizuna.sandbox.words import western_companies, western_people


def test_two_guides_are_read_with_whom_they_hold_both(tmp_path: Path) -> None:
    folder = tmp_path / "fodors"
    folder.mkdir()
    head = "id,name,addr,city,phone,type\n"
    (folder / "fodors.csv").write_text(head + "5,blue fig,1 elm st.,los angeles,310/246-1501,american\n")
    (folder / "zagats.csv").write_text(
        head + "7,blue fig the,1 elm st.,la,310-246-1501,diner\n8,oak,2 oak st.,la,213-246-1502,bar\n"
    )
    (folder / "matches_fodors_zagats.csv").write_text("fodors_id,zagats_id\n5,7\n")

    (records,) = public_sets(tmp_path)

    assert records.truth == {1: "5", 2: "5", 3: "zagats 8"}
    assert [profile.phones for profile in records.profiles[:2]] == [frozenset({"+13102461501"})] * 2


def test_other_words_make_another_world_and_are_put_back() -> None:
    before = western_companies.coined(), western_people.families("en")

    usual, other = Seen(7, 20), Seen(7, 20, OTHER)

    names = {profile.name.raw for profile in usual.accounts if profile.name}
    assert len(names & {profile.name.raw for profile in other.accounts if profile.name}) < len(names) / 2
    assert (western_companies.coined(), western_people.families("en")) == before


def test_the_usual_words_are_left_alone() -> None:
    before = western_companies.HEADS

    with spoken("usual"):
        inside = western_companies.HEADS

    assert inside is before


def test_a_small_world_is_resolved_in_every_way_without_a_mixed_customer() -> None:
    records = Seen(7, 30).account_set()

    found = list(ours.results(records, sweep=False))

    assert [result.score.mixed for result in found] == [0, 0, 0]
    assert all(result.asked <= ours.ANSWERS for result in found)
