"""When two accounts or two people are one in the exact tier, and what stands against it."""

import pytest

from kizuna.identity.evidence import AUTO_BITS, edge_from, why
from kizuna.identity.keys import DOMAIN, XREF, reference_value
from kizuna.identity.rules import compare
from tests.identity.records import BILLING, CRM, DESK, MARKETING, account
from tests.identity.verdicts import blocking, carried_by, level, links

AOBA = {"domains": ("https://www.aoba.co.jp/",)}
NUMBER, OTHER_NUMBER = "7000012050002", "1180301018771"


@pytest.mark.parametrize(
    ("name", "other", "expected"),
    [
        ("株式会社青葉商事", "青葉商事㈱", "equal"),
        ("アオバショウジ", "Aoba Shoji K.K.", "equal"),
        ("アオバ物流", "Aoba Logistics", "translated"),
        ("メディスペース住建", "メディスペースジュウケン", "translated"),
        ("斎藤食品", "斎藤品食", "similar"),
        ("岐阜百貨店", "岐阜百店", "contained"),
        ("合同会社大阪医療機器", "Osaka Medical K.K.", "same_trade"),
        ("学校法人水野学園", "Mizuno Academy Corporation", "same_trade"),
        ("Golden Peak Labs", "Goldn Peak Labs", "similar"),
        ("International Business Machines", "IBM", "contained"),
        ("青葉商事", "青葉商事東京支店", "contained"),
        ("青葉商事株式会社", "青葉商事株式会社 東京支店", "contained"),
        ("青葉商事", "Aoba Shoji", "same_trade"),
    ],
)
def test_a_domain_of_their_own_links_two_accounts_whose_names_can_be_one(name, other, expected):
    a, b = account(CRM, name, **AOBA), account(DESK, other, **AOBA)

    assert level(a, b, "name") == expected
    assert links(a, b)


@pytest.mark.parametrize(
    ("name", "other", "guard"),
    [
        ("Aoba Foods", "Aoba Trading", "same_brand_different_business"),
        ("青葉食品", "Aoba Shoji", "same_brand_different_business"),
        ("青葉商事", "青葉ホールディングス", "same_brand_different_business"),
        ("Acme Japan", "Acme Germany", "same_brand_different_business"),
        ("Acme K.K.", "Acme GmbH", "same_brand_different_business"),
        ("Acme Corp.", "Acme Manufacturing Inc.", "same_brand_different_business"),
        ("株式会社青葉", "株式会社青葉ソフト", "same_brand_different_business"),
        ("Bright Root Inc.", "Bright Root Partners, LLC", "same_brand_different_business"),
        ("Acme AG", "Acme GmbH", "same_brand_different_business"),
        ("Acme LLP", "Acme Legal Ltd", "same_brand_different_business"),
        ("株式会社青葉", "合同会社青葉", "same_brand_different_business"),
        ("株式会社青葉", "一般社団法人青葉", "same_brand_different_business"),
        ("青葉商事", "緑川電機", "conflicting_names_on_one_domain"),
        ("青葉", "緑川", "conflicting_names_on_one_domain"),
        ("第一青葉", "第二青葉", "conflicting_names_on_one_domain"),
        ("Bright Root", "Cedar Wave", "conflicting_names_on_one_domain"),
        ("Area 51", "Area 52", "conflicting_names_on_one_domain"),
    ],
)
def test_names_of_two_businesses_keep_a_shared_domain_from_linking(name, other, guard):
    a, b = account(CRM, name, **AOBA), account(DESK, other, **AOBA)

    assert guard in blocking(a, b)
    assert not links(a, b)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Aoba Shoji Co., Ltd.", "株式会社アオバショウジ"),
        ("青葉商事", "青葉商事"),
        ("Acme Inc.", "ACME"),
    ],
)
def test_a_name_alone_never_links(name, other):
    a, b = account(CRM, name), account(DESK, other)

    edge = compare(a, b)

    assert edge is not None
    assert not edge.is_auto
    assert blocking(a, b) == {"name_only"}
    assert blocking(a, b) == {"name_only"}


def test_a_name_and_a_telephone_number_link_two_systems_as_long_as_few_have_them():
    a = account(CRM, "青葉商事", phones=("03-1234-5679",), country="JP")
    b = account(DESK, "青葉商事", phones=("+81312345679",))

    assert links(a, b)
    assert not links(a, b, carried_by("phone", "+81312345679", 4))
    assert not links(
        account(CRM, "青葉商事", phones=("+81312345679",)), account(CRM, "青葉商事", phones=("+81312345679",))
    )


def test_one_source_that_writes_two_forms_means_two_companies():
    a, b = account(CRM, "Acme, LLC", **AOBA), account(CRM, "Acme, Inc.", **AOBA)
    elsewhere = account(DESK, "Acme Inc.", **AOBA)

    assert "same_brand_different_business" in blocking(a, b)
    assert links(b, elsewhere)
    assert blocking(a, elsewhere) == {"same_brand_different_business"}


def test_a_nameless_record_beside_a_named_one_of_its_source_is_somebody_else():
    named, nameless = account(CRM, "Acme", **AOBA), account(CRM, None, **AOBA)
    address = account(CRM, "www.aoba.co.jp", **AOBA)

    assert blocking(named, nameless) == {"same_source_two_records"}
    assert blocking(named, address) == {"same_source_two_records"}


def test_bills_sent_to_an_office_that_keeps_the_books_make_no_domain_of_ones_own():
    client = account(BILLING, "青葉酒造", domains=("aoba.co.jp",), emails=("keiri@kaikei-office.jp",))
    other = account(DESK, "Cedar Trade", domains=("kaikei-office.jp",), emails=("keiri@kaikei-office.jp",))

    assert client.domains == {"aoba.co.jp"}
    assert not links(client, other)


def test_a_person_who_is_an_account_is_not_the_company_they_work_at():
    buyer = account(CRM, "Ken Sato", emails=("ken.sato@aoba.co.jp",), is_person=True)
    company = account(DESK, "Aoba Foods", **AOBA)

    assert not links(buyer, company)


def test_a_person_who_pays_does_not_contradict_the_company_and_is_asked_about():
    company = account(CRM, "青葉商事", **AOBA)
    payer = account(BILLING, "Taro Yamada", emails=("taro.yamada@aoba.co.jp",))

    edge = compare(company, payer)

    assert level(company, payer, "name") == "no_companys_name"
    assert edge is not None
    assert not edge.is_auto
    assert not blocking(company, payer)


def test_a_billing_name_that_is_surely_a_company_does_contradict():
    company = account(CRM, "Aoba Foods", **AOBA)
    client = account(BILLING, "Cedar Wave Inc.", emails=("keiri@aoba.co.jp",))

    assert not links(company, client)


def test_one_free_mailbox_does_not_make_two_payers_one_company():
    one = account(BILLING, "Taro Yamada", emails=("taro.yamada@gmail.com",))
    other = account(BILLING, "Taro Yamada", emails=("taroyamada+2@gmail.com",))

    assert not links(one, other)


def test_a_contacts_domain_links_only_beside_the_name():
    own = account(CRM, "Aoba Foods", **AOBA)
    named = account(DESK, "AOBA FOODS", contact_emails=("ken@aoba.co.jp",))
    nameless = account(DESK, None, contact_emails=("ken@aoba.co.jp",))

    assert links(own, named)
    assert not links(own, nameless)


def test_contacts_at_one_agency_do_not_make_their_clients_one():
    a = account(CRM, "Aoba Foods", contact_emails=("ken@agency.jp",))
    b = account(DESK, "Aoba Foods", contact_emails=("ann@agency.jp",))

    edge = compare(a, b)

    assert edge is not None
    assert not edge.is_auto


def test_an_address_counts_as_the_companys_own_only_where_the_system_says_so():
    own = account(CRM, "青葉商事", **AOBA)
    billed = account(BILLING, "Aoba Shoji", emails=("keiri@aoba.co.jp",))
    written_to = account(DESK, "青葉", emails=("keiri@aoba.co.jp",))

    assert level(own, billed, "domain") == "own"
    assert level(own, written_to, "domain") == "own_and_contact"


def test_two_domains_and_one_contact_need_a_reference():
    a = account(CRM, "Aoba Foods", domains=("aoba.co.jp",))
    b = account(DESK, "Aoba Foods", domains=("aoba-foods.com",), contact_emails=("ken@aoba.co.jp",))

    assert blocking(a, b) == {"disjoint_domains_without_cross_reference"}


@pytest.mark.parametrize("name", ["Cedar Wave", "Aoba Trading", "青葉", None])
def test_a_cross_reference_links_whatever_the_names_say_beside_another_sign(name):
    crm = account(CRM, "Aoba Foods", **AOBA)
    billed = account(BILLING, name, cross_references=(crm.own,), emails=("x@aoba.co.jp",))

    assert links(crm, billed)


def test_two_records_that_name_the_same_third_are_linked():
    a = account(MARKETING, "青葉商事", cross_references=(("crm", "42"),))
    b = account(DESK, "Aoba", cross_references=(("crm", "42"),))

    assert links(a, b)


def test_records_that_name_different_ones_need_more_than_a_domain():
    a = account(MARKETING, None, cross_references=(("crm", "42"),), **AOBA)
    b = account(DESK, None, cross_references=(("crm", "43"),), **AOBA)

    assert level(a, b, "reference") == "elsewhere"
    assert not links(a, b)


def test_different_corporate_numbers_outrank_a_cross_reference():
    a = account(CRM, "Aoba", corporate_number=NUMBER, **AOBA)
    b = account(DESK, "Aoba", corporate_number=OTHER_NUMBER, cross_references=(a.own,), **AOBA)

    assert "different_corporate_numbers" in blocking(a, b)


def test_one_corporate_number_links_two_names():
    a = account(CRM, "青葉商事", corporate_number=NUMBER)
    b = account(BILLING, "Aoba Shoji", corporate_number="T" + NUMBER)

    assert links(a, b)


def test_a_vat_number_does_not_contradict_a_japanese_one():
    a, b = account(CRM, "Aoba", corporate_number=NUMBER), account(DESK, "Aoba", corporate_number="DE123456788")

    assert "different_corporate_numbers" not in blocking(a, b)


def test_a_reference_made_by_many_names_needs_a_second_sign():
    crm = account(CRM, "Aoba Foods", **AOBA)
    stranger = account(BILLING, "Cedar Wave", cross_references=(crm.own,))
    alike = account(BILLING, "AOBA FOODS", cross_references=(crm.own,))
    common = carried_by(XREF, reference_value(*crm.own), 2)

    assert blocking(crm, stranger, common) == {"generic_value"}
    assert blocking(crm, alike, common) == set()


def test_a_domain_with_two_names_in_one_source_links_only_equal_names():
    group = account(CRM, "Aoba Foods", **AOBA)
    equal, unread = account(DESK, "AOBA FOODS K.K.", **AOBA), account(DESK, "青葉", **AOBA)
    common = carried_by(DOMAIN, "aoba.co.jp", 2)

    assert links(group, equal, common)
    assert blocking(group, unread, common) == {"generic_value"}


def test_an_edge_can_be_stored_and_read_back():
    a, b = account(CRM, "青葉商事", **AOBA), account(DESK, "Aoba Shoji", **AOBA)

    edge = compare(a, b)

    assert edge is not None
    assert edge_from(why(edge)) == edge
    assert edge.bits == sum(item.bits for item in edge.evidence) >= AUTO_BITS
    assert (edge.a, edge.b, edge.tier, edge.model_version) == (a.rid, b.rid, "exact", "signs-3")
