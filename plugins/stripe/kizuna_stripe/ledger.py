"""The streams of the ledger, read where the setting ``ledger`` asks for them: for most accounts the larger half."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from kizuna import sdk
from kizuna_stripe import events as feeds
from kizuna_stripe import ledger_payloads as payloads
from kizuna_stripe.elsewhere import own_id
from kizuna_stripe.mapping import ledger as mapping
from kizuna_stripe.pages import PAGE_SIZE, whole
from kizuna_stripe.payloads import InvoicePayment
from kizuna_stripe.readings import ListingThenEvents

# A balance transaction has no events: it never changes but for becoming available, mostly within a week.
SETTLES = timedelta(days=8)


def ledger_streams(api_version: str, account: str | None = None) -> tuple[sdk.AnyStream, ...]:
    """Every stream of the ledger, of the connected ``account`` where one is read."""
    reading = partial(ListingThenEvents, api_version=api_version, account=account, carried=whole)
    intents = reading(feed=feeds.PAYMENT_INTENTS)
    return (
        _followed(reading(feed=feeds.INVOICE_PAYMENTS), InvoicePayment, mapping.invoice_payment, "Invoices: read"),
        _followed(intents, payloads.PaymentIntent, mapping.payment_intent, "PaymentIntents: read"),
        _followed(reading(feed=feeds.DISPUTES), payloads.Dispute, mapping.dispute, "Disputes: read"),
        _followed(reading(feed=feeds.SCHEDULES), payloads.Schedule, mapping.schedule, "Subscriptions: read"),
        sdk.Stream(
            name="balance_transactions",
            also=("balance_transaction",),
            payload=payloads.BalanceTransaction,
            map=mapping.balance_transaction,
            reading=sdk.Listing(
                path="/v1/balance_transactions",
                payload=payloads.BalanceTransaction,
                params=(("limit", PAGE_SIZE),),
                family="balance_transactions",
                paging=sdk.LastId("starting_after"),
                since=sdk.Since(
                    "created[gte]", lambda record: sdk.instant(record.created), form="epoch", overlap=SETTLES
                ),
            ),
            scope="Balance: read",
            optional=True,
        ),
    )


def _followed(reading: ListingThenEvents, payload: type[Any], said: Callable[[Any], Any], scope: str) -> sdk.AnyStream:
    name = reading.feed.collection
    return sdk.Stream(
        name=name,
        also=(name.removesuffix("s"),),
        payload=payload,
        map=said,
        key=own_id,
        reading=reading,
        only=reading.only,
        scope=scope,
        optional=True,
    )
