"""simple-salesforce against the simulated org: what it filters, follows and is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from simple_salesforce.exceptions import SalesforceRefusedRequest, SalesforceResourceNotFound
from simple_salesforce.format import format_soql

from kizuna.sandbox import Served
from kizuna.sandbox.faults import FaultPlan, FaultProfile
from plugins.salesforce.tests.test_sandbox_client import client


@pytest.fixture
def crm(org: Served) -> Any:
    return client(org)


def test_rows_are_found_by_the_values_of_their_fields(org: Served, crm: Any) -> None:
    known = next(one for one in org.states[0].live("Account") if one.payload["Phone"])
    name, phone = known.payload["Name"], known.payload["Phone"]

    rows = crm.query(format_soql("SELECT Id, Name FROM Account WHERE Name = {} AND Phone = {}", name, phone))["records"]

    assert known.id in {row["Id"] for row in rows}
    assert {row["Name"] for row in rows} == {name}


def test_what_changed_since_is_found_by_its_time_of_modification(org: Served, crm: Any) -> None:
    known = org.states[0].view.accounts[2].id
    org.clock.advance(timedelta(hours=1))
    since = org.clock.now()

    crm.Account.update(known, {"Phone": "+81300000002"})

    rows = crm.query(format_soql("SELECT Id FROM Account WHERE SystemModstamp >= {}", since))["records"]
    assert [row["Id"] for row in rows] == [known]


def test_a_record_that_is_not_there_is_not_found(crm: Any) -> None:
    with pytest.raises(SalesforceResourceNotFound, match="NOT_FOUND"):
        crm.Account.get("001000000000000AAA")


def test_too_many_calls_are_refused_by_their_code(org: Served, crm: Any) -> None:
    org.gateways[0].faults = FaultPlan(FaultProfile("limits", {"rate_limited": 1.0}, most_in_a_row=1_000), 1)

    with pytest.raises(SalesforceRefusedRequest, match="REQUEST_LIMIT_EXCEEDED"):
        crm.query("SELECT Id FROM User")
