"""Ways to prove who asks, as ``httpx.Auth``: a token, a key, user and password, a token fetched and renewed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection, Generator, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from typing import Any, Protocol

import httpx
import msgspec
from pydantic import SecretStr

from kizuna.errors import AuthError, TransientError

__all__ = ["Auth", "Basic", "Bearer", "FetchedToken", "Keeper"]

Auth = httpx.Auth


class Keeper(Protocol):
    """Keeps secrets that a vendor replaces when they are used, and lets one worker at a time use them."""

    def turn(self, settings: Collection[str]) -> AbstractAsyncContextManager[Mapping[str, SecretStr]]:
        """The right to renew these secrets, held by nobody else in any process, with what is kept of them now.

        Raises ConfigError where nothing could be kept, TransientError while another holds the right.
        """
        ...

    async def keep(self, values: Mapping[str, SecretStr]) -> None:
        """Keeps renewed secrets, by setting, within a turn; when it raises, they must not be used yet."""
        ...


_AUTHORISE = "what was granted is spent, expired or revoked: authorise again, and put the new token where the connection finds it."
TOKEN_WITHIN_S = 60.0
_PASSING = ("temporarily_unavailable", "server_error")


class Bearer(httpx.Auth):
    """``Authorization: Bearer …`` with a token that does not change."""

    def __init__(self, token: SecretStr) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token.get_secret_value()}"
        yield request


class Basic(httpx.Auth):
    """HTTP Basic with a secret password."""

    def __init__(self, user: str, password: SecretStr) -> None:
        self._user, self._password = user, password

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        yield from httpx.BasicAuth(self._user, self._password.get_secret_value()).auth_flow(request)


class FetchedToken(httpx.Auth):
    """A bearer token fetched from ``token_url`` with ``form`` and fetched anew once when the vendor answers 401.

    Fetching is single-flight: many requests that fail together wait for one new token.
    ``last`` holds the whole answer of the token endpoint (for an instance URL or an expiry).
    ``rotating`` names what the vendor replaces whenever it is used, such as a refresh token: the field of the answer and
    of ``form`` → the setting that holds it. The new value is handed to ``keeper`` (set by whoever opens the line)
    before the new token is used, so that a crash in between loses neither.
    Raises AuthError when the token endpoint refuses (its text is the vendor's error code, never a secret),
    TransientError when it cannot answer now.
    """

    keeper: Keeper | None = None
    renewer: asyncio.Task[Any] | None = None
    """Who has used what its use replaces, and does not have the new one yet: broken off now, it would be lost."""

    def __init__(
        self,
        token_url: str,
        form: Mapping[str, SecretStr | str],
        name: str,
        *,
        rotating: Mapping[str, str] | None = None,
    ) -> None:
        self._url, self._form, self._name = token_url, dict(form), name
        self._rotating = dict(rotating or {})
        self._lock = asyncio.Lock()
        self._token: str | None = None
        self.last: dict[str, Any] = {}

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        used = self._token
        if used is None:
            async with aclosing(self._fetch(None)) as steps:
                async for step in steps:
                    response = yield step
                    await response.aread()
                    await self._keep(response)
            used = self._token
        request.headers["Authorization"] = f"Bearer {used}"
        response = yield request
        if response.status_code != httpx.codes.UNAUTHORIZED:
            return
        async with aclosing(self._fetch(used)) as steps:
            async for step in steps:
                response = yield step
                await response.aread()
                await self._keep(response)
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request

    @property
    def rotates(self) -> bool:
        """Whether a token request uses up what it sends."""
        return bool(self._rotating)

    async def settled(self) -> None:
        """Returns when no token is being fetched."""
        async with self._lock:
            pass

    async def _fetch(self, stale: str | None) -> AsyncGenerator[httpx.Request, None]:
        """The token request, unless another flow has replaced the stale token meanwhile."""
        async with self._lock:
            if self._token != stale:
                return
            async with self._turn() as standing:
                self._form.update({name: standing[at] for name, at in self._rotating.items() if at in standing})
                plain = {name: _plain(value) for name, value in self._form.items()}
                self.renewer = asyncio.current_task()
                try:
                    # Shorter than the turn to renew: another worker must not send the same secret meanwhile.
                    within = {"timeout": httpx.Timeout(TOKEN_WITHIN_S).as_dict()}
                    accept = {"Accept": "application/json"}
                    yield httpx.Request("POST", self._url, data=plain, headers=accept, extensions=within)
                finally:
                    self.renewer = None

    def _turn(self) -> AbstractAsyncContextManager[Mapping[str, SecretStr]]:
        if self.keeper is None or not self._rotating:
            return nullcontext({})
        return self.keeper.turn(self._rotating.values())

    async def _keep(self, response: httpx.Response) -> None:
        try:
            said = msgspec.json.decode(response.content, type=dict[str, Any])
        except msgspec.DecodeError:
            said = {}
        token, code = said.get("access_token"), said.get("error")
        # A refusal is an object with "error" (RFC 6749 section 5.2); a busy or broken edge answers anything else.
        if response.status_code == 429 or response.status_code >= 500 or code in _PASSING:
            raise TransientError(f"{self._name}: the token endpoint is busy or broken ({response.status_code}).")
        if code is not None or response.status_code in (400, 401, 404):
            refusal = code if isinstance(code, str) else response.status_code
            advice = _AUTHORISE if code == "invalid_grant" else "check the client id and secret."
            raise AuthError(f"{self._name}: the token endpoint refused ({refusal}); {advice}")
        if response.is_error or not isinstance(token, str):
            raise TransientError(f"{self._name}: the token endpoint gave no token ({response.status_code}).")
        await self._renew(said)
        self._token, self.last = token, said

    async def _renew(self, said: Mapping[str, Any]) -> None:
        """Whatever the vendor replaced kept first, then taken for the next time."""
        given = {name: said[name] for name in self._rotating if isinstance(said.get(name), str) and said[name]}
        new = {name: SecretStr(value) for name, value in given.items() if value != _plain(self._form.get(name))}
        if new and self.keeper is not None:
            await self.keeper.keep({self._rotating[name]: value for name, value in new.items()})
        self._form.update(new)


def _plain(value: SecretStr | str | None) -> str | None:
    return value.get_secret_value() if isinstance(value, SecretStr) else value
