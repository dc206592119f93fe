"""The simulated portal over real HTTP: as HubSpot's own client sees it, and where it refuses."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hubspot import HubSpot as OfficialClient
from hubspot.crm.associations.v4 import BatchInputPublicFetchAssociationsBatchRequest
from hubspot.crm.companies import BatchReadInputSimplePublicObjectId, PublicObjectSearchRequest

from kizuna.sandbox import Served, WebhookEndpoint, World, serve
from kizuna_hubspot.kinds import KINDS
from kizuna_hubspot.sandbox import HubSpotSandbox
from kizuna_hubspot.sandbox.calling import calls
from kizuna_hubspot.sandbox.routes import ACCESS_TOKEN

FAMILIES = ("v3", "2026-09")


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve([HubSpotSandbox()], world=World(seed=7, companies=60), port_base=0, limits=False) as running:
        yield running


@pytest.fixture(scope="module")
def client(served: Served) -> OfficialClient:
    return OfficialClient(access_token=ACCESS_TOKEN, host=served.endpoints[0].base_url)


@pytest.fixture
def http(served: Served) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {ACCESS_TOKEN}"}
    with httpx.Client(base_url=served.endpoints[0].base_url, headers=headers, trust_env=False) as line:
        yield line


def living(served: Served, stream: str) -> set[str]:
    return {record.id for record in served.states[0].live(stream)}


def search(http: httpx.Client, kind: str = "companies", **body: Any) -> httpx.Response:
    return http.post(f"/crm/v3/objects/{kind}/search", json=body)


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_the_official_client_lists_every_record_once(served: Served, client: OfficialClient, kind: str) -> None:
    seen: list[str] = []
    after = None
    while True:
        page = client.crm.objects.basic_api.get_page(kind, limit=7, after=after, archived=False)
        seen += [each.id for each in page.results]
        if page.paging is None:
            break
        after = page.paging.next.after

    assert sorted(seen) == sorted(living(served, kind))


def test_the_official_client_gets_properties_and_associations(served: Served, client: OfficialClient) -> None:
    page = client.crm.contacts.basic_api.get_page(
        limit=100, properties=["email", "nonsense"], associations=["companies"], archived=False
    )

    with_company = [each for each in page.results if each.associations]
    assert with_company
    assert {each.associations["companies"].results[0].type for each in with_company} == {"contact_to_company"}
    assert all("nonsense" not in each.properties for each in page.results)
    assert set(page.results[0].properties) == {"createdate", "email", "hs_object_id", "lastmodifieddate"}


def test_the_official_client_pages_a_search_by_id_and_sees_every_record_once(
    served: Served, client: OfficialClient
) -> None:
    seen: list[str] = []
    last = "0"
    while True:
        keyset = [{"propertyName": "hs_object_id", "operator": "GT", "value": last}]
        request = PublicObjectSearchRequest(
            filter_groups=[{"filters": keyset}], limit=20, sorts=["hs_object_id"], properties=["name"], after=0
        )
        page = client.crm.companies.search_api.do_search(public_object_search_request=request)
        if not page.results:
            break
        seen += [each.id for each in page.results]
        last = seen[-1]

    assert seen == sorted(living(served, "companies"), key=int)


def test_the_official_client_reads_batches_and_associations_in_part(served: Served, client: OfficialClient) -> None:
    known = sorted(living(served, "contacts"), key=int)[:3]

    batch = client.crm.companies.batch_api.read(
        BatchReadInputSimplePublicObjectId(
            inputs=[{"id": min(living(served, "companies"))}, {"id": "1"}],
            properties=["name"],
            properties_with_history=[],
        )
    )
    pairs = client.crm.associations.v4.batch_api.get_page(
        "contacts",
        "companies",
        BatchInputPublicFetchAssociationsBatchRequest(inputs=[{"id": key} for key in [*known, "1"]]),
    )

    assert (len(batch.results), batch.num_errors) == (1, 1)
    assert {pair._from.id for pair in pairs.results} <= set(known)
    assert pairs.errors[-1].sub_category == "crm.associations.NO_ASSOCIATIONS_FOUND"


def test_the_official_client_reads_owners_pipelines_and_properties(served: Served, client: OfficialClient) -> None:
    active = client.crm.owners.owners_api.get_page(limit=100, archived=False).results
    archived = client.crm.owners.owners_api.get_page(limit=100, archived=True).results
    pipelines = client.crm.pipelines.pipelines_api.get_all("deals").results
    properties = client.crm.properties.core_api.get_all("companies", archived=False).results

    assert {each.id for each in (*active, *archived)} == living(served, "owners")
    assert [each.id for each in pipelines] == ["default", "7041200"]
    assert {each.name for each in properties if not each.hubspot_defined} == {
        "corporate_number",
        "customer_segment",
        "vat_number",
    }


@pytest.mark.parametrize("family", FAMILIES)
def test_both_families_of_paths_answer(http: httpx.Client, family: str) -> None:
    objects = "/crm/v3/objects" if family == "v3" else f"/crm/objects/{family}"
    of = {"v3": "/crm/v4/associations"}.get(family, f"/crm/associations/{family}")
    reference = [
        f"/crm/v3/{n}" if family == "v3" else f"/crm/{n}/{family}" for n in ("owners", "pipelines", "properties")
    ]
    owners, pipelines, properties = reference

    statuses = [
        http.get(f"{objects}/companies").status_code,
        http.get(f"{objects}/0-2").status_code,
        http.post(f"{objects}/companies/search", json={}).status_code,
        http.post(f"{of}/contacts/companies/batch/read", json={"inputs": [{"id": "1"}]}).status_code,
        http.get(f"{of}/contacts/companies/labels").status_code,
        http.get(owners).status_code,
        http.get(f"{owners}/").status_code,
        http.get(f"{pipelines}/tickets").status_code,
        http.get(f"{properties}/contacts").status_code,
        http.get(f"/account-info/{family}/details").status_code,
    ]

    assert statuses == [200, 200, 200, 207, 200, 200, 200, 200, 200, 200]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([{"propertyName": "hs_object_id", "operator": "EQ", "value": "{id}"}], True),
        ([{"propertyName": "hs_object_id", "operator": "IN", "values": ["{id}", "1"]}], True),
        ([{"propertyName": "hs_object_id", "operator": "GTE", "value": "{id}"}], True),
        ([{"propertyName": "hs_object_id", "operator": "LT", "value": "{id}"}], False),
        ([{"propertyName": "hs_object_id", "operator": "BETWEEN", "value": "{id}", "highValue": "{id}"}], True),
        ([{"propertyName": "name", "operator": "HAS_PROPERTY"}], True),
        ([{"propertyName": "hs_merged_object_ids", "operator": "HAS_PROPERTY"}], False),
        ([{"propertyName": "createdate", "operator": "LTE", "value": "2040-01-01T00:00:00Z"}], True),
        ([{"propertyName": "createdate", "operator": "GT", "value": "2208988800000"}], False),
    ],
)
def test_a_search_filters(served: Served, http: httpx.Client, filters: list[dict[str, Any]], expected: bool) -> None:
    key = min(living(served, "companies"), key=int)
    given = json.loads(json.dumps(filters).replace("{id}", key))

    found = search(http, filterGroups=[{"filters": given}], limit=200).json()

    assert (key in {each["id"] for each in found["results"]}) is expected


def test_a_search_finds_a_token_of_a_name_in_any_case(served: Served, http: httpx.Client) -> None:
    record = next(r for r in served.states[0].live("companies") if r.payload["properties"]["domain"])
    token = record.payload["properties"]["domain"].partition(".")[0].upper()
    filters = [{"propertyName": "domain", "operator": "CONTAINS_TOKEN", "value": token}]

    found = search(http, filterGroups=[{"filters": filters}], limit=200).json()

    assert record.id in {each["id"] for each in found["results"]}


def test_a_search_sorts_by_a_name_or_an_object_with_ids_as_numbers(served: Served, http: httpx.Client) -> None:
    by_name = search(http, sorts=["-hs_object_id"], limit=200).json()["results"]
    by_object = search(http, sorts=[{"propertyName": "hs_object_id", "direction": "DESCENDING"}], limit=200).json()[
        "results"
    ]

    expected = sorted(living(served, "companies"), key=int, reverse=True)[:200]
    assert [each["id"] for each in by_name] == [each["id"] for each in by_object] == expected


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"limit": 201}, "limit"),
        ({"limit": 200, "after": "9900"}, "10000"),
        ({"filterGroups": [{"filters": [{"propertyName": "name", "operator": "LIKE"}]}]}, "operator"),
        ({"filterGroups": [{}] * 6}, "filterGroups"),
        ({"properties": ["x" * 3000]}, "3000"),
    ],
)
def test_a_search_beyond_hubspots_limits_is_refused(http: httpx.Client, body: dict[str, Any], word: str) -> None:
    answer = search(http, **body)

    assert answer.status_code == 400
    assert word in answer.json()["message"]
    assert answer.json()["category"] == "VALIDATION_ERROR"


def test_an_unknown_kind_is_refused_without_a_category(http: httpx.Client) -> None:
    answer = http.get("/crm/v3/objects/butterflies")

    assert answer.status_code == 400
    assert answer.json()["message"] == "Unable to infer object type from: butterflies"
    assert "category" not in answer.json()


def test_a_list_takes_at_most_a_hundred(http: httpx.Client) -> None:
    assert http.get("/crm/v3/objects/contacts", params={"limit": 101}).status_code == 400


def test_without_a_token_nothing_is_said(http: httpx.Client) -> None:
    answer = http.get("/crm/v3/objects/contacts", headers={"Authorization": "Bearer wrong"})

    assert (answer.status_code, answer.json()["category"]) == (401, "INVALID_AUTHENTICATION")


def test_a_fetched_token_lives_half_an_hour(http: httpx.Client) -> None:
    form = {"grant_type": "refresh_token", "client_id": "c", "client_secret": "s", "refresh_token": "r"}
    with serve([HubSpotSandbox()], world=World(seed=7, companies=5), port_base=0, limits=False) as own:
        url = own.endpoints[0].base_url
        token = http.post(f"{url}/oauth/2026-09/token", data=form).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}

        early = http.get(f"{url}/account-info/v3/details", headers=headers).status_code
        own.clock.advance(timedelta(minutes=30))
        late = http.get(f"{url}/account-info/v3/details", headers=headers).status_code

    assert (early, late) == (200, 401)


def test_too_many_searches_are_refused_in_hubspots_words_and_a_search_names_no_limit() -> None:
    headers = {"Authorization": f"Bearer {ACCESS_TOKEN}"}
    with (
        serve([HubSpotSandbox()], world=World(seed=7, companies=5), port_base=0) as own,
        httpx.Client(base_url=own.endpoints[0].base_url, headers=headers, trust_env=False) as line,
    ):
        answers = [search(line) for _ in range(40)]
        listed = line.get("/crm/v3/objects/contacts")

    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert refused[0].json()["policyName"] == "SECONDLY"
    assert refused[0].json()["errorType"] == "RATE_LIMIT"
    assert not any("x-hubspot-ratelimit-max" in answer.headers for answer in answers if answer.is_success)
    assert listed.headers["x-hubspot-ratelimit-max"] == "190"
    assert listed.headers["x-hubspot-ratelimit-interval-milliseconds"] == "10000"


def test_what_is_archived_merged_or_erased_shows_where_hubspot_shows_it() -> None:
    headers = {"Authorization": f"Bearer {ACCESS_TOKEN}"}
    with (
        serve([HubSpotSandbox()], world=World(seed=7, companies=20), port_base=0, limits=False) as own,
        httpx.Client(base_url=own.endpoints[0].base_url, headers=headers, trust_env=False) as line,
    ):
        archived, winner, loser, erased = sorted(living(own, "companies"), key=int)[:4]
        line.delete(f"/crm/v3/objects/companies/{archived}")
        merged = line.post(
            "/crm/v3/objects/companies/merge", json={"primaryObjectId": winner, "objectIdToMerge": loser}
        )
        line.post("/crm/v3/objects/companies/gdpr-delete", json={"objectId": erased})
        listed = {r["id"] for r in line.get("/crm/v3/objects/companies", params={"limit": 100}).json()["results"]}
        tombs = line.get("/crm/v3/objects/companies", params={"archived": "true"}).json()["results"]
        followed = line.get(f"/crm/v3/objects/companies/{loser}", params={"properties": "hs_merged_object_ids"}).json()
        gone = line.get(f"/crm/v3/objects/companies/{erased}").status_code

    assert merged.status_code == 200
    assert listed.isdisjoint({archived, loser, erased})
    assert [(each["id"], "archivedAt" in each) for each in tombs] == [(archived, True)]
    assert (followed["id"], followed["properties"]["hs_merged_object_ids"]) == (winner, loser)
    assert gone == 404


def test_a_change_is_told_to_webhooks_with_a_signature_of_version_three(served: Served) -> None:
    state = served.states[0]
    endpoint = WebhookEndpoint("e", "https://kizuna.example/hooks/hubspot", "secret")
    account = state.of_kind("account")[0]
    state.change("account", account.id, phone="+1 555 0100")

    (call,) = calls(state.changes[-1], endpoint, state)

    (event,) = json.loads(call.body)
    assert (event["subscriptionType"], event["propertyName"]) == ("company.propertyChange", "phone")
    base = b"POST" + endpoint.url.encode() + call.body + call.headers["X-HubSpot-Request-Timestamp"].encode()
    digest = base64.b64encode(hmac.new(b"secret", base, hashlib.sha256).digest()).decode()
    assert call.headers["X-HubSpot-Signature-v3"] == digest
