"""What Salesforce's opportunities, lines and contracts mean: one test a decision."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from kizuna import sdk
from kizuna_salesforce import mapping, payloads
from plugins.salesforce.tests.mapped import USD, only, read


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
