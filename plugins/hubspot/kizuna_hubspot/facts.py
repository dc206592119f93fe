"""What HubSpot knows beyond the common facts: leads being qualified, quotes being considered."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from kizuna import sdk


class Lead(sdk.Fact, frozen=True, kw_only=True):
    """Somebody who may become a deal, as the sales team qualifies them."""

    kind: ClassVar[str] = "hubspot_lead"

    name: str | None = None
    lead_type: str | None = None
    label: str | None = None  # hot, warm, cold
    stage: str | None = None
    pipeline: str | None = None
    account: sdk.Ref | None = None
    person: sdk.Ref | None = None
    owner: sdk.Ref | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class Quote(sdk.Fact, frozen=True, kw_only=True):
    """An offer with prices; it binds nobody before it is signed."""

    kind: ClassVar[str] = "hubspot_quote"

    title: str | None = None
    number: str | None = None
    status: str | None = None  # HubSpot's own word for its approval: DRAFT, APPROVAL_NOT_NEEDED …
    amount: sdk.Money | None = None
    expires_on: date | None = None
    account: sdk.Ref | None = None
    person: sdk.Ref | None = None
    parent: sdk.Ref | None = None  # the deal
    owner: sdk.Ref | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
