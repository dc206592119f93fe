"""What a subscription is worth a month as it stands now, from its own facts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from kizuna.metrics.dated import Discount, Item
from kizuna.metrics.policy import KIZUNA
from kizuna.metrics.revenue import worth
from kizuna.model.enums import DiscountDuration, Interval, SubscriptionStatus
from kizuna.model.money import exponent
from kizuna.unify.claims import Said


def monthly_micro(said: Said, items: Sequence[Said], discounts: Sequence[Said], currency: str) -> int:
    """Millionths of a minor unit of ``currency`` under Kizuna's own policy; 0 when it does not count now."""
    if SubscriptionStatus(said["status"]) not in KIZUNA.statuses or said["paused"]:
        return 0
    lines = [_item(item, currency) for item in items]
    return sum(line.micro for line in worth(lines, [_discount(less, currency) for less in discounts], currency, KIZUNA))


def _item(said: Said, currency: str) -> Item:
    return Item(
        id=said["part"],
        unit_amount=_major(said["unit_minor"], currency),
        quantity=Decimal(said["quantity"]) if said["quantity"] is not None else Decimal(1),
        interval=Interval(said["interval"]),
        interval_count=said["interval_count"],
        usage="metered" if said["metered"] else "licensed",
    )


def _discount(said: Said, currency: str) -> Discount:
    percent = said["percent_off"]
    return Discount(
        kind="amount" if percent is None else "percent",
        value=Decimal(percent) if percent is not None else _major(said["amount_off_minor"], currency) or Decimal(0),
        duration=DiscountDuration(said["duration"]) if said["duration"] else None,
        item=said["item"],
    )


def _major(minor: str | int | None, currency: str) -> Decimal | None:
    return None if minor is None else Decimal(minor).scaleb(-exponent(currency))
