"""The world through one system's eyes: its own ids, its own gaps and slips, its own duplicates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from kizuna.sandbox.profile import SystemProfile
from kizuna.sandbox.records import (
    Account,
    Activity,
    Charge,
    Contract,
    Coupon,
    CreditNote,
    Deal,
    Invoice,
    Lead,
    Person,
    Price,
    Product,
    Record,
    Refund,
    StaffMember,
    Subscription,
    Ticket,
)


@dataclass(frozen=True, slots=True)
class SystemView:
    """All records one system holds; every id in them is that system's own. What a role does not own is empty.

    crm: accounts, people, leads, staff, products, prices, deals, contracts, tickets (its cases), activities ·
    marketing: accounts, people, staff, deals, tickets, activities · support: accounts, people, staff, tickets ·
    billing: accounts, products, prices, coupons, subscriptions, invoices, charges, refunds, credit_notes.
    """

    profile: SystemProfile
    staff: list[StaffMember] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    prices: list[Price] = field(default_factory=list)
    coupons: list[Coupon] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    contracts: list[Contract] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    credit_notes: list[CreditNote] = field(default_factory=list)

    def records(self) -> Iterator[Record]:
        """Every record, each after those it refers to (parents of accounts excepted)."""
        return chain(
            self.staff,
            self.products,
            self.prices,
            self.coupons,
            self.accounts,
            self.people,
            self.deals,
            self.leads,
            self.contracts,
            self.activities,
            self.tickets,
            self.subscriptions,
            self.invoices,
            self.charges,
            self.refunds,
            self.credit_notes,
        )
