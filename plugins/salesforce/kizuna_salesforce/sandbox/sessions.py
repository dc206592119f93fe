"""The token endpoint and the sessions it hands out."""

from __future__ import annotations

import base64
import binascii
import secrets
import time
from datetime import datetime
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kizuna.sandbox import SandboxState
from kizuna_salesforce.auth import ASSERTION_LIVES_S, GRANT_JWT
from kizuna_salesforce.sandbox.ids import ORGANISATION, RUN_AS_USER
from kizuna_salesforce.sandbox.refusals import Refused

CLIENT_ID = "3MVG9sandboxConsumerKey"
CLIENT_SECRET = "sandbox-consumer-secret"  # noqa: S105  opens a simulation only
USERNAME = "integration@sandbox.invalid"
LOGIN_HOSTS = ("https://login.salesforce.com", "https://test.salesforce.com")
CLOCKS_APART_S = 60


class TokenEndpoint:
    """``/services/oauth2/token``: the client credentials, JWT bearer, password and refresh flows.

    With ``memory["rotates"]`` a refresh token serves once, and the answer holds the next one.
    """

    def __init__(self, state: SandboxState) -> None:
        self._state = state

    async def __call__(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        flow = form.get("grant_type", "")
        if flow == GRANT_JWT:
            return self._asserted(form.get("assertion", ""), str(request.base_url).rstrip("/"))
        if flow not in ("client_credentials", "password", "refresh_token"):
            return _refusal("unsupported_grant_type", "grant type not supported")
        client_id, client_secret = _basic(request) or (form.get("client_id", ""), form.get("client_secret", ""))
        if client_id != CLIENT_ID:
            return _refusal("invalid_client_id", "client identifier invalid")
        if not secrets.compare_digest(client_secret, CLIENT_SECRET):
            return _refusal("invalid_client", "invalid client credentials")
        session = self._session(str(request.base_url).rstrip("/"))
        if flow != "refresh_token":
            return JSONResponse(session)
        held: str | None = self._state.memory.setdefault("refresh_token", CLIENT_SECRET)
        if held is None or form.get("refresh_token") != held:
            if self._state.memory.get("rotates"):
                self._state.memory["refresh_token"] = None  # a spent token was used: the grant is revoked
            return _refusal("invalid_grant", "expired access/refresh token")
        if self._state.memory.get("rotates"):
            held = self._state.memory["refresh_token"] = secrets.token_urlsafe(24)
            session["refresh_token"] = held
        return JSONResponse(session)

    def _asserted(self, assertion: str, instance_url: str) -> Response:
        """A session for an assertion that the org's certificate (``memory["certificate"]``, PEM) verifies."""
        from kizuna_salesforce.sandbox.assertions import verified  # needs a library that other flows do not

        claims = verified(assertion, self._state.memory.get("certificate", b""))
        if claims is None:
            return _refusal("invalid_grant", "invalid assertion")
        if claims.get("iss") != CLIENT_ID:
            return _refusal("invalid_client_id", "client identifier invalid")
        if claims.get("aud") not in (*LOGIN_HOSTS, instance_url):
            return _refusal("invalid_grant", "audience is invalid")
        left_s = float(claims.get("exp", 0)) - time.time()
        if not 0 < left_s <= ASSERTION_LIVES_S + CLOCKS_APART_S:
            return _refusal(
                "invalid_grant", "expired authorization code" if left_s <= 0 else "assertion lives too long"
            )
        if claims.get("sub") != USERNAME:
            return _refusal("invalid_grant", "user hasn't approved this consumer")
        return JSONResponse(self._session(instance_url))

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
