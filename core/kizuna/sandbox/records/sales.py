"""What sales and success do: deals, contracts, activities."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import msgspec


class StageChange(msgspec.Struct, frozen=True, gc=False):
    """A deal entered ``stage`` at ``at``; ``amount`` and ``close_on`` are what was believed then."""

    stage: str
    at: datetime
    amount: int
    close_on: date


class DealLine(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A product on a deal; ``list_unit`` and ``unit`` are minor units for one unit and one ``interval``.

    ``interval``: month · quarter · year · once. ``discount`` is a percentage of the list price.
    """

    id: str
    number: int
    product_id: str
    price_id: str
    name: str
    quantity: int
    list_unit: int
    unit: int
    discount: Decimal
    interval: str
    term_months: int


class Deal(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An opportunity; ``amount`` is the sum of its lines over one year or the one-off sum, in minor units.

    ``kind``: new · renewal · upsell · cross_sell. ``stage``: qualification · discovery · proposal · negotiation · won · lost.
    ``closed_at`` is set once won or lost; ``close_on`` is the expected (or real) date. ``history`` begins with the first stage.
    """

    id: str
    number: int
    account_id: str
    person_id: str | None
    owner_id: str | None
    name: str
    kind: str
    stage: str
    probability: int
    amount: int
    currency: str
    close_on: date
    closed_at: datetime | None
    lost_reason: str | None
    source: str | None
    next_step: str | None
    lines: tuple[DealLine, ...]
    history: tuple[StageChange, ...]
    created_at: datetime
    updated_at: datetime


class Contract(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A signed term with an account. ``status``: draft · active · expired · canceled; ``ends_on`` is the last day."""

    id: str
    number: int
    account_id: str
    deal_id: str | None
    owner_id: str | None
    code: str
    status: str
    term_months: int
    starts_on: date
    ends_on: date
    signed_at: datetime | None
    auto_renew: bool
    notice_days: int
    amount: int
    currency: str
    created_at: datetime
    updated_at: datetime


class Activity(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A touch: ``kind`` is call · meeting · email · note · task; ``direction`` we_to_them · they_to_us · mutual · internal.

    A task with ``done`` False is still due at ``at``. ``deal_id`` names the deal it was about, if any.
    """

    id: str
    number: int
    account_id: str | None
    person_id: str | None
    owner_id: str | None
    deal_id: str | None
    kind: str
    direction: str
    subject: str
    body: str | None
    at: datetime
    duration_s: int | None
    done: bool
    created_at: datetime
    updated_at: datetime
