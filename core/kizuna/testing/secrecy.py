"""Promises about secrets: they are sent, and nowhere else to be seen."""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import unquote_plus

import httpx

from kizuna.errors import ConfigError, KizunaError
from kizuna.plugins import configured
from kizuna.sdk import AnyConnector, Ask, SecretStr, Transport
from kizuna.testing.hurry import hurried
from kizuna.testing.played import Refusing
from kizuna.testing.reading import sent
from kizuna.testing.subject import NotChecked, Subject

_NAMED_LIKE_A_SECRET = re.compile(
    r"(token|secret|passw|api_?key|private_?key|credential)(?!.*_(url|id|uri)$)", re.IGNORECASE
)


def keeps_secrets(subject: Subject, ask: Ask) -> Iterator[str]:
    """Complaints when a secret stands in a plain setting, in ``repr`` or in an error's words."""
    connector, fields = subject.connector, secret_fields(subject.connector)
    watcher = Refusing(401)
    sent(subject, watcher, ask)
    for name, value in connector.settings:
        if isinstance(value, str) and value and (_NAMED_LIKE_A_SECRET.search(name) or _proves(value, watcher.requests)):
            yield f"the setting {name!r} is a secret kept as plain text; make it sdk.SecretStr"
    for name, secret in fields.items():
        shown = {"the repr of the settings": repr(connector.settings), "the repr of the connector": repr(connector)}
        shown["the repr of auth()"] = repr(connector.auth())
        for status in (400, 401, 403, 429, 500):
            error = sent(subject, Refusing(status, echo=secret), ask)
            shown[f"the error for status {status}"] = f"{error} {error!r}"
        yield from (f"the secret {name!r} is seen in {where}" for where, text in shown.items() if secret in text)


def keeps_secrets_out_of_logs(subject: Subject, ask: Ask) -> Iterator[str]:
    """Complaints when a secret is logged by anyone, in the vendor's own words about a refusal, or stands in a URL.

    A URL is in the logs of every proxy and server on its way.
    """
    fields = secret_fields(subject.connector)
    if not fields:
        raise NotChecked("the settings hold no secret")
    asked: list[str] = []
    with _heard() as lines:
        for secret in fields.values():
            for status in (200, 400, 401, 403, 429, 500):
                vendor = Refusing(status, echo=secret)
                hurried(_tried(subject, vendor, ask))
                asked += [unquote_plus(str(request.url)) for request in vendor.requests]
    for name, secret in fields.items():
        if any(secret in url for url in asked):
            yield f"the secret {name!r} stands in the URL, which proxies log; send it in a header"
        found = next((line for line in lines if secret in line), None)
        if found is not None:
            logger = found.partition(":")[0]
            yield f"the secret {name!r} is logged by {logger}; send it in a header, and quote nothing that the vendor says"


async def _tried(subject: Subject, http: httpx.AsyncBaseTransport, ask: Ask) -> None:
    """The question, asked again as the engine does."""
    async with Transport(subject.connector, http=http, attempts=3, paced=False) as transport:
        with suppress(KizunaError):
            await transport.send(ask)


def proves_who_asks(subject: Subject, given: Mapping[str, Any], ask: Ask) -> Iterator[str]:
    """Complaints when a secret is asked for in the settings and never sent."""
    fields = secret_fields(subject.connector)
    if not fields:
        raise NotChecked("the settings hold no secret")
    for name, secret in fields.items():
        try:
            other = configured(type(subject.connector), {**given, name: f"{secret}0"}, {}, "suite")
        except ConfigError as error:
            raise NotChecked(f"another value of {name!r} is refused by the settings") from error
        seen = [_seen(subject, ask), _seen(Subject(other, subject.stream, ()), ask)]
        if seen[0] == seen[1]:
            yield f"the secret {name!r} changes no request; auth() has to send it"


def secret_fields(connector: AnyConnector) -> dict[str, str]:
    """Setting → secret, of those that are given."""
    found = {name: value for name, value in connector.settings if isinstance(value, SecretStr)}
    return {name: value.get_secret_value() for name, value in found.items() if value.get_secret_value()}


def _seen(subject: Subject, ask: Ask) -> list[tuple[str, list[tuple[bytes, bytes]], bytes]]:
    watcher = Refusing(401)
    sent(subject, watcher, ask)
    return [(str(request.url), list(request.headers.raw), request.content) for request in watcher.requests]


def _proves(value: str, requests: list[httpx.Request]) -> bool:
    """Whether the value is what proves who asks: the token of the Authorization header, or the password in it."""
    for request in requests:
        scheme, _, credential = request.headers.get("Authorization", "").partition(" ")
        if scheme.casefold() == "basic":
            credential = base64.b64decode(credential).decode(errors="replace").partition(":")[2]
        if credential == value:
            return True
    return False


class _Heard(logging.Handler):
    """Keeps what is logged, whoever logs it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        told = {name: value for name, value in vars(record).items() if name not in {"msg", "args"}}
        self.lines.append(f"{record.name}: {self.format(record)} {told}")


@contextmanager
def _heard() -> Iterator[list[str]]:
    """Every line that is logged meanwhile, however unimportant."""
    handler, root = _Heard(), logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in ("", "kizuna", "httpx", "httpcore")}
    root.addHandler(handler)
    for name in levels:
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        yield handler.lines
    finally:
        root.removeHandler(handler)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
