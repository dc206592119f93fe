"""What every connector promises, tried against the simulated org."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar

import httpx
import msgspec

from kizuna.sandbox import VendorSandbox
from kizuna.sandbox.clock import VirtualClock
from kizuna.sandbox.server import populate
from kizuna.sandbox.state import SandboxState
from kizuna.sandbox.store import StoredRecord
from kizuna.sandbox.verbs import move_deal, reply
from kizuna.sandbox.world import World
from kizuna.testing import ConnectorSuite
from kizuna.testing.happenings import Move
from kizuna.testing.line import Onward, Script, as_answer
from kizuna_salesforce import Salesforce
from kizuna_salesforce.sandbox import SalesforceSandbox, schema
from kizuna_salesforce.sandbox.matching import written

SESSION = "00Dsandbox!session"
MOST = 3
OWN = re.compile(r", Contract_Renewal_Scoring_Detail_\d+__c")


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


async def customised(_number: int, request: httpx.Request, onward: Onward) -> httpx.Response:
    """An org whose objects have four hundred fields of its own; what is asked of them is not answered."""
    asked = request.url.params.get("q", "")
    request.url = request.url.copy_merge_params({"q": OWN.sub("", asked)}) if asked else request.url
    answer = await onward()
    if not request.url.path.endswith("/describe"):
        return answer
    described = msgspec.json.decode(answer.content)
    own = (f"Contract_Renewal_Scoring_Detail_{number:03}__c" for number in range(400))
    described["fields"] += [{"name": name, "type": "string", "custom": True} for name in own]
    return as_answer(answer.status_code, answer.headers, msgspec.json.encode(described))


def written_anew(field: str, value: Callable[[str], Any] = str) -> Move:
    """Someone edits this field of a row."""

    def move(state: SandboxState, row: StoredRecord, word: str) -> None:
        at = written(state.now())
        state.rewrite(row.stream, row.id, **{field: value(word), "LastModifiedDate": at, "SystemModstamp": at})

    return move


def moved_on(state: SandboxState, entry: StoredRecord, _word: str) -> None:
    """The opportunity enters another stage, which makes an entry of its history."""
    stages = ("proposal", "negotiation")
    move_deal(state, entry.payload["OpportunityId"], stages[len(state.changes) % 2])


def answered(state: SandboxState, comment: StoredRecord, word: str) -> None:
    """Someone comments on the same case."""
    reply(state, comment.payload["ParentId"], word)


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

    exempt: ClassVar[Mapping[str, str]] = {
        "sets_a_bad_record_aside": "its readings are its own; sets_poison_aside tries it on the sandbox",
        "replays_samples": "its recordings lie outside the project; test_samples replays them",
        "is_deleted_over_time User": "Salesforce deletes no users, it deactivates them",
        "is_deleted_over_time OpportunityStage": "Salesforce deactivates the stages that opportunities were ever in",
        "is_deleted_over_time RecordType": "Salesforce deactivates the types that records ever had",
    }
    deletes = ("account", "person", "lead", "deal", "contract", "product", "activity", "ticket")
    merges = ("account", "person", "lead", "ticket")
    companies = 4
    moves: ClassVar[Mapping[str, Move]] = {
        "AccountContactRelation": written_anew("Roles"),
        "OpportunityStage": written_anew("MasterLabel"),
        "OpportunityContactRole": written_anew("Role"),
        "OpportunityHistory": moved_on,
        "Order": written_anew("PoNumber"),
        "OrderItem": written_anew("Quantity", lambda word: float(sum(word.encode()))),
        "Asset": written_anew("Name"),
        "CaseComment": answered,
        "EmailMessage": written_anew("Subject"),
        "RecordType": written_anew("Name"),
    }
    renewing: ClassVar[Mapping[str, Any]] = SalesforceSandbox().secrets()

    def sandbox(self) -> VendorSandbox:
        return SalesforceSandbox()

    def furnished(self, state: SandboxState) -> None:
        """Cases that came in by mail, and bring the mail along."""
        for ticket in state.of_kind("ticket")[:2]:
            state.change("ticket", ticket.id, channel="email")

    def narrowed(self, state: SandboxState) -> None:
        state.memory["page_rows"] = 5

    def widened(self) -> Script:
        return customised

    def vendor(self) -> httpx.AsyncBaseTransport:
        return httpx.ASGITransport(SalesforceSandbox().app(org()))
