"""Settings, credentials, limits, refusals and webhooks of the connector."""

import hashlib
import hmac
import json
import re
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from kizuna import sdk
from kizuna_zendesk import Zendesk, ZendeskSettings, errors
from kizuna_zendesk.webhooks import EVENTS, ZendeskWebhooks, signed

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
README = Path(__file__).parents[1] / "README.md"
SECRET = sdk.SecretStr("HRkRd4BeOAoUkfZr-mhauJT64rvBASlJRoIyPsd3zeA=")


def settings(**changes: object) -> ZendeskSettings:
    return ZendeskSettings.model_validate(
        {"subdomain": "acme", "email": "a@b.example", "api_token": "t0ken", **changes}
    )


def answer(status: int, body: object = None, **headers: str) -> sdk.Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    spelt = {name.replace("_", "-"): value for name, value in headers.items()}
    return sdk.Answer(status=status, body=content, headers=spelt, asked_at=NOW)


def delivery(body: bytes, signature: str, stamp: str = "2026-03-01T12:00:00Z") -> sdk.Delivery:
    headers = {"x-zendesk-webhook-signature": signature, "x-zendesk-webhook-signature-timestamp": stamp}
    return sdk.Delivery(method="POST", url="https://kizuna.example/h", headers=headers, body=body, received_at=NOW)


def event(type_: str, subject: str, **detail: object) -> bytes:
    return json.dumps({"type": f"zen:event-type:{type_}", "id": "e1", "subject": subject, "event": detail}).encode()


def test_the_address_follows_from_the_subdomain_unless_one_is_given():
    assert Zendesk(settings()).base_url() == "https://acme.zendesk.com"
    assert Zendesk(settings(base_url="http://127.0.0.1:9/")).base_url() == "http://127.0.0.1:9"


@pytest.mark.parametrize(
    "changes",
    [
        {"api_token": ""},
        {"email": ""},
        {"subdomain": ""},
        {"subdomain": "acme.zendesk.com"},
        {"incremental_per_minute": 0},
    ],
)
def test_settings_that_cannot_work_are_refused(changes):
    with pytest.raises(ValidationError):
        settings(**changes)


def test_an_api_token_is_sent_with_the_e_mail_and_the_word_token():
    auth = Zendesk(settings()).auth()

    request = next(auth.sync_auth_flow(httpx.Request("GET", "https://acme.zendesk.com")))

    assert b64decode(request.headers["Authorization"].removeprefix("Basic ")) == b"a@b.example/token:t0ken"


def test_an_oauth_token_is_a_bearer():
    auth = Zendesk(settings(email="", api_token="", oauth_token="0auth")).auth()

    request = next(auth.sync_auth_flow(httpx.Request("GET", "https://acme.zendesk.com")))

    assert request.headers["Authorization"] == "Bearer 0auth"


def test_secrets_do_not_print():
    assert "t0ken" not in repr(settings())


def test_exports_have_a_limit_of_their_own_that_the_settings_raise():
    usual = {limit.family: limit for limit in Zendesk(settings()).limits}
    raised = {limit.family: limit for limit in Zendesk(settings(incremental_per_minute="30")).limits}

    assert (usual["incremental"].calls, usual["incremental"].per_s, usual["incremental"].burst) == (9.6, 60.0, 1)
    assert usual["incremental"].within == "default"
    assert raised["incremental"].calls == pytest.approx(28.8)


@pytest.mark.parametrize("per_minute", [1, 10, 200, 400, 2500])
def test_no_minute_holds_more_than_the_limit_less_a_little_whatever_goes_at_once(per_minute):
    limit = next(each for each in Zendesk(settings(requests_per_minute=per_minute)).limits if each.family == "default")

    assert limit.calls > 0
    assert limit.calls + limit.burst <= max(1.5, per_minute * 0.96)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (answer(401, {"error": "Couldn't authenticate you"}), sdk.AuthError),
        (answer(401, {"error": "invalid_token", "error_description": "expired"}), sdk.AuthError),
        (answer(403, {"error": {"title": "Forbidden", "message": "no"}}), sdk.DegradedError),
        (answer(403, b"no such page"), sdk.DegradedError),
        (answer(404, {"error": "InvalidEndpoint", "description": "Not found"}), sdk.DegradedError),
        (answer(404, {}), sdk.DegradedError),
        (answer(400, {"error": "TooManyValues", "description": "…", "max_count": 100}), sdk.RefusedError),
        (answer(422, {"error": "RecordInvalid", "details": {}}), sdk.RefusedError),
        (answer(409, {"error": "DatabaseConflict"}), sdk.TransientError),
        (answer(503, b"<html>"), sdk.TransientError),
        (answer(200, {"user": {"name": "Anonymous user", "id": None}}), sdk.AuthError),
        (answer(200, {"user": {"name": "Anonymous user"}}), sdk.AuthError),
    ],
)
def test_a_refusal_says_what_the_operator_does_next(given, error):
    found = Zendesk(settings()).sort_error(given)

    assert type(found) is error


def test_a_record_that_is_gone_is_for_the_reading_to_judge():
    assert Zendesk(settings()).sort_error(answer(404, {"error": "RecordNotFound", "description": "Not found"})) is None


def test_a_good_answer_is_no_error():
    assert errors.sort("zendesk", answer(200, {"user": {"id": 6, "name": "Aya"}})) is None
    assert errors.sort("zendesk", answer(200, {"tickets": []})) is None


def test_a_refusals_code_is_named_and_its_description_is_not():
    found = errors.sort("zendesk", answer(422, {"error": "RecordInvalid", "description": "a@b.example is taken"}))

    assert "RecordInvalid" in str(found)
    assert "a@b.example" not in str(found)


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"retry_after": "93", "ratelimit_reset": "5"}, 93.0),
        ({"ratelimit_reset": "12"}, 12.0),
        ({"rate_limit_reset": "32"}, 32.0),
        ({"zendesk_ratelimit_tickets_index": "total=100; remaining=0; resets=17"}, 17.0),
        ({"zendesk_rate_limit_tickets_index": "total=100; remaining=0; resets=18"}, 18.0),
        ({"zendesk_ratelimit_tickets_index": "total=100; remaining=99; resets=17"}, 60.0),
        ({"rate_limit_reset": "3", "zendesk_ratelimit_incremental": "total=10; remaining=0; resets=41"}, 41.0),
        ({}, 60.0),
    ],
)
def test_how_long_to_wait_is_read_in_each_spelling(headers, wait_s):
    found = errors.sort("zendesk", answer(429, {"error": "APIRateLimitExceeded"}, **headers))

    assert isinstance(found, sdk.TransientError)
    assert found.retry_after_s == wait_s


def test_a_signature_over_timestamp_and_body_is_genuine():
    body = b'{"say": "hello"}'
    mac = hmac.new(SECRET.get_secret_value().encode(), b"2026-03-01T12:00:00Z" + body, hashlib.sha256)

    genuine = ZendeskWebhooks().genuine(delivery(body, b64encode(mac.digest()).decode()), [sdk.SecretStr("x"), SECRET])

    assert genuine


def test_the_published_vector_holds_for_key_and_encoding():
    # The vendor's old page signs body + timestamp; with that order its vector proves how key and digest are written.
    found = signed('{"say": "hello"}', b"2021-07-25T10:00:00Z", SECRET)

    assert found == "tRDSF7URY8BLCDlaBcQ7FHu051Zk+aAB0NKMP53teMw="


@pytest.mark.parametrize(
    "stamp", ["2026-03-01T11:54:00Z", "2026-03-01T12:06:00Z", "soon", "", "1772366400000000000000"]
)
def test_a_stale_or_unreadable_timestamp_is_refused(stamp):
    body = b"{}"

    assert not ZendeskWebhooks().genuine(delivery(body, signed(stamp, body, SECRET), stamp), [SECRET])


def test_the_secret_of_the_test_button_which_everybody_knows_is_none_of_ours_and_is_told():
    known = sdk.SecretStr("dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==")
    stamp = "2026-03-01T12:00:00Z"

    genuine = ZendeskWebhooks().genuine(delivery(b"{}", signed(stamp, b"{}", known)), [SECRET])

    assert not genuine
    assert "Test button" in ZendeskWebhooks().setup().proof


def test_a_forged_body_is_refused():
    signature = signed("2026-03-01T12:00:00Z", b'{"a":1}', SECRET)

    assert not ZendeskWebhooks().genuine(delivery(b'{"a":2}', signature), [SECRET])
    assert not ZendeskWebhooks().genuine(delivery(b'{"a":1}', signature), [])


@pytest.mark.parametrize(
    ("body", "hints"),
    [
        (event("ticket.status_changed", "zen:ticket:35"), [sdk.Hint(stream="tickets", id="35", event="e1")]),
        (event("user.deleted", "zen:user:6"), [sdk.Hint(stream="users", id="6", event="e1", deleted=True)]),
        (
            event("ticket.soft_deleted", "zen:ticket:35"),
            [sdk.Hint(stream="tickets", id="35", event="e1", deleted=True)],
        ),
        (event("organization.created", "zen:organization:1"), [sdk.Hint(stream="organizations", id="1", event="e1")]),
        (
            event("ticket.comment_added", "zen:ticket:35", comment={"id": "9", "body": "x"}),
            [
                sdk.Hint(stream="tickets", id="35", event="e1"),
                sdk.Hint(stream="comments", id="9", event="e1", parent="35"),
            ],
        ),
        (event("article.published", "zen:article:1"), []),
    ],
)
def test_an_event_is_a_hint_to_read_the_record_again(body, hints):
    assert list(ZendeskWebhooks().hints(delivery(body, ""))) == hints


@pytest.mark.parametrize(
    ("time", "at"),
    [("2026-03-01T08:59:58.25Z", NOW.replace(hour=8, minute=59, second=58, microsecond=250000)), ("soon", None)],
)
def test_an_event_tells_when_it_happened(time, at):
    body = json.dumps({**json.loads(event("user.merged", "zen:user:6", user={"id": "7"})), "time": time}).encode()

    hints = ZendeskWebhooks().hints(delivery(body, ""))

    assert [(hint.id, hint.at, hint.deleted) for hint in hints] == [("6", at, True), ("7", at, False)]


@pytest.mark.parametrize("body", [b"", b'{"ticket": 35}', b"[]", b"\xff"])
def test_a_body_somebody_typed_into_a_trigger_is_no_event(body):
    with pytest.raises(sdk.PayloadError):
        ZendeskWebhooks().hints(delivery(body, ""))


def test_the_freshness_window_is_five_minutes():
    stamp = (NOW - timedelta(minutes=5)).isoformat().replace("+00:00", "Z")

    assert ZendeskWebhooks().genuine(delivery(b"{}", signed(stamp, b"{}", SECRET), stamp), [SECRET])


def test_every_event_the_readme_asks_to_subscribe_to_is_a_hint():
    told = re.findall(r"^zen:event-type:(\S+)$", README.read_text(encoding="utf-8"), re.MULTILINE)

    hinted = [name for name in told if ZendeskWebhooks().hints(delivery(event(name, "zen:x:7"), ""))]

    assert len(told) > 40
    assert hinted == told
    assert told == [name.removeprefix("zen:event-type:") for name in EVENTS]


@pytest.mark.parametrize(
    "name",
    [
        "ticket.custom_status_changed",
        "ticket.group_assignment_changed",
        "user.identity_created",
        "organization.tags_changed",
    ],
)
def test_what_changes_a_record_is_subscribed_to(name):
    assert f"zen:event-type:{name}" in EVENTS


def test_marking_a_ticket_as_spam_deletes_it():
    (hint,) = ZendeskWebhooks().hints(delivery(event("ticket.marked_as_spam", "zen:ticket:35"), ""))

    assert hint.deleted


@pytest.mark.parametrize(
    ("type_", "stream", "moved"),
    [("user.merged", "users", {"user": {"id": "8"}}), ("ticket.merged", "tickets", {"ticket": {"id": 8}})],
)
def test_a_merge_is_a_hint_about_both(type_, stream, moved):
    hints = ZendeskWebhooks().hints(delivery(event(type_, "zen:any:7", **moved), ""))

    assert [(hint.stream, hint.id) for hint in hints] == [(stream, "7"), (stream, "8")]
