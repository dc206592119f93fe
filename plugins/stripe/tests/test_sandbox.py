"""The sandbox behaves as Stripe's documentation says, down to its refusals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import httpx
import pytest
import stripe as official

from kizuna_stripe.sandbox.asking import API_KEY
from kizuna_stripe.sandbox.forms import nested
from kizuna_stripe.sandbox.ids import native_id
from kizuna_stripe.sandbox.lists import NAMES
from plugins.stripe.tests.served import Account, account


@pytest.fixture(scope="module")
def stripe() -> Iterator[Account]:
    """A sandbox that the tests of this file only read."""
    with account(ledger=True) as served:
        yield served


@pytest.fixture
def writable() -> Iterator[Account]:
    with account() as served:
        yield served


def client(stripe: Account) -> official.StripeClient:
    return official.StripeClient(API_KEY, base_addresses={"api": stripe.base_url}, max_network_retries=0)


def refusal(response: httpx.Response) -> tuple[int, str | None, str | None]:
    error = response.json()["error"]
    return response.status_code, error.get("code"), error.get("param")


@pytest.mark.parametrize("collection", sorted(NAMES))
def test_the_official_client_pages_through_every_record_once(stripe, collection):
    params = {"limit": 7, **({"status": "all"} if collection == "subscriptions" else {})}

    found = [held.id for held in getattr(client(stripe).v1, collection).list(params).auto_paging_iter()]

    assert sorted(found) == sorted(record.id for record in stripe.state.live(collection))


def test_the_official_client_goes_backwards_too(stripe):
    customers = client(stripe).v1.customers
    first = customers.list({"limit": 10})

    back = customers.list({"limit": 4, "ending_before": first.data[9].id})

    assert [held.id for held in back.data] == [held.id for held in first.data[5:9]]
    assert back.has_more


def test_the_official_client_reads_objects_inside_objects(stripe):
    v1 = client(stripe).v1

    page = v1.subscriptions.list({"limit": 5, "status": "all", "expand": ["data.customer", "data.latest_invoice"]})

    assert all(held.customer.object == "customer" for held in page.data)
    assert {held.latest_invoice.object for held in page.data if held.latest_invoice} <= {"invoice"}


def test_the_official_client_writes_and_hears_of_it(writable):
    v1 = client(writable).v1
    made = v1.customers.create({"name": "New K.K.", "metadata": {"salesforce_id": "001A"}, "email": "a@new.example"})
    v1.customers.update(made.id, {"name": "Newer K.K.", "metadata": {"salesforce_id": "", "hubspot_id": "7"}})
    v1.customers.delete(made.id)

    events = v1.events.list({"types": ["customer.created", "customer.updated", "customer.deleted"], "limit": 3}).data
    deleted = v1.customers.retrieve(made.id)

    assert [event.type for event in events] == ["customer.deleted", "customer.updated", "customer.created"]
    assert events[1].data.object["name"] == "Newer K.K."
    assert events[1].data.object["metadata"].to_dict() == {"hubspot_id": "7"}
    assert events[1].data.previous_attributes["name"] == "New K.K."
    assert deleted.to_dict() == {"id": made.id, "object": "customer", "deleted": True}


def test_the_official_client_subscribes_changes_and_cancels(writable):
    v1 = client(writable).v1
    customer_id = writable.state.live("customers")[0].id
    price_id = next(record.id for record in writable.state.live("prices") if record.payload["recurring"])
    made = v1.subscriptions.create({"customer": customer_id, "items": [{"price": price_id, "quantity": 3}]})

    more = v1.subscriptions.update(made.id, {"items": [{"id": made["items"].data[0].id, "quantity": 5}]})
    pending = v1.subscriptions.update(made.id, {"cancel_at_period_end": True})
    ended = v1.subscriptions.cancel(made.id)

    assert (made.status, made["items"].data[0].quantity, more["items"].data[0].quantity) == ("active", 3, 5)
    assert pending.cancel_at == pending["items"].data[0].current_period_end
    assert (ended.status, ended.ended_at) == ("canceled", int(writable.state.now().timestamp()))


def test_the_official_client_gets_the_same_answer_for_the_same_key(writable):
    v1 = client(writable).v1

    first = v1.customers.create({"name": "Once"}, {"idempotency_key": "k1"})
    second = v1.customers.create({"name": "Once"}, {"idempotency_key": "k1"})

    assert first.id == second.id
    with pytest.raises(official.IdempotencyError):
        v1.customers.create({"name": "Twice"}, {"idempotency_key": "k1"})


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/customers?limit=101", (400, "parameter_invalid_integer", "limit")),
        ("/v1/customers?limit=0", (400, "parameter_invalid_integer", "limit")),
        ("/v1/customers?limit=abc", (400, "parameter_invalid_integer", "limit")),
        ("/v1/customers?created[gte]=soon", (400, "parameter_invalid_integer", "created[gte]")),
        ("/v1/customers?updated[gte]=1", (400, "parameter_unknown", "updated")),
        ("/v1/customers?starting_after=cus_x", (400, "resource_missing", "starting_after")),
        ("/v1/customers?expand[]=data.shoe_size", (400, None, "expand")),
        ("/v1/subscriptions?expand[]=data.items.data.price.product", (400, "property_expansion_max_depth", "expand")),
        ("/v1/customers/cus_x", (404, "resource_missing", "id")),
        ("/v1/subscription_items", (400, "parameter_missing", "subscription")),
        ("/v1/events?type=customer.created&types[]=customer.updated", (400, None, "types")),
        ("/v1/events?expand[]=data.object", (400, None, "expand")),
        ("/v1/unheard_of", (404, None, None)),
        ("/v1/customers/", (404, None, None)),
    ],
)
def test_wrong_questions_are_refused_as_stripe_refuses_them(stripe, path, expected):
    response = stripe.http.get(path)

    assert refusal(response) == expected
    assert response.headers["request-id"].startswith("req_")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer sk_test_other"}, {"Authorization": "Basic !"}])
def test_without_the_key_nothing_is_answered(stripe, headers):
    assert httpx.get(f"{stripe.base_url}/v1/customers", headers=headers, trust_env=False).status_code == 401


def test_the_key_may_be_the_user_of_basic_authentication(stripe):
    response = httpx.get(f"{stripe.base_url}/v1/customers", auth=(API_KEY, ""), trust_env=False)

    assert response.status_code == 200


def test_a_list_is_newest_first_ten_at_a_time(stripe):
    page = stripe.get("/v1/charges")

    times = [held["created"] for held in page["data"]]
    assert (len(times), page["has_more"], page["url"]) == (10, True, "/v1/charges")
    assert times == sorted(times, reverse=True)


def test_a_list_can_be_cut_by_time_of_creation(stripe):
    newest = stripe.get("/v1/charges", limit=50)["data"]
    begin, end = newest[40]["created"], newest[10]["created"]

    found = stripe.get("/v1/charges", limit=100, **{"created[gte]": begin, "created[lt]": end})["data"]

    assert {held["id"] for held in found} == {held["id"] for held in newest if begin <= held["created"] < end} | {
        held["id"] for held in found if held["created"] == begin
    }
    assert all(begin <= held["created"] < end for held in found)


def test_ended_subscriptions_are_listed_only_when_asked_for(stripe):
    def statuses(**params: str) -> set[str]:
        return {held["status"] for held in stripe.get("/v1/subscriptions", limit=100, **params)["data"]}

    assert "canceled" not in statuses()
    assert "canceled" in statuses(status="all")
    assert statuses(status="canceled") == statuses(status="ended") == {"canceled"}


def test_lists_are_filtered_by_what_stripe_filters_by(stripe):
    invoice = next(record.payload for record in stripe.state.live("invoices") if record.payload["status"] == "paid")
    subscription_id = invoice["parent"]["subscription_details"]["subscription"]

    by_customer = stripe.get("/v1/invoices", limit=100, customer=invoice["customer"])["data"]
    by_subscription = stripe.get("/v1/invoices", limit=100, subscription=subscription_id, status="paid")["data"]

    assert {held["customer"] for held in by_customer} == {invoice["customer"]}
    assert invoice["id"] in {held["id"] for held in by_subscription}
    assert {held["status"] for held in by_subscription} == {"paid"}


def test_tax_ids_come_only_when_asked_for(stripe):
    customer_id = stripe.state.live("tax_ids")[0].payload["customer"]

    plain = stripe.get(f"/v1/customers/{customer_id}")
    asked = stripe.get(f"/v1/customers/{customer_id}", **{"expand[]": "tax_ids"})

    assert "tax_ids" not in plain
    assert {held["object"] for held in asked["tax_ids"]["data"]} == {"tax_id"}


def test_the_feed_forgets_after_thirty_days(writable):
    customer_id = writable.state.live("customers")[0].id
    writable.state.change("account", customer_id, phone="1")
    known = writable.get("/v1/events", limit=1)["data"][0]["id"]
    writable.served.clock.advance(timedelta(days=31))

    assert writable.get("/v1/events")["data"] == []
    assert refusal(writable.http.get("/v1/events", params={"starting_after": known}))[1] == "resource_missing"


def test_a_deleted_subscription_is_one_that_ended(writable):
    running = next(r for r in writable.state.live("subscriptions") if r.payload["status"] == "active")
    writable.state.delete("subscription", running.id)

    held = writable.get(f"/v1/subscriptions/{running.id}")
    event = writable.get("/v1/events", limit=1)["data"][0]

    assert held["status"] == "canceled"
    assert (event["type"], event["data"]["object"]["id"]) == ("customer.subscription.deleted", running.id)


def test_too_many_requests_are_refused_with_the_reason():
    with account() as stripe:
        gateway = stripe.served.gateways[0]
        gateway.buckets.limits = (gateway.buckets.limits[0].__class__("global-rate", 1, 0.001),)
        gateway.buckets._tokens = [1.0]
        stripe.http.get("/v1/customers")

        response = stripe.http.get("/v1/customers")

        assert (response.status_code, response.json()["error"]["code"]) == (429, "rate_limit")
        assert response.headers["stripe-rate-limited-reason"] == "global-rate"


def test_a_webhook_is_signed_so_that_the_official_client_accepts_it(writable):
    heard: list[tuple[bytes, str]] = []

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((body, self.headers["Stripe-Signature"]))
            self.send_response(200)
            self.end_headers()
            server.shutdown_request(self.request)

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Ear)
    listening = Thread(target=server.handle_request)
    listening.start()
    where = {"url": f"http://127.0.0.1:{server.server_port}/", "secret": "whsec_s", "events": ["customer.updated"]}
    httpx.post(f"{writable.base_url}/_sandbox/webhooks", json=where, trust_env=False)
    customer_id = writable.state.live("customers")[0].id

    writable.state.change("account", customer_id, phone="1")
    listening.join(10)
    server.server_close()

    event = official.Webhook.construct_event(heard[0][0], heard[0][1], "whsec_s")
    assert (event.type, event.data.object["id"]) == ("customer.updated", customer_id)


def test_nested_forms_are_read_as_stripe_reads_them():
    pairs = [
        ("items[0][price]", "p"),
        ("items[1][price]", "q"),
        ("expand[]", "a"),
        ("expand[]", "b"),
        ("created[gte]", "1"),
    ]

    assert nested(pairs) == {
        "items": [{"price": "p"}, {"price": "q"}],
        "expand": ["a", "b"],
        "created": {"gte": "1"},
    }


def test_no_two_numbers_share_an_id():
    numbers = [*range(5_000), *(1 << 39 | number for number in range(5_000))]

    assert len({native_id("account", number) for number in numbers}) == len(numbers)
