"""Facts of Salesforce that the model has no kind for; they are kept under kinds of this plugin's own."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from kizuna import sdk


class DealRole(sdk.Fact, frozen=True, kw_only=True):
    """The part a person plays in a deal."""

    kind: ClassVar[str] = "deal_role"

    deal: sdk.Ref
    person: sdk.Ref
    role: str | None = None
    primary: bool = False


class DealChange(sdk.Fact, frozen=True, kw_only=True):
    """How a deal stood at one moment: Salesforce writes one whenever stage, amount, probability or close date change."""

    kind: ClassVar[str] = "deal_change"

    deal: sdk.Ref
    stage: str | None = None
    amount: sdk.Money | None = None
    probability: float | None = None  # 0..1
    closes_on: date | None = None
    staff: sdk.Ref | None = None
    at: datetime | None = None


class Asset(sdk.Fact, frozen=True, kw_only=True):
    """A product that a customer has."""

    kind: ClassVar[str] = "asset"

    account: sdk.Ref | None = None
    person: sdk.Ref | None = None
    product: sdk.Ref | None = None
    parent: sdk.Ref | None = None  # the asset it is a part of
    name: str | None = None
    serial_number: str | None = None
    status: str | None = None
    quantity: Decimal | None = None
    price: sdk.Money | None = None
    purchased_on: date | None = None
    installed_on: date | None = None
    ends_on: date | None = None
    updated_at: datetime | None = None


class Order(sdk.Fact, frozen=True, kw_only=True):
    """What a customer ordered."""

    kind: ClassVar[str] = "order"

    account: sdk.Ref | None = None
    contract: sdk.Ref | None = None
    deal: sdk.Ref | None = None
    number: str | None = None
    customer_number: str | None = None  # the customer's own, of the purchase order
    status: str | None = None  # the org's own word
    activated: bool = False
    total: sdk.Money | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    owner: sdk.Ref | None = None
    updated_at: datetime | None = None


class OrderLine(sdk.Fact, frozen=True, kw_only=True):
    """One line of an order."""

    kind: ClassVar[str] = "order_line"

    parent: sdk.Ref  # the order
    product: sdk.Ref | None = None
    quantity: Decimal | None = None
    unit_price: sdk.Money | None = None
    total: sdk.Money | None = None
    starts_on: date | None = None
    ends_on: date | None = None


class RecordType(sdk.Fact, frozen=True, kw_only=True):
    """A kind of record within an object, which the payloads' ``RecordTypeId`` names."""

    kind: ClassVar[str] = "record_type"

    sobject: str | None = None
    name: str | None = None
    label: str | None = None
    active: bool = True
