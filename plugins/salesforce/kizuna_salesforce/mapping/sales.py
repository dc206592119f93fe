"""What is sold and agreed: opportunities, their lines, products, contracts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kizuna import sdk
from kizuna_salesforce.facts import DealChange, DealRole
from kizuna_salesforce.ids import ref, staff
from kizuna_salesforce.mapping.common import amount
from kizuna_salesforce.payloads import (
    Contract,
    Number,
    Opportunity,
    OpportunityContactRole,
    OpportunityHistory,
    OpportunityLineItem,
    OpportunityStage,
    Product2,
)

# The picklist as shipped and the words most orgs add; «Existing Business» alone does not say what was done.
_DEAL_TYPES = {
    "new customer": sdk.DealType.NEW,
    "new business": sdk.DealType.NEW,
    "new": sdk.DealType.NEW,
    "新規": sdk.DealType.NEW,
    "existing customer - upgrade": sdk.DealType.UPSELL,
    "upsell": sdk.DealType.UPSELL,
    "up-sell": sdk.DealType.UPSELL,
    "add-on business": sdk.DealType.UPSELL,
    "expansion": sdk.DealType.UPSELL,
    "cross-sell": sdk.DealType.CROSS_SELL,
    "cross sell": sdk.DealType.CROSS_SELL,
    "renewal": sdk.DealType.RENEWAL,
    "更新": sdk.DealType.RENEWAL,
    "existing customer - replacement": sdk.DealType.OTHER,
    "existing customer - downgrade": sdk.DealType.OTHER,
    "existing business": sdk.DealType.OTHER,
}

_CONTRACT_STATUSES = {
    "draft": sdk.ContractStatus.DRAFT,
    "inapproval": sdk.ContractStatus.DRAFT,
    "in approval process": sdk.ContractStatus.DRAFT,
    "activated": sdk.ContractStatus.ACTIVE,
    "expired": sdk.ContractStatus.EXPIRED,
    "terminated": sdk.ContractStatus.CANCELED,
    "canceled": sdk.ContractStatus.CANCELED,
    "cancelled": sdk.ContractStatus.CANCELED,
}


def opportunity(record: Opportunity, default_currency: str | None = None) -> Iterator[sdk.Said]:
    """A deal; won and lost are Salesforce's own flags, not the stage's name."""
    deal_type, notes = sdk.known(record.type, _DEAL_TYPES, sdk.DealType.OTHER, "Type")
    yield from notes
    status = _status(record)
    yield sdk.Deal(
        name=sdk.text(record.name),
        account=ref("Account", record.account_id),
        person=ref("Contact", record.contact_id),
        status=status,
        deal_type=deal_type,
        stage=sdk.text(record.stage_name),
        amount=amount(record.amount, record.currency_iso_code or default_currency),
        probability=_share(record.probability),
        closes_on=sdk.day(record.close_date),
        closed_at=None if status is sdk.DealStatus.OPEN else _closed_at(record),
        owner=staff(record.owner_id),
        source=sdk.text(record.lead_source),
        created_at=sdk.instant(record.created_date),
        updated_at=sdk.instant(record.last_modified_date or record.system_modstamp),
    )


def opportunity_line(record: OpportunityLineItem, default_currency: str | None = None) -> sdk.DealLine:
    """A line of a deal."""
    currency = record.currency_iso_code or default_currency
    return sdk.DealLine(
        parent=ref("Opportunity", record.opportunity_id),
        product=ref("Product2", record.product2_id),
        name=sdk.text(record.name),
        code=sdk.text(record.product_code),
        quantity=sdk.number(record.quantity),
        unit_price=amount(record.unit_price, currency),
        list_price=amount(record.list_price, currency),
        total=amount(record.total_price, currency),
        discount_percent=sdk.number(record.discount),
        starts_on=sdk.day(record.service_date),
    )


def opportunity_stage(record: OpportunityStage) -> Iterator[sdk.Said]:
    """A stage as deals name it; what is said of it is its label in the org's own language."""
    name = record.api_name or record.master_label
    if not name:
        return
    yield sdk.Stage(
        pipeline="Opportunity",
        pipeline_label="Opportunity",
        stage=name,
        label=sdk.text(record.master_label),
        position=sdk.whole(record.sort_order) or 0,
        closed=bool(sdk.truth(record.is_closed)),
        won=bool(sdk.truth(record.is_won)),
        probability=_share(record.default_probability),
    )


def opportunity_contact_role(record: OpportunityContactRole) -> Iterator[sdk.Said]:
    """Who takes part in a deal."""
    deal, person = ref("Opportunity", record.opportunity_id), ref("Contact", record.contact_id)
    if deal is None or person is None:
        return
    yield DealRole(deal=deal, person=person, role=sdk.text(record.role), primary=sdk.truth(record.is_primary) is True)


def opportunity_history(record: OpportunityHistory, default_currency: str | None = None) -> Iterator[sdk.Said]:
    """How a deal stood from ``CreatedDate`` on."""
    deal = ref("Opportunity", record.opportunity_id)
    if deal is None:
        return
    yield DealChange(
        deal=deal,
        stage=sdk.text(record.stage_name),
        amount=amount(record.amount, record.currency_iso_code or default_currency),
        probability=_share(record.probability),
        closes_on=sdk.day(record.close_date),
        staff=staff(record.created_by_id),
        at=sdk.instant(record.created_date),
    )


def product(record: Product2) -> sdk.Product:
    """Something we sell."""
    return sdk.Product(
        name=sdk.text(record.name),
        code=sdk.text(record.product_code),
        description=sdk.plain(record.description),
        active=sdk.truth(record.is_active) is not False,
    )


def contract(record: Contract) -> Iterator[sdk.Said]:
    """An agreement; ``StatusCode`` is Salesforce's closed list, ``Status`` the org's own words for it."""
    word = record.status_code or record.status
    status, notes = sdk.known(word, _CONTRACT_STATUSES, sdk.ContractStatus.OTHER, "Status")
    yield from notes
    yield sdk.Contract(
        account=ref("Account", record.account_id),
        number=sdk.text(record.contract_number),
        status=status,
        starts_on=sdk.day(record.start_date),
        ends_on=sdk.day(record.end_date),
        term_months=sdk.whole(record.contract_term),
        signed_at=sdk.instant(sdk.day(record.customer_signed_date)) or sdk.instant(record.activated_date),
        owner=staff(record.owner_id),
        created_at=sdk.instant(record.created_date),
        updated_at=sdk.instant(record.last_modified_date or record.system_modstamp),
    )


def _status(record: Opportunity) -> sdk.DealStatus:
    if sdk.truth(record.is_won):
        return sdk.DealStatus.WON
    return sdk.DealStatus.LOST if sdk.truth(record.is_closed) else sdk.DealStatus.OPEN


def _share(percent: Number) -> float | None:
    """A percentage as a share of one."""
    found = float(percent) if isinstance(percent, int | float) else sdk.number(percent)
    return None if found is None else float(found) / 100


def _closed_at(record: Opportunity) -> datetime | None:
    """When the last stage was entered, else the close date's midnight."""
    return sdk.instant(record.last_stage_change_date) or sdk.instant(sdk.day(record.close_date))
