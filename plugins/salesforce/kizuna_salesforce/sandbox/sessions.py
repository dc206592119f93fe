"""The token endpoint and the sessions it hands out."""

from __future__ import annotations

import base64
import binascii
import secrets
from datetime import datetime
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kizuna.sandbox import SandboxState
from kizuna_salesforce.sandbox.ids import ORGANISATION, RUN_AS_USER
from kizuna_salesforce.sandbox.refusals import Refused

CLIENT_ID = "3MVG9sandboxConsumerKey"
CLIENT_SECRET = "sandbox-consumer-secret"  # noqa: S105  opens a simulation only


class TokenEndpoint:
    """``/services/oauth2/token``: the client credentials, password and refresh flows."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state

    async def __call__(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        flow = form.get("grant_type", "")
        if flow not in ("client_credentials", "password", "refresh_token"):
            return _refusal("unsupported_grant_type", "grant type not supported")
        client_id, client_secret = _basic(request) or (form.get("client_id", ""), form.get("client_secret", ""))
        if client_id != CLIENT_ID:
            return _refusal("invalid_client_id", "client identifier invalid")
        if not secrets.compare_digest(client_secret, CLIENT_SECRET):
            return _refusal("invalid_client", "invalid client credentials")
        if flow == "refresh_token" and form.get("refresh_token") != CLIENT_SECRET:
            return _refusal("invalid_grant", "expired access/refresh token")
        return JSONResponse(self._session(str(request.base_url).rstrip("/")))

    def _session(self, instance_url: str) -> dict[str, str]:
        token = f"{ORGANISATION[:15]}!{secrets.token_urlsafe(48)}"
        tokens: dict[str, datetime] = self._state.memory.setdefault("tokens", {})
        tokens[token] = self._state.now()
        return {
            "access_token": token,
            "instance_url": instance_url,
            "id": f"https://login.salesforce.com/id/{ORGANISATION}/{RUN_AS_USER}",
            "token_type": "Bearer",
            "issued_at": str(int(self._state.now().timestamp() * 1000)),
            "signature": base64.b64encode(secrets.token_bytes(32)).decode(),
            "scope": "api",
        }


def require(request: Request, state: SandboxState) -> None:
    """Lets a request with a living session pass. Raises Refused (INVALID_SESSION_ID) for any other."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme not in ("Bearer", "OAuth") or token not in state.memory.get("tokens", {}):
        raise Refused(401, "INVALID_SESSION_ID", "Session expired or invalid")


def _refusal(error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, 400)


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, coded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user, password
