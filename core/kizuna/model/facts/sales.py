"""What is being sold and what was agreed: deals, their lines and stages, contracts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from kizuna.model.enums import ContractStatus, DealStatus, DealType
from kizuna.model.facts.base import Fact
from kizuna.model.money import Money
from kizuna.model.refs import Ref


class Deal(Fact, frozen=True, kw_only=True):
    """An opportunity to sell something to an account."""

    kind: ClassVar[str] = "deal"
    dated: ClassVar[bool] = True

    name: str | None = None
    account: Ref | None = None
    person: Ref | None = None
    status: DealStatus = DealStatus.OPEN
    deal_type: DealType = DealType.OTHER
    stage: str | None = None  # the system's own word or id
    pipeline: str | None = None
    amount: Money | None = None
    probability: float | None = None  # 0..1
    closes_on: date | None = None
    closed_at: datetime | None = None
    owner: Ref | None = None
    source: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class DealLine(Fact, frozen=True, kw_only=True):
    """One line of a deal."""

    kind: ClassVar[str] = "deal_line"

    parent: Ref | None = None  # the deal
    product: Ref | None = None
    name: str | None = None
    code: str | None = None
    quantity: Decimal | None = None
    unit_price: Money | None = None
    list_price: Money | None = None
    total: Money | None = None
    discount_percent: Decimal | None = None
    interval_months: int | None = None  # of a recurring line
    starts_on: date | None = None
    ends_on: date | None = None


class Stage(Fact, frozen=True, kw_only=True):
    """A stage of a pipeline of deals or tickets (``part`` is the stage's id)."""

    kind: ClassVar[str] = "stage"

    pipeline: str
    pipeline_label: str | None = None
    stage: str
    label: str | None = None
    position: int = 0
    closed: bool = False
    won: bool = False
    probability: float | None = None


class Contract(Fact, frozen=True, kw_only=True):
    """An agreement with a term."""

    kind: ClassVar[str] = "contract"
    dated: ClassVar[bool] = True

    account: Ref | None = None
    number: str | None = None
    status: ContractStatus = ContractStatus.OTHER
    starts_on: date | None = None
    ends_on: date | None = None
    term_months: int | None = None
    signed_at: datetime | None = None
    value: Money | None = None
    owner: Ref | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
