"""Plays a Salesforce org over HTTP: SOQL, descriptions, single records, deletions and merges as the vendor shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.responses import Response

from kizuna.sandbox import (
    Change,
    LimitReading,
    Native,
    RateLimit,
    SandboxState,
    StoredRecord,
    SystemProfile,
    VendorSandbox,
    WebhookCall,
    WebhookEndpoint,
    usual_profile,
)
from kizuna.sandbox.records import (
    Account,
    Activity,
    Contract,
    Deal,
    Lead,
    Person,
    Product,
    Record,
    StaffMember,
    Ticket,
)
from kizuna_salesforce.sandbox import api, outbound, parties, refusals, schema, selling, serving
from kizuna_salesforce.sandbox.ids import ORGANISATION, native_id
from kizuna_salesforce.sandbox.matching import written
from kizuna_salesforce.sandbox.refusals import Refused
from kizuna_salesforce.sandbox.rows import native, row
from kizuna_salesforce.sandbox.sessions import CLIENT_ID, CLIENT_SECRET

_DAY_S = 86_400


class SalesforceSandbox(VendorSandbox):
    """A simulated org."""

    key, role = "salesforce", "crm"
    limits = (
        RateLimit(
            "daily", api.DAILY_CALLS, api.DAILY_CALLS / _DAY_S, lambda _, path: path.startswith("/services/data/v")
        ),
    )

    def profile(self) -> SystemProfile:
        return usual_profile(self.key, self.role, native_id)

    def represent(self, record: Record, state: SandboxState, /) -> Iterable[Native]:
        match record:
            case StaffMember():
                return parties.user(record, state)
            case Account():
                return parties.account(record, state)
            case Person():
                return parties.contact(record, state)
            case Lead():
                return parties.lead(record, state)
            case Product():
                return selling.product(record, state)
            case Deal():
                return selling.opportunity(record, state)
            case Contract():
                return selling.contract(record, state)
            case Ticket():
                return serving.case(record, state)
            case Activity():
                return serving.activity(record, state)
            case _:
                return ()

    def extras(self, state: SandboxState, /) -> Iterable[Native]:
        at = min((record.created_at for record in state.view.staff), default=state.now())
        payload = row(
            "Organization",
            ORGANISATION,
            at,
            at,
            Name="Sandbox",
            Country="JP",
            LanguageLocaleKey="ja",
            InstanceName="SBX1",
            OrganizationType="Enterprise Edition",
            IsSandbox=True,
            DefaultCurrencyIsoCode="JPY",
        )
        yield native("Organization", payload, at, at)
        yield from parties.integration(at)
        yield from parties.record_types(at)
        yield from selling.stages(at)

    def deleted(self, record: StoredRecord, state: SandboxState, /) -> None:
        if "IsDeleted" in record.payload:
            state.rewrite(record.stream, record.id, IsDeleted=True, SystemModstamp=written(state.now()))
        elif "IsActive" in record.payload:  # users are never deleted, only switched off
            state.rewrite(record.stream, record.id, IsActive=False, SystemModstamp=written(state.now()))

    def merged(self, winner: StoredRecord, loser: StoredRecord, state: SandboxState, /) -> None:
        at = written(state.now())
        if loser.stream not in schema.MERGEABLE:
            return self.deleted(loser, state)
        state.rewrite(loser.stream, loser.id, IsDeleted=True, MasterRecordId=winner.id, SystemModstamp=at)
        state.rewrite(winner.stream, winner.id, LastModifiedDate=at, SystemModstamp=at)
        return None

    def app(self, state: SandboxState, /) -> Starlette:
        return api.app(state)

    def settings(self, base_url: str, /) -> Mapping[str, str]:
        return {"login_url": base_url, "client_id": CLIENT_ID}

    def secrets(self) -> Mapping[str, str]:
        return {"client_secret": CLIENT_SECRET}

    def too_many(self, _reading: LimitReading, _state: SandboxState, /) -> Response:
        return refusals.answer(Refused(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."))

    def broken(self, status: int, _state: SandboxState, /) -> Response:
        if status == 503:
            return refusals.answer(Refused(503, "SERVER_UNAVAILABLE", "Server unavailable"))
        message = "An unexpected error occurred. Please include this ErrorId if you contact support"
        return refusals.answer(Refused(status, "UNKNOWN_EXCEPTION", message))

    def headers(self, readings: Sequence[LimitReading], state: SandboxState, /) -> Mapping[str, str]:
        if readings:
            used = api.DAILY_CALLS - readings[0].remaining
        else:
            used = min(state.requests["requests"], api.DAILY_CALLS // 10)  # without limits nothing is used up
        # ``memory["app_calls"]``: what an administrator has granted to the app itself.
        app_calls = state.memory.get("app_calls")
        own = f"; per-app-api-usage={state.requests['requests']}/{app_calls}(appName=Kizuna)" if app_calls else ""
        return {"Sforce-Limit-Info": f"api-usage={used}/{api.DAILY_CALLS}{own}"}

    def webhooks(self, change: Change, endpoint: WebhookEndpoint, _state: SandboxState, /) -> Iterable[WebhookCall]:
        return outbound.calls(change, endpoint)


def sandbox() -> VendorSandbox:
    """The simulated vendor."""
    return SalesforceSandbox()
