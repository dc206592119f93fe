"""Around every request: an id, one line in the log, headers that keep browsers careful."""

from __future__ import annotations

import re
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kizuna import log
from kizuna.graphql.execution import new_request_id

_log = log.named(__name__)
_GIVEN_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
SAFETY = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}


class Traced:
    """Gives each request an id (the caller's own, if it is a proper one), sends it back and logs how it went."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _GIVEN_ID.fullmatch(given) else new_request_id()
        scope.setdefault("state", {})["request_id"] = request_id
        began_s = time.perf_counter()
        status = 500

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                for name, value in SAFETY.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, sent)
        finally:
            route = scope.get("route")
            _log.info(
                "request answered",
                method=scope["method"],
                path_template=getattr(route, "path", "unknown"),
                status=status,
                duration_ms=round((time.perf_counter() - began_s) * 1000, 1),
                request_id=request_id,
            )
