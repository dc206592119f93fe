"""What hangs on accounts, opportunities and cases: roles, history, orders, assets, comments, mails."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from kizuna import sdk
from kizuna_salesforce import facts, mapping, payloads

DEAL, PERSON, CASE = "006dM000001aaaaAAA", "003dM000001aaaaAAA", "500dM000001aaaaAAA"
ACCOUNT, USER = "001dM000001aaaaAAA", "005dM000001aaaaAAA"


def read(payload: type[payloads.SObject], **fields: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode({"Id": "00KdM000001aaaaAAA", **fields}), type=payload)


def only(said: Any) -> Any:
    (fact,) = (said,) if isinstance(said, sdk.Fact) else tuple(said)
    return fact


def test_a_stage_is_known_by_the_name_that_deals_carry():
    record = read(
        payloads.OpportunityStage,
        MasterLabel="受注",
        ApiName="Closed Won",
        SortOrder=5,
        IsClosed=True,
        IsWon=True,
        DefaultProbability=100.0,
    )

    stage = only(mapping.opportunity_stage(record))

    assert (stage.stage, stage.label, stage.position) == ("Closed Won", "受注", 5)
    assert (stage.closed, stage.won, stage.probability) == (True, True, 1.0)


def test_a_role_ties_a_person_to_a_deal():
    record = read(
        payloads.OpportunityContactRole, OpportunityId=DEAL, ContactId=PERSON, Role="Decision Maker", IsPrimary=True
    )

    assert only(mapping.opportunity_contact_role(record)) == facts.DealRole(
        deal=sdk.Ref("Opportunity", DEAL), person=sdk.Ref("Contact", PERSON), role="Decision Maker", primary=True
    )


def test_a_role_without_its_person_says_nothing():
    assert tuple(mapping.opportunity_contact_role(read(payloads.OpportunityContactRole, OpportunityId=DEAL))) == ()


def test_history_tells_how_a_deal_stood_from_then_on():
    record = read(
        payloads.OpportunityHistory,
        OpportunityId=DEAL,
        StageName="Prospecting",
        Amount=1200.5,
        Probability=10,
        CloseDate="2026-03-08",
        CurrencyIsoCode="EUR",
        CreatedById=USER,
        CreatedDate="2026-02-01T00:00:00.000+0000",
    )

    change = only(mapping.opportunity_history(record))

    assert (change.stage, change.amount, change.probability) == ("Prospecting", sdk.Money(120050, "EUR"), 0.1)
    assert (change.closes_on, change.at) == (date(2026, 3, 8), datetime(2026, 2, 1, tzinfo=UTC))
    assert change.staff == sdk.Ref("User", USER)


def test_a_further_account_of_a_contact_is_a_membership():
    record = read(
        payloads.AccountContactRelation, AccountId=ACCOUNT, ContactId=PERSON, Roles="Advisor;Owner", IsActive=True
    )

    membership = only(mapping.account_contact_relation(record))

    assert (membership.account, membership.person) == (sdk.Ref("Account", ACCOUNT), sdk.Ref("Contact", PERSON))
    assert membership.label == "Advisor;Owner"


@pytest.mark.parametrize("flags", [{"IsDirect": True}, {"IsActive": False}])
def test_the_contacts_own_account_and_an_ended_relation_are_no_memberships(flags: dict[str, bool]):
    record = read(payloads.AccountContactRelation, AccountId=ACCOUNT, ContactId=PERSON, **flags)

    assert tuple(mapping.account_contact_relation(record)) == ()


def test_an_asset_is_a_product_that_a_customer_has():
    record = read(
        payloads.Asset,
        AccountId=ACCOUNT,
        Name="Seat",
        Quantity=3.0,
        Price=10,
        PurchaseDate="2026-01-02",
        UsageEndDate="2027-01-02",
    )

    asset = only(mapping.asset(record, default_currency="JPY"))

    assert (asset.account, asset.quantity, asset.price) == (
        sdk.Ref("Account", ACCOUNT),
        Decimal("3.0"),
        sdk.Money(10, "JPY"),
    )
    assert (asset.purchased_on, asset.ends_on) == (date(2026, 1, 2), date(2027, 1, 2))


def test_an_order_is_activated_by_its_code_and_not_by_the_orgs_word():
    record = read(payloads.Order, AccountId=ACCOUNT, Status="確定", StatusCode="Activated", TotalAmount=5)

    order = only(mapping.order(record, default_currency="USD"))

    assert (order.status, order.activated, order.total) == ("確定", True, sdk.Money(500, "USD"))


def test_a_line_without_its_order_says_nothing():
    assert tuple(mapping.order_item(read(payloads.OrderItem, Quantity=1))) == ()


@pytest.mark.parametrize(("published", "direction"), [(True, None), (False, sdk.Direction.INTERNAL)])
def test_a_comment_that_is_not_published_stays_among_us(published: bool, direction: sdk.Direction | None):
    record = read(payloads.CaseComment, ParentId=CASE, CommentBody="Done.", IsPublished=published, CreatedById=USER)

    comment = only(mapping.case_comment(record))

    assert (comment.engagement_kind, comment.public, comment.direction) == (
        sdk.EngagementKind.COMMENT,
        published,
        direction,
    )
    assert (comment.parent, comment.body) == (sdk.Ref("Case", CASE), "Done.")


def test_an_incoming_mail_was_written_by_none_of_us():
    record = read(
        payloads.EmailMessage,
        ParentId=CASE,
        Incoming=True,
        Subject="Help",
        HtmlBody="<p>It is <b>broken</b></p>",
        MessageDate="2026-02-01T00:00:00.000+0000",
        CreatedById=USER,
    )

    mail = only(mapping.email_message(record))

    assert (mail.direction, mail.staff) == (sdk.Direction.THEY_TO_US, None)
    assert (mail.parent, mail.body) == (sdk.Ref("Case", CASE), "It is broken")


def test_a_mail_about_an_account_or_an_opportunity_says_so():
    to_account = only(mapping.email_message(read(payloads.EmailMessage, RelatedToId=ACCOUNT, CreatedById=USER)))
    to_deal = only(mapping.email_message(read(payloads.EmailMessage, RelatedToId=DEAL)))

    assert (to_account.account, to_account.parent) == (sdk.Ref("Account", ACCOUNT), None)
    assert (to_account.direction, to_account.staff) == (sdk.Direction.WE_TO_THEM, sdk.Ref("User", USER))
    assert to_deal.parent == sdk.Ref("Opportunity", DEAL)


def test_a_mail_that_has_a_task_of_its_own_is_counted_once():
    assert tuple(mapping.email_message(read(payloads.EmailMessage, ActivityId="00TdM000001aaaaAAA"))) == ()


def test_an_activity_may_be_about_an_order_or_an_asset():
    about_order = only(mapping.task(read(payloads.Task, WhatId="801dM000001aaaaAAA")))
    about_asset = only(mapping.task(read(payloads.Task, WhatId="02idM000001aaaaAAA")))

    assert (about_order.parent, about_asset.parent) == (
        sdk.Ref("Order", "801dM000001aaaaAAA"),
        sdk.Ref("Asset", "02idM000001aaaaAAA"),
    )


def test_a_record_type_names_what_payloads_only_number():
    record = read(payloads.RecordType, Name="法人", DeveloperName="Business", SobjectType="Account", IsActive=True)

    assert mapping.record_type(record) == facts.RecordType(sobject="Account", name="Business", label="法人")
