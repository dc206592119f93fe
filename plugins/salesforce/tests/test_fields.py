"""Which fields are asked for: what the mappings read, the org's own, and no more than a URL can hold."""

from urllib.parse import quote

from kizuna_salesforce.fields import chosen
from kizuna_salesforce.pages import Field

OWN = Field(name="Segment__c", type="picklist", custom=True)


def test_the_orgs_own_fields_are_asked_for_behind_the_mapped_ones():
    described = (OWN, Field(name="Id"), Field(name="Fax"), Field(name="RecordTypeId"), Field(name="Name"))

    assert chosen(described, ("Id", "Name"), custom=True) == ("Id", "Name", "RecordTypeId", "Segment__c")


def test_the_orgs_own_fields_can_be_left_out():
    assert chosen((OWN, Field(name="Id")), ("Id",), custom=False) == ("Id",)


def test_fields_that_show_others_together_or_hold_binaries_are_not_asked_for():
    described = (
        Field(name="Id"),
        Field(name="Site__c", type="location", custom=True),
        Field(name="Site__Latitude__s", type="double", custom=True, compound_field_name="Site__c"),
        Field(name="Photo__c", type="base64", custom=True),
    )

    assert chosen(described, ("Id",), custom=True) == ("Id", "Site__Latitude__s")


def test_a_mapped_field_that_is_the_orgs_own_is_asked_for_once():
    assert chosen((Field(name="Id"), OWN), ("Id", "Segment__c"), custom=True) == ("Id", "Segment__c")


def test_eight_hundred_own_fields_still_fit_in_a_url():
    own = [Field(name=f"A_rather_long_name_of_a_field_{number:03}__c", custom=True) for number in range(800)]

    names = chosen([Field(name="Id"), *own], ("Id",), custom=True)

    assert names[0] == "Id"
    assert 300 < len(names) < 500
    assert len(quote(", ".join(names))) < 14_000
