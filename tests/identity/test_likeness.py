"""Slips of the pen in dates, towns, addresses and mailboxes, and what they say of two people."""

from __future__ import annotations

import pytest

from kizuna.identity.addresses import alike, places
from kizuna.identity.batch import candidates, resolve
from kizuna.identity.keys import stats_of
from kizuna.identity.likeness import birthday, birthdays, mailboxes_slip, skeleton, towns
from kizuna.identity.profile import HOLDS_REPEATS, account_profile, person_profile
from tests.identity.verdicts import blocking, level


def somebody(rid: int, source: int = 0, **said):
    return person_profile(rid=rid, source=source, system=f"list{source}", source_id=str(rid), **said)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("1971-06-24", "1971-06-24"),
        ("19710624", "1971-06-24"),
        ("1971/06/24 00:00", "1971-06-24"),
        ("1970-01-01", None),
        ("1950-53-09", None),
        ("24.6.1971", None),
        ("", None),
        (None, None),
    ],
)
def test_a_birthday_is_read_or_left_out(written: str | None, day: str | None) -> None:
    assert birthday(written) == day


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ("1971-06-24", "1971-06-24", "equal"),
        ("1971-06-24", "1971-05-24", "slip"),
        ("1994-02-01", "1994-01-02", "slip"),
        ("1971-06-24", "1985-06-24", "near"),
        ("1971-06-24", "1985-07-24", "different"),
    ],
)
def test_two_birthdays_stand_to_each_other_the_same_both_ways(one: str, other: str, how: str) -> None:
    assert (birthdays(one, other), birthdays(other, one)) == (how, how)


def test_a_town_with_a_slip_is_no_other_town() -> None:
    assert towns("aberdeen", "abereden") == "slip"
    assert towns("london", "leeds") == "different"


def test_mailboxes_a_letter_apart_are_near_only_when_they_are_long() -> None:
    assert mailboxes_slip("evied56@harris-bailey.net", "evihd56@harris-bailey.net")
    assert not mailboxes_slip("a@aoba.j", "b@aoba.j")


def test_letters_turned_round_and_vowels_left_out_leave_a_words_bones() -> None:
    assert skeleton("wright") == skeleton("writhg")
    assert skeleton("liverpool") == skeleton("lvpreool")
    assert skeleton("aoi")


def test_a_street_is_one_whether_or_not_its_kind_is_told() -> None:
    told = places(street="4000 W Division St", city="Chicago", country="US")
    short = places(street="4000 West Division", city="Chicago", country="US")

    assert told == short != frozenset()


def test_a_street_without_a_name_keeps_its_kind() -> None:
    street = places(street="5 42nd St", city="New York", country="US")
    avenue = places(street="5 42nd Ave", city="New York", country="US")

    assert street.isdisjoint(avenue)


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ("120 Peachtree Street", "120 Peachtree Road", "similar"),
        ("120 Peachtree St NE", "120 Peachtree Ave NE", "similar"),
        ("120 Park Place", "120 Park Place Road", "similar"),
        ("12 boulevard Foch", "12 avenue Foch", "similar"),
        ("120 Main St N", "120 Main St S", "similar"),
        ("120 Peachtree Street", "120 Peachtree", "equal"),
        ("120 Peachtree Street", "120 PEACHTREE ST.", "equal"),
        ("7 St Johns", "7 St Johns Road", "equal"),
        ("7 Dr King Blvd", "7 Dr. King Boulevard", "equal"),
    ],
)
def test_two_streets_of_one_name_are_one_address_only_where_one_leaves_its_kind_out(
    one: str, other: str, how: str
) -> None:
    here, there = somebody(1, street=one, city="Atlanta"), somebody(2, 1, street=other, city="Atlanta")
    firm, its_twin = (
        account_profile(
            rid=rid, source=rid, system="crm", source_id=str(rid), name="Acme", street=street, city="Atlanta"
        )
        for rid, street in ((3, one), (4, other))
    )

    assert level(here, there, "place") == how
    assert level(firm, its_twin, "place") == how


def test_a_street_with_a_slip_is_alike_only_at_the_same_number() -> None:
    street = places(street="12 Edkins Street", city="Ryde", country="AU")

    assert alike(street, places(street="12 Edknis Street", city="Ryde", country="AU"))
    assert not alike(street, places(street="14 Edknis Street", city="Ryde", country="AU"))


def test_people_of_a_list_are_found_by_birthday_through_a_slip_in_the_name() -> None:
    one = somebody(1, given_name="Elizabeth", family_name="Wright", birth_date="1994-02-11")
    other = somebody(2, 1, given_name="Elzizabeth", family_name="Writhg", birth_date="1994-02-21")

    assert candidates([one, other]) == {(1, 2)}
    assert (level(one, other, "name"), level(one, other, "born")) == ("slip", "slip")


def test_one_name_and_one_birthday_are_one_person() -> None:
    people = [somebody(source, source, name="Erin Krollig", birth_date="1942-12-10") for source in (1, 2)]

    assert resolve(people).clusters == ((1, 2),)


def test_one_name_and_two_birthdays_are_two_people() -> None:
    people = [somebody(1, 1, name="Erin Krollig", birth_date="1942-12-10", emails=["office@aoba.jp"])]
    people += [somebody(2, 2, name="Erin Krollig", birth_date="1975-03-28", emails=["office@aoba.jp"])]

    assert resolve(people).clusters == ((1,), (2,))


def test_a_changed_name_is_no_conflict_beside_birthday_and_mailbox() -> None:
    before = somebody(1, 1, name="Hanako Sato", birth_date="1981-04-03", emails=["hana@aoba.jp"])
    after = somebody(2, 2, name="Hanako Kimura", birth_date="1981-04-03", emails=["hana@aoba.jp"])
    another = somebody(3, 2, name="Hanako Kimura", emails=["hana@aoba.jp"])

    assert "full_names_conflict" not in blocking(before, after)
    assert level(before, another, "name") in {"half", "partial"}


def test_what_a_list_of_repeats_holds_twice_is_not_counted_against_it() -> None:
    said = {"name": "Blue Fig", "phones": ["+13102461501"], "traits": {HOLDS_REPEATS}}
    one, other = (
        account_profile(rid=rid, source=1, system="list", source_id=str(rid), **said | {"name": name})
        for rid, name in ((1, "Blue Fig"), (2, "Blue Figg"))
    )

    assert level(one, other, "source") is None
    assert "same_source_two_records" not in blocking(one, other)
    assert "generic_value" not in blocking(one, other, stats_of([one, other]))
