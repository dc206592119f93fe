"""The connector reads the simulated org over real HTTP: everything once, then exactly what changed."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from kizuna import sdk
from kizuna.sandbox import FaultProfile, Served, World, random_edits, serve
from kizuna.sandbox.faults import FaultPlan
from kizuna_salesforce import Salesforce, SalesforceSettings
from kizuna_salesforce.sandbox import SalesforceSandbox
from kizuna_salesforce.sandbox.shelves import purge
from plugins.salesforce.tests.passes import STREAMS, read


def test_a_first_load_sees_every_record_once(org: Served):
    state = org.states[0]

    loaded = read(org)

    for stream in STREAMS:
        assert Counter(loaded.ids(stream)) == Counter(record.id for record in state.stream(stream)), stream
    assert all(loaded.whole.values())


def test_the_orgs_own_fields_arrive_with_their_types(org: Served):
    (contract, *_) = read(org, names=["Contract"]).raws["Contract"]

    assert isinstance(contract["Amount__c"], int | float)
    assert isinstance(contract["AutoRenew__c"], bool)
    assert isinstance(contract["NoticeDays__c"], int)


def test_every_reference_of_a_fact_leads_to_a_record(org: Served):
    state = org.states[0]
    crm = Salesforce(SalesforceSettings.model_validate({"login_url": "http://x", "access_token": "t"}))
    dangling = Counter[str]()

    for stream in crm.streams():
        for record in state.stream(stream.name):
            payload = msgspec.convert(record.payload, stream.payload)
            for fact in stream.said(payload):
                for name in fact.__struct_fields__:
                    value = getattr(fact, name)
                    if isinstance(value, sdk.Ref) and state.find(value.stream, value.id) is None:
                        dangling[f"{stream.name}.{name}"] += 1

    assert dangling == {}


def test_later_passes_see_exactly_what_changed(org: Served):
    state = org.states[0]
    loaded = read(org)
    org.clock.advance(timedelta(hours=1))
    before = len(state.changes)
    edits = random_edits(state, seed=5, count=60)

    again = read(org, loaded)

    changed = {(change.stream, change.id) for change in state.changes[before:]}
    seen = {(stream, key) for stream in STREAMS for key in again.ids(stream)}
    assert changed <= seen
    assert len(edits) == 60
    # Beside what changed only rows within the lookback of each stream's newest change are read again.
    for stream, key in seen - changed:
        record = state.find(stream, key)
        assert record is not None
        newest = datetime.fromisoformat(loaded.bookmarks[stream]["watermark"])
        assert record.updated_at >= newest - timedelta(minutes=10)
    assert not any(again.whole.values())


def test_deletes_and_merges_are_told_apart(org: Served):
    state = org.states[0]
    loaded = read(org, names=["Account", "Contact"])
    org.clock.advance(timedelta(hours=1))
    gone = state.view.people[0].id
    state.delete("person", gone)
    winner, loser = (account.id for account in state.view.accounts[:2])
    state.merge("account", winner, loser)

    again = read(org, loaded, names=["Account", "Contact"])

    assert again.tombstones("Contact") == {gone: "deleted"}
    assert again.tombstones("Account") == {loser: "merged"}
    assert winner in again.ids("Account")


def test_a_record_purged_from_the_bin_is_found_within_the_hour(org: Served):
    state = org.states[0]
    loaded = read(org, names=["Contact"])
    purged = state.view.people[0].id
    org.clock.advance(timedelta(minutes=30))
    purge(state, "Contact", purged)
    org.clock.advance(timedelta(minutes=40))

    again = read(org, loaded, names=["Contact"])

    assert again.tombstones("Contact") == {purged: "deleted"}


def test_after_a_long_silence_the_object_is_listed_whole_again(org: Served):
    loaded = read(org, names=["Contact"])
    org.clock.advance(timedelta(days=20))

    noticed = read(org, loaded, names=["Contact"])
    listed = read(org, noticed, names=["Contact"])

    assert (noticed.whole["Contact"], listed.whole["Contact"]) == (False, True)
    assert len(listed.ids("Contact")) == len(org.states[0].stream("Contact"))


def test_a_change_that_surfaces_late_is_not_lost(org: Served):
    state = org.states[0]
    early, late = (account.id for account in state.view.accounts[:2])
    org.clock.advance(timedelta(hours=1))
    loaded = read(org, names=["Account"])
    state.lateness = timedelta(minutes=8)
    state.change("account", late, phone="+81300000001")
    state.lateness = timedelta(0)
    org.clock.advance(timedelta(seconds=30))
    state.change("account", early, phone="+81300000002")
    before = read(org, loaded, names=["Account"])
    org.clock.advance(timedelta(minutes=8))

    after = read(org, before, names=["Account"])

    assert early in before.ids("Account")
    assert late not in before.ids("Account")
    assert late in after.ids("Account")


def test_a_quiet_org_costs_one_request_a_stream(org: Served):
    loaded = read(org)
    org.clock.advance(timedelta(minutes=15))
    settled = read(org, loaded)

    again = read(org, settled)

    # One more for the session; purged records are asked for once an hour only.
    assert again.requests <= len(STREAMS) + 1
    assert sum(len(again.ids(stream)) for stream in STREAMS) < sum(len(settled.ids(stream)) for stream in STREAMS) + 1


def test_a_field_hidden_between_two_passes_stops_nothing(org: Served):
    state = org.states[0]
    loaded = read(org, names=["Account"])
    state.memory["hidden_fields"] = {"Account": frozenset({"AnnualRevenue"})}
    org.clock.advance(timedelta(hours=1))
    changed = state.view.accounts[0].id
    state.change("account", changed, phone="+81300000001")

    again = read(org, loaded, names=["Account"])

    assert changed in again.ids("Account")
    assert "AnnualRevenue" not in again.bookmarks["Account"]["fields"]


def test_locators_that_expire_in_the_middle_lose_nothing(org: Served):
    state = org.states[0]
    state.memory["locators"] = Forgetful()

    loaded = read(org, names=["Contact"])

    assert set(loaded.ids("Contact")) == set(state.stream("Contact").by_id)


class Forgetful(dict[str, Any]):
    """Locators of which every third look-up finds none."""

    looked = 0

    def __contains__(self, name: object) -> bool:
        self.looked += 1
        return self.looked % 3 != 0 and super().__contains__(name)


@pytest.mark.parametrize(
    "fault", ["repeated", "shuffled", "truncated", "html", "token_expired", "server_error", "reset"]
)
def test_faults_on_the_way_lose_and_double_nothing(org: Served, fault: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("kizuna.sdk.transport.BACKOFF_S", 0.001)
    org.gateways[0].faults = FaultPlan(FaultProfile("one", {fault: 0.3}), 7)  # type: ignore[dict-item]  # parametrised names

    loaded = read(org, names=["Contact", "Opportunity"])

    assert org.gateways[0].faults.struck[fault] > 0
    for stream in ("Contact", "Opportunity"):
        assert set(loaded.ids(stream)) == set(org.states[0].stream(stream).by_id)


def test_a_used_up_day_pauses_the_run(companies: World):
    with serve([SalesforceSandbox()], world=companies, port_base=0) as org:
        org.gateways[0].buckets._tokens = [0.0]

        with pytest.raises(sdk.QuotaError, match=r"api_share_percent|used up"):
            read(org, names=["User"])


def test_calls_granted_to_the_app_alone_pause_its_run(org: Served):
    org.states[0].memory["app_calls"] = 10

    with pytest.raises(sdk.QuotaError, match="of 10 daily calls of the app Kizuna"):
        read(org, names=["User", "Account", "Contact", "Opportunity"])
