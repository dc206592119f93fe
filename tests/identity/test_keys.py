"""Keys: what a record is found by, and what never becomes one."""

import pytest

from kizuna.identity.keys import KINDS, Key, KeyStat, is_generic, key_hash, keys, name_hash, stats_of
from tests.identity.records import BILLING, CRM, DESK, MARKETING, account, person


def kinds_of(profile):
    return {(key.kind, key.value.replace("\x1f", "|")) for key in keys(profile)}


def test_an_account_is_found_by_everything_it_says():
    profile = account(
        CRM,
        "株式会社青葉商事",
        rid=7,
        domains=("www.aoba.co.jp",),
        emails=("keiri@aoba.co.jp",),
        contact_emails=("ken@midori.jp", "ken@gmail.com"),
        phones=("03-1234-5679",),
        corporate_number="7000012050002",
        cross_references=(("Billing", "cus_1"), ("billing", " "), ("billing", "null"), ("crm", "crm-7")),
        country="JP",
    )

    found = kinds_of(profile)

    assert found == {
        ("own", "crm|crm-7"),
        ("xref", "billing|cus_1"),
        ("corporate_number", "7000012050002"),
        ("email", "keiri@aoba.co.jp"),
        ("domain", "aoba.co.jp"),
        ("known_domain", "aoba.co.jp"),
        ("contact", "ken@midori.jp"),
        ("contact", "ken@gmail.com"),
        ("known_domain", "midori.jp"),
        ("domain_name", "aoba.co.jp|青葉商事"),
        ("domain_name", "midori.jp|青葉商事"),
        ("phone", "+81312345679"),
        ("name", "青葉商事"),
    }


def test_a_desks_mailbox_is_no_key_of_a_person():
    profile = person(CRM, "Taro Sato", rid=8, emails=("info@aoba.jp, taro@aoba.jp",))

    found = kinds_of(profile)

    assert found == {("own", "crm|crm-8"), ("email", "taro@aoba.jp"), ("full_name", "sato|taro")}


@pytest.mark.parametrize(
    "values",
    [
        {"name": "test", "domains": ("example.com",), "emails": ("test@example.com",)},
        {"name": "n/a", "domains": ("gmail.com",), "phones": ("000-0000-0000",)},
        {"name": "なし", "emails": ("none",), "corporate_number": "0000000000000"},
        {"name": "\x00\u202e", "domains": (None, "", "-"), "emails": (None, "@"), "phones": (None, "-")},
        {"name": "😀", "cross_references": (("", "1"), ("crm", "-"), ("crm", "0"), ("crm", "x" * 500))},
    ],
)
def test_what_says_nothing_makes_no_key(values):
    profile = account(DESK, rid=9, **values)

    found = kinds_of(profile)

    assert found == {("own", "desk|desk-9")}


def test_a_payers_name_is_no_companys_name():
    payer = account(BILLING, "Taro Yamada", rid=10, emails=("taro.yamada@aoba.jp",))

    found = {kind for kind, _ in kinds_of(payer)}

    assert "name" not in found
    assert name_hash(payer) is None


def test_a_reference_and_the_record_it_names_have_one_hash():
    value = "crm\x1f42"

    hashes = {key_hash("account", "own", value), key_hash("account", "xref", value)}

    assert len(hashes) == 1
    assert all(-(2**63) <= hashed < 2**63 for hashed in hashes)


def test_hashes_differ_by_entity_kind_and_value():
    hashes = {
        key_hash(entity, kind, value) for entity in ("account", "person") for kind in KINDS for value in ("a", "b")
    }

    # own and xref are one family.
    assert len(hashes) == 2 * (len(KINDS) - 1) * 2


def test_a_hash_is_the_same_on_every_machine():
    hashed = key_hash("account", "domain", "aoba.co.jp")

    assert hashed == 2874909843432585017


def test_a_value_is_as_common_as_its_names_in_the_worst_source():
    shared = {"domains": ("aoba.co.jp",)}
    profiles = [
        account(CRM, "Aoba Foods", **shared),
        account(CRM, "AOBA FOODS Inc.", **shared),
        account(MARKETING, "Aoba Foods", **shared),
        account(MARKETING, "Aoba Trading", **shared),
        account(DESK, None, **shared),
    ]

    stat = stats_of(profiles)(Key("domain", "aoba.co.jp"))

    assert stat == KeyStat(2)


@pytest.mark.parametrize(
    ("kind", "names", "status", "generic"),
    [
        ("domain", 1, "normal", False),
        ("domain", 2, "normal", True),
        ("domain", 9, "allowed", False),
        ("domain", 0, "blocked", True),
        ("known_domain", 9, "normal", False),
    ],
)
def test_two_names_in_one_source_make_a_value_generic_unless_an_operator_says_else(kind, names, status, generic):
    found = is_generic(Key(kind, "aoba.co.jp"), KeyStat(names, status))

    assert found is generic
