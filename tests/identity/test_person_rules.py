"""When two people are one in the exact tier, and what stands against it."""

import pytest

from kizuna.identity.keys import EMAIL
from kizuna.identity.rules import compare, guards
from tests.identity.records import CRM, DESK, MARKETING, account, person
from tests.identity.verdicts import blocking, carried_by, links


@pytest.mark.parametrize(
    ("name", "other"),
    [("佐藤 太郎", "Taro Sato"), ("Bob Smith", "Robert Smith"), (None, "Taro Sato"), ("サトウ タロウ", "Taro Sato")],
)
def test_one_mailbox_is_one_person(name, other):
    a, b = person(CRM, name, emails=("T.Sato@aoba.jp",)), person(DESK, other, emails=("t.sato+desk@aoba.jp",))

    assert links(a, b)


@pytest.mark.parametrize(("address", "one"), [("hanako@aoba.jp", True), ("h.sato@aoba.jp", False)])
def test_a_new_family_name_is_no_other_person_where_the_mailbox_bears_the_given_one(address, one):
    before = person(CRM, given_name="Hanako", family_name="Sato", emails=(address,))
    after = person(DESK, given_name="Hanako", family_name="Suzuki", emails=(address,))

    assert links(before, after) is one


def test_two_full_names_on_one_mailbox_are_two_people():
    a, b = person(CRM, "Taro Sato", emails=("sato@aoba.jp",)), person(DESK, "Hanako Sato", emails=("sato@aoba.jp",))

    assert blocking(a, b) == {"full_names_conflict"}


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Jason Miller", "Mason Miller"),
        ("Kenta Suzuki", "Genta Suzuki"),
        ("Yoshiko Abe", "Toshiko Abe"),
        ("Yasuhiro Ono", "Masahiro Ono"),
        ("J. Matsumoto", "Jiro Katsumoto"),
        ("佐々木太郎", "佐々木次郎"),
    ],
)
def test_near_names_on_one_mailbox_are_asked_about(name, other):
    a, b = person(CRM, name, emails=("family@gmail.com",)), person(DESK, other, emails=("family@gmail.com",))

    assert compare(a, b).is_auto
    assert blocking(a, b) == {"full_names_conflict"}


@pytest.mark.parametrize("other", ["Micheal Miller", "Michael Miler", "Mike Miller"])
def test_a_slip_within_a_name_on_one_mailbox_is_one_person(other):
    a, b = person(CRM, "Michael Miller", emails=("mm@gmail.com",)), person(DESK, other, emails=("mm@gmail.com",))

    assert links(a, b)


@pytest.mark.parametrize(
    "confirming",
    [
        {"birth_date": "1971-06-24"},
        {"street": "12 Oak Street", "city": "Reno", "postal_code": "89501", "country": "US"},
    ],
)
def test_birthday_or_address_confirm_that_a_near_name_is_a_slip(confirming):
    a = person(CRM, "Jason Miller", emails=("miller@gmail.com",), **confirming)
    b = person(DESK, "Mason Miller", emails=("miller@gmail.com",), **confirming)

    assert links(a, b)


def test_a_reference_confirms_that_a_near_name_is_a_slip():
    a = person(CRM, "Jason Miller", emails=("miller@gmail.com",))
    b = person(DESK, "Mason Miller", emails=("miller@gmail.com",), cross_references=(a.own,))

    assert links(a, b)


def test_a_common_domain_is_never_evidence_for_a_person():
    a, b = person(CRM, "Taro Sato", emails=("taro@aoba.jp",)), person(DESK, "Taro Sato", emails=("sato@aoba.jp",))

    assert compare(a, b) is None
    assert blocking(a, b) == {"name_only"}


def test_a_desks_mailbox_is_never_evidence_for_a_person():
    a, b = person(CRM, "Taro Sato", emails=("info@aoba.jp",)), person(DESK, "Taro Sato", emails=("info@aoba.jp",))

    assert compare(a, b) is None
    assert blocking(a, b) == {"name_only", "role_mailbox"}


def test_a_shared_mailbox_under_its_own_name_is_one_record_of_it():
    a, b = person(CRM, "Info", emails=("info@aoba.jp",)), person(DESK, "info", emails=("INFO@aoba.jp",))
    sofia = person(MARKETING, "Sofia Khan", emails=("info@aoba.jp",))

    assert links(a, b)
    assert not links(a, sofia)


def test_a_desks_mailbox_twice_in_one_source_serves_two_desks_unless_a_number_says_one():
    a, b = person(CRM, "Info", emails=("info@aoba.jp",)), person(CRM, "Info", emails=("info@aoba.jp",))
    called = {"emails": ("info@aoba.jp",), "phones": ("+81312345679",)}
    c, d = person(CRM, "Info", **called), person(CRM, "Info", **called)

    assert blocking(a, b) == {"two_desks"}
    assert links(c, d)


def test_desks_with_two_numbers_are_two_though_the_mailbox_is_one():
    a = person(CRM, "Kontakt", emails=("kontakt@mas.de",), phones=("+49697010178",))
    b = person(DESK, "Kontakt", emails=("kontakt@mas.de",), phones=("+493418082030",))

    assert blocking(a, b) == {"two_desks"}


def test_a_reference_between_two_full_names_without_a_common_mailbox_is_asked_about():
    crm = person(CRM, "Taro Sato", emails=("taro@aoba.jp",))
    stale = person(DESK, "Hanako Suzuki", emails=("hanako@midori.jp",), cross_references=(crm.own,))
    married = person(DESK, "Taro Suzuki", emails=("taro@aoba.jp",), cross_references=(crm.own,))

    assert blocking(crm, stale) == {"contradicted_reference"}
    assert links(crm, married)


def test_a_mailbox_with_two_names_in_one_source_links_only_names_that_agree():
    a = person(CRM, "Taro Sato", emails=("shop@sato-family.jp", "sato@family.jp"))
    agreeing, nameless = person(DESK, "T. Sato", emails=("sato@family.jp",)), person(DESK, emails=("sato@family.jp",))
    common = carried_by(EMAIL, "sato@family.jp", 2)

    assert links(a, agreeing, common)
    assert blocking(a, nameless, common) == {"generic_value"}


def test_a_person_and_an_account_are_never_one():
    a, b = account(CRM, "Taro Sato", emails=("taro@aoba.jp",)), person(DESK, "Taro Sato", emails=("taro@aoba.jp",))

    assert compare(a, b) is None
    assert guards(a, b) == ()
