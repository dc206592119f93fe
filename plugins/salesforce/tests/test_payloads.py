"""How the fields of all objects are read, and which of them are asked for."""

from kizuna import sdk
from kizuna_salesforce import mapping, payloads
from plugins.salesforce.tests.mapped import USD, only, read


def test_numbers_may_come_as_text_and_flags_too():
    record = read(payloads.Account, NumberOfEmployees="265", AnnualRevenue="3.00E+07", IsPersonAccount="false")

    account = only(mapping.account(record, default_currency="USD"))

    assert (account.employees, account.annual_revenue) == (265, sdk.Money(3_000_000_000, USD))


def test_exactly_the_fields_that_are_mapped_are_asked_for():
    fields = payloads.fields_of(payloads.Product2)

    assert fields == (
        "Id",
        "CreatedDate",
        "Description",
        "IsActive",
        "IsDeleted",
        "LastModifiedDate",
        "Name",
        "ProductCode",
        "SystemModstamp",
    )
