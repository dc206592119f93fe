"""Products, opportunities with their lines, and contracts of the org."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from kizuna.sandbox import Native, SandboxState
from kizuna.sandbox.records import Contract, Deal, DealLine, Product
from kizuna_salesforce.sandbox.ids import numbered, with_prefix
from kizuna_salesforce.sandbox.rows import dependent, major, native, row

_STAGES = {
    "qualification": "Qualification",
    "discovery": "Needs Analysis",
    "proposal": "Proposal/Price Quote",
    "negotiation": "Negotiation/Review",
    "won": "Closed Won",
    "lost": "Closed Lost",
}
_PROBABILITIES = {"qualification": 10, "discovery": 20, "proposal": 50, "negotiation": 75, "won": 100, "lost": 0}
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
        if record.stage == "won":
            yield dependent(state, _asset(record, line))
    if record.person_id:
        source_id = with_prefix(record.id, "00K")
        role = {"OpportunityId": record.id, "ContactId": record.person_id, "Role": "Decision Maker", "IsPrimary": True}
        made = row("OpportunityContactRole", source_id, record.created_at, record.updated_at, **role)
        yield dependent(state, native("OpportunityContactRole", made, record.created_at, record.updated_at))
    yield from _history(record)


def stages(at: datetime) -> Iterator[Native]:
    """The stages an opportunity may be in."""
    for place, (stage, label) in enumerate(_STAGES.items(), 1):
        payload = row(
            "OpportunityStage",
            numbered("01J", place),
            at,
            at,
            MasterLabel=label,
            ApiName=label,
            IsActive=True,
            SortOrder=place,
            IsClosed=stage in ("won", "lost"),
            IsWon=stage == "won",
            DefaultProbability=_PROBABILITIES[stage],
        )
        yield native("OpportunityStage", payload, at, at)


def _history(deal: Deal) -> Iterator[Native]:
    """One row for each stage the deal entered; they never change, and carry no time of a last change."""
    for place, entered in enumerate(deal.history):
        payload = row(
            "OpportunityHistory",
            with_prefix(deal.id, "008", f"dM0{place:02}"),
            entered.at,
            entered.at,
            OpportunityId=deal.id,
            StageName=_STAGES.get(entered.stage, entered.stage),
            Amount=major(entered.amount, deal.currency),
            Probability=_PROBABILITIES.get(entered.stage),
            CloseDate=entered.close_on,
            CurrencyIsoCode=deal.currency,
        )
        author = {"CreatedById": deal.owner_id} if deal.owner_id else {}
        yield native("OpportunityHistory", {**payload, **author}, entered.at, entered.at)


def _asset(deal: Deal, line: DealLine) -> Native:
    """What the customer has since the deal was won."""
    at = deal.closed_at or deal.created_at
    payload = row(
        "Asset",
        with_prefix(line.id, "02i"),
        at,
        deal.updated_at,
        AccountId=deal.account_id,
        ContactId=deal.person_id,
        Product2Id=line.product_id,
        Name=line.name,
        Status="Purchased",
        Quantity=float(line.quantity),
        Price=major(line.unit, deal.currency),
        PurchaseDate=at.date(),
        CurrencyIsoCode=deal.currency,
    )
    return native("Asset", payload, at, deal.updated_at)


def contract(record: Contract, state: SandboxState) -> Iterator[Native]:
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
    if record.signed_at:
        yield from _order(record, state)


def _order(contract: Contract, state: SandboxState) -> Iterator[Native]:
    """What was ordered by the contract, in one line."""
    order_id, signed_at = with_prefix(contract.id, "801"), contract.signed_at or contract.created_at
    total = major(contract.amount, contract.currency)
    when = {"EffectiveDate": contract.starts_on, "EndDate": contract.ends_on}
    payload = row(
        "Order",
        order_id,
        signed_at,
        contract.updated_at,
        AccountId=contract.account_id,
        ContractId=contract.id,
        OpportunityId=contract.deal_id,
        OrderNumber=f"{contract.number:08}",
        Status="Activated",
        StatusCode="Activated",
        TotalAmount=total,
        OwnerId=contract.owner_id,
        CurrencyIsoCode=contract.currency,
        **when,
    )
    yield dependent(state, native("Order", payload, signed_at, contract.updated_at))
    line = row(
        "OrderItem",
        with_prefix(contract.id, "802"),
        signed_at,
        contract.updated_at,
        OrderId=order_id,
        Quantity=1.0,
        UnitPrice=total,
        TotalPrice=total,
        ServiceDate=contract.starts_on,
        EndDate=contract.ends_on,
        CurrencyIsoCode=contract.currency,
    )
    yield dependent(state, native("OrderItem", line, signed_at, contract.updated_at))


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
