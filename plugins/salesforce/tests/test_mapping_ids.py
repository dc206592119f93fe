"""Ids and references: fifteen letters or eighteen, one kind of record or several."""

import msgspec
import pytest

from kizuna import sdk
from kizuna_salesforce import payloads
from kizuna_salesforce.ids import full_id, ref, ref_of_kind
from plugins.salesforce.tests.mapped import read


def test_a_short_id_gets_the_suffix_that_keeps_its_case():
    assert full_id("001dM00003jU9Gx") == "001dM00003jU9GxQAK"
    assert full_id("001dM00003jU9GxQAK") == "001dM00003jU9GxQAK"
    assert full_id("003dM00001vWOXJ") == "003dM00001vWOXJQA4"


def test_two_ids_that_differ_only_in_case_stay_two():
    assert full_id("001dM00003jU9Gx") != full_id("001dm00003ju9gx")


def test_a_reference_by_short_id_meets_the_record_by_long_id():
    assert ref("Account", "001dM00003jU9Gx") == sdk.Ref("Account", "001dM00003jU9GxQAK")
    assert ref("Account", None) is None


def test_a_polymorphic_reference_goes_by_the_prefix():
    assert ref_of_kind("00QdM000001aaaaAAA", "Contact", "Lead") == sdk.Ref("Lead", "00QdM000001aaaaAAA")
    assert ref_of_kind("00GdM000001aaaaAAA", "User") is None
    assert ref_of_kind("a01dM000001aaaaAAA", "User") is None


def test_a_deleted_record_is_gone_and_an_archived_one_is_not():
    assert payloads.deleted_of(read(payloads.Task, IsDeleted=True)) == "deleted"
    assert payloads.deleted_of(read(payloads.Task, IsDeleted=False, IsArchived=True)) is None
    assert payloads.deleted_of(read(payloads.User)) is None


def test_a_record_without_an_id_is_named_by_its_url():
    url = "/services/data/v60.0/sobjects/Contact/003ak000003dQCGAA2"
    record = msgspec.convert({"attributes": {"type": "Contact", "url": url}}, payloads.Contact)

    assert payloads.key_of(record) == "003ak000003dQCGAA2"


def test_a_record_that_names_no_id_anywhere_is_refused_by_field():
    with pytest.raises(sdk.PayloadError) as refused:
        payloads.key_of(payloads.Contact())

    assert refused.value.field == "Id"
