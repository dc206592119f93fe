"""What every connector promises, tried against the simulated org."""

from functools import cache
from typing import Any

import httpx

from kizuna.sandbox.clock import VirtualClock
from kizuna.sandbox.server import populate
from kizuna.sandbox.state import SandboxState
from kizuna.sandbox.world import World
from kizuna.testing import ConnectorSuite
from kizuna_salesforce import Salesforce
from kizuna_salesforce.sandbox import SalesforceSandbox, schema

SESSION = "00Dsandbox!session"
MOST = 3


@cache
def org() -> SandboxState:
    """A small org, fifteen rows a page."""
    world = World(seed=7, companies=12)
    state = populate([SalesforceSandbox()], world, VirtualClock(world.now))[0]
    state.memory["page_rows"] = 15
    state.memory["tokens"] = {SESSION: world.now}
    accounts = state.live("Account")
    for relation, account in zip(state.live("AccountContactRelation")[:MOST], accounts[-MOST:], strict=True):
        state.rewrite("AccountContactRelation", relation.id, AccountId=account.id, IsDirect=False, Roles="Advisor")
    return state


def shown(sobject: str) -> list[dict[str, Any]]:
    """Some records of an object; the user for integrations is none of us, and says nothing."""
    rows = (dict(record.payload) for record in org().stream(sobject))
    return [row for row in rows if row.get("UserType") != "CloudIntegrationUser"][:MOST]


class TestSalesforce(ConnectorSuite):
    connector = Salesforce
    settings = {  # noqa: RUF012
        "login_url": "https://acme.my.salesforce.com",
        "base_url": "https://acme.my.salesforce.com",
        "access_token": SESSION,
    }
    records = {  # noqa: RUF012
        name: shown(name) for name in schema.objects()
    }

    def vendor(self) -> httpx.AsyncBaseTransport:
        return httpx.ASGITransport(SalesforceSandbox().app(org()))
