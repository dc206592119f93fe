"""The connector's settings, headers, errors and webhooks."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

import msgspec
import pytest
import stripe as official

from kizuna import sdk
from kizuna_stripe import Stripe, StripeSettings
from plugins.stripe.tests.objects import charge, connector, customer, invoice

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = sdk.SecretStr("whsec_test")


def delivery(body: bytes, signature: str) -> sdk.Delivery:
    return sdk.Delivery(
        method="POST",
        url="https://kizuna.example/webhooks/1",
        headers={"stripe-signature": signature},
        body=body,
        received_at=NOW,
    )


def signed(body: bytes, at: int, secret: str = "whsec_test") -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def event(kind: str, held: dict) -> bytes:
    return msgspec.json.encode({"id": "evt_1", "object": "event", "type": kind, "created": 1, "data": {"object": held}})


def answer(status: int, error: dict | None = None, **headers: str) -> sdk.Answer:
    body = msgspec.json.encode({"error": error or {}})
    return sdk.Answer(status=status, body=body, headers={"request-id": "req_1", **headers}, asked_at=NOW)


def test_every_request_pins_the_version():
    assert connector().headers() == {"Stripe-Version": "2026-05-27.dahlia"}


def test_a_connected_account_is_named_in_every_request():
    settings = StripeSettings(api_key=sdk.SecretStr("sk_live_x"), account="acct_1", api_version="2025-03-31.basil")

    assert Stripe(settings).headers() == {"Stripe-Version": "2025-03-31.basil", "Stripe-Account": "acct_1"}


@pytest.mark.parametrize(
    ("version", "expand"),
    [
        ("2026-05-27.dahlia", ["data.discounts.source.coupon"]),
        ("2025-03-31.basil", ["data.discounts"]),
        ("2024-06-20", []),
    ],
)
def test_what_is_expanded_follows_the_version(version, expand):
    settings = StripeSettings(api_key=sdk.SecretStr("sk_test_x"), api_version=version)
    subscriptions = next(stream for stream in Stripe(settings).streams() if stream.name == "subscriptions")

    ask = subscriptions.reading.begin(None, sdk.Start(now=NOW)).ask

    assert ask is not None
    assert [value for name, value in ask.params if name == "expand[]"] == expand


@pytest.mark.parametrize(
    ("key", "raised", "account", "endpoint"),
    [
        ("sk_test_x", None, 24, None),
        ("rk_live_x", None, 96, 24),
        ("rk_live_x", 500, 480, 120),
        ("rk_live_x", 40, 38.4, 24),
    ],
)
def test_requests_are_paced_below_the_limits_of_the_account_and_of_each_endpoint(key, raised, account, endpoint):
    found = Stripe(StripeSettings(api_key=sdk.SecretStr(key), requests_per_s=raised, ledger=True))

    around, *each = found.limits
    assert (around.family, around.calls, around.per_s) == ("default", account, 1.0)
    assert {(limit.calls, limit.per_s, limit.within) for limit in each} == (
        {(endpoint, 1.0, "default")} if endpoint else set()
    )


def test_every_question_counts_against_the_limit_of_its_endpoint():
    found = Stripe(StripeSettings(api_key=sdk.SecretStr("rk_live_x"), ledger=True))
    families = {limit.family for limit in found.limits}
    mark = {"phase": "events", "since": int(NOW.timestamp()), "known": []}

    asks = [
        stream.reading.begin(bookmark, sdk.Start(now=NOW)).ask
        for stream in found.streams()
        for bookmark in (None, mark)
    ]

    assert {ask.family for ask in asks} <= families - {"default"}
    assert all(ask.path == f"/v1/{ask.family}" for ask in asks)


def test_the_key_never_prints():
    assert "sk_live" not in repr(StripeSettings(api_key=sdk.SecretStr("sk_live_hidden")))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (answer(401, {"type": "invalid_request_error"}), sdk.AuthError),
        (answer(403, {"type": "invalid_request_error"}), sdk.DegradedError),
        (answer(404, {"type": "invalid_request_error"}), sdk.DegradedError),
        (answer(400, {"type": "invalid_request_error", "param": "expand"}), sdk.RefusedError),
        (answer(429, {"code": "rate_limit"}, **{"stripe-rate-limited-reason": "global-rate"}), sdk.TransientError),
        (answer(429, {"code": "lock_timeout"}), sdk.TransientError),
        (answer(409, {"type": "idempotency_error"}), sdk.TransientError),
        (answer(400, {"type": "api_error"}, **{"stripe-should-retry": "true"}), sdk.TransientError),
        (answer(500, {"type": "api_error"}), sdk.TransientError),
        (answer(424, {"type": "api_error"}), sdk.TransientError),
        (answer(500, {"type": "api_error"}, **{"stripe-should-retry": "false"}), sdk.RefusedError),
        (answer(424, {"type": "api_error"}, **{"stripe-should-retry": "false"}), sdk.RefusedError),
        (answer(429, {"code": "rate_limit"}, **{"stripe-should-retry": "false"}), sdk.TransientError),
        (answer(401, {"type": "invalid_request_error"}, **{"stripe-should-retry": "false"}), sdk.AuthError),
        (answer(404, {"type": "invalid_request_error"}, **{"stripe-should-retry": "false"}), sdk.DegradedError),
    ],
)
def test_errors_are_sorted_by_what_the_operator_does(given, expected):
    assert type(connector().sort_error(given)) is expected


@pytest.mark.parametrize("status", [400, 404])
def test_a_missing_object_is_news_for_the_reading(status):
    assert connector().sort_error(answer(status, {"code": "resource_missing"})) is None


def test_an_error_names_the_request():
    assert "req_1" in str(connector().sort_error(answer(429, {"code": "rate_limit"})))


@pytest.mark.parametrize(
    ("header", "genuine"),
    [
        ("t={now},v1={good}", True),
        ("t={now},v1={bad},v1={good},v0={bad}", True),  # a secret is being rotated
        ("t={now},v0={good}", False),
        ("t={now},v1={bad}", False),
        ("t={old},v1={good_old}", False),
        ("t={edge},v1={good_edge}", True),
        ("t={ahead},v1={good_ahead}", False),
        ("v1={good}", False),
        ("t=soon,v1={good}", False),
        ("", False),
    ],
)
def test_only_a_fresh_signature_over_the_raw_body_is_genuine(header, genuine):
    body, now = event("customer.updated", customer()), int(NOW.timestamp())
    words = {
        "now": now,
        "old": now - 301,
        "edge": now - 300,
        "ahead": now + 301,
        "good": signed(body, now),
        "good_old": signed(body, now - 301),
        "good_edge": signed(body, now - 300),
        "good_ahead": signed(body, now + 301),
        "bad": signed(body, now, "whsec_other"),
    }

    found = connector().webhooks.genuine(delivery(body, header.format(**words)), [sdk.SecretStr("whsec_x"), SECRET])

    assert found is genuine


def test_the_official_client_agrees_on_the_signature():
    body, now = event("customer.updated", customer()), int(datetime.now(UTC).timestamp())
    header = f"t={now},v1={signed(body, now)}"

    accepted = official.Webhook.construct_event(body, header, "whsec_test")

    assert accepted.id == "evt_1"


@pytest.mark.parametrize(
    ("kind", "held", "expected"),
    [
        ("customer.updated", customer(), [("customers", "cus_1", False)]),
        ("customer.deleted", customer(), [("customers", "cus_1", True)]),
        (
            "customer.subscription.deleted",
            {"id": "sub_1", "object": "subscription"},
            [("subscriptions", "sub_1", False)],
        ),
        ("charge.refunded", charge(), [("charges", "ch_1", False)]),
        ("charge.refund.updated", {"id": "re_1", "object": "refund", "charge": "ch_1"}, [("refunds", "re_1", False)]),
        ("charge.dispute.created", {"id": "dp_1", "object": "dispute", "charge": "ch_1"}, [("charges", "ch_1", False)]),
        (
            "customer.discount.created",
            {"id": "di_1", "object": "discount", "customer": {"id": "cus_1"}, "subscription": "sub_1"},
            [("customers", "cus_1", False), ("subscriptions", "sub_1", False)],
        ),
        ("invoice.upcoming", {"object": "invoice", "customer": "cus_1"}, []),
        ("invoice.paid", invoice(), [("invoices", "in_1", False)]),
        ("payout.created", {"id": "po_1", "object": "payout"}, []),
    ],
)
def test_an_event_hints_at_what_to_read_again(kind, held, expected):
    hints = connector().webhooks.hints(delivery(event(kind, held), ""))

    assert [(hint.stream, hint.id, hint.deleted) for hint in hints] == expected
    assert {hint.event for hint in hints} <= {"evt_1"}
    assert {hint.at for hint in hints} <= {sdk.epoch(1)}


@pytest.mark.parametrize(
    ("key", "account", "told", "taken"),
    [
        ("sk_live_x", None, {"livemode": True}, True),
        ("sk_live_x", None, {"livemode": False}, False),
        ("rk_test_x", None, {"livemode": True}, False),
        ("opaque", None, {"livemode": True}, True),
        ("sk_live_x", "acct_1", {"account": "acct_1"}, True),
        ("sk_live_x", "acct_1", {}, True),  # of an endpoint of the account itself
    ],
)
@pytest.mark.parametrize("thin", [False, True])
def test_an_event_of_the_other_mode_is_about_nothing_that_is_read(key, account, told, taken, thin):
    found = Stripe(StripeSettings(api_key=sdk.SecretStr(key), account=account)).webhooks
    snapshot = msgspec.json.decode(event("customer.updated", customer()))
    named = {"id": "evt_1", "object": "v2.core.event", "type": "v1.customer.updated"}
    named |= {"related_object": {"id": "cus_1", "type": "customer"}}
    body = {**named, "context" if "account" in told else "livemode": next(iter(told.values()), None)}
    body = body if thin else {**snapshot, **told}

    hints = found.hints(delivery(msgspec.json.encode(body), ""))

    assert bool(hints) is taken


def test_a_delivery_that_is_no_event_is_refused():
    with pytest.raises(sdk.PayloadError):
        connector().webhooks.hints(delivery(b"[]", ""))


@pytest.mark.parametrize(
    ("kind", "related", "expected"),
    [
        ("v1.customer.updated", {"id": "cus_1", "type": "customer"}, [("customers", "cus_1", False)]),
        ("v1.customer.deleted", {"id": "cus_1", "type": "customer"}, [("customers", "cus_1", True)]),
        ("v1.invoice.paid", {"id": "in_1", "type": "invoice"}, [("invoices", "in_1", False)]),
        ("v1.billing.meter.error_report_triggered", {"id": "mtr_1", "type": "billing.meter"}, []),
        ("v1.customer.discount.created", {"id": "di_1", "type": "discount"}, []),  # whose it is, it does not say
        ("v2.core.event_destination.ping", None, []),
    ],
)
def test_a_thin_event_hints_at_the_object_it_names(kind, related, expected):
    thin = {"id": "evt_1", "object": "v2.core.event", "type": kind, "created": "2026-03-01T12:00:00.000Z"}
    body = msgspec.json.encode({**thin, "livemode": False, "related_object": related, "reason": None})

    hints = connector().webhooks.hints(delivery(body, ""))

    assert [(hint.stream, hint.id, hint.deleted) for hint in hints] == expected
    assert {hint.at for hint in hints} <= {NOW}


def test_a_thin_event_is_genuine_by_the_same_signature():
    body = b'{"id":"evt_1","object":"v2.core.event","type":"v1.customer.updated"}'
    now = int(NOW.timestamp())

    assert connector().webhooks.genuine(delivery(body, f"t={now},v1={signed(body, now)}"), [SECRET])
