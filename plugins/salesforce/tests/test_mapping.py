"""What Salesforce's records mean: one test a decision."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from kizuna import sdk
from kizuna_salesforce import mapping, payloads
from kizuna_salesforce.ids import full_id, ref, ref_of_kind

USD = "USD"


def read(payload: type[payloads.SObject], **fields: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode({"Id": "001dM00003jU9GxQAK", **fields}), type=payload)


def only(said: Any) -> Any:
    facts = (said,) if isinstance(said, sdk.Fact | sdk.Merged) else tuple(said)
    assert len(facts) == 1
    return facts[0]


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


@pytest.mark.parametrize(
    ("flags", "status"),
    [
        ({"IsClosed": False, "IsWon": False}, sdk.DealStatus.OPEN),
        ({"IsClosed": True, "IsWon": True}, sdk.DealStatus.WON),
        ({"IsClosed": True, "IsWon": False}, sdk.DealStatus.LOST),
    ],
)
def test_won_and_lost_are_flags_not_names_of_stages(flags: dict[str, bool], status: sdk.DealStatus):
    deal = only(mapping.opportunity(read(payloads.Opportunity, StageName="受注", **flags)))

    assert (deal.status, deal.stage) == (status, "受注")


def test_an_opportunity_is_a_deal_with_its_amount_in_its_own_currency():
    record = read(
        payloads.Opportunity,
        Name="Edge renewal",
        AccountId="001dM00003jU9GxQAK",
        ContactId="003dM00001vWOXJQA4",
        Amount=1234.5,
        CurrencyIsoCode="EUR",
        Probability=75,
        CloseDate="2026-03-08",
        Type="Renewal",
        LeadSource="Web",
    )

    deal = only(mapping.opportunity(record, default_currency="JPY"))

    assert deal.amount == sdk.Money(123450, "EUR")
    assert (deal.probability, deal.closes_on) == (0.75, date(2026, 3, 8))
    assert (deal.deal_type, deal.source) == (sdk.DealType.RENEWAL, "Web")
    assert deal.person == sdk.Ref("Contact", "003dM00001vWOXJQA4")
    assert deal.closed_at is None


def test_a_closed_deal_closed_when_it_entered_its_last_stage():
    stage_changed = read(
        payloads.Opportunity, IsClosed=True, CloseDate="2026-03-31", LastStageChangeDate="2026-03-08T09:00:00.000+0000"
    )
    without = read(payloads.Opportunity, IsClosed=True, CloseDate="2026-03-31")

    assert only(mapping.opportunity(stage_changed)).closed_at == datetime(2026, 3, 8, 9, tzinfo=UTC)
    assert only(mapping.opportunity(without)).closed_at == datetime(2026, 3, 31, tzinfo=UTC)


def test_an_own_word_for_the_type_is_kept_and_shown():
    note, deal = mapping.opportunity(read(payloads.Opportunity, Type="Channel deal"))

    assert note == sdk.Unmapped(field="Type", value="Channel deal")
    assert isinstance(deal, sdk.Deal)
    assert deal.deal_type is sdk.DealType.OTHER


def test_a_line_belongs_to_its_deal_and_product():
    record = read(
        payloads.OpportunityLineItem,
        OpportunityId="006dM000001aaaaAAA",
        Product2Id="01tdM000001aaaaAAA",
        Quantity=3.0,
        UnitPrice=99.99,
        TotalPrice="269.97",
        Discount=10,
        ServiceDate="2026-04-01",
        CurrencyIsoCode="USD",
    )

    line = mapping.opportunity_line(record)

    assert line == sdk.DealLine(
        parent=sdk.Ref("Opportunity", "006dM000001aaaaAAA"),
        product=sdk.Ref("Product2", "01tdM000001aaaaAAA"),
        quantity=Decimal("3.0"),
        unit_price=sdk.Money(9999, USD),
        total=sdk.Money(26997, USD),
        discount_percent=Decimal(10),
        starts_on=date(2026, 4, 1),
    )


def test_a_contract_goes_by_salesforces_code_before_the_orgs_word():
    record = read(
        payloads.Contract,
        Status="稼働中",
        StatusCode="Activated",
        ContractTerm=12,
        StartDate="2026-01-01",
        CustomerSignedDate="2025-12-20",
        ActivatedDate="2025-12-24T00:00:00.000+0000",
    )

    contract = only(mapping.contract(record))

    assert (contract.status, contract.term_months) == (sdk.ContractStatus.ACTIVE, 12)
    assert contract.starts_on == date(2026, 1, 1)
    assert contract.signed_at == datetime(2025, 12, 20, tzinfo=UTC)


def test_a_case_is_a_ticket():
    record = read(
        payloads.Case,
        CaseNumber="00001026",
        Subject="Cannot log in",
        Status="On Hold",
        Priority="Medium",
        Origin="Phone",
        Type="Problem",
        IsEscalated=True,
        ContactId="003dM00001vWOXJQA4",
        OwnerId="00GdM000001aaaaAAA",
    )

    ticket = only(mapping.case(record))

    assert (ticket.status, ticket.priority) == (sdk.TicketStatus.HOLD, sdk.Priority.NORMAL)
    assert (ticket.number, ticket.channel, ticket.category) == ("00001026", "Phone", "Problem")
    assert (ticket.person, ticket.assignee) == (sdk.Ref("Contact", "003dM00001vWOXJQA4"), None)
    assert ticket.tags == ("escalated",)


def test_a_closed_case_is_closed_whatever_its_status_is_called():
    _, ticket = mapping.case(read(payloads.Case, Status="対応完了", IsClosed=True))

    assert isinstance(ticket, sdk.Ticket)
    assert (ticket.status, ticket.stage) == (sdk.TicketStatus.CLOSED, "対応完了")


def test_an_own_word_on_a_case_that_is_not_closed_counts_as_open():
    note, ticket = mapping.case(read(payloads.Case, Status="Awaiting parts", IsClosed=False))

    assert note == sdk.Unmapped(field="Status", value="Awaiting parts")
    assert isinstance(ticket, sdk.Ticket)
    assert ticket.status is sdk.TicketStatus.OPEN


def test_a_logged_call_knows_its_direction_and_length():
    record = read(
        payloads.Task,
        TaskSubtype="Call",
        CallType="Inbound",
        CallDurationInSeconds=372,
        CallDisposition="Left message",
        Status="Completed",
        IsClosed=True,
        ActivityDate="2026-02-01",
        CompletedDateTime="2026-02-03T04:05:06.000+0000",
        WhoId="003dM00001vWOXJQA4",
        WhatId="006dM000001aaaaAAA",
        AccountId="001dM00003jU9GxQAK",
    )

    call = only(mapping.task(record))

    assert (call.engagement_kind, call.direction) == (sdk.EngagementKind.CALL, sdk.Direction.THEY_TO_US)
    assert (call.duration_s, call.outcome, call.done) == (372, "Left message", True)
    assert call.at == datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert call.parent == sdk.Ref("Opportunity", "006dM000001aaaaAAA")
    assert call.account == sdk.Ref("Account", "001dM00003jU9GxQAK")


def test_an_open_task_stands_at_its_due_day():
    todo = only(mapping.task(read(payloads.Task, IsClosed=False, ActivityDate="2026-02-01", WhatId="001dM00003jU9Gx")))

    assert (todo.engagement_kind, todo.done) == (sdk.EngagementKind.TASK, False)
    assert todo.at == todo.due_at == datetime(2026, 2, 1, tzinfo=UTC)
    assert (todo.account, todo.parent) == (sdk.Ref("Account", "001dM00003jU9GxQAK"), None)


def test_a_task_of_an_org_without_subtypes_is_a_call_when_it_lasted():
    assert only(mapping.task(read(payloads.Task, CallDurationInSeconds=5))).engagement_kind is sdk.EngagementKind.CALL


def test_an_event_is_a_meeting_with_an_end():
    record = read(
        payloads.Event, StartDateTime="2026-02-01T01:00:00.000+0000", DurationInMinutes=45, WhoId="00QdM000001aaaaAAA"
    )

    meeting = only(mapping.event(record))

    assert meeting.engagement_kind is sdk.EngagementKind.MEETING
    assert meeting.ended_at == datetime(2026, 2, 1, 1, 45, tzinfo=UTC)
    assert (meeting.duration_s, meeting.direction) == (2700, sdk.Direction.MUTUAL)
    assert meeting.person == sdk.Ref("Lead", "00QdM000001aaaaAAA")


@pytest.mark.parametrize("flag", ["IsChild", "IsRecurrence"])
def test_invitees_copies_and_patterns_of_series_are_no_meetings(flag: str):
    assert tuple(mapping.event(read(payloads.Event, **{flag: True}))) == ()


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
