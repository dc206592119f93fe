"""stripe-python against the simulated account: what it filters, follows, is refused and verifies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import stripe as official

from kizuna.sandbox import WebhookCall, WebhookEndpoint
from kizuna.sandbox.faults import FaultPlan, FaultProfile
from kizuna_stripe.sandbox.asking import API_KEY
from plugins.stripe.tests.served import Account, account

ENDPOINT = WebhookEndpoint("we_1", "https://kizuna.example/webhooks/stripe", "whsec_official")


@pytest.fixture(scope="module")
def stripe() -> Iterator[Account]:
    with account() as served:
        yield served


@pytest.fixture(autouse=True)
def well_again(stripe: Account) -> Iterator[None]:
    yield
    stripe.served.gateways[0].faults = FaultPlan(FaultProfile("none"), 1)


def client(stripe: Account, key: str = API_KEY, retries: int = 0) -> official.StripeClient:
    return official.StripeClient(key, base_addresses={"api": stripe.base_url}, max_network_retries=retries)


def told(stripe: Account) -> WebhookCall:
    """The signed call that a change of a customer causes."""
    stripe.state.change("account", stripe.state.live("customers")[0].id, phone="+81 3 0000 0000")
    vendor = stripe.served.gateways[0].vendor
    return next(iter(vendor.webhooks(stripe.state.changes[-1], ENDPOINT, stripe.state)))


def strike(stripe: Account, fault: str, most: int | None = None) -> None:
    profile = FaultProfile(fault, {fault: 1.0}, most_in_a_row=1_000, at_most=most)  # type: ignore[dict-item]  # a word
    stripe.served.gateways[0].faults = FaultPlan(profile, 1)


def test_lists_are_cut_by_customer_status_and_time(stripe: Account) -> None:
    invoices = client(stripe).v1.invoices
    newest = invoices.list({"limit": 30}).data
    since, until = newest[-1].created, newest[0].created

    of_one = list(invoices.list({"customer": newest[0].customer}).auto_paging_iter())
    paid = list(invoices.list({"status": "paid", "limit": 100}).auto_paging_iter())
    between = list(invoices.list({"created": {"gte": since, "lt": until}, "limit": 100}).auto_paging_iter())

    assert {held.customer for held in of_one} == {newest[0].customer}
    assert {held.status for held in paid} == {"paid"}
    assert between
    assert all(since <= held.created < until for held in between)


def test_what_changed_since_is_told_by_the_events(stripe: Account) -> None:
    v1, known = client(stripe).v1, stripe.state.live("customers")[1].id
    stripe.served.clock.advance(timedelta(minutes=1))
    since = int(stripe.state.now().timestamp())

    v1.customers.update(known, {"metadata": {"tier": "gold"}})
    found = list(v1.events.list({"created": {"gte": since}, "types": ["customer.updated"]}).auto_paging_iter())

    assert [event.data.object["id"] for event in found] == [known]
    assert "metadata" in found[0].data.previous_attributes


def test_a_wrong_key_is_an_authentication_error(stripe: Account) -> None:
    with pytest.raises(official.AuthenticationError) as refused:
        client(stripe, "sk_test_somebody_else").v1.customers.list()

    assert refused.value.http_status == 401


def test_an_object_that_is_not_there_is_a_missing_resource(stripe: Account) -> None:
    with pytest.raises(official.InvalidRequestError) as refused:
        client(stripe).v1.customers.retrieve("cus_nobody")

    assert (refused.value.http_status, refused.value.code, refused.value.param) == (404, "resource_missing", "id")
    assert str(refused.value.request_id).startswith("req_")


def test_too_many_requests_are_a_rate_limit_error(stripe: Account) -> None:
    strike(stripe, "rate_limited")

    with pytest.raises(official.RateLimitError) as refused:
        client(stripe).v1.customers.list()

    assert refused.value.http_status == 429


def test_a_failure_is_got_over_by_asking_again(stripe: Account) -> None:
    strike(stripe, "server_error", most=1)

    page = client(stripe, retries=2).v1.customers.list({"limit": 3})

    assert len(page.data) == 3


def test_a_webhook_is_genuine(stripe: Account) -> None:
    call = told(stripe)

    event = official.Webhook.construct_event(call.body, call.headers["Stripe-Signature"], ENDPOINT.secret)

    assert event.type == "customer.updated"


@pytest.mark.parametrize(("spoiled", "secret"), [(b" ", ENDPOINT.secret), (b"", "whsec_other")])
def test_a_webhook_is_not_genuine_with_other_words_or_another_secret(
    spoiled: bytes, secret: str, stripe: Account
) -> None:
    call = told(stripe)

    with pytest.raises(official.SignatureVerificationError):
        official.Webhook.construct_event(call.body + spoiled, call.headers["Stripe-Signature"], secret)
