"""HubSpot's own client against the simulated portal: what it filters, follows, is refused and verifies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hubspot import HubSpot as OfficialClient
from hubspot.crm.companies import ApiException as CompanyRefusal
from hubspot.crm.companies import PublicObjectSearchRequest, SimplePublicObjectInput
from hubspot.utils.signature import Signature

from kizuna.sandbox import Served, WebhookCall, WebhookEndpoint, World, serve
from kizuna.sandbox.faults import FaultPlan, FaultProfile
from kizuna_hubspot.sandbox import HubSpotSandbox
from kizuna_hubspot.sandbox.calling import calls
from kizuna_hubspot.sandbox.routes import ACCESS_TOKEN

ENDPOINT = WebhookEndpoint("e", "https://kizuna.example/webhooks/hubspot", "client-secret")


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve([HubSpotSandbox()], world=World(seed=7, companies=20), port_base=0, limits=False) as running:
        yield running


def client(served: Served, token: str = ACCESS_TOKEN) -> Any:
    return OfficialClient(access_token=token, host=served.endpoints[0].base_url)


def found(client: Any, name: str, operator: str, value: str) -> list[Any]:
    filters = [{"propertyName": name, "operator": operator, "value": value}]
    asked = PublicObjectSearchRequest(
        filter_groups=[{"filters": filters}], limit=100, sorts=["hs_object_id"], properties=[name, "phone"], after="0"
    )
    rows: list[Any] = client.crm.companies.search_api.do_search(public_object_search_request=asked).results
    return rows


def told(served: Served) -> WebhookCall:
    """The signed call that a change of a company causes."""
    state = served.states[0]
    state.change("account", state.of_kind("account")[0].id, phone="+81 3 0000 0000")
    return next(calls(state.changes[-1], ENDPOINT, state))


def genuine(call: WebhookCall, *, secret: str = ENDPOINT.secret, more: str = "", signed: str = "") -> bool:
    """What the official helper thinks of it."""
    return Signature.is_valid(
        signature=call.headers["X-HubSpot-Signature-v3"],
        client_secret=secret,
        request_body=call.body.decode() + more,
        http_uri=ENDPOINT.url,
        http_method="POST",
        signature_version="v3",
        timestamp=signed or call.headers["X-HubSpot-Request-Timestamp"],
    )


def test_a_search_finds_what_has_a_value(served: Served) -> None:
    known = next(one for one in served.states[0].live("companies") if one.payload["properties"].get("domain"))
    domain = known.payload["properties"]["domain"]

    rows = found(client(served), "domain", "EQ", domain)

    assert known.id in {row.id for row in rows}
    assert {row.properties["domain"] for row in rows} == {domain}


def test_what_changed_since_is_found_by_its_time_of_modification(served: Served) -> None:
    one, known = client(served), served.states[0].of_kind("account")[1].id
    served.clock.advance(timedelta(hours=1))
    since = str(int(served.clock.now().timestamp() * 1000))

    one.crm.companies.basic_api.update(known, SimplePublicObjectInput(properties={"phone": "+81 3 1111 1111"}))

    rows = found(one, "hs_lastmodifieddate", "GTE", since)
    assert [(row.id, row.properties["phone"]) for row in rows] == [(known, "+81 3 1111 1111")]


def test_a_wrong_token_is_refused(served: Served) -> None:
    with pytest.raises(CompanyRefusal) as refused:
        client(served, "pat-na1-somebody-else").crm.companies.basic_api.get_page()

    assert (refused.value.status, "INVALID_AUTHENTICATION" in refused.value.body) == (401, True)


def test_a_record_that_is_not_there_is_not_found(served: Served) -> None:
    with pytest.raises(CompanyRefusal) as refused:
        client(served).crm.companies.basic_api.get_by_id("1")

    assert (refused.value.status, "OBJECT_NOT_FOUND" in refused.value.body) == (404, True)


def test_too_many_requests_are_told_with_the_limit_that_they_broke(served: Served) -> None:
    gateway = served.gateways[0]
    gateway.faults = FaultPlan(FaultProfile("limits", {"rate_limited": 1.0}, most_in_a_row=1_000), 1)

    with pytest.raises(CompanyRefusal) as refused:
        client(served).crm.companies.basic_api.get_page()

    gateway.faults = FaultPlan(FaultProfile("none"), 1)
    assert (refused.value.status, "TEN_SECONDLY_ROLLING" in refused.value.body) == (429, True)
    assert refused.value.headers["Retry-After"] == "1"


def test_a_webhook_is_genuine_and_no_longer_so_when_anything_of_it_changes(served: Served) -> None:
    call = told(served)

    assert genuine(call)
    assert not genuine(call, more=" ")
    assert not genuine(call, secret="another")
