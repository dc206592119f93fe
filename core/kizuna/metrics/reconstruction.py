"""What was paid for before the first version that was seen, from the lines of invoices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal

import msgspec

from kizuna.metrics.dated import Item


class Billed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A line of an invoice of the subscription: ``amount`` in major units for ``quantity`` over the period it covers.

    ``item`` is the vendor's id of the item, ``product`` and ``price`` its ids of these. A ``proration`` corrects a
    period for a change within it. ``status`` is the invoice's. ``source`` names the record that says so.
    """

    item: str
    product: str
    price: str
    quantity: Decimal
    amount: Decimal
    starts_at: datetime
    ends_at: datetime
    proration: bool = False
    status: str = "paid"
    source: str = ""


def rebuilt(
    items: Sequence[Item], lines: Sequence[Billed], first_seen: date, zone: tzinfo, currency: str
) -> tuple[Item, ...] | None:
    """All items, those before ``first_seen`` as the lines tell them; None when the lines tell nothing that is not known."""
    return None
