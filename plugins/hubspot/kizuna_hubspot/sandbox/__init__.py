"""HubSpot played over HTTP: a portal with its objects, search, associations, limits and webhooks."""

from __future__ import annotations

import uuid
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
from kizuna.sandbox.records import Account, Activity, Deal, Person, Product, Record, StaffMember, Ticket
from kizuna_hubspot.sandbox import parties, work
from kizuna_hubspot.sandbox.calling import calls
from kizuna_hubspot.sandbox.definitions import BY_NAME
from kizuna_hubspot.sandbox.forms import iso, native_id
from kizuna_hubspot.sandbox.refusals import Refusal, too_many
from kizuna_hubspot.sandbox.routes import ACCESS_TOKEN, application

__all__ = ["HubSpotSandbox", "sandbox"]


DAILY_CALLS = 625_000


def is_search(_method: str, path: str) -> bool:
    return path.endswith("/search")


class HubSpotSandbox(VendorSandbox):
    """A portal on the professional plan: 190 requests in ten seconds, 625,000 a day, five searches a second."""

    key = "hubspot"
    role = "marketing"
    limits = (
        RateLimit("ten_secondly", capacity=190, per_s=19.0),
        RateLimit("search", capacity=5, per_s=5.0, applies=is_search),
        RateLimit("daily", capacity=DAILY_CALLS, per_s=DAILY_CALLS / 86_400),
    )

    def profile(self) -> SystemProfile:
        return usual_profile(self.key, "marketing", native_id)

    def represent(self, record: Record, state: SandboxState, /) -> Iterable[Native]:
        if isinstance(record, Account):
            return (parties.company(record, state),)
        if isinstance(record, Person):
            return (parties.contact(record, state),)
        if isinstance(record, StaffMember):
            return (parties.owner(record),)
        if isinstance(record, Deal):
            return work.deal(record, state)
        if isinstance(record, Ticket):
            return work.ticket(record)
        if isinstance(record, Activity):
            return (work.activity(record),)
        if isinstance(record, Product):
            return (work.product(record, state.view.prices),)
        return ()

    def app(self, state: SandboxState, /) -> Starlette:
        return application(state)

    def settings(self, base_url: str, /) -> Mapping[str, str]:
        return {"base_url": base_url}

    def secrets(self) -> Mapping[str, str]:
        return {"access_token": ACCESS_TOKEN}

    def merged(self, winner: StoredRecord, loser: StoredRecord, state: SandboxState, /) -> None:
        """The winner counts the loser, and whoever the loser had won, among its merged ids; it is modified by that."""
        kind, now = BY_NAME[winner.stream], iso(state.now())
        ids = parties.merged_ids(state, winner.stream, winner.id)
        ids.extend((loser.id, *parties.merged_ids(state, loser.stream, loser.id)))
        properties = {**winner.payload["properties"], "hs_merged_object_ids": ";".join(ids), kind.modified: now}
        state.rewrite(winner.stream, winner.id, properties=properties, updatedAt=now)

    def too_many(self, reading: LimitReading, _state: SandboxState, /) -> Response:
        if reading.limit.family == "search":
            return too_many("SECONDLY", "You have reached your secondly limit.", reading.retry_after_s)
        if reading.limit.family == "daily":
            return too_many("DAILY", "You have reached your daily limit.", None)
        return too_many(
            "TEN_SECONDLY_ROLLING", "You have reached your ten_secondly_rolling limit.", reading.retry_after_s
        )

    def broken(self, status: int, _state: SandboxState, /) -> Response:
        return Refusal(status, "internal error", None).response()

    def headers(self, readings: Sequence[LimitReading], _state: SandboxState, /) -> Mapping[str, str]:
        """The correlation id, and what is left of the limit: a search does not say that."""
        found = {"X-HubSpot-Correlation-Id": str(uuid.uuid4())}
        by_family = {reading.limit.family: reading for reading in readings}
        if not readings or "search" in by_family:
            return found
        rolling, daily = by_family["ten_secondly"], by_family["daily"]
        return {
            **found,
            "X-HubSpot-RateLimit-Daily": str(daily.limit.capacity),
            "X-HubSpot-RateLimit-Daily-Remaining": str(daily.remaining),
            "X-HubSpot-RateLimit-Max": str(rolling.limit.capacity),
            "X-HubSpot-RateLimit-Remaining": str(rolling.remaining),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
            "X-HubSpot-RateLimit-Secondly": "19",
            "X-HubSpot-RateLimit-Secondly-Remaining": str(min(19, rolling.remaining)),
        }

    def webhooks(self, change: Change, endpoint: WebhookEndpoint, state: SandboxState, /) -> Iterable[WebhookCall]:
        return calls(change, endpoint, state)


def sandbox() -> VendorSandbox:
    """HubSpot as a simulated vendor."""
    return HubSpotSandbox()
