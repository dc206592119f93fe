"""Which fields are asked for: what the mappings read, the org's own, and no more than a URL can hold."""

import json
import logging
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from kizuna import sdk
from kizuna_salesforce.fields import chosen
from kizuna_salesforce.pages import Field
from kizuna_salesforce.readings import Keyset
from kizuna_salesforce.these import These

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


CONTACT = Keyset(sobject="Contact", wanted=("Id", "Score__c", "SystemModstamp"), version="62.0")
SAME = [{"name": "Id"}, {"name": "Score__c", "custom": True}, {"name": "SystemModstamp"}]
LESS = [SAME[0], SAME[2]]
ROW = {"Id": "003dM0000000001AAA", "SystemModstamp": "2026-02-01T00:00:01.000+0000"}


def said(body: object, status: int = 200) -> sdk.Answer:
    return sdk.Answer(status=status, body=json.dumps(body).encode(), headers={}, asked_at=NOW)


def described(fields: list[dict[str, object]]) -> sdk.Answer:
    return said({"fields": fields})


def page() -> sdk.Answer:
    return said({"totalSize": 1, "done": True, "records": [ROW]})


def no_column(name: str) -> sdk.Answer:
    message = (
        f"SELECT Id\nERROR at Row:1:Column:8\nNo such column '{name}' on entity 'Contact'. If you are attempting …"
    )
    return said([{"errorCode": "INVALID_FIELD", "message": message}], 400)


def turned(turn: sdk.Turn, *answers: sdk.Answer) -> sdk.Turn:
    for each in answers:
        assert turn.ask is not None
        turn = CONTACT.turn(turn.state, turn.ask, each)
    return turn


def begun(bookmark: sdk.Bookmark | None, later: timedelta = timedelta(0)) -> sdk.Turn:
    return CONTACT.begin(bookmark, sdk.Start(now=NOW + later))


def loaded() -> sdk.Bookmark:
    bookmark = turned(begun(None), described(SAME), page(), page()).bookmark
    assert bookmark is not None
    return bookmark


def question(turn: sdk.Turn) -> str:
    assert turn.ask is not None
    return dict(turn.ask.params)["q"]


def test_a_field_that_vanished_from_the_description_is_told_and_the_query_goes_on_without_it(
    caplog: pytest.LogCaptureFixture,
):
    with caplog.at_level(logging.WARNING):
        by_refusal = turned(begun(loaded()), no_column("Score__c"), described(LESS))
        daily = turned(begun(loaded(), timedelta(days=2)), described(LESS))

    assert question(by_refusal).startswith("SELECT Id, SystemModstamp FROM Contact WHERE")
    assert question(daily).startswith("SELECT Id, SystemModstamp FROM Contact WHERE")
    assert [("Score__c" in entry.getMessage(), "Contact" in entry.getMessage()) for entry in caplog.records] == [
        (True, True),
        (True, True),
    ]


def test_a_field_that_is_described_but_refused_is_left_out_of_this_pass_and_the_next_ones(
    caplog: pytest.LogCaptureFixture,
):
    again = (no_column("Score__c"), described(SAME))

    turn = turned(begun(loaded()), *again, *again, no_column("Score__c"))
    done = turned(turn, page())
    tomorrow = turned(begun(done.bookmark, timedelta(days=2)), described(SAME))

    assert question(turn).startswith("SELECT Id, SystemModstamp FROM Contact WHERE")
    assert question(tomorrow).startswith("SELECT Id, SystemModstamp FROM Contact WHERE")
    assert "Score__c" in caplog.text


def test_a_refused_field_that_was_gone_and_came_back_is_asked_for_again():
    again = (no_column("Score__c"), described(SAME))
    done = turned(begun(loaded()), *again, *again, no_column("Score__c"), page())
    gone = turned(begun(done.bookmark, timedelta(days=2)), described(LESS), page())

    back = turned(begun(gone.bookmark, timedelta(days=4)), described(SAME), page())

    assert "Score__c" in question(back)


def test_a_row_that_a_webhook_names_comes_without_a_field_that_is_refused():
    these = These(CONTACT, (sdk.Named(id=ROW["Id"]),))
    turn = these.begin(loaded(), sdk.Start(now=NOW))
    for each in (no_column("Score__c"), described(SAME), no_column("Score__c"), described(SAME), no_column("Score__c")):
        assert turn.ask is not None
        turn = these.turn(turn.state, turn.ask, each)

    assert question(turn).startswith("SELECT Id, SystemModstamp FROM Contact WHERE Id IN")


MORE = [*SAME, {"name": "Rank__c", "custom": True}]


def test_a_field_that_is_refused_stays_left_out_where_another_has_become_readable():
    again = (no_column("Score__c"), described(SAME))
    done = turned(begun(loaded()), *again, *again, no_column("Score__c"), page())

    wider = turned(begun(done.bookmark, timedelta(days=2)), described(MORE), page())
    read_whole = turned(wider, page())
    next_day = turned(begun(read_whole.bookmark, timedelta(days=4)), described(MORE))

    assert question(wider) == ("SELECT Id, SystemModstamp, Rank__c FROM Contact ORDER BY SystemModstamp ASC, Id ASC")
    assert read_whole.whole
    assert question(next_day).startswith("SELECT Id, SystemModstamp, Rank__c FROM Contact WHERE")
