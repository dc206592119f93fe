"""Labels: what a value tells of, so that a department reads what it needs and nothing beyond."""

from __future__ import annotations

from enum import StrEnum


class Label(StrEnum):
    """What somebody must be allowed to read before they are shown a value."""

    FINANCE = "finance"  # money of any kind: subscriptions, invoices, payments, amounts of deals, prices, discounts
    SUPPORT = "support"  # tickets, what was written in them, what customers said of us
    PII = "pii"  # of human beings: names, addresses of any sort, telephone numbers, free text about them
    SECRET = "secret"  # noqa: S105 - a label: what vendors sent, as they sent it, and settings of connections


Labels = frozenset[Label]
NONE: Labels = frozenset()
ALL: Labels = frozenset(Label)
