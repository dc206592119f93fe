"""What subscriptions cause: invoices with lines, charges, refunds, credit notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from random import Random

import msgspec

from kizuna.sandbox.records import (
    Charge,
    Coupon,
    CreditNote,
    Invoice,
    InvoiceLine,
    Price,
    Product,
    Refund,
    Subscription,
    SubscriptionItem,
)
from kizuna.sandbox.seeds import between, pick
from kizuna.sandbox.world.subscriptions import Bill

# Consumption tax in Japan; the others are invoiced without tax in this world.
_TAX_PERCENT = {"JPY": 10, "USD": 0, "EUR": 0}
_DECLINES = ("card_declined", "insufficient_funds", "expired_card", "processing_error")


@dataclass(slots=True)
class Ledger:
    """Everything billing knows of one company; numbers of its records begin at ``base``."""

    base: int
    prices: Mapping[int, Price]
    products: Mapping[int, Product]
    now: datetime
    prefix: str
    card: tuple[str, str]
    subscriptions: list[Subscription] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    credit_notes: list[CreditNote] = field(default_factory=list)

    def settle(self, rng: Random, subscription: Subscription, bills: list[Bill]) -> None:
        """Invoice a subscription's bills and collect them."""
        latest: Invoice | None = None
        for bill in bills:
            if bill.at > self.now:
                continue
            latest = self._invoice(rng, subscription, bill)
        if latest is not None:
            subscription = msgspec.structs.replace(subscription, latest_invoice_id=latest.id)
        self.subscriptions.append(subscription)

    def _invoice(self, rng: Random, subscription: Subscription, bill: Bill) -> Invoice:
        number = self.base + len(self.invoices)
        lines = self._lines(number, bill)
        subtotal = sum(line.amount for line in lines)
        discount = sum(line.discount for line in lines)
        tax = round((subtotal - discount) * _TAX_PERCENT[subscription.currency] / 100)
        total = subtotal - discount + tax
        waits = subscription.collection == "send_invoice"
        due = bill.at + timedelta(days=30) if waits else None
        status, paid_at = _collected(rng, bill, self.now, waits=waits)
        paid = max(total, 0) if status == "paid" else 0
        finalized = bill.at + timedelta(hours=1)
        draft = finalized > self.now
        invoice = Invoice(
            id=str(number),
            number=number,
            account_id=subscription.account_id,
            subscription_id=subscription.id,
            code=f"{self.prefix}-{len(self.invoices) + 1:04d}",
            status="draft" if draft else status,
            reason=bill.reason,
            currency=subscription.currency,
            lines=lines,
            subtotal=subtotal,
            discount=discount,
            tax=tax,
            total=total,
            amount_paid=0 if draft else paid,
            amount_remaining=max(total, 0) - (0 if draft else paid) if status != "void" else 0,
            attempts=0 if draft or status == "void" or waits else {"retried": 2, "failed": 4}.get(bill.outcome, 1),
            period_start=bill.start,
            period_end=bill.end,
            due_at=due,
            finalized_at=None if draft else finalized,
            paid_at=None if draft else paid_at,
            voided_at=finalized if status == "void" and not draft else None,
            created_at=bill.at,
            updated_at=bill.at if draft else (paid_at or finalized),
        )
        self.invoices.append(invoice)
        if not draft and total > 0:
            self._collect(rng, invoice, bill, waits=waits)
        return invoice

    def bill_service(self, account: int, product: int, price: Price, at: datetime) -> None:
        """Invoice a service done once, beside any subscription, paid by card within the hour."""
        if at + timedelta(hours=2) > self.now:
            return
        number = self.base + len(self.invoices)
        tax = round(price.unit_amount * _TAX_PERCENT[price.currency] / 100)
        paid_at = at + timedelta(hours=1)
        line = InvoiceLine(
            id=str(number * 16),
            number=number * 16,
            price_id=price.id,
            product_id=str(product),
            item_id=None,
            description=f"1 × {self.products[product].name}",
            quantity=1,
            amount=price.unit_amount,
            discount=0,
            period_start=at,
            period_end=at,
            proration=False,
        )
        invoice = Invoice(
            id=str(number),
            number=number,
            account_id=str(account),
            subscription_id=None,
            code=f"{self.prefix}-{len(self.invoices) + 1:04d}",
            status="paid",
            reason="manual",
            currency=price.currency,
            lines=(line,),
            subtotal=price.unit_amount,
            discount=0,
            tax=tax,
            total=price.unit_amount + tax,
            amount_paid=price.unit_amount + tax,
            amount_remaining=0,
            attempts=1,
            period_start=at,
            period_end=at,
            due_at=None,
            finalized_at=at,
            paid_at=paid_at,
            voided_at=None,
            created_at=at,
            updated_at=paid_at,
        )
        self.invoices.append(invoice)
        self._charge(invoice, invoice.total, "succeeded", None, paid_at, "card")

    def _lines(self, number: int, bill: Bill) -> tuple[InvoiceLine, ...]:
        if bill.before is None:
            return tuple(
                self._line(number, place, item, bill, Fraction(1), proration=False)
                for place, item in enumerate(bill.items)
            )
        share = self._share(bill)
        gone = [item for item in bill.before if item not in bill.items]
        come = [item for item in bill.items if item not in bill.before]
        credit = [self._line(number, place, item, bill, -share, proration=True) for place, item in enumerate(gone)]
        debit = [
            self._line(number, len(gone) + place, item, bill, share, proration=True) for place, item in enumerate(come)
        ]
        return (*credit, *debit)

    def _share(self, bill: Bill) -> Fraction:
        """The part of the period that is left at a change; the period began one interval before its end."""
        price = self.prices[int(bill.items[0].price_id)]
        days = 30.44 * price.interval_count * (12 if price.interval == "year" else 1)
        return Fraction(min(1.0, (bill.end - bill.at) / timedelta(days=days))).limit_denominator(1000)

    def _line(
        self, invoice: int, place: int, item: SubscriptionItem, bill: Bill, share: Fraction, *, proration: bool
    ) -> InvoiceLine:
        price, product = self.prices[int(item.price_id)], self.products[int(item.product_id)]
        amount = round(price.unit_amount * item.quantity * share)
        verb = "Unused time on" if amount < 0 else "Remaining time on"
        return InvoiceLine(
            id=str(invoice * 16 + place),
            number=invoice * 16 + place,
            price_id=item.price_id,
            product_id=item.product_id,
            item_id=item.id,
            description=f"{verb} {item.quantity} × {product.name}"
            if proration
            else f"{item.quantity} × {product.name}",
            quantity=item.quantity,
            amount=amount,
            discount=_discount(bill.coupon, amount, place),
            period_start=bill.start,
            period_end=bill.end,
            proration=proration,
        )

    def _collect(self, rng: Random, invoice: Invoice, bill: Bill, *, waits: bool) -> None:
        if waits:
            if invoice.paid_at is not None:
                self._charge(invoice, invoice.total, "succeeded", None, invoice.paid_at, "bank_transfer")
            return
        at = bill.at + timedelta(hours=1)
        if bill.outcome in {"retried", "failed"}:
            for attempt in range(1 if bill.outcome == "retried" else 4):
                when = at + timedelta(days=5 * attempt)
                if when <= self.now:
                    self._charge(invoice, invoice.total, "failed", pick(rng, _DECLINES), when, "card")
        if invoice.paid_at is not None:
            charge = self._charge(invoice, invoice.total, "succeeded", None, invoice.paid_at, "card")
            self._give_back(rng, invoice, charge)

    def _charge(
        self, invoice: Invoice, amount: int, status: str, failure: str | None, at: datetime, method: str
    ) -> Charge:
        number = self.base + len(self.charges)
        charge = Charge(
            id=str(number),
            number=number,
            account_id=invoice.account_id,
            invoice_id=invoice.id,
            currency=invoice.currency,
            amount=amount,
            amount_refunded=0,
            status=status,
            failure_code=failure,
            method=method,
            card_brand=self.card[0] if method == "card" else None,
            card_last4=self.card[1] if method == "card" else None,
            created_at=at,
            updated_at=at,
        )
        self.charges.append(charge)
        return charge

    def _give_back(self, rng: Random, invoice: Invoice, charge: Charge) -> None:
        """Now and then a refund, or a credit note that makes the invoice smaller."""
        draw, at = rng.random(), charge.created_at + timedelta(days=between(rng, 1, 12))
        if draw > 0.018 or at > self.now:
            return
        amount = charge.amount if draw < 0.006 else max(1, charge.amount // 4)
        number = self.base + len(self.refunds)
        self.refunds.append(
            Refund(
                id=str(number),
                number=number,
                account_id=charge.account_id,
                charge_id=charge.id,
                currency=charge.currency,
                amount=amount,
                reason=pick(rng, ("requested_by_customer", "requested_by_customer", "duplicate")),
                status="succeeded",
                created_at=at,
                updated_at=at,
            )
        )
        self.charges[-1] = msgspec.structs.replace(charge, amount_refunded=amount, updated_at=at)
        if draw < 0.012:
            self._credit(rng, invoice, amount, at)

    def _credit(self, rng: Random, invoice: Invoice, amount: int, at: datetime) -> None:
        number = self.base + len(self.credit_notes)
        self.credit_notes.append(
            CreditNote(
                id=str(number),
                number=number,
                account_id=invoice.account_id,
                invoice_id=invoice.id,
                code=f"{invoice.code}-CN-01",
                currency=invoice.currency,
                amount=amount,
                reason=pick(rng, ("order_change", "duplicate", "product_unsatisfactory")),
                status="issued",
                created_at=at,
                updated_at=at,
            )
        )


def _collected(rng: Random, bill: Bill, now: datetime, *, waits: bool) -> tuple[str, datetime | None]:
    """The status of an invoice now and when it was paid."""
    if bill.outcome == "void":
        return "void", None
    if bill.outcome == "failed":
        return ("open" if bill.at + timedelta(days=25) > now else "uncollectible"), None
    days = 0
    if waits:
        days = between(rng, 33, 70) if bill.outcome == "late" else between(rng, 6, 29)
    elif bill.outcome == "retried":
        days = 5
    paid_at = bill.at + timedelta(days=days, hours=1)
    if paid_at > now or bill.outcome == "open":
        return "open", None
    return "paid", paid_at


def _discount(coupon: Coupon | None, amount: int, place: int) -> int:
    """What a coupon takes off a line; a fixed sum comes off the first line."""
    if coupon is None:
        return 0
    if coupon.percent_off is not None:
        return round(amount * Fraction(coupon.percent_off) / 100)
    return min(max(amount, 0), coupon.amount_off or 0) if place == 0 else 0
