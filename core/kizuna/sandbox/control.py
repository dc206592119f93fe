"""The control API under ``/_sandbox/``: what tests and the demo do to a running sandbox over HTTP."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from kizuna.errors import ConfigError, KizunaError, UnknownName
from kizuna.sandbox import verbs
from kizuna.sandbox.edits import random_edits
from kizuna.sandbox.faults import FaultPlan, fault_profile
from kizuna.sandbox.limits import Buckets
from kizuna.sandbox.records import Record
from kizuna.sandbox.state import KINDS, SandboxState
from kizuna.sandbox.store import Native
from kizuna.sandbox.truth import as_csv, as_json, true_movements, truth_rows
from kizuna.sandbox.vendor import VendorSandbox
from kizuna.sandbox.webhooks import WebhookDisorder, WebhookEndpoint

CONTROL_PREFIX = "/_sandbox"

# POST /_sandbox/neutral/KIND/ID/VERB with the other arguments as its body.
_VERBS: Mapping[tuple[str, str], Callable[..., Any]] = {
    ("account", "subscribe"): verbs.start_subscription,
    ("subscription", "seats"): verbs.change_seats,
    ("subscription", "cancel"): verbs.cancel_subscription,
    ("ticket", "reply"): verbs.reply,
    ("ticket", "status"): verbs.set_ticket_status,
    ("deal", "stage"): verbs.move_deal,
}


class Controlled(Protocol):
    """What the control API reaches into: the gateway of one sandbox."""

    vendor: VendorSandbox
    state: SandboxState
    buckets: Buckets
    faults: FaultPlan


def control_app(gateway: Controlled) -> Starlette:
    """The routes; every answer is JSON unless the truth is asked for as CSV."""
    desk = ControlDesk(gateway)
    routes = [
        Route(f"{CONTROL_PREFIX}/", desk.about, methods=["GET"]),
        Route(f"{CONTROL_PREFIX}/clock", desk.clock, methods=["GET", "POST"]),
        Route(f"{CONTROL_PREFIX}/lateness", desk.lateness, methods=["POST"]),
        Route(f"{CONTROL_PREFIX}/faults", desk.faults, methods=["GET", "POST", "DELETE"]),
        Route(f"{CONTROL_PREFIX}/limits", desk.limits, methods=["POST"]),
        Route(f"{CONTROL_PREFIX}/tokens", desk.tokens, methods=["DELETE"]),
        Route(f"{CONTROL_PREFIX}/statistics", desk.statistics, methods=["GET", "DELETE"]),
        Route(f"{CONTROL_PREFIX}/truth", desk.truth, methods=["GET"]),
        Route(f"{CONTROL_PREFIX}/movements", desk.movements, methods=["GET"]),
        Route(f"{CONTROL_PREFIX}/changes", desk.changes, methods=["GET"]),
        Route(f"{CONTROL_PREFIX}/edits", desk.edits, methods=["POST"]),
        Route(f"{CONTROL_PREFIX}/webhooks", desk.webhooks, methods=["GET", "POST", "DELETE"]),
        Route(f"{CONTROL_PREFIX}/records/{{stream}}", desk.records, methods=["GET", "POST"]),
        Route(f"{CONTROL_PREFIX}/records/{{stream}}/{{source_id}}", desk.record, methods=["GET", "PATCH", "DELETE"]),
        Route(f"{CONTROL_PREFIX}/neutral/{{kind}}", desk.kind, methods=["GET", "POST"]),
        Route(f"{CONTROL_PREFIX}/neutral/{{kind}}/merge", desk.merge, methods=["POST"]),
        Route(f"{CONTROL_PREFIX}/neutral/{{kind}}/{{source_id}}/{{verb}}", desk.verb, methods=["POST"]),
        Route(f"{CONTROL_PREFIX}/neutral/{{kind}}/{{source_id}}", desk.neutral, methods=["GET", "PATCH", "DELETE"]),
    ]
    return Starlette(routes=routes, exception_handlers={KizunaError: _refused})


async def _refused(_request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 404 if isinstance(error, UnknownName) else 400)


class ControlDesk:
    """One handler a route."""

    def __init__(self, gateway: Controlled) -> None:
        self._gateway = gateway

    @property
    def _state(self) -> SandboxState:
        return self._gateway.state

    async def about(self, request: Request) -> Response:
        vendor, state = self._gateway.vendor, self._state
        base_url = str(request.base_url).rstrip("/")
        counts = {stream: sum(1 for record in held if record.live) for stream, held in state.collections.items()}
        return JSONResponse(
            {
                "vendor": vendor.key,
                "base_url": base_url,
                "now": state.now().isoformat(),
                "settings": dict(vendor.settings(base_url)),
                "secrets": dict(vendor.secrets()),
                "records": counts,
            }
        )

    async def clock(self, request: Request) -> Response:
        clock = self._state.clock
        if request.method == "POST":
            body = await _body(request)
            if "now" in body:
                clock.move_to(datetime.fromisoformat(str(body["now"])))
            clock.advance(timedelta(seconds=float(body.get("advance_s", 0))))
        return JSONResponse({"now": clock.now().isoformat()})

    async def lateness(self, request: Request) -> Response:
        body = await _body(request)
        self._state.lateness = timedelta(seconds=float(body.get("seconds", 0)))
        return JSONResponse({"seconds": self._state.lateness.total_seconds()})

    async def faults(self, request: Request) -> Response:
        gateway = self._gateway
        if request.method == "POST":
            body = await _body(request)
            gateway.faults = FaultPlan(fault_profile(body), body.get("seed", 1))
        elif request.method == "DELETE":
            gateway.faults = FaultPlan(fault_profile("none"), 1)
        plan = gateway.faults
        return JSONResponse({"name": plan.profile.name, "rates": dict(plan.profile.rates), "struck": dict(plan.struck)})

    async def limits(self, request: Request) -> Response:
        body = await _body(request)
        self._gateway.buckets.enabled = bool(body.get("enabled", True))
        return JSONResponse({"enabled": self._gateway.buckets.enabled})

    async def tokens(self, _request: Request) -> Response:
        self._gateway.vendor.expire_tokens(self._state)
        return JSONResponse({"expired": True})

    async def statistics(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._state.requests.clear()
        return JSONResponse({**self._state.requests, "changes": len(self._state.changes)})

    async def truth(self, request: Request) -> Response:
        return _rows(request, truth_rows([self._state]))

    async def movements(self, request: Request) -> Response:
        return _rows(request, true_movements([self._state]))

    async def changes(self, request: Request) -> Response:
        after = int(request.query_params.get("after", "0"))
        return JSONResponse({"changes": msgspec.to_builtins(self._state.changes[after:])})

    async def edits(self, request: Request) -> Response:
        body = await _body(request)
        done = random_edits(self._state, body.get("seed", 1), int(body.get("count", 1)))
        return JSONResponse(
            {"edits": [{"verb": verb, "kind": kind, "id": source_id} for verb, kind, source_id in done]}
        )

    async def webhooks(self, request: Request) -> Response:
        endpoints = self._state.endpoints
        if request.method == "DELETE":
            endpoints.clear()
        elif request.method == "POST":
            body = await _body(request)
            self._state.disorder = WebhookDisorder(**{**asdict(self._state.disorder), **body.get("disorder", {})})
            if "url" in body:
                made = _endpoint(body, f"we_{len(endpoints) + 1}")
                endpoints[made.id] = made
        rows = [
            {"id": held.id, "url": held.url, "secret": held.secret, "events": held.events}
            for held in endpoints.values()
        ]
        return JSONResponse({"endpoints": rows})

    async def records(self, request: Request) -> Response:
        stream = request.path_params["stream"]
        if request.method == "POST":
            body = await _body(request)
            now = self._state.now()
            native = Native(
                stream=stream,
                id=str(body["id"]),
                payload=body["payload"],
                created_at=now,
                updated_at=now,
                customer=body.get("customer"),
                person=body.get("person"),
            )
            self._state.put(native)
            return JSONResponse({"id": native.id}, 201)
        rows = [{"id": record.id, "payload": record.payload} for record in self._state.live(stream)]
        return JSONResponse({"records": rows})

    async def record(self, request: Request) -> Response:
        stream, source_id = request.path_params["stream"], request.path_params["source_id"]
        if request.method == "PATCH":
            self._state.rewrite(stream, source_id, **await _body(request))
        elif request.method == "DELETE":
            self._state.remove(stream, source_id)
        found = self._state.find(stream, source_id)
        if found is None:
            raise UnknownName(f"record of {stream}", source_id, [])
        return JSONResponse(
            {
                "id": found.id,
                "payload": found.payload,
                "versions": len(found.versions),
                "live": found.live,
                "merged_into": found.merged_into,
            }
        )

    async def kind(self, request: Request) -> Response:
        kind = _kind(request)
        if request.method == "POST":
            body = await _body(request)
            source_id, number = self._state.fresh(kind)
            template = self._state.of_kind(kind)[:1]
            if not template:
                raise ConfigError(f"This sandbox holds no {kind} to take as a pattern; serve a world that has one.")
            base = msgspec.to_builtins(template[0])
            now = self._state.now().isoformat()
            made = {
                **base,
                "created_at": now,
                "updated_at": now,
                "references": [],
                **body,
                "id": source_id,
                "number": number,
            }
            self._state.create(_decoded(kind, made))
            return JSONResponse({"id": source_id}, 201)
        # Any query parameter is a filter: ``?company=c12`` finds all accounts of a true company.
        wanted = [
            record
            for record in self._state.of_kind(kind)
            if all(str(getattr(record, field, None)) == value for field, value in request.query_params.items())
        ]
        return JSONResponse({"records": msgspec.to_builtins(wanted)})

    async def neutral(self, request: Request) -> Response:
        kind, source_id = _kind(request), request.path_params["source_id"]
        if request.method == "DELETE":
            self._state.delete(kind, source_id)
            return JSONResponse({"deleted": source_id})
        if request.method == "PATCH":
            body = await _body(request)
            current = msgspec.to_builtins(self._state.neutral(kind, source_id))
            changed = _decoded(kind, {**current, **body})
            self._state.change(kind, source_id, **{field: getattr(changed, field) for field in body})
        return JSONResponse(msgspec.to_builtins(self._state.neutral(kind, source_id)))

    async def verb(self, request: Request) -> Response:
        kind, source_id, verb = _kind(request), request.path_params["source_id"], request.path_params["verb"]
        act = _VERBS.get((kind, verb))
        if act is None:
            raise UnknownName(f"verb of {kind}", verb, [name for known, name in _VERBS if known == kind])
        try:
            done = act(self._state, source_id, **await _body(request))
        except TypeError as error:
            raise ConfigError(f"The body of {request.url.path} does not fit: {error}.") from error
        return JSONResponse({"id": done} if isinstance(done, str) else msgspec.to_builtins(done))

    async def merge(self, request: Request) -> Response:
        kind, body = _kind(request), await _body(request)
        self._state.merge(kind, str(body["winner"]), str(body["loser"]))
        return JSONResponse({"winner": body["winner"], "loser": body["loser"]})


def _endpoint(body: dict[str, Any], usual_id: str) -> WebhookEndpoint:
    return WebhookEndpoint(
        id=str(body.get("id") or usual_id),
        url=str(body["url"]),
        secret=str(body.get("secret") or f"whsec_{secrets.token_hex(16)}"),
        events=tuple(body.get("events", ())),
    )


def _kind(request: Request) -> str:
    kind = str(request.path_params["kind"])
    if kind not in KINDS.values():
        raise UnknownName("kind of record", kind, KINDS.values())
    return kind


def _decoded(kind: str, fields: dict[str, Any]) -> Record:
    shape = next(shape for shape, name in KINDS.items() if name == kind)
    try:
        made: Record = msgspec.convert(fields, shape)
    except msgspec.ValidationError as error:
        raise ConfigError(
            f"This is no {kind}: {error}. GET {CONTROL_PREFIX}/neutral/{kind} shows its fields."
        ) from error
    return made


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    try:
        decoded = json.loads(raw or b"{}")
    except ValueError as error:
        raise ConfigError(f"The body of {request.url.path} is not JSON: {error}.") from error
    if not isinstance(decoded, dict):
        raise ConfigError(f"The body of {request.url.path} must be a JSON object.")
    return decoded


def _rows(request: Request, rows: list[Any]) -> Response:
    if request.query_params.get("format") == "csv":
        return PlainTextResponse(as_csv(rows), media_type="text/csv")
    return Response(as_json(rows), media_type="application/json")
