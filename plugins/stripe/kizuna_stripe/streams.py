"""The collections that are read, in the order in which a first load is most useful."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from kizuna import sdk
from kizuna_stripe import events as feeds
from kizuna_stripe import mapping, payloads, payment_payloads
from kizuna_stripe.captures import REFUNDS, captured_whole
from kizuna_stripe.elsewhere import own_id
from kizuna_stripe.pages import Alone, Rest, lines_whole, terms_whole, unpaid_whole, whole
from kizuna_stripe.readings import ListingThenEvents

# Versions are compared by their date, as in 2026-05-27.dahlia.
BASIL, CLOVER = "2025-03-31", "2025-09-30"


def streams(api_version: str, account: str | None = None, *, ledger: bool = False) -> tuple[sdk.AnyStream, ...]:
    """Every stream, asking for what the version has; ``account`` is the connected one that is read.

    Where the ledger is not read, invoices tell what settled them.
    """
    reading = partial(ListingThenEvents, api_version=api_version, account=account)
    coupons = _coupons(api_version)
    settled = api_version >= BASIL and not ledger
    items = Rest(
        "items",
        "/v1/subscription_items",
        (
            ("subscription", "{id}"),
            ("expand[]", "data.price.tiers"),
            ("expand[]", "data.price.currency_options"),
            *(("expand[]", f"data.{path}") for path in coupons),
        ),
        deep=True,
    )
    return (
        _customers(
            reading(
                feed=feeds.CUSTOMERS,
                expand=("tax_ids", *(("discount.source.coupon",) if api_version >= CLOVER else ())),
                alone=_alone(api_version, ("tax_ids",), "discount"),
            )
        ),
        _products(reading(feed=feeds.PRODUCTS, carried=whole)),
        _prices(reading(feed=feeds.PRICES, expand=("tiers",), carried=terms_whole)),
        # Without `status=all` the list leaves out what is canceled.
        _subscriptions(
            reading(
                feed=feeds.SUBSCRIPTIONS,
                params=(("status", "all"),),
                expand=coupons,
                alone=_alone(api_version, (), "discounts"),
                rest=items,
                carried=terms_whole,
            )
        ),
        _invoices(
            reading(
                feed=feeds.INVOICES,
                expand=("payments",) if settled else (),
                rest=Rest("lines", "/v1/invoices/{id}/lines"),
                carried=unpaid_whole if settled else lines_whole,
            ),
            mapping.invoice if ledger else mapping.settled_invoice,
        ),
        _charges(reading(feed=feeds.CHARGES, rest=REFUNDS, carried=captured_whole)),
        _refunds(reading(feed=feeds.REFUNDS, expand=("charge.refunds",))),
        _credit_notes(reading(feed=feeds.CREDIT_NOTES, carried=whole)),
    )


def _coupons(api_version: str) -> tuple[str, ...]:
    """What to expand of a subscription or an item so that its discounts come with their coupons."""
    if api_version >= CLOVER:
        return ("discounts.source.coupon",)
    return ("discounts",) if api_version >= BASIL else ()


def _alone(api_version: str, beside: tuple[str, ...], discounts: str) -> Alone | None:
    """What to expand of an object by itself, where its discounts need that: four levels are the most Stripe expands."""
    return Alone((*beside, f"{discounts}.source.coupon.applies_to")) if api_version >= CLOVER else None


def _gone(record: payloads.Customer | payloads.Product | payloads.Price | payloads.Invoice) -> str | None:
    return "deleted" if record.deleted else None


def _customers(reading: ListingThenEvents) -> sdk.AnyStream:
    return sdk.Stream(
        name="customers",
        also=("customer",),
        payload=payloads.Customer,
        key=own_id,
        map=mapping.customer,
        reading=reading,
        only=reading.only,
        deleted=_gone,
        scope="Customers, Coupons and Events: read",
        sweep=True,
    )


def _products(reading: ListingThenEvents) -> sdk.AnyStream:
    return sdk.Stream(
        name="products",
        also=("product",),
        payload=payloads.Product,
        key=own_id,
        map=mapping.product,
        reading=reading,
        only=reading.only,
        version=lambda record: sdk.instant(record.updated),
        deleted=_gone,
        scope="Products and Events: read",
        sweep=True,
    )


def _prices(reading: ListingThenEvents) -> sdk.AnyStream:
    return sdk.Stream(
        name="prices",
        also=("price", "plans", "plan"),
        payload=payloads.Price,
        key=own_id,
        map=mapping.price,
        reading=reading,
        only=reading.only,
        deleted=_gone,
        scope="Prices and Events: read",
        sweep=True,
    )


def _subscriptions(reading: ListingThenEvents) -> sdk.AnyStream:
    return sdk.Stream(
        name="subscriptions",
        also=("subscription",),
        payload=payloads.Subscription,
        key=own_id,
        map=mapping.subscription,
        reading=reading,
        only=reading.only,
        scope="Subscriptions, Coupons and Events: read",
    )


def _invoices(reading: ListingThenEvents, said: Callable[[payloads.Invoice], Iterator[sdk.Said]]) -> sdk.AnyStream:
    return sdk.Stream(
        name="invoices",
        also=("invoice",),
        payload=payloads.Invoice,
        key=own_id,
        map=said,
        reading=reading,
        only=reading.only,
        deleted=_gone,
        scope="Invoices and Events: read",
        sweep=True,  # deleted drafts vanish
    )


def _charges(reading: ListingThenEvents) -> sdk.AnyStream:
    return sdk.Stream(
        name="charges",
        also=("charge", "payments"),
        payload=payment_payloads.Charge,
        key=own_id,
        map=mapping.charge,
        reading=reading,
        only=reading.only,
        scope="Charges and Refunds, Events: read",
    )


def _refunds(reading: ListingThenEvents) -> sdk.AnyStream:
    return sdk.Stream(
        name="refunds",
        also=("refund",),
        payload=payment_payloads.Refund,
        key=own_id,
        map=mapping.refund,
        reading=reading,
        only=reading.only,
        scope="Charges and Refunds, Events: read",
    )


def _credit_notes(reading: ListingThenEvents) -> sdk.AnyStream:
    return sdk.Stream(
        name="credit_notes",
        also=("credit_note", "creditnotes"),
        payload=payloads.CreditNote,
        key=own_id,
        map=mapping.credit_note,
        reading=reading,
        only=reading.only,
        scope="Credit notes and Events: read",
    )
