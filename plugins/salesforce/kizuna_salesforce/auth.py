"""The client credentials flow: a session from the org's own host, requests to the instance that it names.

Source: OAuth 2.0 Client Credentials Flow; instance_url is never built by us.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import httpx

from kizuna import sdk


class InstanceToken(sdk.FetchedToken):
    """A session fetched with id and secret; requests go to the answer's ``instance_url`` unless ``pinned``."""

    def __init__(self, login_url: str, client_id: str, client_secret: sdk.SecretStr, *, pinned: bool) -> None:
        form: dict[str, sdk.SecretStr | str] = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
        }
        super().__init__(f"{login_url}/services/oauth2/token", form, "salesforce")
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
