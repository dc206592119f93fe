"""One sign never makes two accounts one: what counts as a second, and what speaks against the first."""

import pytest

from kizuna.identity.batch import resolve
from kizuna.identity.keys import DOMAIN, PHONE
from kizuna.identity.rules import compare, guards
from tests.identity.records import BILLING, CRM, DESK, account
from tests.identity.verdicts import blocking, carried_by, level, links

AOBA = {"domains": ("https://www.aoba.co.jp/",)}


@pytest.mark.parametrize(
    ("name", "other", "expected"),
    [
        ("青葉", "Aoba Shoji", "unreadable"),
        ("グーグル", "Google", "unreadable"),
        (None, "Aoba Shoji", "missing"),
        ("test", "Aoba Shoji", "missing"),
        ("Aoba", "Aoba Japan K.K.", "same_brand"),
        ("Acme", "Acme Robots", "same_brand"),
        ("株式会社青葉", "青葉ソフト", "same_brand"),
    ],
)
def test_a_domain_is_one_sign_and_is_asked_about_where_the_names_give_no_second(name, other, expected):
    a, b = account(CRM, name, **AOBA), account(DESK, other, **AOBA)

    edge = compare(a, b)

    assert level(a, b, "name") == expected
    assert edge is not None
    assert not edge.is_auto


@pytest.mark.parametrize(("name", "other"), [("青葉", "Aoba Shoji"), (None, "Aoba Shoji"), ("グーグル", "Google")])
@pytest.mark.parametrize("second", [{"phones": ("+81312345679",)}, {"emails": ("ken@aoba.co.jp",)}])
def test_a_number_or_a_mailbox_is_the_second_sign_that_names_do_not_give(name, other, second):
    a, b = account(CRM, name, **AOBA, **second), account(DESK, other, **AOBA, **second)

    assert links(a, b)


def test_a_switchboard_of_many_companies_is_no_second_sign():
    number = "+81312345679"
    a, b = account(CRM, "青葉", **AOBA, phones=(number,)), account(DESK, "Aoba Shoji", **AOBA, phones=(number,))

    assert blocking(a, b, carried_by(PHONE, number, 2)) == {"generic_value"}


def test_a_brand_with_a_word_more_needs_more_than_what_a_group_shares():
    shared = {**AOBA, "phones": ("+81312345679",)}
    a, b = account(CRM, "Acme", **shared), account(DESK, "Acme Robots", **shared)

    assert not links(a, b)


@pytest.mark.parametrize(
    ("name", "other", "apart"),
    [
        ("Acme", "Acme Inc.", True),
        ("Acme Inc.", "Acmee Inc.", True),
        ("青葉商事", "Aoba Shoji", True),
        ("Acme Inc.", "Acme, Incorporated", False),
    ],
)
def test_numbers_of_two_places_keep_names_apart_that_are_not_told_in_full(name, other, apart):
    cleveland = account(CRM, name, **AOBA, phones=("+12165555399",))
    detroit = account(DESK, other, **AOBA, phones=("+13135553306",))

    assert ("two_telephone_numbers" in blocking(cleveland, detroit)) is apart


@pytest.mark.parametrize("other", ["+12165555301", "+18005550199", "+819012345678"])
def test_lines_of_one_office_and_numbers_of_no_place_contradict_nothing(other):
    a = account(CRM, "Acme", **AOBA, phones=("+12165555399",))
    b = account(DESK, "Acme Inc.", **AOBA, phones=(other,))

    assert links(a, b)


def test_two_numbers_in_one_source_are_two_companies_though_the_names_are_equal():
    a = account(CRM, "Acme Inc.", **AOBA, phones=("+12165555399",))
    b = account(CRM, "Acme Inc.", **AOBA, phones=("+13135553306",))

    assert "two_telephone_numbers" in blocking(a, b)


def test_namesakes_served_by_one_office_are_two_where_their_people_write_from_two_domains():
    a = account(CRM, "株式会社青葉", **AOBA, contact_emails=("ken@aoba-tokyo.jp",))
    b = account(DESK, "株式会社青葉", **AOBA, contact_emails=("ann@aoba-osaka.jp",))

    assert blocking(a, b, carried_by(DOMAIN, "aoba.co.jp", 2)) == {"shared_domain"}
    assert links(a, b)


@pytest.mark.parametrize(
    ("name", "other", "one"),
    [
        ("Acme Corp.", "Acme, Inc.", False),
        ("Acme Co.", "Acme Corp.", False),
        ("Acme Co., Ltd.", "Acme Ltd.", True),
        ("Acme Limited", "Acme Ltd", True),
    ],
)
def test_two_forms_of_one_register_are_two_companies(name, other, one):
    a, b = account(CRM, name, **AOBA, country="US"), account(DESK, other, **AOBA, country="US")

    assert links(a, b) is one


def test_a_japanese_companys_form_in_letters_is_anybodys_choice():
    a, b = account(CRM, "Aoba Inc.", **AOBA, country="JP"), account(DESK, "Aoba Co., Ltd.", **AOBA, country="JP")

    assert links(a, b)


@pytest.mark.parametrize("name", [None, "Taro Yamada", "AOBA FOODS"])
def test_a_cross_reference_links_across_domains_where_no_name_contradicts(name):
    crm = account(CRM, "Aoba Foods", **AOBA)
    billed = account(BILLING, name, cross_references=(crm.own,), emails=("x@cedarwave.com",))

    assert links(crm, billed)


@pytest.mark.parametrize("name", ["Cedar Wave Inc.", "Aoba Trading", "杉波"])
def test_a_cross_reference_that_names_and_domains_contradict_is_asked_about(name):
    crm = account(CRM, "Aoba Foods", **AOBA)
    stale = account(DESK, name, cross_references=(crm.own,), domains=("cedarwave.com",))
    mutual = account(DESK, name, cross_references=(crm.own,), domains=("cedarwave.com",))
    knowing = account(CRM, "Aoba Foods", **AOBA, cross_references=(mutual.own,))
    consistent = account(DESK, name, rid=mutual.rid, cross_references=(knowing.own,), domains=("cedarwave.com",))

    assert "contradicted_reference" in blocking(crm, stale)
    assert links(knowing, consistent)


@pytest.mark.parametrize("third", [{"phones": ("+81312345679",)}, {"emails": ("ken@aoba.co.jp",)}])
def test_two_records_of_one_source_are_two_companies_until_a_third_sign_says_one(third):
    full, again, unread = (account(CRM, name, **AOBA) for name in ("株式会社青葉", "(株)青葉", "Aoba"))
    reached, reached_again = account(CRM, "青葉", **AOBA, **third), account(CRM, "青葉", **AOBA, **third)

    assert blocking(full, again) == blocking(full, unread) == {"same_source_two_records"}
    assert links(reached, reached_again)
    assert "same_source_two_records" in {guard.name for guard in guards(reached, reached_again)}


def test_what_fits_two_records_of_one_source_equally_joins_neither():
    one, other = account(CRM, "株式会社青葉", **AOBA), account(CRM, "株式会社青葉", **AOBA)
    third = account(DESK, "株式会社青葉", **AOBA)

    partition = resolve([one, other, third])

    assert len(partition.clusters) == 3
    assert {review.reason.name for review in partition.reviews if review.reason} >= {"ambiguous"}


def test_a_payer_known_by_reference_does_not_explain_a_second_record_of_billing():
    company = account(CRM, "株式会社青葉", **AOBA)
    payer = account(BILLING, "Ken Sato", emails=("ken.sato@aoba.co.jp",), cross_references=(company.own,))
    namesake = account(BILLING, "青葉", emails=("yuki@aoba.co.jp",))

    partition = resolve([company, payer, namesake])

    assert set(partition.clusters) == {(company.rid, payer.rid), (namesake.rid,)}
