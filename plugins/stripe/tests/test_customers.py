"""What a customer of Stripe means."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from kizuna import sdk
from kizuna_stripe.facts import CustomerDiscount
from plugins.stripe.tests.objects import CREATED, DAY_S, coupon, customer, discount, only, said


def test_a_customer_is_an_account_with_its_billing_address():
    address = {"line1": "1-2-3 Marunouchi", "line2": "8F", "city": "Chiyoda-ku", "state": "Tokyo"}

    account = only(
        "customers",
        customer(address={**address, "postal_code": "100-0005", "country": "JP"}, phone="+81 3 1234 5678"),
        sdk.Account,
    )

    assert account == sdk.Account(
        name="Tanaka Seiki K.K.",
        account_kind=sdk.AccountKind.COMPANY,
        emails=("billing@tanaka.example",),
        phone="+81 3 1234 5678",
        street="1-2-3 Marunouchi, 8F",
        city="Chiyoda-ku",
        state="Tokyo",
        postal_code="100-0005",
        country="JP",
        currency="EUR",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_a_customer_without_email_and_name_is_still_an_account():
    account = only("customers", customer(email=None, name=None, description="old note"), sdk.Account)

    assert (account.name, account.emails, account.description) == (None, (), "old note")


def test_no_person_is_invented_from_the_name_of_a_customer():
    facts = said("customers", customer(name="Hanako Tanaka"))

    assert [type(fact) for fact in facts] == [sdk.Account]


def test_an_individual_who_is_named_is_a_person_of_the_account():
    facts = said("customers", customer(individual_name="Hanako Tanaka", business_name="Tanaka Seiki"))

    assert [(type(fact), fact.name) for fact in facts] == [
        (sdk.Account, "Tanaka Seiki"),
        (sdk.Person, "Hanako Tanaka"),
    ]
    assert facts[1].account == sdk.Ref("customers", "cus_1")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("salesforce_id", (sdk.CrossRef("salesforce", "001A"),)),
        ("Salesforce_ID", (sdk.CrossRef("salesforce", "001A"),)),
        ("hubspot_company_id", (sdk.CrossRef("hubspot", "001A"),)),
        ("my_crm_id", (sdk.CrossRef("my_crm", "001A"),)),
        ("user_id", ()),
        ("account_id", ()),
        ("hubspot_deal_id", ()),
        ("salesforce_contact_id", ()),
        ("id", ()),
        ("salesforce", ()),
    ],
)
def test_metadata_names_the_account_in_another_system(key, expected):
    account = only("customers", customer(metadata={key: " 001A "}), sdk.Account)

    assert account.cross_references == expected


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("jp_cn", "7000012050002", "7000012050002"),
        ("jp_trn", "T7000012050002", "7000012050002"),
        ("jp_trn", "T8000012050002", None),  # wrong check digit: a sole trader's number
        ("eu_vat", "DE 136 695 976", "DE136695976"),
        ("eu_vat", "DE000000000", None),
        ("us_ein", "12-3456789", "123456789"),
        ("br_cpf", "123.456.789-09", None),  # a person's number
        ("unknown", "12345", None),
        ("gb_vat", None, None),
    ],
)
def test_a_tax_id_is_a_corporate_number_only_when_it_is_plausible(kind, value, expected):
    tax_ids = {"object": "list", "data": [{"type": kind, "value": value}], "has_more": False}

    account = only("customers", customer(tax_ids=tax_ids), sdk.Account)

    assert account.corporate_number == expected


def test_a_japanese_corporate_number_comes_before_other_tax_ids():
    data = [{"type": "us_ein", "value": "123456789"}, {"type": "jp_trn", "value": "T7000012050002"}]

    account = only("customers", customer(tax_ids={"data": data}), sdk.Account)

    assert account.corporate_number == "7000012050002"


def test_a_deleted_customer_says_nothing():
    assert said("customers", {"id": "cus_1", "object": "customer", "deleted": True}) == ()


def test_a_discount_on_the_customer_is_told_with_its_terms_and_where_it_stands():
    source = {"type": "coupon", "coupon": coupon(applies_to={"products": ["prod_1"]})}
    held = discount(subscription=None, source=source, promotion_code="promo_1", end=CREATED + DAY_S)

    found = only("customers", customer(discount=held), CustomerDiscount)

    assert found == CustomerDiscount(
        part="di_1",
        account=sdk.Ref("customers", "cus_1"),
        coupon="LOYAL",
        promotion_code="promo_1",
        percent_off=Decimal("12.5"),
        duration=sdk.DiscountDuration.FOREVER,
        products=("prod_1",),
        starts_at=datetime(2026, 1, 1, tzinfo=UTC),
        ends_at=datetime(2026, 1, 2, tzinfo=UTC),
    )


def test_a_discount_on_the_customer_for_all_products_is_a_discount_on_its_account():
    held = discount(subscription=None, source={"type": "coupon", "coupon": coupon()})

    found = only("customers", customer(discount=held), sdk.Discount)

    assert (found.parent, found.item, found.percent_off) == (sdk.Ref("customers", "cus_1"), None, Decimal("12.5"))


def test_a_discount_on_the_customer_before_clover_holds_its_coupon():
    old = {"id": "di_1", "object": "discount", "coupon": coupon(percent_off=None, amount_off=500, currency="usd")}

    found = only("customers", customer(discount=old), CustomerDiscount)

    assert (found.coupon, found.amount_off, found.products) == ("LOYAL", sdk.Money(500, "USD"), ())
