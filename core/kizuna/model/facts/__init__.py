"""Facts: what one system says, typed and unified; a connector's ``map`` turns a payload into these.

Who stamps a fact with its connection, record and times is the sync engine; a fact itself never knows.
"""

from kizuna.model.facts.base import Fact, Merged, Unmapped, kind_of
from kizuna.model.facts.billing import (
    CreditNote,
    Discount,
    Invoice,
    InvoiceLine,
    Payment,
    Price,
    Product,
    Refund,
    Subscription,
    SubscriptionItem,
)
from kizuna.model.facts.custom import CustomField
from kizuna.model.facts.parties import Account, Membership, Person, Staff
from kizuna.model.facts.sales import Contract, Deal, DealLine, Stage
from kizuna.model.facts.support import Engagement, SurveyResponse, Ticket, TicketMetrics

KINDS: dict[str, type[Fact]] = {
    kind_of(fact): fact
    for fact in (
        Account,
        Person,
        Staff,
        Membership,
        Deal,
        DealLine,
        Stage,
        Contract,
        Ticket,
        TicketMetrics,
        Engagement,
        SurveyResponse,
        Product,
        Price,
        Subscription,
        SubscriptionItem,
        Discount,
        Invoice,
        InvoiceLine,
        Payment,
        Refund,
        CreditNote,
        CustomField,
    )
}
"""Kind → class of every core fact; each has a table of its own. Other kinds come from plugins."""

__all__ = [
    "KINDS",
    "Account",
    "Contract",
    "CreditNote",
    "CustomField",
    "Deal",
    "DealLine",
    "Discount",
    "Engagement",
    "Fact",
    "Invoice",
    "InvoiceLine",
    "Membership",
    "Merged",
    "Payment",
    "Person",
    "Price",
    "Product",
    "Refund",
    "Staff",
    "Stage",
    "Subscription",
    "SubscriptionItem",
    "SurveyResponse",
    "Ticket",
    "TicketMetrics",
    "Unmapped",
    "kind_of",
]
