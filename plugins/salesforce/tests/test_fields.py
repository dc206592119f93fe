"""Which fields are asked for: what the mappings read, the org's own, and no more than a URL can hold."""

import json
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from kizuna import sdk
from kizuna_salesforce.fields import chosen
from kizuna_salesforce.pages import Field
from kizuna_salesforce.readings import Keyset

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OWN = Field(name="Segment__c", type="picklist", custom=True)


def test_the_orgs_own_fields_are_asked_for_behind_the_mapped_ones():
    described = (OWN, Field(name="Id"), Field(name="Fax"), Field(name="RecordTypeId"), Field(name="Name"))

    assert chosen("Contact", described, ("Id", "Name"), custom=True)[0] == ("Id", "Name", "RecordTypeId", "Segment__c")


def test_the_orgs_own_fields_can_be_left_out():
    assert chosen("Contact", (OWN, Field(name="Id")), ("Id",), custom=False)[0] == ("Id",)


def test_fields_that_show_others_together_or_hold_binaries_are_not_asked_for():
    described = (
        Field(name="Id"),
        Field(name="Site__c", type="location", custom=True),
        Field(name="Site__Latitude__s", type="double", custom=True, compound_field_name="Site__c"),
        Field(name="Photo__c", type="base64", custom=True),
    )

    assert chosen("Contact", described, ("Id",), custom=True)[0] == ("Id", "Site__Latitude__s")


def test_a_mapped_field_that_is_the_orgs_own_is_asked_for_once():
    names, _ = chosen("Contact", (Field(name="Id"), OWN), ("Id", "Segment__c"), custom=True)

    assert names == ("Id", "Segment__c")


def test_eight_hundred_own_fields_still_fit_in_a_url():
    own = [Field(name=f"A_rather_long_name_of_a_field_{number:03}__c", custom=True) for number in range(800)]

    names, left_out = chosen("Contact", [Field(name="Id"), *own], ("Id",), custom=True)

    assert names[0] == "Id"
    assert 300 < len(names) < 500
    assert len(quote(", ".join(names))) < 14_000
    assert (*names[1:], *left_out) == tuple(field.name for field in own)


def test_fields_that_readers_of_the_payload_need_are_asked_for_as_far_as_the_org_has_them():
    described = [Field(name=name) for name in ("Id", "Subject", "SuppliedEmail", "ParentId", "Comments")]

    of_a_case, _ = chosen("Case", described, ("Id", "Subject"), custom=True)
    of_another, _ = chosen("Solution", described, ("Id", "Subject"), custom=True)

    assert of_a_case == ("Id", "Subject", "ParentId", "SuppliedEmail")
    assert of_another == ("Id", "Subject")


def test_the_names_that_are_left_out_are_told_in_a_warning(caplog: pytest.LogCaptureFixture):
    names = [f"A_rather_long_name_of_a_field_{number:03}__c" for number in range(800)]
    fields = [{"name": "Id"}, {"name": "SystemModstamp"}, *({"name": name, "custom": True} for name in names)]
    reading = Keyset(sobject="Contact", wanted=("Id", "SystemModstamp"), version="62.0")
    begun = reading.begin(None, sdk.Start(now=NOW))
    assert begun.ask is not None

    reading.turn(
        begun.state,
        begun.ask,
        sdk.Answer(status=200, body=json.dumps({"fields": fields}).encode(), headers={}, asked_at=NOW),
    )

    assert "Contact" in caplog.text
    assert names[-1] in caplog.text
    assert names[0] not in caplog.text
