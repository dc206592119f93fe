"""Stripe's HTTP API over a sandbox's memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kizuna.sandbox import SandboxState, StoredRecord
from kizuna_stripe.sandbox import lists, writing
from kizuna_stripe.sandbox.asking import asked, check_allowed, check_key
from kizuna_stripe.sandbox.expansion import checked, expanded, owned, shown
from kizuna_stripe.sandbox.faults import Refusal, answer, missing, refused
from kizuna_stripe.sandbox.feed import Feed
from kizuna_stripe.sandbox.forms import Form, nested
from kizuna_stripe.sandbox.objects.common import API_VERSION
from kizuna_stripe.sandbox.older import CLOVER, aged
from kizuna_stripe.sandbox.shelves import Shelf

Handler = Callable[[Request], Awaitable[Response]]
Write = Callable[[Form, SandboxState], StoredRecord]


def api(state: SandboxState, feed: Feed) -> Starlette:
    """The routes; whatever is not simulated is unrecognised."""
    desk = Desk(state, feed)
    by_handler: list[tuple[str, Handler, str]] = [
        ("/v1/events", desk.events, "GET"),
        ("/v1/events/{id}", desk.event, "GET"),
        ("/v1/account", desk.account, "GET"),
        ("/v1/subscription_items", desk.items, "GET"),
        ("/v1/invoices/{id}/lines", desk.lines, "GET"),
        ("/v1/customers/{id}/tax_ids", desk.tax_ids, "GET"),
        ("/v1/customers", desk.create_customer, "POST"),
        ("/v1/customers/{id}", desk.change_customer, "POST"),
        ("/v1/customers/{id}", desk.delete_customer, "DELETE"),
        ("/v1/subscriptions", desk.create_subscription, "POST"),
        ("/v1/subscriptions/{id}", desk.change_subscription, "POST"),
        ("/v1/subscriptions/{id}", desk.cancel_subscription, "DELETE"),
        ("/v1/{collection}", desk.collection, "GET"),
        ("/v1/{collection}/{id}", desk.one, "GET"),
    ]
    routes = [Route(path, _guarded(handler, state), methods=[verb]) for path, handler, verb in by_handler]
    anything = [Route("/{path:path}", _guarded(_unrecognised, state), methods=["GET", "POST", "DELETE", "PUT"])]
    return Starlette(routes=[*routes, *anything], exception_handlers={Refusal: refused})


def _guarded(handler: Handler, state: SandboxState) -> Handler:
    """The handler for callers with the right key; the answer is written in the version they pin, and names it."""

    async def guarded(request: Request) -> Response:
        check_key(request, state)
        version = request.headers.get("stripe-version", API_VERSION)
        response = await handler(request)
        if version < CLOVER:
            response = answer(aged(bytes(response.body), version, state), response.status_code)
        response.headers["Stripe-Version"] = version
        return response

    return guarded


async def _unrecognised(request: Request) -> Response:
    raise Refusal(
        404,
        f"Unrecognized request URL ({request.method}: {request.url.path}). If you are trying to list objects, remove "
        "the trailing slash. If you are trying to retrieve an object, make sure you passed a valid (non-empty) "
        "identifier in your code. Please see https://stripe.com/docs or we can help at https://support.stripe.com/.",
    )


class Desk:
    """One handler a route, over the memory of one sandbox."""

    def __init__(self, state: SandboxState, feed: Feed) -> None:
        self._state, self._feed = state, feed
        self._shelves = {stream: Shelf(state, stream) for stream in lists.NAMES}

    # -- reading -------------------------------------------------------------------------------------------------

    async def collection(self, request: Request) -> Response:
        shelf = await self._shelf(request)
        with self._state.lock:
            return lists.listing(shelf, asked(request))

    async def one(self, request: Request) -> Response:
        shelf = await self._shelf(request)
        query = asked(request)
        query.check(())
        paths = checked(query.expand, of_list=False)
        with self._state.lock:
            found = self._state.find(shelf.stream, request.path_params["id"])
            # Only customers are remembered after they were deleted.
            if found is None or not (found.live or shelf.stream == "customers"):
                raise missing(lists.NAMES[shelf.stream], request.path_params["id"])
            return answer(expanded(shown(found), paths if found.live else (), self._state))

    async def events(self, request: Request) -> Response:
        check_allowed("events", self._state)
        with self._state.lock:
            return lists.events(self._feed, asked(request))

    async def event(self, request: Request) -> Response:
        with self._state.lock:
            found = self._feed.find(request.path_params["id"])
        if found is None:
            raise missing("event", request.path_params["id"])
        return answer(found.body)

    async def account(self, _request: Request) -> Response:
        return answer({"id": "acct_1KizunaSandbox", "object": "account", "country": "JP", "default_currency": "jpy"})

    async def items(self, request: Request) -> Response:
        query = asked(request)
        query.check({"subscription"})
        if "subscription" not in query.given:
            raise Refusal(400, "Missing required param: subscription.", code="parameter_missing", param="subscription")
        with self._state.lock:
            found = self._living("subscriptions", query.given["subscription"], param="subscription", status=400)
            rows = writing.all_items(found, self._state)
            return lists.part(rows, query, "/v1/subscription_items", "subscription item", self._state)

    async def lines(self, request: Request) -> Response:
        query = asked(request)
        query.check(())
        with self._state.lock:
            found = self._living("invoices", request.path_params["id"], param="invoice")
            rows = writing.all_lines(found, self._state)
            return lists.part(rows, query, request.url.path, "invoice line item", self._state)

    async def tax_ids(self, request: Request) -> Response:
        with self._state.lock:
            found = self._living("customers", request.path_params["id"], param="customer")
            rows = [row.payload for row in owned(self._state, "tax_ids", "customer", found.id)]
            return lists.part(rows, asked(request), request.url.path, "tax_id", self._state)

    # -- writing -------------------------------------------------------------------------------------------------

    async def create_customer(self, request: Request) -> Response:
        return await self._write(request, writing.create_customer)

    async def change_customer(self, request: Request) -> Response:
        def change(form: Form, state: SandboxState) -> StoredRecord:
            return writing.change_customer(self._living("customers", request.path_params["id"]), form, state)

        return await self._write(request, change)

    async def delete_customer(self, request: Request) -> Response:
        customer_id = request.path_params["id"]
        with self._state.lock:
            found = self._living("customers", customer_id)
            if customer_id in self._state.records["account"]:
                self._state.delete("account", customer_id)
            else:
                self._state.remove("customers", customer_id)
            return answer(shown(found))

    async def create_subscription(self, request: Request) -> Response:
        return await self._write(request, writing.create_subscription)

    async def change_subscription(self, request: Request) -> Response:
        def change(form: Form, state: SandboxState) -> StoredRecord:
            return writing.change_subscription(self._living("subscriptions", request.path_params["id"]), form, state)

        return await self._write(request, change)

    async def cancel_subscription(self, request: Request) -> Response:
        with self._state.lock:
            found = self._living("subscriptions", request.path_params["id"])
            return answer(writing.cancel_subscription(found, self._state).payload)

    # -- inside --------------------------------------------------------------------------------------------------

    async def _shelf(self, request: Request) -> Shelf:
        shelf = self._shelves.get(request.path_params["collection"])
        if shelf is None:
            await _unrecognised(request)
        assert shelf is not None
        check_allowed(shelf.stream, self._state)
        return shelf

    def _living(self, stream: str, object_id: str, *, param: str = "id", status: int = 404) -> StoredRecord:
        found = self._state.find(stream, object_id)
        if found is None or not found.live:
            raise missing(lists.NAMES[stream], object_id, param=param, status=status)
        return found

    async def _write(self, request: Request, write: Write) -> Response:
        """The outcome of a POST; the same one for the same ``Idempotency-Key``."""
        raw = await request.body()
        form = nested(parse_qsl(raw.decode(), keep_blank_values=True))
        expand = form.pop("expand", [])
        key = request.headers.get("idempotency-key")
        kept: dict[str, tuple[Any, bytes]] = self._state.memory.setdefault("idempotent", {})
        fingerprint = (request.url.path, raw)
        with self._state.lock:
            if key is not None and key in kept:
                return _replayed(kept[key], fingerprint, key)
            made = write(form, self._state)
            body = msgspec.json.encode(expanded(made.payload, checked(expand, of_list=False), self._state))
            if key is not None:
                kept[key] = (fingerprint, body)
        return answer(body)


def _replayed(held: tuple[Any, bytes], fingerprint: Any, key: str) -> Response:
    if held[0] != fingerprint:
        raise Refusal(
            400,
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try "
            f"using a key other than '{key}' if you meant to execute a different request.",
            kind="idempotency_error",
        )
    response = answer(held[1])
    response.headers["Idempotent-Replayed"] = "true"
    return response
