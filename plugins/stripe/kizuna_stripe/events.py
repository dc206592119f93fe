"""Stripe's events: which ones speak of which collection, of which object, and whether they say that it is gone.

Source of the names: https://docs.stripe.com/api/events/types (read 2026-05).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from kizuna_stripe.elsewhere import account_of


class EventObject(msgspec.Struct):
    """The object an event carries, as far as it names what changed; references may be bare or expanded."""

    object: str = ""
    id: str | None = None  # a preview such as that of invoice.upcoming has none
    customer: Any = None
    subscription: Any = None
    charge: Any = None


class EventData(msgspec.Struct):
    object: EventObject


class Event(msgspec.Struct):
    """An entry of the feed, or the body of a webhook delivery; the shapes inside depend on the version at its creation."""

    id: str
    type: str
    created: int
    data: EventData
    api_version: str | None = None
    account: str | None = None  # of a connected account, where a platform is told of it
    context: str | None = None  # the same of an organisation's
    livemode: bool | None = None

    def happened_in(self) -> str | None:
        """The account where it happened, None where that is not said."""
        return account_of(self.account, self.context)


class _Kind(msgspec.Struct):
    object: str = ""


class _Related(msgspec.Struct):
    id: str
    type: str


class _Thin(msgspec.Struct):
    """A delivery that names the object and does not carry it; what an object belongs to is not said either."""

    id: str
    type: str
    created: datetime | None = None
    related_object: _Related | None = None
    context: str | None = None  # the connected account
    livemode: bool | None = None


_KIND = msgspec.json.Decoder(_Kind)
_THIN = msgspec.json.Decoder(_Thin)
_EVENT = msgspec.json.Decoder(Event)
THIN = "v2.core.event"


def delivered(body: bytes) -> Event:
    """The event of a webhook delivery, a thin one (``v1.customer.updated``) in the words of a snapshot.

    Raises msgspec.DecodeError for what is neither. Source: https://docs.stripe.com/event-destinations (read 2026-05).
    """
    if _KIND.decode(body).object != THIN:
        return _EVENT.decode(body)
    thin = _THIN.decode(body)
    related = thin.related_object
    held = EventObject(object=related.type, id=related.id) if related else EventObject()
    created = int(thin.created.timestamp()) if thin.created else 0
    return Event(
        id=thin.id,
        type=thin.type.removeprefix("v1."),
        created=created,
        data=EventData(object=held),
        context=thin.context,
        livemode=thin.livemode,
    )


@dataclass(frozen=True, slots=True)
class Subject:
    """An object of a collection that an event speaks of."""

    collection: str
    id: str
    deleted: bool


@dataclass(frozen=True, slots=True)
class Feed:
    """The event types that speak of a collection's objects (at most 20, for one request asks for all of them).

    ``objects`` are the values of ``object`` that mean the collection itself; another object names the one that changed
    in its field ``via``. ``gone`` are the types after which nothing is left to read.
    """

    collection: str
    types: tuple[str, ...]
    objects: tuple[str, ...]
    via: str = ""
    gone: tuple[str, ...] = ()

    def subject(self, event: Event) -> Subject | None:
        """The object of this collection to read again; None when the event speaks of none."""
        if event.type not in self.types:
            return None
        held = event.data.object
        if held.object in self.objects:
            return Subject(self.collection, held.id, event.type in self.gone) if held.id else None
        found = _named(getattr(held, self.via)) if self.via else None
        return Subject(self.collection, found, deleted=False) if found else None


def _named(reference: Any) -> str | None:
    found = reference.get("id") if isinstance(reference, dict) else reference
    return found if isinstance(found, str) and found else None


def _types(prefix: str, names: str) -> tuple[str, ...]:
    return tuple(f"{prefix}.{name}" for name in names.split())


CUSTOMERS = Feed(
    "customers",
    (
        *_types("customer", "created updated deleted"),
        *_types("customer.tax_id", "created updated deleted"),
        *_types("customer.discount", "created updated deleted"),
    ),
    objects=("customer",),
    via="customer",
    gone=("customer.deleted",),
)
PRODUCTS = Feed("products", _types("product", "created updated deleted"), ("product",), gone=("product.deleted",))
PRICES = Feed(
    "prices",
    (*_types("price", "created updated deleted"), *_types("plan", "created updated deleted")),
    objects=("price", "plan"),
    gone=("price.deleted", "plan.deleted"),
)
# `customer.subscription.deleted` means that it ended: it can still be read, with the status canceled.
SUBSCRIPTIONS = Feed(
    "subscriptions",
    (
        *_types(
            "customer.subscription",
            "created updated deleted paused resumed trial_will_end pending_update_applied pending_update_expired",
        ),
        *_types("customer.discount", "created updated deleted"),
    ),
    objects=("subscription",),
    via="subscription",
)
# `invoice.upcoming` is a preview without an id; it is not asked for.
INVOICES = Feed(
    "invoices",
    _types(
        "invoice",
        "created deleted finalization_failed finalized marked_uncollectible overdue overpaid paid payment_action_required "
        "payment_attempt_required payment_failed payment_succeeded sent updated voided will_be_due",
    ),
    objects=("invoice",),
    gone=("invoice.deleted",),
)
# `charge.refunded` carries the charge; `charge.refund.updated` the refund.
CHARGES = Feed(
    "charges",
    (
        *_types("charge", "succeeded failed pending captured expired refunded updated"),
        *_types("charge.dispute", "created updated closed funds_withdrawn funds_reinstated"),
    ),
    objects=("charge",),
    via="charge",
)
REFUNDS = Feed("refunds", (*_types("refund", "created updated failed"), "charge.refund.updated"), ("refund",))
CREDIT_NOTES = Feed("credit_notes", _types("credit_note", "created updated voided"), ("credit_note",))

# Stripe tells of an invoice payment when it is paid, not when it is made or canceled.
INVOICE_PAYMENTS = Feed("invoice_payments", ("invoice_payment.paid",), ("invoice_payment",))
PAYMENT_INTENTS = Feed(
    "payment_intents",
    _types(
        "payment_intent",
        "created succeeded payment_failed processing requires_action canceled amount_capturable_updated "
        "partially_funded",
    ),
    ("payment_intent",),
)
DISPUTES = Feed(
    "disputes",
    _types("charge.dispute", "created updated closed funds_withdrawn funds_reinstated"),
    ("dispute",),
)
SCHEDULES = Feed(
    "subscription_schedules",
    _types("subscription_schedule", "created updated aborted canceled completed expiring released"),
    ("subscription_schedule",),
)

FEEDS = (CUSTOMERS, PRODUCTS, PRICES, SUBSCRIPTIONS, INVOICES, CHARGES, REFUNDS, CREDIT_NOTES)

LEDGER_FEEDS = (INVOICE_PAYMENTS, PAYMENT_INTENTS, DISPUTES, SCHEDULES)

# What has a limit of its own, by the first word of its path; an object read by itself counts with its list.
ENDPOINTS = (
    *(feed.collection for feed in (*FEEDS, *LEDGER_FEEDS)),
    "balance_transactions",
    "events",
    "subscription_items",
)


def subjects(event: Event, feeds: Iterable[Feed]) -> Iterator[Subject]:
    """Every object of these collections that the event speaks of."""
    for feed in feeds:
        subject = feed.subject(event)
        if subject is not None:
            yield subject
