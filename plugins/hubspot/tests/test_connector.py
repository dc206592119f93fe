"""The connector's settings, limits, paths, errors and webhooks."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from kizuna import sdk
from kizuna_hubspot import HubSpot, HubSpotSettings
from kizuna_hubspot.kinds import KINDS
from kizuna_hubspot.paths import Paths
from kizuna_hubspot.webhooks import HubSpotWebhooks

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def connector(**settings: Any) -> HubSpot:
    return HubSpot(HubSpotSettings(access_token=sdk.SecretStr("pat-na1-x"), **settings))


def answer(status: int, body: dict[str, Any] | None = None, **headers: str) -> sdk.Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return sdk.Answer(status=status, body=json.dumps(body or {}).encode(), headers=named, asked_at=NOW)


def test_a_lookback_under_five_minutes_is_refused() -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 5"):
        connector(lookback_minutes=4)


@pytest.mark.parametrize("version", ["v4", "2026", "latest"])
def test_an_api_version_is_v3_or_a_month(version: str) -> None:
    with pytest.raises(ValidationError):
        connector(api_version=version)


def test_the_token_never_prints() -> None:
    settings = HubSpotSettings(access_token=sdk.SecretStr("pat-na1-hidden"))

    assert "hidden" not in repr(settings)


@pytest.mark.parametrize("given", [{}, {"client_id": "a", "client_secret": "b"}, {"refresh_token": "c"}])
def test_a_portal_needs_a_token_or_all_three_values_of_oauth(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="give access_token, or client_id, client_secret and refresh_token"):
        HubSpotSettings.model_validate(given)


def test_tokens_are_asked_for_where_the_old_path_ends_first() -> None:
    assert (Paths().token(), Paths("2026-09").token()) == ("/oauth/2026-03/token", "/oauth/2026-09/token")


def test_both_families_of_paths_are_known() -> None:
    old, dated = Paths(), Paths("2026-09")

    assert (old.search("companies"), dated.search("companies")) == (
        "/crm/v3/objects/companies/search",
        "/crm/objects/2026-09/companies/search",
    )
    assert (old.associations("deals", "contacts"), dated.associations("deals", "contacts")) == (
        "/crm/v4/associations/deals/contacts/batch/read",
        "/crm/associations/2026-09/deals/contacts/batch/read",
    )
    assert (old.owners(), dated.owners()) == ("/crm/v3/owners", "/crm/owners/2026-09")
    assert (old.pipelines("deals"), dated.pipelines("deals")) == (
        "/crm/v3/pipelines/deals",
        "/crm/pipelines/2026-09/deals",
    )
    assert (old.properties("deals"), dated.properties("deals")) == (
        "/crm/v3/properties/deals",
        "/crm/properties/2026-09/deals",
    )
    assert (old.account(), dated.account()) == ("/account-info/v3/details", "/account-info/2026-09/details")


def test_searches_have_a_limit_of_their_own() -> None:
    limits = {limit.family: limit for limit in connector(calls_per_10_seconds=190).limits}

    assert (limits["search"].calls, limits["search"].per_s, limits["search"].within) == (4, 1.0, "default")
    assert (limits["default"].calls, limits["default"].per_s) == (190, 10.0)


def test_every_object_stream_sweeps_and_answers_to_its_type_id() -> None:
    streams = {stream.name: stream for stream in connector(commerce=True).streams()}

    assert all(streams[kind.name].sweep and streams[kind.name].answers_to(kind.type_id) for kind in KINDS)


def test_invoices_and_subscriptions_are_read_only_when_asked_for() -> None:
    names = {stream.name for stream in connector().streams()}

    assert not names & {"invoices", "subscriptions"}


def test_an_answer_in_part_is_good() -> None:
    assert connector().sort_error(answer(207)) is None


def test_a_missing_scope_degrades_the_stream_and_is_named() -> None:
    body = {"category": "MISSING_SCOPES", "context": {"requiredGranularScopes": ["crm.objects.deals.read"]}}

    stream = next(stream for stream in connector().streams() if stream.name == "owners")
    turn = stream.reading.begin(None, sdk.Start(now=NOW))
    assert turn.ask is not None

    assert connector().sort_error(answer(403, body)) is None
    with pytest.raises(sdk.DegradedError, match=r"grant crm\.objects\.deals\.read"):
        stream.reading.turn(turn.state, turn.ask, answer(403, body))


def test_a_kind_of_object_the_portal_does_not_have_degrades_its_stream() -> None:
    error = connector().sort_error(answer(400, {"message": "Unable to infer object type from: leads"}))

    assert isinstance(error, sdk.DegradedError)


@pytest.mark.parametrize(
    ("body", "headers", "wait_s"),
    [
        ({"policyName": "SECONDLY"}, {}, 1.0),
        ({"policyName": "TEN_SECONDLY_ROLLING"}, {}, 10.0),
        ({"category": "RATE_LIMITS"}, {"retry_after": "3"}, 3.0),
    ],
)
def test_too_many_calls_wait_for_their_window(body: dict[str, Any], headers: dict[str, str], wait_s: float) -> None:
    error = connector().sort_error(answer(429, body, **headers))

    assert isinstance(error, sdk.TransientError)
    assert error.retry_after_s == wait_s


def test_a_portal_being_moved_is_waited_for_and_pauses_the_run_when_that_takes_long() -> None:
    soon, tomorrow = (connector().sort_error(answer(477, {}, retry_after=wish)) for wish in ("300", "86400"))

    assert type(soon) is sdk.TransientError
    assert isinstance(tomorrow, sdk.QuotaError)
    assert tomorrow.retry_after_s == 86400.0


def test_the_daily_limit_is_a_quota() -> None:
    error = connector().sort_error(answer(429, {"policyName": "DAILY"}))

    assert isinstance(error, sdk.QuotaError)


@pytest.mark.parametrize(("remaining", "paused"), [("125001", False), ("125000", False), ("124999", True)])
def test_the_days_calls_are_kept_to_a_share(remaining: str, paused: bool) -> None:
    told = {"x_hubspot_ratelimit_daily": "625000", "x_hubspot_ratelimit_daily_remaining": remaining}

    error = connector(api_share_percent=80).sort_error(answer(200, **told))

    assert isinstance(error, sdk.QuotaError) is paused
    assert paused is ("of 625000 calls" in str(error))


def test_a_refusal_says_more_than_the_share() -> None:
    spent = {"x_hubspot_ratelimit_daily": "625000", "x_hubspot_ratelimit_daily_remaining": "0"}

    error = connector().sort_error(answer(401, **spent))

    assert isinstance(error, sdk.AuthError)


@pytest.mark.parametrize("told", [{}, {"x_hubspot_ratelimit_daily": "625000"}, {"x_hubspot_ratelimit_daily": "many"}])
def test_without_word_of_the_days_calls_nothing_is_held_back(told: dict[str, str]) -> None:
    assert connector().sort_error(answer(200, **told)) is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, sdk.AuthError), (530, sdk.AuthError), (423, sdk.TransientError), (477, sdk.TransientError),
     (521, sdk.TransientError), (400, sdk.RefusedError), (414, sdk.RefusedError), (404, sdk.DegradedError)],
)  # fmt: skip
def test_other_refusals_are_sorted_by_what_to_do(status: int, kind: type[sdk.KizunaError]) -> None:
    assert isinstance(connector().sort_error(answer(status)), kind)


URL = "https://kizuna.example/hooks/hubspot?space=a%20b"


def delivery(
    body: bytes, *, signed: str, stamp: datetime | str = NOW, secret: str = "s", url: str = URL
) -> sdk.Delivery:
    ms = stamp if isinstance(stamp, str) else str(int(stamp.timestamp() * 1000))
    digest = hmac.new(secret.encode(), b"POST" + signed.encode() + body + ms.encode(), hashlib.sha256).digest()
    return sdk.Delivery(
        method="POST",
        url=url,
        headers={
            "x-hubspot-signature-v3": base64.b64encode(digest).decode(),
            "x-hubspot-request-timestamp": ms,
        },
        body=body,
        received_at=NOW,
    )


@pytest.mark.parametrize("signed", [URL, "https://kizuna.example/hooks/hubspot?space=a b"])
def test_a_signature_over_the_raw_or_the_decoded_url_is_genuine(signed: str) -> None:
    assert HubSpotWebhooks().genuine(delivery(b"[]", signed=signed), [sdk.SecretStr("old"), sdk.SecretStr("s")])


def test_of_a_url_with_many_escapes_only_hubspots_list_is_decoded() -> None:
    url = "https://kizuna.example/hooks?to=https%3A%2F%2Fx%2fy%3Fa%20b%26c"
    signed = "https://kizuna.example/hooks?to=https://x/y?a%20b%26c"

    assert HubSpotWebhooks().genuine(delivery(b"[]", signed=signed, url=url), [sdk.SecretStr("s")])


@pytest.mark.parametrize("secret", ["old", "new"])
def test_while_a_secret_is_replaced_both_are_good(secret: str) -> None:
    given = delivery(b"[]", signed=URL, secret=secret)

    assert HubSpotWebhooks().genuine(given, [sdk.SecretStr("new"), sdk.SecretStr("old")])
    assert not HubSpotWebhooks().genuine(given, [sdk.SecretStr("another")])


@pytest.mark.parametrize(
    ("age", "genuine"),
    [(timedelta(minutes=5), True), (timedelta(minutes=5, milliseconds=1), False), (timedelta(minutes=-6), False)],
)
def test_a_delivery_is_fresh_for_five_minutes(age: timedelta, genuine: bool) -> None:
    assert HubSpotWebhooks().genuine(delivery(b"[]", signed=URL, stamp=NOW - age), [sdk.SecretStr("s")]) is genuine


@pytest.mark.parametrize("stamp", ["", "now", "²", "-1", "9" * 30])
def test_a_timestamp_that_is_none_is_refused(stamp: str) -> None:
    assert not HubSpotWebhooks().genuine(delivery(b"[]", signed=URL, stamp=stamp), [sdk.SecretStr("s")])


def test_an_association_concerns_both_of_its_sides() -> None:
    named = {"subscriptionType": "contact.associationChange", "associationType": "CONTACT_TO_COMPANY"}
    typed = {"subscriptionType": "object.associationChange", "fromObjectTypeId": "0-3", "toObjectTypeId": "0-2"}
    events = [{**event, "fromObjectId": 1, "toObjectId": 2} for event in (named, typed)]

    hints = HubSpotWebhooks().hints(delivery(json.dumps(events).encode(), signed=URL))

    assert [(hint.stream, hint.id) for hint in hints] == [
        ("contacts", "1"),
        ("companies", "2"),
        ("deals", "1"),
        ("companies", "2"),
    ]


def test_a_forged_or_stale_delivery_is_refused() -> None:
    forged = delivery(b"[]", signed=URL, secret="other")
    stale = delivery(b"[]", signed=URL, stamp=NOW - timedelta(minutes=5, seconds=1))

    assert not HubSpotWebhooks().genuine(forged, [sdk.SecretStr("s")])
    assert not HubSpotWebhooks().genuine(stale, [sdk.SecretStr("s")])


def test_events_are_hints_to_read_again() -> None:
    events = [
        {
            "eventId": 1,
            "subscriptionId": 2,
            "occurredAt": 1_700_000_000_000,
            "subscriptionType": "contact.propertyChange",
            "objectId": 4,
        },
        {
            "eventId": 1,
            "subscriptionType": "contact.merge",
            "objectId": 100,
            "primaryObjectId": 100,
            "mergedObjectIds": [200, 300],
            "newObjectId": 999,
        },
        {"eventId": 1, "subscriptionType": "contact.associationChange", "fromObjectId": 1, "toObjectId": 2},
        {"eventId": 1, "subscriptionType": "object.deletion", "objectId": 5, "objectTypeId": "0-2"},
        {"eventId": 1, "subscriptionType": "contact.privacyDeletion", "objectId": 6},
        {"eventId": 1, "subscriptionType": "conversation.creation", "objectId": 7},
    ]

    hints = HubSpotWebhooks().hints(delivery(json.dumps(events).encode(), signed=URL))

    assert [(hint.stream, hint.id, hint.deleted) for hint in hints] == [
        ("contacts", "4", False),
        ("contacts", "999", False),
        ("contacts", "100", True),
        ("contacts", "200", True),
        ("contacts", "300", True),
        ("contacts", "1", False),
        ("companies", "5", True),
        ("contacts", "6", "erased"),
    ]
    assert len({hint.event for hint in hints}) == 8
    assert [hint.at for hint in hints] == [None] * 8


def test_a_delivery_that_is_no_list_is_refused() -> None:
    with pytest.raises(sdk.PayloadError):
        HubSpotWebhooks().hints(delivery(b'{"a": 1}', signed=URL))


def moved_event(type_id: str) -> bytes:
    event = {"subscriptionType": "object.propertyChange", "objectTypeId": type_id, "objectId": 5, "eventId": 1}
    return json.dumps([event]).encode()


def test_a_type_id_that_is_not_as_documented_can_be_set() -> None:
    usual, own = connector(), connector(object_type_ids="calls=0-148 meetings=0-48")
    deliveries = [delivery(moved_event(each), signed=URL) for each in ("0-47", "0-48", "0-148")]

    told = [[[hint.stream for hint in hubspot.webhooks.hints(each)] for each in deliveries] for hubspot in (usual, own)]

    assert told == [[["meetings"], ["calls"], []], [[], ["meetings"], ["calls"]]]
    assert next(stream for stream in own.streams() if stream.name == "calls").answers_to("0-148")


@pytest.mark.parametrize("given", ["calls", "calls=48", "phones=0-48", "calls=0-48,meetings=0-47", "calls=0-47"])
def test_type_ids_that_mean_nothing_are_refused(given: str) -> None:
    with pytest.raises(ValidationError, match="object_type_ids"):
        connector(object_type_ids=given)
