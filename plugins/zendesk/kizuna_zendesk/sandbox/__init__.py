"""Zendesk Support, played over real HTTP: exports, lists, single records, changes, merges, limits, webhooks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

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
from kizuna.sandbox.records import Account, Person, Record, StaffMember, Ticket
from kizuna_zendesk.sandbox import hooks, marks, parties, promises, tickets
from kizuna_zendesk.sandbox.asking import API_TOKEN, EMAIL, answer
from kizuna_zendesk.sandbox.desk import desk
from kizuna_zendesk.sandbox.ids import native_id

QUICK_PER_MINUTE = 60_000
"""Requests a minute of the simulated account: far above every real plan, so that demo and tests are quick."""

QUICK_EXPORTS_PER_MINUTE = 6_000
"""Exports a minute of the simulated account, where a real one has ten."""


class ZendeskSandbox(VendorSandbox):
    """A support desk looking at the world.

    ``per_minute`` and ``exports_per_minute`` are the account's limits; ``withheld`` is how long exports keep a change back.
    ``surveys``: the account has switched to the newer surveys, which take the place of ratings.
    """

    key = "zendesk"
    role = "support"

    def __init__(
        self,
        *,
        per_minute: int = QUICK_PER_MINUTE,
        exports_per_minute: int = QUICK_EXPORTS_PER_MINUTE,
        withheld: timedelta = timedelta(minutes=1),
        surveys: bool = False,
    ) -> None:
        self.per_minute, self.exports_per_minute, self.withheld = per_minute, exports_per_minute, withheld
        self.surveys = surveys
        self.limits = (
            RateLimit("account", per_minute, per_minute / 60),
            RateLimit("incremental", exports_per_minute, exports_per_minute / 60, _is_export),
        )

    def profile(self) -> SystemProfile:
        return usual_profile(self.key, self.role, native_id)

    def represent(self, record: Record, _state: SandboxState, /) -> Iterable[Native]:
        if isinstance(record, Ticket):
            return tickets.ticket(record)
        if isinstance(record, Person):
            return parties.end_user(record)
        if isinstance(record, Account):
            return parties.organization(record)
        return parties.agent(record) if isinstance(record, StaffMember) else ()

    def extras(self, _state: SandboxState, /) -> Iterable[Native]:
        yield from parties.groups()
        yield from promises.definitions()

    def app(self, state: SandboxState, /) -> Starlette:
        state.memory |= {"withheld": self.withheld, "opened_at": state.now(), "surveys": self.surveys}
        return desk(state)

    def settings(self, base_url: str, /) -> Mapping[str, str]:
        return {
            "subdomain": "sandbox",
            "email": EMAIL,
            "base_url": base_url,
            "requests_per_minute": str(self.per_minute),
            "incremental_per_minute": str(self.exports_per_minute),
        }

    def secrets(self) -> Mapping[str, str]:
        return {"api_token": API_TOKEN}

    def deleted(self, record: StoredRecord, state: SandboxState, /) -> None:
        marks.deleted(record, state)

    def merged(self, winner: StoredRecord, loser: StoredRecord, state: SandboxState, /) -> None:
        marks.merged(winner, loser, state)

    def too_many(self, reading: LimitReading, _state: SandboxState, /) -> Response:
        refused = answer(
            {
                "error": "APIRateLimitExceeded",
                "description": "Number of allowed API requests per minute exceeded",
            },
            429,
        )
        refused.headers["Retry-After"] = str(max(1, round(reading.retry_after_s)))
        return refused

    def broken(self, status: int, _state: SandboxState, /) -> Response:
        return answer({"error": "InternalError", "description": "The server could not answer"}, status)

    def headers(self, readings: Sequence[LimitReading], _state: SandboxState, /) -> Mapping[str, str]:
        """What is left of the limits, spelt as in recordings of 2024 and since."""
        found = {"x-zendesk-api-version": "v2"}
        for reading in readings:
            total = reading.limit.capacity
            resets_s = round((total - reading.remaining) / reading.limit.per_s)
            if reading.limit.family == "account":
                for name in ("x-rate-limit", "ratelimit-limit"):
                    found[name] = str(total)
                found["x-rate-limit-remaining"] = found["ratelimit-remaining"] = str(reading.remaining)
                found["ratelimit-reset"] = str(resets_s)
            else:
                left = f"total={total}; remaining={reading.remaining}; resets={resets_s}"
                found[f"zendesk-ratelimit-{reading.limit.family}"] = left
        return found

    def webhooks(self, change: Change, endpoint: WebhookEndpoint, state: SandboxState, /) -> Iterable[WebhookCall]:
        return hooks.calls(change, endpoint, state)

    def items(self, answer: Any, /) -> list[Any] | None:
        """The rows of an answer: its first list."""
        rows = (value for value in answer.values() if isinstance(value, list)) if isinstance(answer, dict) else ()
        return next(iter(rows), None)


def _is_export(_method: str, path: str) -> bool:
    return path.startswith("/api/v2/incremental/")


def sandbox() -> VendorSandbox:
    """A desk with a quick account."""
    return ZendeskSandbox()
