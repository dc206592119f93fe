"""What Stripe's objects mean: one pure function from payload to facts for each collection."""

from kizuna_stripe.mapping.catalogue import price, product
from kizuna_stripe.mapping.customers import customer
from kizuna_stripe.mapping.invoices import credit_note, invoice, settled_invoice
from kizuna_stripe.mapping.payments import charge, refund
from kizuna_stripe.mapping.subscriptions import subscription

__all__ = [
    "charge",
    "credit_note",
    "customer",
    "invoice",
    "price",
    "product",
    "refund",
    "settled_invoice",
    "subscription",
]
