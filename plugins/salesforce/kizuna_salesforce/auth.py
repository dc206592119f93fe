"""Sessions from the org's own host, by one of OAuth's flows; requests go to the instance that the answer names.

Sources: OAuth 2.0 Client Credentials Flow; OAuth 2.0 JWT Bearer Flow; ``instance_url`` is never built by us.
"""

from __future__ import annotations

import base64
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing

import httpx
import msgspec

from kizuna import sdk

GRANT_JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_LIVES_S = 120  # Salesforce refuses one that would live for more than 180, by its own clock
ASSERTION_RENEWED_S = 60


class InstanceToken(sdk.FetchedToken):
    """A session fetched with ``form``; requests go to the answer's ``instance_url`` unless ``pinned``."""

    def __init__(self, login_url: str, form: Mapping[str, sdk.SecretStr | str], *, pinned: bool) -> None:
        # With Refresh Token Rotation each answer brings the next token, and the use of a spent one revokes the grant.
        rotating = {"refresh_token": "refresh_token"} if "refresh_token" in form else None
        super().__init__(f"{login_url}/services/oauth2/token", form, "salesforce", rotating=rotating)
        self._pinned = pinned

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        async with aclosing(super().async_auth_flow(request)) as steps:
            step = await anext(steps)
            while True:
                if step is request:
                    self._place(request)
                response = yield step
                try:
                    step = await steps.asend(response)
                except StopAsyncIteration:
                    return

    def _place(self, request: httpx.Request) -> None:
        """Sends the request to the instance that the token is for."""
        instance = self.last.get("instance_url")
        if self._pinned or not isinstance(instance, str) or not instance:
            return
        home = httpx.URL(instance)
        request.url = request.url.copy_with(scheme=home.scheme, host=home.host, port=home.port)
        request.headers["Host"] = request.url.netloc.decode("ascii")


class AssertedToken(InstanceToken):
    """A session fetched with an assertion signed by the app's private key, renewed so that it never is too old."""

    def __init__(
        self,
        login_url: str,
        signer: Callable[[float], str],
        *,
        pinned: bool,
        clock_s: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(login_url, {"grant_type": GRANT_JWT}, pinned=pinned)
        self._signer, self._clock_s, self._signed_at_s = signer, clock_s, float("-inf")

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        now_s = self._clock_s()
        if now_s - self._signed_at_s >= ASSERTION_RENEWED_S:
            self._form["assertion"] = sdk.SecretStr(self._signer(now_s))
            self._signed_at_s = now_s
        async with aclosing(super().async_auth_flow(request)) as steps:
            step = await anext(steps)
            while True:
                response = yield step
                try:
                    step = await steps.asend(response)
                except StopAsyncIteration:
                    return


def signer(client_id: str, username: str, audience: str, private_key: sdk.SecretStr) -> Callable[[float], str]:
    """What makes an assertion (RFC 7523, RS256) of a moment in epoch seconds.

    Raises ConfigError when the key is no RSA key in PEM form, or when the package that signs is not installed.
    """
    try:  # loaded only where this flow is used
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import padding, rsa
    except ImportError as error:
        raise sdk.ConfigError("salesforce: private_key needs the package cryptography; install it.") from error
    try:
        key = serialization.load_pem_private_key(private_key.get_secret_value().encode(), password=None)
    except (ValueError, TypeError) as error:
        raise sdk.ConfigError("salesforce: private_key is no private key in PEM form without a password.") from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise sdk.ConfigError("salesforce: private_key is no RSA key; Salesforce takes RS256 only.")

    def sign(now_s: float) -> str:
        claims = {"iss": client_id, "sub": username, "aud": audience, "exp": int(now_s) + ASSERTION_LIVES_S}
        head = _segment(msgspec.json.encode({"alg": "RS256", "typ": "JWT"}))
        content = f"{head}.{_segment(msgspec.json.encode(claims))}"
        return f"{content}.{_segment(key.sign(content.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    return sign


def audience_of(login_url: str) -> str:
    """Whom an assertion is for: the login host of sandboxes or of production, as the org's own host tells."""
    host = httpx.URL(login_url).host
    sandbox = ".sandbox." in host or host == "test.salesforce.com"
    return "https://test.salesforce.com" if sandbox else "https://login.salesforce.com"


def _segment(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")
