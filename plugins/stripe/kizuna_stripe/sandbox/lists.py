"""The lists of Stripe: filters, pages by the last id, objects inside where they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from starlette.responses import Response

from kizuna.sandbox import SandboxState, StoredRecord
from kizuna_stripe.sandbox.asking import Asked, Keeps, words
from kizuna_stripe.sandbox.expansion import checked, expanded
from kizuna_stripe.sandbox.faults import Refusal, answer, missing
from kizuna_stripe.sandbox.feed import Feed
from kizuna_stripe.sandbox.shelves import Shelf

T = TypeVar("T")
Reads = Callable[[Mapping[str, Any]], Any]

NAMES = {
    "customers": "customer",
    "products": "product",
    "prices": "price",
    "coupons": "coupon",
    "subscriptions": "subscription",
    "invoices": "invoice",
    "charges": "charge",
    "refunds": "refund",
    "credit_notes": "credit_note",
    "invoice_payments": "invoice_payment",
    "payment_intents": "payment_intent",
    "disputes": "dispute",
    "balance_transactions": "balance_transaction",
    "subscription_schedules": "subscription_schedule",
}

# Collection → parameter → the value of the object it is compared with.
_FILTERS: Mapping[str, Mapping[str, Reads]] = {
    "customers": {"email": lambda held: held["email"], "test_clock": lambda held: held["test_clock"]},
    "products": {"active": lambda held: held["active"], "ids": lambda held: held["id"]},
    "prices": {
        "active": lambda held: held["active"],
        "product": lambda held: held["product"],
        "type": lambda held: held["type"],
        "currency": lambda held: held["currency"],
        "lookup_keys": lambda held: held["lookup_key"],
    },
    "coupons": {},
    "subscriptions": {
        "customer": lambda held: held["customer"],
        "collection_method": lambda held: held["collection_method"],
        "price": lambda held: [item["price"]["id"] for item in held["items"]["data"]],
        "status": lambda held: held["status"],
    },
    "invoices": {
        "customer": lambda held: held["customer"],
        "status": lambda held: held["status"],
        "collection_method": lambda held: held["collection_method"],
        "subscription": lambda held: ((held["parent"] or {}).get("subscription_details") or {}).get("subscription"),
    },
    "charges": {"customer": lambda held: held["customer"], "payment_intent": lambda held: held["payment_intent"]},
    "refunds": {"charge": lambda held: held["charge"], "payment_intent": lambda held: held["payment_intent"]},
    "credit_notes": {"customer": lambda held: held["customer"], "invoice": lambda held: held["invoice"]},
    "invoice_payments": {"invoice": lambda held: held["invoice"], "status": lambda held: held["status"]},
    "payment_intents": {"customer": lambda held: held["customer"]},
    "disputes": {"charge": lambda held: held["charge"], "payment_intent": lambda held: held.get("payment_intent")},
    "balance_transactions": {
        "source": lambda held: held["source"],
        "type": lambda held: held["type"],
        "currency": lambda held: held["currency"],
    },
    "subscription_schedules": {"customer": lambda held: held["customer"]},
}
_ENDED = frozenset({"canceled", "incomplete_expired"})


def listing(shelf: Shelf, query: Asked) -> Response:
    """One page of a collection."""
    filters = _FILTERS[shelf.stream]
    query.check(filters)
    paths = checked(query.expand, of_list=True)
    rows, places = shelf.rows(query.name, _keeps(shelf.stream, query), query.begin, query.end)
    begin, end = _cut(query, places, len(rows), NAMES[shelf.stream])
    shown = rows[begin:end]
    more = begin > 0 if query.before is not None else end < len(rows)
    bodies = shelf.bodies(shown) if not paths else _expanded(shown, paths, shelf.state)
    return answer(page(bodies, f"/v1/{shelf.stream}", more=more))


def part(rows: Sequence[Mapping[str, Any]], query: Asked, url: str, what: str, state: SandboxState) -> Response:
    """One page of a list inside an object, in the object's own order."""
    paths = checked(query.expand, of_list=True)
    places = {row["id"]: place for place, row in enumerate(rows)}
    begin, end = _cut(query, places, len(rows), what)
    bodies = [msgspec.json.encode(expanded(dict(row), paths, state)) for row in rows[begin:end]]
    return answer(page(bodies, url, more=end < len(rows)))


def events(feed: Feed, query: Asked) -> Response:
    """One page of the feed."""
    query.check({"type", "types", "delivery_success"})
    types = _event_types(query)
    if query.expand:
        raise Refusal(400, "This property cannot be expanded (data).", param="expand")
    rows = feed.visible(types, query.begin, query.end)
    places = {row.id: place for place, row in enumerate(rows)}
    for cursor, param in ((query.after, "starting_after"), (query.before, "ending_before")):
        if cursor is not None and feed.find(cursor) is None:
            raise missing("event", cursor, param=param, status=400)
    begin, end = _cut(query, places, len(rows), "event")
    more = begin > 0 if query.before is not None else end < len(rows)
    return answer(page([row.body for row in rows[begin:end]], "/v1/events", more=more))


def page(bodies: Sequence[bytes], url: str, *, more: bool) -> bytes:
    """The list object around finished JSON."""
    tail = f'],"has_more":{"true" if more else "false"},"url":"{url}"}}'
    return b'{"object":"list","data":[' + b",".join(bodies) + tail.encode()


def _cut(query: Asked, places: Mapping[str, int], size: int, what: str) -> tuple[int, int]:
    """Begin and end of the page; Refusal when the cursor is not there (any more)."""
    if query.before is not None:
        place = places.get(query.before)
        if place is None:
            raise missing(what, query.before, param="ending_before", status=400)
        return max(0, place - query.limit), place
    if query.after is None:
        return 0, min(query.limit, size)
    place = places.get(query.after)
    if place is None:
        raise missing(what, query.after, param="starting_after", status=400)
    return place + 1, min(place + 1 + query.limit, size)


def _keeps(stream: str, query: Asked) -> Keeps | None:
    """The filter a query means; None when it keeps everything."""
    wanted = {name: value for name, value in query.given.items() if not (name == "status" and value == "all")}
    if stream == "subscriptions" and "status" not in query.given:
        # Without a status the list leaves out what has ended.
        return _all(stream, wanted, lambda row: row.payload["status"] not in _ENDED)
    if stream == "subscriptions" and wanted.get("status") == "ended":
        return _all(stream, {**wanted, "status": sorted(_ENDED)}, None)
    return _all(stream, wanted, None) if wanted else None


def _all(stream: str, wanted: Mapping[str, Any], besides: Keeps | None) -> Keeps:
    tests = [(_FILTERS[stream][name], frozenset(words(value))) for name, value in wanted.items()]

    def keeps(row: StoredRecord) -> bool:
        if besides is not None and not besides(row):
            return False
        return all(_matches(reads(row.payload), allowed) for reads, allowed in tests)

    return keeps


def _matches(value: Any, allowed: frozenset[str]) -> bool:
    if isinstance(value, list):
        return any(_matches(inner, allowed) for inner in value)
    return (str(value).lower() if isinstance(value, bool) else str(value)) in allowed


def _expanded(rows: Sequence[StoredRecord], paths: Sequence[tuple[str, ...]], state: SandboxState) -> list[bytes]:
    return [msgspec.json.encode(expanded(row.payload, paths, state)) for row in rows]


def _event_types(query: Asked) -> frozenset[str]:
    if "type" in query.given and "types" in query.given:
        raise Refusal(400, "You may only specify one of these parameters: type, types.", param="types")
    found = words(query.given["types"]) if "types" in query.given else words(query.given.get("type", []))
    if len(found) > 20:
        raise Refusal(400, "Array too long. Maximum is 20 elements.", param="types")
    return frozenset(found)
