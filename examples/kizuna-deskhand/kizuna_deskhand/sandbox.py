"""Deskhand, played over HTTP: the connector cannot tell the difference, and its tests need no account."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kizuna.sandbox import (
    Native,
    RateLimit,
    SandboxState,
    StoredRecord,
    SystemProfile,
    VendorSandbox,
    usual_profile,
)
from kizuna.sandbox.records import Person, Record, Ticket

TOKEN = "sandbox-token-of-deskhand"
MOST_A_PAGE = 100
STATES = {"pending": "with_customer", "hold": "with_customer", "solved": "solved", "closed": "solved"}


class DeskhandSandbox(VendorSandbox):
    """People and cases in the order of their last change; what is deleted or merged stays in the lists, marked."""

    key = "deskhand"
    role = "support"
    limits = (RateLimit("requests", capacity=10, per_s=10.0),)

    def profile(self) -> SystemProfile:
        return usual_profile(self.key, self.role, lambda _kind, number: str(number + 1))

    def represent(self, record: Record, _state: SandboxState, /) -> Iterable[Native]:
        if isinstance(record, Person):
            payload = {
                "id": int(record.id),
                "full_name": record.name,
                "email": record.email,
                **_marks(record.updated_at),
            }
            yield _native("people", record, payload, person=record.person)
        elif isinstance(record, Ticket):
            payload = {
                "id": int(record.id),
                "title": record.subject,
                "state": STATES.get(record.status, "new"),
                "requester_id": int(record.person_id) if record.person_id else None,
                "created_at": _stamp(record.created_at),
                **_marks(record.updated_at),
            }
            yield _native("cases", record, payload)

    def app(self, state: SandboxState, /) -> Starlette:
        routes = [Route(f"/v2/{stream}", _listing(state, stream)) for stream in ("people", "cases")]
        return Starlette(routes=[Route("/v2/me", _me), *routes])

    def settings(self, base_url: str, /) -> Mapping[str, str]:
        return {"subdomain": "acme", "base_url": f"{base_url}/v2"}

    def secrets(self) -> Mapping[str, str]:
        return {"token": TOKEN}

    def items(self, answer: Any, /) -> list[Any] | None:
        return next((rows for rows in answer.values() if isinstance(rows, list)), None)

    def deleted(self, record: StoredRecord, state: SandboxState, /) -> None:
        state.rewrite(record.stream, record.id, deleted=True, updated_at=_stamp(state.now()))

    def merged(self, winner: StoredRecord, loser: StoredRecord, state: SandboxState, /) -> None:
        state.rewrite(loser.stream, loser.id, merged_into=int(winner.id), updated_at=_stamp(state.now()))


def _listing(state: SandboxState, stream: str) -> Callable[[Request], Awaitable[Response]]:
    """A list, paged by the time of change and the id, so that no change makes it skip a record."""

    async def page(request: Request) -> Response:
        if refusal := _refusal(request):
            return refusal
        query = request.query_params
        begin = (_moment(query["updated_after"]), -1) if "updated_after" in query else None
        begin = _opened(query["cursor"]) if "cursor" in query else begin
        size = min(MOST_A_PAGE, int(query.get("limit", MOST_A_PAGE)))
        with state.lock:
            seen = [
                (version.at, int(row.id), version.payload)
                for row in state.stream(stream)
                if (version := row.seen_at(state.now()))
            ]
        rows = sorted((row for row in seen if begin is None or row[:2] > begin), key=lambda row: row[:2])
        shown, more = rows[:size], len(rows) > size
        following = _sealed(*shown[-1][:2]) if more else None
        return JSONResponse({stream: [row[2] for row in shown], "meta": {"next": following}})

    return page


async def _me(request: Request) -> Response:
    return _refusal(request) or JSONResponse({"name": "Sandbox"})


def _refusal(request: Request) -> Response | None:
    if request.headers.get("authorization") == f"Bearer {TOKEN}":
        return None
    return JSONResponse({"error": "unauthorized"}, 401)


def _native(stream: str, record: Person | Ticket, payload: dict[str, Any], person: str | None = None) -> Native:
    return Native(
        stream=stream,
        id=record.id,
        payload=payload,
        created_at=record.created_at,
        updated_at=record.updated_at,
        person=person,
    )


def _marks(updated_at: datetime) -> dict[str, Any]:
    return {"updated_at": _stamp(updated_at), "deleted": False, "merged_into": None}


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)


def _sealed(at: datetime, own: int) -> str:
    return b64encode(f"{_stamp(at)}|{own}".encode()).decode()


def _opened(cursor: str) -> tuple[datetime, int]:
    stamp, _, own = b64decode(cursor).decode().partition("|")
    return _moment(stamp), int(own)
