"""An imaginary vendor, as a stranger would write it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kizuna.sandbox import (
    Change,
    LimitReading,
    Native,
    RateLimit,
    Role,
    SandboxState,
    StoredRecord,
    SystemProfile,
    VendorSandbox,
    WebhookCall,
    WebhookEndpoint,
    usual_profile,
)
from kizuna.sandbox.records import Account, Person, Record, Subscription, Ticket

TOKEN = "sandbox-token"


def plain_profile(key: str, role: Role) -> SystemProfile:
    """Ids anyone can read."""
    return usual_profile(key, role, lambda kind, number: f"{key}-{kind}-{number}")


class Toy(VendorSandbox):
    """A vendor with one list a stream, read in pages of fifty by ``after``."""

    limits = (RateLimit("burst", capacity=5, per_s=1000.0),)

    def __init__(self, key: str, role: Role) -> None:
        self.key, self.role = key, role

    def profile(self) -> SystemProfile:
        return plain_profile(self.key, self.role)

    def represent(self, record: Record, _state: SandboxState, /) -> Iterable[Native]:
        times = {"created_at": record.created_at, "updated_at": record.updated_at}
        if isinstance(record, Account):
            payload = {
                "id": record.id,
                "name": record.name,
                "phone": record.phone,
                "refs": [ref.id for ref in record.references],
            }
            yield Native(stream="accounts", id=record.id, payload=payload, customer=record.company, **times)
        elif isinstance(record, Person):
            payload = {"id": record.id, "name": record.name, "account": record.account_id, "title": record.title}
            yield Native(stream="people", id=record.id, payload=payload, person=record.person, **times)
        elif isinstance(record, Ticket):
            payload = {"id": record.id, "subject": record.subject, "account": record.account_id}
            yield Native(stream="tickets", id=record.id, payload=payload, **times)
        elif isinstance(record, Subscription):
            payload = {"id": record.id, "status": record.status, "account": record.account_id}
            yield Native(stream="subscriptions", id=record.id, payload=payload, **times)

    def app(self, state: SandboxState, /) -> Starlette:
        def page(request: Request) -> Response:
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                return JSONResponse({"error": "unauthorised"}, 401)
            after = int(request.query_params.get("after", "0"))
            rows = [row for row in state.stream(request.path_params["stream"]).ordered("id", by_sequence) if row.live]
            shown = rows[after : after + 50]
            following = after + 50 if after + 50 < len(rows) else None
            return JSONResponse({"data": [row.payload for row in shown], "next": following})

        return Starlette(routes=[Route("/v1/{stream}", page)])

    def settings(self, base_url: str, /) -> Mapping[str, str]:
        return {"base_url": base_url}

    def secrets(self) -> Mapping[str, str]:
        return {"token": TOKEN}

    def headers(self, readings: Sequence[LimitReading], _state: SandboxState, /) -> Mapping[str, str]:
        return {"X-Remaining": str(readings[0].remaining)} if readings else {}

    def deleted(self, record: StoredRecord, state: SandboxState, /) -> None:
        state.rewrite(record.stream, record.id, deleted=True)

    def webhooks(self, change: Change, endpoint: WebhookEndpoint, _state: SandboxState, /) -> Iterable[WebhookCall]:
        yield WebhookCall({"X-Signature": endpoint.secret}, f"{change.verb}:{change.stream}:{change.id}".encode())


def by_sequence(record: StoredRecord) -> int:
    return record.sequence
