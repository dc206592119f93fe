"""What a customer ordered and has: orders, their lines, assets; and what the org calls its kinds of records."""

from __future__ import annotations

from collections.abc import Iterator

from kizuna import sdk
from kizuna_salesforce import facts
from kizuna_salesforce.ids import ref, staff
from kizuna_salesforce.mapping.common import amount
from kizuna_salesforce.payloads import Asset, Order, OrderItem, RecordType


def asset(record: Asset, default_currency: str | None = None) -> facts.Asset:
    """A product that a customer has."""
    return facts.Asset(
        account=ref("Account", record.account_id),
        person=ref("Contact", record.contact_id),
        product=ref("Product2", record.product2_id),
        parent=ref("Asset", record.parent_id),
        name=sdk.text(record.name),
        serial_number=sdk.text(record.serial_number),
        status=sdk.text(record.status),
        quantity=sdk.number(record.quantity),
        price=amount(record.price, record.currency_iso_code or default_currency),
        purchased_on=sdk.day(record.purchase_date),
        installed_on=sdk.day(record.install_date),
        ends_on=sdk.day(record.usage_end_date),
        updated_at=sdk.instant(record.last_modified_date or record.system_modstamp),
    )


def order(record: Order, default_currency: str | None = None) -> facts.Order:
    """An order; activated is Salesforce's closed list (``StatusCode``), the status the org's own word."""
    return facts.Order(
        account=ref("Account", record.account_id),
        contract=ref("Contract", record.contract_id),
        deal=ref("Opportunity", record.opportunity_id),
        number=sdk.text(record.order_number),
        customer_number=sdk.text(record.po_number),
        status=sdk.text(record.status),
        activated=(record.status_code or "").casefold() == "activated",
        total=amount(record.total_amount, record.currency_iso_code or default_currency),
        starts_on=sdk.day(record.effective_date),
        ends_on=sdk.day(record.end_date),
        owner=staff(record.owner_id),
        updated_at=sdk.instant(record.last_modified_date or record.system_modstamp),
    )


def order_item(record: OrderItem, default_currency: str | None = None) -> Iterator[sdk.Said]:
    """A line of an order."""
    parent = ref("Order", record.order_id)
    if parent is None:
        return
    currency = record.currency_iso_code or default_currency
    yield facts.OrderLine(
        parent=parent,
        product=ref("Product2", record.product2_id),
        quantity=sdk.number(record.quantity),
        unit_price=amount(record.unit_price, currency),
        total=amount(record.total_price, currency),
        starts_on=sdk.day(record.service_date),
        ends_on=sdk.day(record.end_date),
    )


def record_type(record: RecordType) -> facts.RecordType:
    """The name behind a ``RecordTypeId``."""
    return facts.RecordType(
        sobject=sdk.text(record.sobject_type),
        name=sdk.text(record.developer_name),
        label=sdk.text(record.name),
        active=sdk.truth(record.is_active) is not False,
    )
