"""What a vendor's package brings so that its vendor can be played over real HTTP."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response

from kizuna.sandbox.profile import Role, SystemProfile
from kizuna.sandbox.records import Record
from kizuna.sandbox.state import SandboxState
from kizuna.sandbox.store import Change, Native, StoredRecord
from kizuna.sandbox.webhooks import WebhookCall, WebhookEndpoint


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A published limit as a token bucket: ``capacity`` requests at once, refilled evenly at ``per_s`` a second.

    ``applies(method, path)`` says which requests it counts; a request must pass every limit that applies.
    """

    family: str
    capacity: int
    per_s: float
    applies: Callable[[str, str], bool] = lambda _method, _path: True


@dataclass(frozen=True, slots=True)
class LimitReading:
    """What is left of a limit after this request; ``retry_after_s`` is 0 while it is not used up."""

    limit: RateLimit
    remaining: int
    retry_after_s: float


class VendorSandbox(ABC):
    """A simulated vendor: pure knowledge of its payloads, its API, its limits. All that changes lives in SandboxState.

    A plugin names its class through the hook ``kizuna_sandboxes``; it is made without arguments.
    """

    key: str
    role: Role
    limits: Sequence[RateLimit] = ()

    @abstractmethod
    def profile(self) -> SystemProfile:
        """How this system sees the world; begin with ``usual_profile(self.key, self.role, native_id)``."""

    @abstractmethod
    def represent(self, record: Record, state: SandboxState, /) -> Iterable[Native]:
        """The vendor's records for one neutral record: none, one or several (a deal with its lines and stage history).

        Must be pure in the record and the world: it is called again after every neutral change, what differs becomes a
        new version and what is no longer given is deleted.
        """

    @abstractmethod
    def app(self, state: SandboxState, /) -> Starlette:
        """The vendor's HTTP API over ``state``. Limits, faults and ``/_sandbox/`` are put around it by the harness."""

    @abstractmethod
    def settings(self, base_url: str, /) -> Mapping[str, str]:
        """The settings ``kizuna connect`` takes so that the connector talks to this sandbox."""

    @abstractmethod
    def secrets(self) -> Mapping[str, str]:
        """The secrets ``kizuna connect`` takes; the sandbox's API accepts these and refuses others."""

    def extras(self, _state: SandboxState, /) -> Iterable[Native]:
        """Records that stand for nothing in the neutral world: pipelines, property definitions, groups, the organisation."""
        return ()

    def deleted(self, _record: StoredRecord, _state: SandboxState, /) -> None:
        """Mark a record as this vendor marks deleted ones (``state.rewrite``); the harness has tombstoned it already."""
        return

    def merged(self, _winner: StoredRecord, _loser: StoredRecord, _state: SandboxState, /) -> None:
        """Mark both sides of a merge as this vendor does; dependants already point to the winner, the loser is tombstoned."""
        return

    def too_many(self, reading: LimitReading, _state: SandboxState, /) -> Response:
        """The vendor's answer when a limit is used up (also for the injected 429)."""
        return JSONResponse({"error": "rate limited"}, 429, {"Retry-After": str(max(1, round(reading.retry_after_s)))})

    def broken(self, status: int, _state: SandboxState, /) -> Response:
        """The vendor's answer when it fails with ``status`` (500, 502, 503)."""
        return JSONResponse({"error": "internal error"}, status)

    def headers(self, _readings: Sequence[LimitReading], _state: SandboxState, /) -> Mapping[str, str]:
        """Headers every answer carries, such as what is left of the limits."""
        return {}

    def expire_tokens(self, state: SandboxState, /) -> None:
        """Make every access token handed out so far invalid."""
        state.memory.pop("tokens", None)

    def webhooks(self, _change: Change, _endpoint: WebhookEndpoint, _state: SandboxState, /) -> Iterable[WebhookCall]:
        """The signed calls this change causes at ``endpoint``."""
        return ()

    def items(self, answer: Any, /) -> list[Any] | None:
        """The list of records in a decoded answer, None when it holds none; used to repeat and shuffle rows."""
        if isinstance(answer, dict):
            for name in ("data", "results", "records"):
                if isinstance(answer.get(name), list):
                    rows: list[Any] = answer[name]
                    return rows
        return None
