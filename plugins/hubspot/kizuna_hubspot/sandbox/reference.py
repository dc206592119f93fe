"""Owners, pipelines, property definitions, the account, tokens."""

from __future__ import annotations

import secrets
from bisect import bisect_right
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

from kizuna.sandbox import SandboxState
from kizuna_hubspot.sandbox.asking import kind_of, limit, truth
from kizuna_hubspot.sandbox.definitions import deal_pipelines, definition, property_names, ticket_pipelines
from kizuna_hubspot.sandbox.objects import numeric, token
from kizuna_hubspot.sandbox.refusals import answer, not_found
from kizuna_hubspot.sandbox.rendering import PORTAL_ID

OWNERS_A_PAGE = 500
EXPIRES_S = 1800

PIPELINES = {"deals": deal_pipelines, "tickets": ticket_pipelines}


class Reference:
    def __init__(self, state: SandboxState) -> None:
        self.state = state

    async def owners(self, request: Request) -> Response:
        """A page of owners; archived ones only when asked for."""
        size = limit(request.query_params.get("limit"), OWNERS_A_PAGE, 100)
        archived, email = truth(request, "archived"), request.query_params.get("email")
        with self.state.lock:
            rows = [
                record
                for record in self.state.stream("owners").ordered("id", numeric)
                if record.live
                and record.payload["archived"] == archived
                and (not email or record.payload["email"] == email)
            ]
        begin = bisect_right(rows, token(request), key=numeric)
        found = rows[begin : begin + size]
        body: dict[str, Any] = {"results": [record.payload for record in found]}
        if begin + size < len(rows):
            body["paging"] = {"next": {"after": found[-1].id, "link": "https://api.hubapi.com/"}}
        return answer(body)

    async def owner(self, request: Request) -> Response:
        record = self.state.find("owners", request.path_params["id"])
        if record is None or record.payload["archived"] != truth(request, "archived"):
            raise not_found()
        return answer(record.payload)

    async def pipelines(self, request: Request) -> Response:
        made = PIPELINES.get(kind_of(request).name)
        return answer({"results": made() if made else []})

    async def pipeline(self, request: Request) -> Response:
        made = PIPELINES.get(kind_of(request).name)
        found = next((each for each in made() if each["id"] == request.path_params["id"]), None) if made else None
        if found is None:
            raise not_found()
        return answer(found)

    async def properties(self, request: Request) -> Response:
        """All definitions in one answer."""
        kind = kind_of(request)
        names = () if truth(request, "archived") else property_names(kind)
        return answer({"results": [definition(kind, name) for name in names]})

    async def property(self, request: Request) -> Response:
        kind, name = kind_of(request), request.path_params["name"]
        if name not in property_names(kind):
            raise not_found()
        return answer(definition(kind, name))

    async def account(self, _request: Request) -> Response:
        body = {
            "portalId": PORTAL_ID,
            "accountType": "STANDARD",
            "timeZone": "US/Eastern",
            "companyCurrency": "USD",
            "additionalCurrencies": ["EUR", "GBP", "JPY"],
            "utcOffset": "-04:00",
            "utcOffsetMilliseconds": -14400000,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "na1",
        }
        return answer(body)

    async def token(self, request: Request) -> Response:
        """A fresh access token for a refresh token or a code, as HubSpot's OAuth gives it; the secret is not checked.

        Where the portal rotates its refresh tokens, each is good once and another one comes with the access token.
        """
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        memory = self.state.memory
        given = form.get("refresh_token", "sandbox-refresh-token")
        spent: set[str] = memory.setdefault("spent", set())
        known = form.get("grant_type") in ("refresh_token", "authorization_code") and "client_id" in form
        if not known or given in spent:
            return answer(
                {
                    "error": "invalid_grant",
                    "error_description": "refresh token is invalid, expired or revoked",
                    "status": "BAD_REFRESH_TOKEN",
                    "message": "missing or invalid refresh token",
                },
                400,
            )
        made = secrets.token_urlsafe(32)
        memory.setdefault("tokens", {})[made] = self.state.now()
        if memory.get("rotating"):
            spent.add(given)
            given = secrets.token_urlsafe(16)
        return answer(
            {
                "access_token": made,
                "refresh_token": given,
                "expires_in": EXPIRES_S,
                "token_type": "bearer",
                "hub_id": PORTAL_ID,
                "scopes": ["oauth"],
            }
        )
