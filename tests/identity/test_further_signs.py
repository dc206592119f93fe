"""What else says that two records are one: the address, the people known at both, the customer people are at."""

import pytest

from kizuna.identity.addresses import apart, places, postal_code
from kizuna.identity.batch import resolve
from kizuna.identity.keys import FULL_NAME, NAME, NAME_AT, Key, KeyStat
from kizuna.identity.rules import compare
from tests.identity.records import BILLING, CRM, DESK, MARKETING, account, person
from tests.identity.verdicts import blocking, carried_by, level, links

SHIBUYA = {"street": "神南1-2-3", "city": "渋谷区", "postal_code": "150-0041", "country": "JP"}
KEN = "ken.sato@gmail.com"


@pytest.mark.parametrize(
    "street",
    ["神南1-2-3", "神南１−２−３", "神南一丁目2番3号", "神南1丁目２番地3", "神南1-2-3 渋谷ビル5F", "神南 1の2の3"],
)
def test_one_place_in_japan_is_found_however_it_is_written(street):
    found = places(street=street, city="渋谷区", postal="〒150-0041", country="JP")

    assert found == places(street="神南1-2-3", city="渋谷区", postal="1500041", country="JP")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"street": "12 Main Street, Suite 4", "postal": "02110"}, {"street": "12 MAIN STREET", "postal": "02110"}),
        ({"street": "Rue de l'Église 3", "city": "Liège"}, {"street": "rue de l'eglise 3", "city": "LIEGE"}),
        ({"street": "Level 5, 100 George St", "postal": "2000"}, {"street": "100 George Street", "postal": "2000"}),
        ({"street": "Suite 200, 350 5th Avenue", "postal": "10118"}, {"street": "350 5th Ave", "postal": "10118"}),
        ({"street": "12 High Street, 3rd floor", "city": "Leeds"}, {"street": "12 High St", "city": "Leeds"}),
        ({"street": "神南1-2-3", "city": "渋谷区"}, {"street": "神南1-2-3", "city": "渋谷区", "postal": "1500041"}),
    ],
)
def test_two_ways_of_writing_an_address_have_one_place(one, other):
    found, again = places(**one), places(**other)

    assert found & again
    assert not apart(found, again)


@pytest.mark.parametrize("street", [None, "", "n/a", "Main Street", "渋谷区神南"])
def test_an_address_without_a_house_is_no_place(street):
    assert places(street=street, city="Boston", postal="02110", country="US") == frozenset()


@pytest.mark.parametrize("code", [None, "", "000-0000", "999-9999", "123-4567", "-", "12"])
def test_a_filler_is_no_postal_code(code):
    assert postal_code(code) is None


def test_two_houses_are_two_places_and_two_streets_of_one_code_too():
    here = places(street="12 Main Street", city="Boston", postal="02110", country="US")

    assert apart(here, places(street="14 Main Street", city="Boston", postal="02110", country="US"))
    assert here.isdisjoint(places(street="12 Oak Street", city="Boston", postal="02110", country="US"))
    assert not apart(here, places(street="12 Main Street", city="Boston"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"street": "Level 5, 100 George St"}, {"street": "Level 5, 77 Pitt St"}),
        ({"street": "Suite 200, 350 5th Avenue"}, {"street": "Suite 200, 99 Park Road"}),
        ({"street": "第2青葉ビル", "city": "港区"}, {"street": "第2森ビル", "city": "港区"}),
        ({"street": "神南ビル 5F", "city": "渋谷区"}, {"street": "桜丘ビル 5F", "city": "渋谷区"}),
        ({"street": "3F", "city": "渋谷区"}, {"street": "3F", "city": "渋谷区"}),
    ],
)
def test_a_floor_or_a_suite_is_no_house(one, other):
    where = {"city": "Sydney", "postal": "150-0041"}

    assert places(**where | one).isdisjoint(places(**where | other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            {"street": "銀座1-2-3", "city": "中央区", "postal": "104-0061", "country": "JP"},
            {"street": "銀座1-2-3", "city": "東京都中央区", "postal": "1040061"},
        ),
        (
            {"street": "100 Main St", "city": "Reno", "postal": "89501", "country": "US"},
            {"street": "100 Main Street", "city": "Reno", "postal": "89501-1234", "country": "US"},
        ),
    ],
)
def test_what_one_system_writes_in_full_and_the_other_short_is_one_place(one, other):
    assert places(**one) & places(**other)
    assert not apart(places(**one), places(**other))


def test_a_name_and_an_address_link_two_systems_and_an_address_alone_does_not():
    here = account(CRM, "青葉商事株式会社", **SHIBUYA)

    assert links(here, account(DESK, "青葉商事", **SHIBUYA))
    assert compare(here, account(DESK, "緑川物産", **SHIBUYA)) is None
    assert not links(here, account(DESK, "Aoba Shoji", **SHIBUYA))


def test_a_house_of_many_companies_says_nothing():
    here, there = account(CRM, "青葉", **SHIBUYA), account(DESK, "青葉", **SHIBUYA)
    place = next(iter(sorted(here.places)))

    def crowded(key):
        return KeyStat(30) if key.kind == "place" else KeyStat()

    assert place in there.places
    assert links(here, there)
    assert not links(here, there, crowded)


def test_a_name_that_many_have_needs_more_than_an_address():
    here, there = account(CRM, "青葉", **SHIBUYA), account(DESK, "青葉", **SHIBUYA)

    def common_name(key):
        return KeyStat(1, most=9) if key == Key(NAME, "青葉") else KeyStat()

    assert not links(here, there, common_name)


def test_companies_of_a_group_in_one_house_stay_two():
    here = account(CRM, "株式会社青葉", **SHIBUYA, domains=("aoba.co.jp",))

    assert not links(here, account(DESK, "有限会社青葉", **SHIBUYA, domains=("aoba.co.jp",)))
    assert not links(here, account(DESK, "株式会社青葉ホールディングス", **SHIBUYA, domains=("aoba.co.jp",)))


def test_a_person_known_at_both_is_a_sign_even_with_a_private_address():
    crm = account(CRM, "青葉商事", contact_emails=(KEN,))

    assert level(crm, account(DESK, "青葉商事", contact_emails=(KEN,)), "contact") == "one"
    assert links(crm, account(DESK, "青葉商事", contact_emails=(KEN,)))
    assert links(crm, account(DESK, "青葉商事", emails=(KEN,)))
    assert not links(crm, account(DESK, "緑川物産", contact_emails=(KEN,)))


def test_a_consultant_known_at_many_is_no_sign():
    crm, desk = account(CRM, "青葉商事", contact_emails=(KEN,)), account(DESK, "青葉商事", contact_emails=(KEN,))

    assert not links(crm, desk, lambda key: KeyStat(20) if key.kind == "contact" else KeyStat(1, most=2))


def test_one_name_at_one_customer_is_one_person():
    crm, desk = person(CRM, "佐藤 健", customers=("cus_a",)), person(DESK, "健 佐藤", customers=("cus_a",))

    assert links(crm, desk)
    assert not links(crm, person(DESK, "佐藤 健", customers=("cus_b",)))
    assert not links(crm, person(DESK, "佐藤 健"))


def test_who_has_another_mailbox_on_the_domain_is_a_colleague():
    crm = person(CRM, "Ken Sato", emails=("sato@aoba.jp",), customers=("cus_a",))

    assert level(crm, person(DESK, "Ken Sato", emails=("sato2@aoba.jp",)), "email") == "other_on_domain"
    assert not links(crm, person(DESK, "Ken Sato", emails=("sato2@aoba.jp",), customers=("cus_a",)))
    assert links(crm, person(DESK, "Ken Sato", emails=("ken@gmail.com",), customers=("cus_a",)))


def test_where_a_source_has_a_name_twice_at_a_customer_the_name_tells_nobody():
    crm, desk = person(CRM, "佐藤 健", customers=("cus_a",)), person(DESK, "佐藤 健", customers=("cus_a",))

    def twice(key):
        return KeyStat(1, most=2) if key.kind == NAME_AT else KeyStat()

    assert blocking(crm, desk, twice) == {"namesakes"}


def test_a_mailbox_spells_a_name_in_kanji():
    kanji = person(CRM, "松田 彩", emails=("aya.matsuda@aoba.jp",), customers=("cus_a",))

    assert level(kanji, person(DESK, "Aya Matsuda"), "name") == "spelt"
    assert links(kanji, person(DESK, "Aya Matsuda", customers=("cus_a",)))
    assert not links(kanji, person(DESK, "Yui Matsuda", customers=("cus_a",)))


def test_a_common_name_and_a_telephone_number_are_not_enough():
    crm, desk = person(CRM, "佐藤 健", phones=("+819012345678",)), person(DESK, "佐藤 健", phones=("+819012345678",))

    assert links(crm, desk)
    assert not links(crm, desk, lambda key: KeyStat(1, most=9) if key.kind == FULL_NAME else KeyStat())
    assert not links(crm, desk, carried_by("phone", "+819012345678", 8))


def test_letters_that_slipped_across_a_space_are_the_same_name():
    here = account(CRM, "Sakai Welfare K.K.", domains=("sakai.jp",))

    assert level(here, account(MARKETING, "Sakai Welfar eK.K.", domains=("sakai.jp",)), "name") == "equal"


def test_one_desks_mailbox_at_two_customers_is_two_desks():
    desk = {"emails": ("office@aoba-group.jp",)}
    crm = person(CRM, "Office", **desk, customers=("cus_a",))

    assert "two_desks" in blocking(crm, person(DESK, "Office", **desk, customers=("cus_b",)))
    assert links(crm, person(DESK, "Office", **desk, customers=("cus_a",)))
    assert links(crm, person(DESK, "Office", **desk))


def test_a_third_record_vouches_for_two_of_one_source():
    named = {"domains": ("aoba.jp",)}
    first = account(CRM, "Aoba Foods", **named, phones=("+81312345679",))
    second = account(CRM, "Aoba Foods", **named, contact_emails=("ken@aoba.jp",))
    third = account(DESK, "Aoba Foods", **named, phones=("+81312345679",), contact_emails=("ken@aoba.jp",))
    bare = account(DESK, "Aoba Foods", **named)

    vouched, unvouched = resolve([first, second, third]), resolve([first, second, bare])

    assert vouched.clusters == ((first.rid, second.rid, third.rid),)
    assert len(unvouched.clusters) == 3


def test_two_mobile_numbers_are_two_namesakes_or_a_question():
    crm = person(CRM, "Jean Simon", customers=("cus_a",), phones=("+33660065876", "+33464982053"))
    other = person(DESK, "Jean Simon", customers=("cus_a",), phones=("+33645967390",))

    assert level(crm, other, "phone") == "two_mobiles"
    assert not links(crm, other)
    assert links(crm, person(DESK, "Jean Simon", customers=("cus_a",), phones=("+33464982099",)))


SAKURA = {"phones": ("03-3111-2222",), "country": "JP"}
OSAKA = {"phones": ("06-6311-2222",), "country": "JP"}


def test_a_freelancer_known_at_both_does_not_join_companies_of_two_domains():
    here = account(CRM, "株式会社さくら", domains=("sakura.co.jp",), contact_emails=(KEN,))
    there = account(DESK, "株式会社さくら", domains=("sakura-osaka.com",), contact_emails=(KEN,))

    assert "disjoint_domains_without_cross_reference" in blocking(here, there)
    assert not links(account(CRM, "Aoki Foods", **_at("aoki.co.jp")), account(DESK, "Aoka Foods", **_at("aoka.com")))
    assert not links(
        account(CRM, "株式会社青葉", **_at("aoba.co.jp")), account(DESK, "Midori K.K.", **_at("midori.jp"))
    )


def _at(domain):
    return {"domains": (domain,), "contact_emails": (KEN, "yui@gmail.com"), **SHIBUYA}


def test_who_works_at_one_of_two_domains_joins_them():
    staff = "hana@sakura.co.jp"
    here = account(CRM, "株式会社さくら", domains=("sakura.co.jp",), contact_emails=(staff,))

    assert links(here, account(DESK, "株式会社さくら", domains=("sakura-osaka.com",), contact_emails=(staff,)))


def test_two_offices_that_one_source_keeps_stay_two_whatever_a_third_record_mixes():
    tokyo = account(CRM, "株式会社さくら", **SAKURA)
    osaka = account(CRM, "株式会社さくら", **OSAKA, contact_emails=(KEN,))
    billing = account(BILLING, "株式会社さくら", **SAKURA, emails=(KEN,))

    found = resolve([tokyo, osaka, billing])

    assert not any({tokyo.rid, osaka.rid} <= set(members) for members in found.clusters)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kazuo Sato", "Kazuko Sato"),
        ("Masahiro Tanaka", "Masahiko Tanaka"),
        ("T. Sato", "Tomoko Sato"),
        ("Chris Smith", "Christina Smith"),
        ("佐藤", "佐藤 花子"),
    ],
)
def test_names_that_are_merely_alike_are_a_question_among_colleagues(one, other):
    office = {"customers": ("cus_a",), "phones": ("+81333334444",)}

    assert not links(person(CRM, one, **office), person(DESK, other, **office))


def test_two_colleagues_of_one_source_stay_two_whoever_resembles_both():
    office = {"customers": ("cus_a",), "phones": ("+81333334444",)}
    kazuo = person(CRM, "Kazuo Sato", emails=("kazuo@gmail.com",), **office)
    kazuko = person(CRM, "Kazuko Sato", emails=("kazuko@gmail.com",), **office)

    found = resolve([kazuo, kazuko, person(DESK, "Kazuko Sato", **office)])

    assert not any({kazuo.rid, kazuko.rid} <= set(members) for members in found.clusters)


def test_the_commonest_names_tell_nobody_even_at_one_customer():
    crm, desk = person(CRM, "佐藤 健", customers=("cus_a",)), person(DESK, "佐藤 健", customers=("cus_a",))

    assert links(crm, desk, lambda key: KeyStat(1, most=2) if key.kind == FULL_NAME else KeyStat())
    assert not links(crm, desk, lambda key: KeyStat(1, most=12) if key.kind == FULL_NAME else KeyStat())


def test_a_call_centres_number_joins_nobody_across_customers():
    def at(source, customer, number):
        return person(source, "佐藤 健", customers=(customer,), phones=(number,))

    assert not links(at(CRM, "cus_a", "+81120123456"), at(DESK, "cus_b", "+81120123456"))
    assert links(at(CRM, "cus_a", "+819012345678"), at(DESK, "cus_b", "+819012345678"))
