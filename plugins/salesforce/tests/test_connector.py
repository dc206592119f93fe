"""The connector as a whole: settings, where requests go and how they prove who asks, errors sorted."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import ValidationError

from kizuna import sdk
from kizuna_salesforce import Salesforce, SalesforceSettings, errors

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LOGIN, INSTANCE = "https://acme.my.salesforce.com", "https://acme--eu9.my.salesforce.com"
CLIENT = {"login_url": LOGIN, "client_id": "ck", "client_secret": "cs"}


def connector(**settings: str) -> Salesforce:
    return Salesforce(SalesforceSettings.model_validate({**CLIENT, **settings}))


def sent(vendor: Callable[[httpx.Request], httpx.Response], crm: Salesforce, times: int = 1) -> list[httpx.Request]:
    """The requests that reach the vendor when the trial is sent ``times`` at once."""
    seen: list[httpx.Request] = []

    def noting(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return vendor(request)

    async def send() -> None:
        async with sdk.Transport(crm, http=httpx.MockTransport(noting), attempts=1, paced=False) as line:
            await asyncio.gather(*(line.send(crm.trial()) for _ in range(times)))

    asyncio.run(send())
    return seen


def org(request: httpx.Request) -> httpx.Response:
    """A vendor that hands out sessions for another host than the one asked."""
    if request.url.path == "/services/oauth2/token":
        return httpx.Response(200, json={"access_token": "00D!token", "instance_url": INSTANCE, "token_type": "Bearer"})
    return httpx.Response(200, json={})


def refusal(status: int, code: str = "", usage: str = "api-usage=18/15000") -> sdk.KizunaError | None:
    body = json.dumps([{"errorCode": code, "message": "…"}]).encode() if code else b"<html>busy</html>"
    headers = {"sforce-limit-info": usage}
    return connector().sort_error(sdk.Answer(status=status, body=body, headers=headers, asked_at=NOW))


def ended(method: str, status: int, code: str) -> sdk.KizunaError | None:
    """What such a refusal to abort or delete a bulk job means."""
    body = json.dumps([{"errorCode": code, "message": "…"}]).encode() if code else b""
    ask = sdk.Ask(method=method, path="/services/data/v62.0/jobs/query/750x")
    return connector().sort_error(sdk.Answer(status=status, body=body, headers={}, asked_at=NOW, ask=ask))


def test_requests_go_to_the_instance_that_the_session_is_for():
    token, trial = sent(org, connector())

    assert str(token.url) == f"{LOGIN}/services/oauth2/token"
    assert parse_qs(token.content.decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["ck"],
        "client_secret": ["cs"],
    }
    assert str(trial.url) == f"{INSTANCE}/services/data/v62.0/"
    assert trial.headers["host"] == "acme--eu9.my.salesforce.com"
    assert trial.headers["authorization"] == "Bearer 00D!token"


def test_a_pinned_base_url_stands_above_the_instance():
    _, trial = sent(org, connector(base_url="https://proxy.acme.example/"))

    assert str(trial.url) == "https://proxy.acme.example/services/data/v62.0/"


def test_a_session_given_as_a_setting_asks_for_no_token():
    crm = Salesforce(SalesforceSettings.model_validate({"login_url": LOGIN, "access_token": "00D!mine"}))

    (trial,) = sent(org, crm)

    assert str(trial.url) == f"{LOGIN}/services/data/v62.0/"
    assert trial.headers["authorization"] == "Bearer 00D!mine"


def test_requests_that_lose_their_session_together_wait_for_one_new_one():
    sessions: list[str] = []

    def forgetful(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/services/oauth2/token":
            sessions.append(f"session {len(sessions)}")
            return httpx.Response(200, json={"access_token": sessions[-1], "instance_url": INSTANCE})
        good = request.headers["authorization"] == "Bearer session 1"
        return httpx.Response(200 if good else 401, json=[{"errorCode": "INVALID_SESSION_ID"}])

    sent(forgetful, connector(), times=5)

    assert sessions == ["session 0", "session 1"]


def test_a_refused_client_is_named_by_salesforces_code_only():
    def refusing(_: httpx.Request) -> httpx.Response:
        return httpx.Response(400, json={"error": "invalid_client_id"})

    with pytest.raises(sdk.AuthError, match="invalid_client_id") as refused:
        sent(refusing, connector())

    assert "cs" not in str(refused.value).replace("https", "")


@pytest.mark.parametrize(
    "settings",
    [
        {"client_id": "ck", "client_secret": "cs"},
        {"login_url": LOGIN},
        {"login_url": LOGIN, "client_id": "ck"},
        {**CLIENT, "api_version": "62"},
        {**CLIENT, "default_currency": "yen"},
    ],
)
def test_incomplete_settings_are_refused(settings: dict[str, str]):
    with pytest.raises(ValidationError):
        SalesforceSettings.model_validate(settings)


def test_secrets_never_print():
    assert "cs" not in repr(connector().settings).replace("https", "").replace("salesforce", "")


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (401, "INVALID_SESSION_ID", sdk.AuthError),
        (403, "API_DISABLED_FOR_ORG", sdk.AuthError),
        (404, "", sdk.DegradedError),
        (410, "", sdk.ConfigError),
        (414, "", sdk.RefusedError),
        (406, "", sdk.TransientError),
        (420, "", sdk.TransientError),
        (503, "SERVER_UNAVAILABLE", sdk.TransientError),
        (502, "", sdk.TransientError),
    ],
)
def test_errors_are_sorted_by_what_to_do_next(status: int, code: str, error: type[sdk.KizunaError]):
    assert type(refusal(status, code)) is error


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "INVALID_TYPE", sdk.DegradedError),
        (400, "MALFORMED_QUERY", sdk.RefusedError),
        (403, "INSUFFICIENT_ACCESS", sdk.DegradedError),
        (404, "NOT_FOUND", sdk.DegradedError),
        (409, "DUPLICATE_VALUE", sdk.TransientError),
    ],
)
def test_what_is_refused_of_an_object_is_left_to_the_reading_which_knows_what_it_asked(
    status: int, code: str, error: type[sdk.KizunaError]
):
    body = json.dumps([{"errorCode": code, "message": "…"}]).encode()
    said = sdk.Answer(status=status, body=body, headers={}, asked_at=NOW)

    left = connector().sort_error(said)

    assert left is None
    assert type(errors.refusal("Contact", said)) is error


def test_an_object_that_is_not_there_is_named_by_its_stream_alone():
    body = json.dumps([{"errorCode": "NOT_FOUND", "message": "…"}]).encode()

    error = errors.refusal("Case", sdk.Answer(status=404, body=body, headers={}, asked_at=NOW))

    assert str(error).startswith("salesforce: the object is absent or not readable (NOT_FOUND)")


def test_a_restriction_of_the_object_names_the_permission_that_lifts_it():
    message = "Implementation restriction: ContentDocumentLink requires a filter"
    body = json.dumps([{"errorCode": "API_ERROR", "message": message}]).encode()
    said = sdk.Answer(status=400, body=body, headers={}, asked_at=NOW)

    error = errors.refusal("CaseComment", said)

    assert connector().sort_error(said) is None
    assert isinstance(error, sdk.DegradedError)
    assert "View All Data" in str(error)


def test_an_answer_that_is_no_error_of_salesforces_is_no_readings_matter():
    said = sdk.Answer(status=400, body=b"<html>", headers={}, asked_at=NOW)

    assert type(connector().sort_error(said)) is sdk.RefusedError


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "INVALIDJOBSTATE"), (403, ""), (403, "SOMETHING_NEW"), (404, ""), (405, "METHOD_NOT_ALLOWED"), (409, "")],
)
def test_a_job_that_cannot_be_ended_is_left_to_the_reading_whatever_the_refusal(status: int, code: str, method: str):
    assert ended(method, status, code) is None


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (401, "INVALID_SESSION_ID", sdk.AuthError),
        (403, "REQUEST_LIMIT_EXCEEDED", sdk.QuotaError),
        (429, "", sdk.TransientError),
        (503, "SERVER_UNAVAILABLE", sdk.TransientError),
    ],
)
def test_the_end_of_a_job_waits_for_a_session_and_for_calls_as_all_else_does(
    status: int, code: str, error: type[sdk.KizunaError]
):
    assert isinstance(ended("DELETE", status, code), error)


def test_a_used_up_day_pauses_the_run_and_too_many_long_calls_only_a_moment():
    day = refusal(403, "REQUEST_LIMIT_EXCEEDED", "api-usage=15000/15000")
    moment = refusal(403, "REQUEST_LIMIT_EXCEEDED", "api-usage=20/15000")

    assert isinstance(day, sdk.QuotaError)
    assert day.retry_after_s == 3600.0
    assert type(moment) is sdk.TransientError


@pytest.mark.parametrize(
    ("usage", "named"),
    [
        ("api-usage=18/15000; per-app-api-usage=200/250(appName=Kizuna)", ""),
        ("api-usage=18/15000; per-app-api-usage=201/250(appName=Kizuna)", "201 of 250 daily calls of the app Kizuna"),
        ("per-app-api-usage=201/250(appName=A (b) c); api-usage=18/15000", "201 of 250 daily calls of the app A (b) c"),
        ("per-app-api-usage=250/15000; api-usage=12001/15000", "12001 of 15000 daily calls of the org"),
        ("per-app-api-usage=17/0; api-usage=18/15000", ""),
    ],
)
def test_what_the_app_itself_is_granted_is_kept_to_the_same_share(usage: str, named: str):
    error = refusal(200, usage=usage)

    assert isinstance(error, sdk.QuotaError) is bool(named)
    assert named in str(error)


def test_an_app_that_has_used_up_its_own_calls_pauses_its_run():
    error = refusal(403, "REQUEST_LIMIT_EXCEEDED", "api-usage=20/15000; per-app-api-usage=250/250(appName=Kizuna)")

    assert isinstance(error, sdk.QuotaError)


def test_the_run_pauses_when_its_share_of_the_day_is_used():
    assert refusal(200, usage="api-usage=12000/15000") is None
    assert isinstance(refusal(200, usage="api-usage=12001/15000; per-app-api-usage=1/250"), sdk.QuotaError)


def test_a_stream_answers_to_the_names_people_use():
    names = {stream.name: stream for stream in connector().streams()}

    assert names["Account"].answers_to("accounts")
    assert names["OpportunityLineItem"].answers_to("opportunitylineitem")
    assert list(names) == [
        "User",
        "Account",
        "Contact",
        "Opportunity",
        "Case",
        "Contract",
        "Lead",
        "Product2",
        "OpportunityLineItem",
        "Task",
        "Event",
        "OpportunityStage",
        "OpportunityContactRole",
        "OpportunityHistory",
        "AccountContactRelation",
        "Order",
        "OrderItem",
        "Asset",
        "CaseComment",
        "EmailMessage",
        "RecordType",
    ]


def test_an_answer_may_take_as_long_as_salesforce_lets_a_call_take():
    assert Salesforce.timeout_s == 600.0
