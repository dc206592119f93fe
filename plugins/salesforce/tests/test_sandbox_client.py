"""Salesforce's Python client against the simulated org, over real HTTP."""

import csv
import io
from collections import Counter
from datetime import timedelta
from typing import Any

import httpx
import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce, SalesforceMalformedRequest, SalesforceResourceNotFound
from simple_salesforce.exceptions import SalesforceAuthenticationFailed, SalesforceExpiredSession

from kizuna.sandbox import Served
from kizuna_salesforce.sandbox import schema
from kizuna_salesforce.sandbox.shelves import purge


class ToOrg(HTTPAdapter):
    """Sends what the client addresses to Salesforce over HTTPS to the simulated org."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.base_url = base_url

    def send(self, request: Any, *arguments: Any, **options: Any) -> Any:
        request.url = self.base_url + request.path_url
        return super().send(request, *arguments, **options)


def client(org: Served, secret: str | None = None) -> Any:
    endpoint = org.endpoint("salesforce")
    session = requests.Session()
    session.mount("https://", ToOrg(endpoint.base_url))
    return Salesforce(
        consumer_key=endpoint.settings["client_id"],
        consumer_secret=secret or endpoint.secrets["client_secret"],
        domain="acme.my",
        session=session,
        version="62.0",
    )


@pytest.fixture
def crm(org: Served) -> Any:
    return client(org)


@pytest.mark.parametrize("sobject", ["Account", "Contact", "Lead", "Opportunity", "Case", "Task", "Event", "User"])
def test_the_client_pages_through_every_record_once(org: Served, crm: Any, sobject: str):
    rows = list(crm.query_all_iter(f"SELECT Id FROM {sobject}", include_deleted=True))

    assert Counter(row["Id"] for row in rows) == Counter(record.id for record in org.states[0].stream(sobject))
    assert len(rows) > 5


def test_the_client_reads_a_query_job_through_all_its_pages(org: Served, crm: Any):
    org.states[0].memory["job_looks"] = 0  # the client waits for seconds between looks

    pages = list(crm.bulk2.Contact.query_all("SELECT Id, Name FROM Contact", max_records=50))

    rows = [row for page in pages for row in csv.DictReader(io.StringIO(page))]
    assert len(pages) > 1
    assert Counter(row["Id"] for row in rows) == Counter(
        record.id for record in org.states[0].stream("Contact") if record.live
    )


def test_pages_are_as_long_as_the_client_hints(org: Served, crm: Any):
    org.states[0].memory["page_rows"] = 2000

    page = crm.query("SELECT Id FROM Contact", headers={"Sforce-Query-Options": "batchSize=200"})

    assert (len(page["records"]), page["done"], page["totalSize"]) == (200, False, len(org.states[0].stream("Contact")))
    assert page["nextRecordsUrl"].endswith("-200")


def test_a_locator_stands_still_while_the_org_changes(org: Served, crm: Any):
    first = crm.query("SELECT Id FROM Account ORDER BY SystemModstamp")
    for account in org.states[0].view.accounts[:5]:
        org.states[0].change("account", account.id, phone="+81300000000")

    rest = crm.query_more(first["nextRecordsUrl"], identifier_is_url=True)

    seen = [row["Id"] for row in first["records"] + rest["records"]]
    assert len(seen) == len(set(seen))


def test_deleted_and_archived_rows_show_in_query_all_only(org: Served, crm: Any):
    gone = org.states[0].view.people[0].id
    org.states[0].delete("person", gone)

    def ids(sobject: str, everything: bool) -> set[str]:
        return {row["Id"] for row in crm.query_all_iter(f"SELECT Id FROM {sobject}", include_deleted=everything)}

    assert gone not in ids("Contact", everything=False)
    assert gone in ids("Contact", everything=True)
    assert len(ids("Task", everything=False)) < len(ids("Task", everything=True))


def test_the_loser_of_a_merge_names_the_winner_and_its_children_move(org: Served, crm: Any):
    state = org.states[0]
    owner = next(person.account_id for person in state.view.people if person.account_id)
    winner = next(account.id for account in state.view.accounts if account.id != owner)

    state.merge("account", winner, owner)

    question = f"SELECT Id, IsDeleted, MasterRecordId FROM Account WHERE Id = '{owner}'"
    (row,) = crm.query_all(question, include_deleted=True)["records"]
    assert (row["IsDeleted"], row["MasterRecordId"]) == (True, winner)
    assert crm.query(f"SELECT COUNT() FROM Contact WHERE AccountId = '{owner}'")["totalSize"] == 0


def test_the_log_of_deletions_names_purged_records_too(org: Served, crm: Any):
    state = org.states[0]
    binned, purged = (person.id for person in state.view.people[:2])
    org.clock.advance(timedelta(hours=1))
    state.delete("person", binned)
    purge(state, "Contact", purged)
    org.clock.advance(timedelta(minutes=5))

    log = crm.Contact.deleted(org.clock.now() - timedelta(hours=1), org.clock.now())

    assert {entry["id"] for entry in log["deletedRecords"]} == {binned, purged}
    question = f"SELECT COUNT() FROM Contact WHERE Id IN ('{binned}', '{purged}')"
    assert crm.query(question, include_deleted=True)["totalSize"] == 1


def test_deleted_records_leave_the_recycle_bin_after_fifteen_days(org: Served, crm: Any):
    gone = org.states[0].view.people[0].id
    org.states[0].delete("person", gone)

    org.clock.advance(timedelta(days=15))

    assert crm.query(f"SELECT COUNT() FROM Contact WHERE Id = '{gone}'", include_deleted=True)["totalSize"] == 0


def test_what_was_updated_is_listed(org: Served, crm: Any):
    changed = org.states[0].view.accounts[3].id
    org.clock.advance(timedelta(hours=1))
    org.states[0].change("account", changed, phone="+81300000000")

    log = crm.Account.updated(org.clock.now() - timedelta(minutes=5), org.clock.now() + timedelta(minutes=1))

    assert log["ids"] == [changed]


def test_a_record_is_made_changed_read_and_deleted(crm: Any):
    made = crm.Contact.create({"FirstName": "Rose", "LastName": "Gonzalez", "Email": "rose@edge.example"})
    crm.Contact.update(made["id"], {"Title": "CFO"})

    read = crm.Contact.get(made["id"])

    assert (read["Name"], read["Title"], read["IsDeleted"]) == ("Rose Gonzalez", "CFO", False)
    assert crm.Contact.delete(made["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound, match="ENTITY_IS_DELETED"):
        crm.Contact.get(made["id"])


def test_objects_and_fields_are_described(crm: Any):
    names = {entry["name"] for entry in crm.describe()["sobjects"]}
    fields = {field["name"]: field for field in crm.Task.describe()["fields"]}

    assert names == set(schema.objects())
    assert fields["WhoId"]["referenceTo"] == ["Contact", "Lead"]
    assert (fields["WhoId"]["polymorphicForeignKey"], fields["WhoId"]["relationshipName"]) == (True, "Who")


def test_a_field_kept_from_the_user_is_neither_described_nor_answered(org: Served, crm: Any):
    org.states[0].memory["hidden_fields"] = {"Account": frozenset({"AnnualRevenue"})}

    fields = {field["name"] for field in crm.Account.describe()["fields"]}

    assert "AnnualRevenue" not in fields
    with pytest.raises(SalesforceMalformedRequest, match="INVALID_FIELD"):
        crm.query("SELECT Id, AnnualRevenue FROM Account")


def test_limits_are_told_with_every_answer(crm: Any):
    crm.query("SELECT Id FROM User LIMIT 1")

    assert crm.api_usage["api-usage"].total == 100_000
    assert crm.limits()["DailyApiRequests"]["Max"] == 100_000


def test_a_lost_session_is_told_by_its_code(org: Served, crm: Any):
    org.gateways[0].vendor.expire_tokens(org.states[0])
    bare = httpx.get(f"{org.endpoints[0].base_url}/services/data/v62.0/limits")

    assert (bare.status_code, bare.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")
    with pytest.raises(SalesforceExpiredSession):
        Salesforce(
            session_id="00D!gone", instance=org.endpoints[0].base_url.removeprefix("http://"), session=crm.session
        ).query("SELECT Id FROM User")


def test_a_wrong_secret_opens_no_session(org: Served):
    with pytest.raises(SalesforceAuthenticationFailed, match="invalid_client"):
        client(org, secret="guess")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("v62.0/sobjects/Nothing__c/describe", 404, "NOT_FOUND"),
        ("v62.0/nothing", 404, "NOT_FOUND"),
        ("v99.0/limits", 404, "NOT_FOUND"),
        ("v25.0/limits", 410, "UNSUPPORTED_API_VERSION"),
        ("v62.0/query?q=SELECT", 400, "MALFORMED_QUERY"),
        ("v62.0/query?q=SELECT+Id+FROM+Nothing__c", 400, "INVALID_TYPE"),
        ("v62.0/query/0r8dM0000000009AAA-2000", 400, "INVALID_QUERY_LOCATOR"),
        (
            "v62.0/sobjects/Account/deleted/?start=2020-01-01T00:00:00Z&end=2020-02-01T00:00:00Z",
            400,
            "INVALID_REPLICATION_DATE",
        ),
    ],
)
def test_errors_are_arrays_with_a_code(org: Served, crm: Any, path: str, status: int, code: str):
    headers = {"Authorization": f"Bearer {crm.session_id}"}

    answer = httpx.get(f"{org.endpoints[0].base_url}/services/data/{path}", headers=headers)

    assert (answer.status_code, answer.json()[0]["errorCode"]) == (status, code)
