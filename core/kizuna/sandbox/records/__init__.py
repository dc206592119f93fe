"""What one system holds, in neutral words and with that system's own ids.

The same values serve the true world (ids are then true ids such as ``c12``) and a view of it (ids are the system's own).
Times are aware UTC; money is in minor units with an upper-case ISO 4217 code; unknown is None, never an empty string.
"""

from typing import TypeAlias

from kizuna.sandbox.records.commerce import (
    Charge,
    Coupon,
    CreditNote,
    Invoice,
    InvoiceLine,
    Price,
    Product,
    Refund,
    Subscription,
    SubscriptionChange,
    SubscriptionItem,
)
from kizuna.sandbox.records.parties import Account, Address, CrossReference, Lead, Person, StaffMember
from kizuna.sandbox.records.sales import Activity, Contract, Deal, DealLine, StageChange
from kizuna.sandbox.records.service import Comment, Rating, StatusChange, Ticket

Record: TypeAlias = (
    StaffMember
    | Product
    | Price
    | Coupon
    | Account
    | Person
    | Lead
    | Deal
    | Contract
    | Activity
    | Ticket
    | Subscription
    | Invoice
    | Charge
    | Refund
    | CreditNote
)

__all__ = [
    "Account",
    "Activity",
    "Address",
    "Charge",
    "Comment",
    "Contract",
    "Coupon",
    "CreditNote",
    "CrossReference",
    "Deal",
    "DealLine",
    "Invoice",
    "InvoiceLine",
    "Lead",
    "Person",
    "Price",
    "Product",
    "Rating",
    "Record",
    "Refund",
    "StaffMember",
    "StageChange",
    "StatusChange",
    "Subscription",
    "SubscriptionChange",
    "SubscriptionItem",
    "Ticket",
]
