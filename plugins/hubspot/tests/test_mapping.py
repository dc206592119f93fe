"""What HubSpot's records mean, one decision a test. The payloads are written from HubSpot's documented shapes."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from kizuna import sdk
from kizuna_hubspot.paths import Paths
from kizuna_hubspot.streams import Portal

PORTAL = Portal(paths=Paths(), default_currency="EUR", lookback=timedelta(minutes=10), custom_properties=True)
STREAMS = {stream.name: stream for stream in PORTAL.streams()}


def said(stream: str, payload: dict[str, Any]) -> tuple[sdk.Said, ...]:
    record = msgspec.json.decode(json.dumps(payload).encode(), type=STREAMS[stream].payload)
    return STREAMS[stream].said(record)


def one(stream: str, properties: dict[str, Any], **around: Any) -> Any:
    return said(stream, {"id": "1", "properties": properties, **around})[0]


def associated(**kinds: list[tuple[str, str]]) -> dict[str, Any]:
    return {kind: {"results": [{"id": key, "type": word} for key, word in found]} for kind, found in kinds.items()}


def test_a_company_is_an_account_with_typed_values() -> None:
    properties = {
        "name": " Northwind ",
        "domain": "northwind.example",
        "hs_additional_domains": "nw.example;northwind.test",
        "website": "https://www.northwind.example",
        "numberofemployees": "120",
        "annualrevenue": "3000000.50",
        "address": "1 Main Street",
        "address2": "Floor 2",
        "zip": "1010",
        "lifecyclestage": "customer",
        "hubspot_owner_id": "77",
        "hs_parent_company_id": "9",
        "createdate": "2026-02-25T16:12:37.757Z",
        "hs_lastmodifieddate": "2023-01-15T05:00:00Z",
        "salesforceaccountid": "001xx",
    }

    account = one("companies", properties)

    assert account == sdk.Account(
        name="Northwind",
        domains=("northwind.example", "nw.example", "northwind.test", "https://www.northwind.example"),
        employees=120,
        annual_revenue=sdk.Money(300000050, "EUR"),
        street="1 Main Street Floor 2",
        postal_code="1010",
        lifecycle_stage="customer",
        owner=sdk.Ref("owners", "77"),
        parent=sdk.Ref("companies", "9"),
        created_at=datetime(2026, 2, 25, 16, 12, 37, 757000, tzinfo=UTC),
        updated_at=datetime(2023, 1, 15, 5, tzinfo=UTC),
        cross_references=(sdk.CrossRef("salesforce", "001xx"),),
    )


def test_null_and_empty_properties_say_nothing() -> None:
    account = one("companies", {"name": None, "domain": "", "annualrevenue": "", "hubspot_owner_id": ""})

    assert account == sdk.Account()


def test_the_old_shape_of_a_company_is_understood() -> None:
    old = {
        "companyId": 1897466919,
        "properties": {
            "name": {"value": "Old Mill", "timestamp": 1},
            "hs_lastmodifieddate": {"value": "1556981055541"},
        },
    }

    record = msgspec.json.decode(json.dumps(old).encode(), type=STREAMS["companies"].payload)

    assert STREAMS["companies"].key(record) == "1897466919"
    assert STREAMS["companies"].said(record) == (
        sdk.Account(name="Old Mill", updated_at=datetime(2019, 5, 4, 14, 44, 15, 541000, tzinfo=UTC)),
    )


def test_merged_ids_make_the_losers_aliases_and_never_the_record_itself() -> None:
    facts = said("contacts", {"id": "5", "properties": {
        "hs_merged_object_ids": "7;5",
        "hs_calculated_merged_vids": "8:1700000000000;7:1600000000000",
        "hs_all_contact_vids": "5;8;9",
    }})  # fmt: skip

    assert facts[1:] == (
        sdk.Merged(loser=sdk.Ref("contacts", "7"), winner=sdk.Ref("contacts", "5")),
        sdk.Merged(loser=sdk.Ref("contacts", "8"), winner=sdk.Ref("contacts", "5")),
        sdk.Merged(loser=sdk.Ref("contacts", "9"), winner=sdk.Ref("contacts", "5")),
    )


def test_the_primary_association_is_the_account_and_the_others_are_memberships() -> None:
    around = associated(
        companies=[
            ("20", "contact_to_company_unlabeled"),
            ("10", "contact_to_company"),
            ("10", "contact_to_company_unlabeled"),
            ("20", "Adviser"),
        ]
    )

    person, *memberships = said(
        "contacts", {"id": "1", "properties": {"associatedcompanyid": "99"}, "associations": around}
    )

    assert isinstance(person, sdk.Person)
    assert person.account == sdk.Ref("companies", "10")
    assert memberships == [
        sdk.Membership(part="20", person=sdk.Ref("contacts", "1"), account=sdk.Ref("companies", "20"), label="Adviser")
    ]


def test_without_associations_the_property_names_the_company() -> None:
    person = one("contacts", {"associatedcompanyid": "99"})

    assert person.account == sdk.Ref("companies", "99")


@pytest.mark.parametrize(
    ("given", "family", "name"),
    [("Ada", "Lovelace", "Ada Lovelace"), ("花子", "山田", "山田 花子"), (None, "Poe", "Poe"), (None, None, None)],
)
def test_a_name_is_written_in_the_order_of_its_language(
    given: str | None, family: str | None, name: str | None
) -> None:
    person = one("contacts", {"firstname": given, "lastname": family})

    assert person.name == name


def test_a_contact_before_a_deal_is_a_lead() -> None:
    lead = one("contacts", {"lifecyclestage": "marketingqualifiedlead"})
    customer = one("contacts", {"lifecyclestage": "customer"})

    assert (lead.role, customer.role) == ("lead", "contact")


def test_a_contacts_addresses_are_kept_once_with_the_main_one_first() -> None:
    person = one("contacts", {"email": "a@x.example", "hs_additional_emails": "b@x.example;a@x.example"})

    assert person.emails == ("a@x.example", "b@x.example")


def test_an_archived_owner_is_staff_who_left() -> None:
    owner = {"id": 7, "email": "kim@x.example", "firstName": "Kim", "lastName": "Lee", "archived": True}

    facts = said("owners", owner)

    assert facts == (sdk.Staff(name="Kim Lee", email="kim@x.example", active=False),)


@pytest.mark.parametrize(
    ("properties", "status"),
    [
        ({"dealstage": "closedwon"}, sdk.DealStatus.WON),
        ({"dealstage": "closedlost"}, sdk.DealStatus.LOST),
        ({"dealstage": "123", "hs_is_closed": "true", "hs_is_closed_won": "true"}, sdk.DealStatus.WON),
        ({"dealstage": "123", "hs_is_closed": "true", "hs_is_closed_won": "false"}, sdk.DealStatus.LOST),
        ({"dealstage": "123", "hs_is_closed": "false"}, sdk.DealStatus.OPEN),
    ],
)
def test_a_deal_is_won_lost_or_open(properties: dict[str, Any], status: sdk.DealStatus) -> None:
    deal = one("deals", properties)

    assert deal.status is status


def test_a_deals_amount_is_in_its_own_currency_else_the_portals() -> None:
    own = one("deals", {"amount": "3000", "deal_currency_code": "JPY"})
    portals = one("deals", {"amount": "3000"})

    assert (own.amount, portals.amount) == (sdk.Money(3000, "JPY"), sdk.Money(300000, "EUR"))


def test_only_a_closed_deal_has_closed() -> None:
    expected = one("deals", {"dealstage": "x", "closedate": "2026-03-09T20:29:45.981Z"})
    won = one("deals", {"dealstage": "closedwon", "closedate": "2026-03-09T20:29:45.981Z"})

    assert (expected.closes_on, expected.closed_at) == (date(2026, 3, 9), None)
    assert won.closed_at == datetime(2026, 3, 9, 20, 29, 45, 981000, tzinfo=UTC)


def test_an_unknown_deal_type_is_other_and_reported() -> None:
    facts = said("deals", {"id": "1", "properties": {"dealtype": "barter"}})

    assert isinstance(facts[0], sdk.Deal)
    assert facts[0].deal_type is sdk.DealType.OTHER
    assert facts[1:] == (sdk.Unmapped(field="dealtype", value="barter"),)


def test_an_amount_that_is_no_number_fails_with_its_reason() -> None:
    with pytest.raises(sdk.PayloadError, match="not a number"):
        one("deals", {"amount": "three"})


def test_a_line_item_hangs_on_its_deal() -> None:
    line = one(
        "line_items",
        {
            "hs_product_id": "4",
            "quantity": "2",
            "price": "10.5",
            "amount": "21",
            "recurringbillingfrequency": "quarterly",
        },
        associations=associated(deals=[("9", "line_item_to_deal")]),
    )

    assert line == sdk.DealLine(
        parent=sdk.Ref("deals", "9"),
        product=sdk.Ref("products", "4"),
        quantity=Decimal(2),
        unit_price=sdk.Money(1050, "EUR"),
        total=sdk.Money(2100, "EUR"),
        interval_months=3,
    )


def test_a_product_with_a_price_is_both() -> None:
    facts = said(
        "products", {"id": "4", "properties": {"name": "Plan", "price": "23", "recurringbillingfrequency": "annually"}}
    )

    assert facts == (
        sdk.Product(name="Plan"),
        sdk.Price(
            product=sdk.Ref("products", "4"),
            currency="EUR",
            unit_minor=Decimal(2300),
            interval=sdk.Interval.MONTH,
            interval_count=12,
        ),
    )


def test_a_pipelines_stages_read_metadata_of_strings() -> None:
    pipeline = {"id": "default", "label": "Sales", "stages": [
        {"id": "closedwon", "label": "Won", "displayOrder": 5, "metadata": {"isClosed": "true", "probability": "1.0"}},
        {"id": "old", "label": "Old", "archived": True, "metadata": {}},
    ]}  # fmt: skip

    facts = said("deal_pipelines", pipeline)

    assert facts == (
        sdk.Stage(
            part="closedwon",
            pipeline="default",
            pipeline_label="Sales",
            stage="closedwon",
            label="Won",
            position=5,
            closed=True,
            won=True,
            probability=1.0,
        ),
    )


def test_a_ticket_stage_says_open_or_closed_and_never_won() -> None:
    pipeline = {"id": "0", "stages": [{"id": "4", "metadata": {"ticketState": "CLOSED"}}]}

    (stage,) = said("ticket_pipelines", pipeline)

    assert isinstance(stage, sdk.Stage)
    assert (stage.closed, stage.won) == (True, False)


@pytest.mark.parametrize(
    ("properties", "status"),
    [
        ({"hs_pipeline": "0", "hs_pipeline_stage": "1"}, sdk.TicketStatus.NEW),
        ({"hs_pipeline": "0", "hs_pipeline_stage": "2"}, sdk.TicketStatus.PENDING),
        ({"hs_pipeline": "0", "hs_pipeline_stage": "4"}, sdk.TicketStatus.CLOSED),
        ({"hs_pipeline": "88", "hs_pipeline_stage": "2"}, sdk.TicketStatus.OPEN),
        ({"hs_pipeline": "88", "hs_pipeline_stage": "901", "hs_is_closed": "true"}, sdk.TicketStatus.CLOSED),
    ],
)
def test_a_tickets_status_is_exact_in_the_default_pipeline(
    properties: dict[str, Any], status: sdk.TicketStatus
) -> None:
    ticket = one("tickets", properties)

    assert ticket.status is status


def test_a_ticket_carries_its_measures() -> None:
    facts = said("tickets", {"id": "3", "properties": {
        "createdate": "2026-03-01T10:00:00Z",
        "first_agent_reply_date": "2026-03-01T10:30:00Z",
        "time_to_close": "7200000",
        "closed_date": "2026-03-01T12:00:00Z",
        "hs_ticket_priority": "MEDIUM",
    }})  # fmt: skip

    assert isinstance(facts[0], sdk.Ticket)
    assert facts[0].priority is sdk.Priority.NORMAL
    assert facts[1] == sdk.TicketMetrics(
        parent=sdk.Ref("tickets", "3"),
        first_reply_min=30,
        full_resolution_min=120,
        solved_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    )


def test_a_call_lasts_milliseconds_and_has_a_direction() -> None:
    call = one(
        "calls",
        {"hs_timestamp": "2026-03-01T10:00:00Z", "hs_call_duration": "90500", "hs_call_direction": "INBOUND"},
        associations=associated(tickets=[("3", "call_to_ticket")], deals=[("9", "call_to_deal")]),
    )

    assert call.duration_s == 90
    assert call.ended_at == datetime(2026, 3, 1, 10, 1, 30, 500000, tzinfo=UTC)
    assert call.direction is sdk.Direction.THEY_TO_US
    assert call.parent == sdk.Ref("tickets", "3")


def test_a_note_is_plain_text_that_only_we_see() -> None:
    note = one("notes", {"hs_note_body": "<p>Call <b>back</b></p>", "hs_timestamp": "1772359200000"})

    assert (note.body, note.public, note.direction) == ("Call back", False, sdk.Direction.INTERNAL)
    assert note.at == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_a_mail_goes_one_way_and_a_forwarded_one_is_unknown() -> None:
    theirs = one("emails", {"hs_email_direction": "INCOMING_EMAIL", "hs_email_html": "<div>Hello</div>"})
    forwarded = one("emails", {"hs_email_direction": "FORWARDED_EMAIL"})

    assert (theirs.direction, theirs.body) == (sdk.Direction.THEY_TO_US, "Hello")
    assert forwarded.direction is None


def test_a_meeting_runs_from_start_to_end() -> None:
    meeting = one("meetings", {
        "hs_timestamp": "2026-03-01T09:00:00Z",
        "hs_meeting_start_time": "2026-03-01T10:00:00Z",
        "hs_meeting_end_time": "2026-03-01T10:45:00Z",
    })  # fmt: skip

    assert (meeting.at, meeting.duration_s) == (datetime(2026, 3, 1, 10, tzinfo=UTC), 2700)


def test_a_task_is_due_and_done() -> None:
    task = one("tasks", {"hs_timestamp": "2026-03-01T10:00:00Z", "hs_task_status": "COMPLETED"})

    assert (task.due_at, task.done) == (datetime(2026, 3, 1, 10, tzinfo=UTC), True)


def test_feedback_is_an_answer_on_its_surveys_scale() -> None:
    answer = one("feedback_submissions", {"hs_survey_type": "NPS", "hs_value": "9", "hs_content": "Good"})

    assert (answer.survey_kind, answer.score, answer.scale_max) == (sdk.SurveyKind.NPS, 9.0, 10.0)


def test_an_archived_record_says_that_it_is_gone_and_when() -> None:
    archived = {
        "id": "1",
        "properties": {},
        "archived": True,
        "updatedAt": "2026-03-01T00:00:00Z",
        "archivedAt": "2026-03-05T00:00:00Z",
    }

    record = msgspec.json.decode(json.dumps(archived).encode(), type=STREAMS["companies"].payload)

    assert STREAMS["companies"].deleted(record) == "archived"
    assert STREAMS["companies"].version(record) == datetime(2026, 3, 5, tzinfo=UTC)


def test_a_record_without_an_id_fails_with_its_reason() -> None:
    record = msgspec.json.decode(b'{"properties": {}}', type=STREAMS["companies"].payload)

    with pytest.raises(sdk.PayloadError, match="no id"):
        STREAMS["companies"].key(record)


def test_every_reference_names_a_stream_of_this_connector() -> None:
    around = associated(companies=[("1", "x")], contacts=[("2", "x")], deals=[("3", "x")], tickets=[("4", "x")])
    properties = {"hubspot_owner_id": "5", "hs_product_id": "6", "hs_parent_company_id": "7"}

    facts = [fact for name in STREAMS if name != "owners" and not name.endswith("pipelines")
             for fact in said(name, {"id": "9", "properties": properties, "associations": around})]  # fmt: skip

    refs = [value for fact in facts for value in msgspec.structs.astuple(fact) if isinstance(value, sdk.Ref)]
    assert {ref.stream for ref in refs} <= set(STREAMS)
    assert refs
