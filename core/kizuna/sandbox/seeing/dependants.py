"""What hangs on accounts and people, with every reference turned into one system's own ids."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import msgspec

from kizuna.sandbox.profile import SystemProfile
from kizuna.sandbox.records import (
    Activity,
    Charge,
    Comment,
    Contract,
    CreditNote,
    Deal,
    Invoice,
    InvoiceLine,
    Refund,
    Subscription,
    SubscriptionChange,
    SubscriptionItem,
    Ticket,
)
from kizuna.sandbox.world.billing import Ledger


@dataclass(slots=True)
class Translation:
    """Turns the world's numbers into one system's ids, for one company: its copies and the people known there."""

    profile: SystemProfile
    rng: Random
    account_ids: list[str]
    person_ids: dict[int, str]
    orphan_rate: float

    def id(self, kind: str, number: int) -> str:
        """This system's id."""
        return self.profile.native_id(kind, number)

    def maybe(self, kind: str, number: str | None) -> str | None:
        """This system's id of what may be absent."""
        return None if number is None else self.profile.native_id(kind, int(number))

    def account(self) -> str:
        """One of the copies, the first as a rule."""
        return self.account_ids[-1] if len(self.account_ids) > 1 and self.rng.random() < 0.3 else self.account_ids[0]

    def person(self, number: str | None) -> str | None:
        """The record of a person, or of the first known colleague when that person is not known here."""
        if number is None or not self.person_ids:
            return None
        found = self.person_ids.get(int(number))
        return found if found is not None else next(iter(self.person_ids.values()))

    def deal(self, deal: Deal) -> Deal:
        lines = tuple(
            msgspec.structs.replace(
                line,
                id=self.id("line", line.number),
                product_id=self.id("product", int(line.product_id)),
                price_id=self.id("price", int(line.price_id)),
            )
            for line in deal.lines
        )
        return msgspec.structs.replace(
            deal,
            id=self.id("deal", deal.number),
            account_id=self.account(),
            person_id=self.person(deal.person_id),
            owner_id=self.maybe("staff", deal.owner_id),
            lines=lines,
        )

    def contract(self, contract: Contract) -> Contract:
        return msgspec.structs.replace(
            contract,
            id=self.id("contract", contract.number),
            account_id=self.account_ids[0],
            deal_id=self.maybe("deal", contract.deal_id),
            owner_id=self.maybe("staff", contract.owner_id),
        )

    def activity(self, activity: Activity, *, with_deals: bool) -> Activity:
        return msgspec.structs.replace(
            activity,
            id=self.id("activity", activity.number),
            account_id=self.account(),
            person_id=self.person(activity.person_id),
            owner_id=self.maybe("staff", activity.owner_id),
            deal_id=self.maybe("deal", activity.deal_id) if with_deals else None,
        )

    def ticket(self, ticket: Ticket) -> Ticket:
        rating = ticket.rating
        return msgspec.structs.replace(
            ticket,
            id=self.id("ticket", ticket.number),
            account_id=None if self.rng.random() < self.orphan_rate else self.account(),
            person_id=self.person(ticket.person_id),
            staff_id=self.maybe("staff", ticket.staff_id),
            comments=tuple(self._comment(comment) for comment in ticket.comments),
            rating=None if rating is None else msgspec.structs.replace(rating, id=self.id("rating", rating.number)),
        )

    def _comment(self, comment: Comment) -> Comment:
        return msgspec.structs.replace(
            comment,
            id=self.id("comment", comment.number),
            person_id=self.person(comment.person_id),
            staff_id=self.maybe("staff", comment.staff_id),
        )

    def ledger(self, ledger: Ledger) -> Books:
        """The ledger with this system's ids; what belongs to one subscription stays with one account."""
        homes = {subscription.id: self.account() for subscription in ledger.subscriptions}
        owner = {
            invoice.id: homes[invoice.subscription_id] if invoice.subscription_id else self.account_ids[0]
            for invoice in ledger.invoices
        }
        charge_owner = {charge.id: owner[charge.invoice_id or ""] for charge in ledger.charges}
        return Books(
            [self._subscription(subscription, homes[subscription.id]) for subscription in ledger.subscriptions],
            [self._invoice(invoice, owner[invoice.id]) for invoice in ledger.invoices],
            [self._charge(charge, charge_owner[charge.id]) for charge in ledger.charges],
            [self._refund(refund, charge_owner[refund.charge_id]) for refund in ledger.refunds],
            [self._credit_note(note, owner[note.invoice_id]) for note in ledger.credit_notes],
        )

    def _items(self, items: tuple[SubscriptionItem, ...]) -> tuple[SubscriptionItem, ...]:
        return tuple(
            msgspec.structs.replace(
                item,
                id=self.id("item", item.number),
                price_id=self.id("price", int(item.price_id)),
                product_id=self.id("product", int(item.product_id)),
            )
            for item in items
        )

    def _subscription(self, subscription: Subscription, account_id: str) -> Subscription:
        history: tuple[SubscriptionChange, ...] = tuple(
            msgspec.structs.replace(change, items=self._items(change.items)) for change in subscription.history
        )
        return msgspec.structs.replace(
            subscription,
            id=self.id("subscription", subscription.number),
            account_id=account_id,
            items=self._items(subscription.items),
            history=history,
            coupon_id=self.maybe("coupon", subscription.coupon_id),
            latest_invoice_id=self.maybe("invoice", subscription.latest_invoice_id),
        )

    def _line(self, line: InvoiceLine) -> InvoiceLine:
        return msgspec.structs.replace(
            line,
            id=self.id("invoice_line", line.number),
            price_id=self.id("price", int(line.price_id)),
            product_id=self.id("product", int(line.product_id)),
            item_id=self.maybe("item", line.item_id),
        )

    def _invoice(self, invoice: Invoice, account_id: str) -> Invoice:
        return msgspec.structs.replace(
            invoice,
            id=self.id("invoice", invoice.number),
            account_id=account_id,
            subscription_id=self.maybe("subscription", invoice.subscription_id),
            lines=tuple(self._line(line) for line in invoice.lines),
        )

    def _charge(self, charge: Charge, account_id: str) -> Charge:
        return msgspec.structs.replace(
            charge,
            id=self.id("charge", charge.number),
            account_id=account_id,
            invoice_id=self.maybe("invoice", charge.invoice_id),
        )

    def _refund(self, refund: Refund, account_id: str) -> Refund:
        return msgspec.structs.replace(
            refund,
            id=self.id("refund", refund.number),
            account_id=account_id,
            charge_id=self.id("charge", int(refund.charge_id)),
        )

    def _credit_note(self, note: CreditNote, account_id: str) -> CreditNote:
        return msgspec.structs.replace(
            note,
            id=self.id("credit_note", note.number),
            account_id=account_id,
            invoice_id=self.id("invoice", int(note.invoice_id)),
        )


@dataclass(frozen=True, slots=True)
class Books:
    """One company's billing records with one system's ids."""

    subscriptions: list[Subscription]
    invoices: list[Invoice]
    charges: list[Charge]
    refunds: list[Refund]
    credit_notes: list[CreditNote]
