"""Products, opportunities with their lines, and contracts of the org."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kizuna.sandbox import Native, SandboxState
from kizuna.sandbox.records import Contract, Deal, DealLine, Product
from kizuna_salesforce.sandbox.rows import dependent, major, native, row

_STAGES = {
    "qualification": "Qualification",
    "discovery": "Needs Analysis",
    "proposal": "Proposal/Price Quote",
    "negotiation": "Negotiation/Review",
    "won": "Closed Won",
    "lost": "Closed Lost",
}
_FORECASTS = {"won": "Closed", "lost": "Omitted", "negotiation": "BestCase"}
_TYPES = {
    "new": "New Customer",
    "renewal": "Renewal",
    "upsell": "Existing Customer - Upgrade",
    "cross_sell": "Cross-sell",
}
_CONTRACT_STATUSES = {"draft": "Draft", "active": "Activated", "expired": "Expired", "canceled": "Terminated"}


def product(record: Product, _state: SandboxState) -> Iterator[Native]:
    payload = row(
        "Product2",
        record.id,
        record.created_at,
        record.updated_at,
        Name=record.name,
        ProductCode=record.code,
        Description=record.description,
        IsActive=record.active,
        Family=record.kind.title(),
        CurrencyIsoCode="JPY",
    )
    yield native("Product2", payload, record.created_at, record.updated_at)


def opportunity(record: Deal, state: SandboxState) -> Iterator[Native]:
    """A deal and its lines."""
    amount = major(record.amount, record.currency)
    forecast = _FORECASTS.get(record.stage, "Pipeline")
    payload = row(
        "Opportunity",
        record.id,
        record.created_at,
        record.updated_at,
        Name=record.name,
        AccountId=record.account_id,
        ContactId=record.person_id,
        StageName=_STAGES.get(record.stage, record.stage),
        Amount=amount,
        Probability=record.probability,
        ExpectedRevenue=None if amount is None else round(amount * record.probability / 100, 2),
        CloseDate=record.close_on,
        Type=_TYPES.get(record.kind, record.kind),
        NextStep=record.next_step,
        LeadSource=record.source.replace("_", " ").title() if record.source else None,
        IsClosed=record.stage in ("won", "lost"),
        IsWon=record.stage == "won",
        ForecastCategory=forecast,
        ForecastCategoryName=forecast,
        HasOpportunityLineItem=bool(record.lines),
        OwnerId=record.owner_id,
        LastStageChangeDate=record.history[-1].at if len(record.history) > 1 else None,
        FiscalYear=record.close_on.year,
        FiscalQuarter=(record.close_on.month + 2) // 3,
        CurrencyIsoCode=record.currency,
        LossReason__c=record.lost_reason,
    )
    yield native("Opportunity", payload, record.created_at, record.updated_at)
    for line in record.lines:
        made = row("OpportunityLineItem", line.id, record.created_at, record.updated_at, **_line(record, line))
        yield dependent(state, native("OpportunityLineItem", made, record.created_at, record.updated_at))


def contract(record: Contract, _state: SandboxState) -> Iterator[Native]:
    status = _CONTRACT_STATUSES.get(record.status, record.status)
    payload = row(
        "Contract",
        record.id,
        record.created_at,
        record.updated_at,
        AccountId=record.account_id,
        ContractNumber=record.code,
        Status=status,
        StatusCode=status,
        StartDate=record.starts_on,
        EndDate=record.ends_on,
        ContractTerm=record.term_months,
        ActivatedDate=record.signed_at if record.status != "draft" else None,
        CustomerSignedDate=record.signed_at.date() if record.signed_at else None,
        OwnerId=record.owner_id,
        CurrencyIsoCode=record.currency,
        Amount__c=major(record.amount, record.currency),
        AutoRenew__c=record.auto_renew,
        NoticeDays__c=record.notice_days,
    )
    yield native("Contract", payload, record.created_at, record.updated_at)


def _line(deal: Deal, line: DealLine) -> dict[str, Any]:
    return {
        "OpportunityId": deal.id,
        "Product2Id": line.product_id,
        "Name": f"{deal.name} {line.name}",
        "Quantity": float(line.quantity),
        "UnitPrice": major(line.unit, deal.currency),
        "ListPrice": major(line.list_unit, deal.currency),
        "Subtotal": major(line.list_unit * line.quantity, deal.currency),
        "TotalPrice": major(line.unit * line.quantity, deal.currency),
        "Discount": float(line.discount) or None,
        "CurrencyIsoCode": deal.currency,
        "BillingInterval__c": line.interval,
        "TermMonths__c": line.term_months,
    }
