"""What Salesforce's accounts, contacts, leads and users mean: one test a decision."""

from datetime import UTC, datetime

import pytest

from kizuna import sdk
from kizuna_salesforce import mapping, payloads
from kizuna_salesforce.ids import full_id
from plugins.salesforce.tests.mapped import USD, only, read


def test_an_account_is_a_company_with_its_billing_address():
    record = read(
        payloads.Account,
        Name="Edge Communications",
        Website="http://edgecomm.com",
        Industry="Electronics",
        NumberOfEmployees=1000,
        AnnualRevenue=139000000,
        CurrencyIsoCode="USD",
        BillingCity="Austin",
        BillingCountry="United States",
        BillingCountryCode="US",
        ShippingCity="Dallas",
        Type="Customer - Direct",
        OwnerId="005dM00000AAAAA",
        ParentId="001dM00003jU9Gy",
        CreatedDate="2026-05-01T07:25:37.000+0000",
    )

    account = only(mapping.account(record))

    assert account == sdk.Account(
        name="Edge Communications",
        domains=("http://edgecomm.com",),
        industry="Electronics",
        employees=1000,
        annual_revenue=sdk.Money(13900000000, USD),
        city="Austin",
        country="US",
        category="Customer - Direct",
        owner=sdk.Ref("User", full_id("005dM00000AAAAA")),
        parent=sdk.Ref("Account", "001dM00003jU9GyQAK"),
        currency=USD,
        created_at=datetime(2026, 5, 1, 7, 25, 37, tzinfo=UTC),
    )


def test_the_shipping_address_stands_in_for_an_empty_billing_address():
    account = only(mapping.account(read(payloads.Account, ShippingCity="Dallas", ShippingCountry="United States")))

    assert (account.city, account.country) == ("Dallas", "United States")


def test_an_org_with_one_currency_gets_it_from_the_settings():
    record = read(payloads.Account, AnnualRevenue=5_000_000)

    assert only(mapping.account(record, default_currency="JPY")).annual_revenue == sdk.Money(5_000_000, "JPY")
    assert only(mapping.account(record)).annual_revenue is None


def test_a_queue_owns_nothing_in_our_eyes():
    assert only(mapping.account(read(payloads.Account, OwnerId="00GdM000001aaaaAAA"))).owner is None


def test_a_person_account_is_an_account_and_the_person_of_its_shadow_contact():
    record = read(
        payloads.Account,
        Name="Ana Jacobson",
        FirstName="Ana",
        LastName="Jacobson",
        IsPersonAccount=True,
        PersonContactId="003dM00001vWOXJ",
        PersonEmail="ana@example.com",
        Phone="(330)320-6522",
        PersonMobilePhone="001-377-923-2289",
    )

    account, person = mapping.account(record)

    assert isinstance(account, sdk.Account)
    assert account.account_kind is sdk.AccountKind.PERSON
    assert account.emails == ("ana@example.com",)
    assert isinstance(person, sdk.Person)
    assert person.cross_references == (sdk.CrossRef("salesforce", "003dM00001vWOXJQA4"),)
    assert person.account == sdk.Ref("Account", "001dM00003jU9GxQAK")
    assert person.phones == ("(330)320-6522", "001-377-923-2289")


def test_the_loser_of_a_merge_says_who_won_and_nothing_else():
    record = read(payloads.Account, Name="Edge", IsDeleted=True, MasterRecordId="001dM00003jU9Gy")

    assert tuple(mapping.account(record)) == (
        sdk.Merged(loser=sdk.Ref("Account", "001dM00003jU9GxQAK"), winner=sdk.Ref("Account", "001dM00003jU9GyQAK")),
    )
    assert payloads.deleted_of(record) == "merged"


@pytest.mark.parametrize("payload", [payloads.Contact, payloads.Lead, payloads.Case])
def test_contacts_leads_and_cases_merge_as_accounts_do(payload: type[payloads.Mergeable]):
    functions = {"Contact": mapping.contact, "Lead": mapping.lead, "Case": mapping.case}
    record = read(payload, IsDeleted=True, MasterRecordId="001dM00003jU9GyQAK")

    merged = only(functions[payload.__name__](record))

    assert merged.winner == sdk.Ref(payload.__name__, "001dM00003jU9GyQAK")


def test_a_contact_is_a_person_at_an_account():
    record = read(
        payloads.Contact,
        FirstName="Rose",
        LastName="Gonzalez",
        Email="rose@edge.com",
        Phone="(512) 757-6000",
        MobilePhone="(512) 757-9340",
        HomePhone="(512) 757-6000",
        Title="SVP, Procurement",
        Department="Procurement",
        AccountId="001dM00003jU9Gx",
        MailingCountry="Japan",
    )

    person = mapping.contact(record)

    assert person == sdk.Person(
        name="Rose Gonzalez",
        given_name="Rose",
        family_name="Gonzalez",
        emails=("rose@edge.com",),
        phones=("(512) 757-6000", "(512) 757-9340"),
        title="SVP, Procurement",
        department="Procurement",
        account=sdk.Ref("Account", "001dM00003jU9GxQAK"),
        role="contact",
        country="Japan",
    )


def test_a_name_is_written_as_salesforce_composed_it():
    person = mapping.contact(read(payloads.Contact, Name="山田 太郎", FirstName="太郎", LastName="山田"))

    assert isinstance(person, sdk.Person)
    assert person.name == "山田 太郎"


def test_a_lead_names_its_company_in_words():
    person = mapping.lead(read(payloads.Lead, LastName="Okada", Company="岡田商事", Status="Working"))

    assert isinstance(person, sdk.Person)
    assert (person.company_name, person.account, person.role) == ("岡田商事", None, "lead")
    assert (person.cross_references, person.tags) == ((), ("Working",))


def test_a_converted_lead_is_the_contact_it_became():
    record = read(
        payloads.Lead,
        LastName="Okada",
        IsConverted=True,
        ConvertedContactId="003dM00001vWOXJQA4",
        ConvertedAccountId="001dM00003jU9GxQAK",
    )

    person = mapping.lead(record)

    assert isinstance(person, sdk.Person)
    assert person.cross_references == (sdk.CrossRef("salesforce", "003dM00001vWOXJQA4"),)
    assert (person.account, person.role) == (sdk.Ref("Account", "001dM00003jU9GxQAK"), "converted lead")


def test_a_user_is_a_colleague_of_a_department():
    record = read(
        payloads.User, Name="Aoki", Email="aoki@us.example", Department="Customer Success EMEA", IsActive=False
    )

    assert only(mapping.user(record)) == sdk.Staff(
        name="Aoki", email="aoki@us.example", department=sdk.Department.CUSTOMER_SUCCESS, active=False
    )


@pytest.mark.parametrize("user_type", ["PowerCustomerSuccess", "Guest", "AutomatedProcess"])
def test_portal_users_and_automations_are_no_colleagues(user_type: str):
    assert tuple(mapping.user(read(payloads.User, Name="X", UserType=user_type))) == ()
