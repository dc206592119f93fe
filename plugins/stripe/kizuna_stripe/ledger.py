"""The streams of the ledger, read where the setting ``ledger`` asks for them: for most accounts the larger half."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from kizuna import sdk
from kizuna_stripe import events as feeds
from kizuna_stripe import ledger_payloads as payloads
from kizuna_stripe.mapping import ledger as mapping
from kizuna_stripe.pages import PAGE_SIZE, whole
from kizuna_stripe.readings import ListingThenEvents

# A balance transaction has no events: it never changes but for becoming available, mostly within a week.
SETTLES = timedelta(days=8)


def ledger_streams(api_version: str) -> tuple[sdk.AnyStream, ...]:
    """Every stream of the ledger."""
    return (
        _followed(
            feeds.INVOICE_PAYMENTS, payloads.InvoicePayment, mapping.invoice_payment, api_version, "Invoices: read"
        ),
        _followed(
            feeds.PAYMENT_INTENTS, payloads.PaymentIntent, mapping.payment_intent, api_version, "PaymentIntents: read"
        ),
        _followed(feeds.DISPUTES, payloads.Dispute, mapping.dispute, api_version, "Disputes: read"),
        _followed(feeds.SCHEDULES, payloads.Schedule, mapping.schedule, api_version, "Subscriptions: read"),
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


def _followed(
    feed: feeds.Feed, payload: type[Any], said: Callable[[Any], Any], api_version: str, scope: str
) -> sdk.AnyStream:
    reading = ListingThenEvents(feed=feed, api_version=api_version, carried=whole)
    return sdk.Stream(
        name=feed.collection,
        also=(feed.collection.removesuffix("s"),),
        payload=payload,
        map=said,
        reading=reading,
        only=reading.only,
        scope=scope,
        optional=True,
    )
