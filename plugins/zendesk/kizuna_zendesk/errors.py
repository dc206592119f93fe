"""What Zendesk's refusals mean, sorted by what the operator does next."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from kizuna import sdk

WAIT_S = 60.0
"""Limits count whole minutes; this long is waited where a refusal does not say."""

ME = "/api/v2/users/me.json"
RECORD_NOT_FOUND = "RecordNotFound"
RESETS = ("ratelimit-reset", "rate-limit-reset")
_ENDPOINT = re.compile(r"^zendesk-rate-?limit-")
_REMAINING = re.compile(r"\bremaining=(\d+)")
_RESETS = re.compile(r"\bresets=(\d+)")


class Fault(msgspec.Struct):
    """A refusal's body; ``error`` is a code, or an object with a title."""

    error: str | dict[str, Any] | None = None


class Me(msgspec.Struct):
    """The one who asks; an anonymous one has no id."""

    id: int | str | None = None


class Who(msgspec.Struct):
    """The answer of the connection check."""

    user: Me


def sort(name: str, answer: sdk.Answer) -> sdk.KizunaError | None:
    """The error an answer means, None when it is good."""
    status = answer.status
    if status < 400:
        return anonymous(name, answer)
    code = code_of(answer.body)
    said = f"{status}, {code}" if code else str(status)
    if status == 401:
        return sdk.AuthError(
            f"{name}: credentials refused ({said}); check the e-mail and its API token, or the OAuth token."
        )
    if status == 403:
        return sdk.DegradedError(
            f"{name}: the owner of the token may not read this ({said}); grant the right.", "scope"
        )
    if status == 404 and code == RECORD_NOT_FOUND and not (answer.ask and answer.ask.path == ME):
        return None  # one record may be gone while its list is being read: the reading knows what it asked for
    if status == 404:
        return sdk.DegradedError(
            f"{name}: not there ({said}); check the subdomain and whether the plan has it.", "plan"
        )
    if status == 429:
        return sdk.TransientError(f"{name}: too many requests ({said}); waits.", wait_s(answer))
    sorted_ = sdk.sort_by_status(name, answer)
    if isinstance(sorted_, sdk.RefusedError):
        return sdk.RefusedError(f"{name}: the request was refused ({said}); the connector asked wrongly.")
    return sorted_


def anonymous(name: str, answer: sdk.Answer) -> sdk.AuthError | None:
    """Wrong credentials do not always make a refusal: the connection check then meets a user without an id."""
    if not answer.body.startswith(b'{"user":'):
        return None
    try:
        who = msgspec.json.decode(answer.body, type=Who)
    except msgspec.DecodeError:
        return None
    if who.user.id is not None:
        return None
    return sdk.AuthError(f"{name}: asked as an anonymous user; check the e-mail and its API token, or the OAuth token.")


def code_of(body: bytes) -> str | None:
    """The vendor's code: ``error`` itself, or its title; None for a text, a web page or nothing."""
    try:
        fault = msgspec.json.decode(body, type=Fault)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    code = fault.error.get("title") if isinstance(fault.error, dict) else fault.error
    return str(code)[:80] if code else None


def wait_s(answer: sdk.Answer) -> float:
    """Seconds until the limit is free: ``Retry-After``, else the reset of whichever limit is used up, else a minute.

    Zendesk has spelt these headers in three ways; all are read.
    """
    wish_s = sdk.retry_after(answer)
    if wish_s is not None:
        return wish_s
    return max(resets_s(answer.headers), default=WAIT_S)


def resets_s(headers: Mapping[str, str]) -> list[float]:
    """The resets, in seconds, of the account's limit and of each endpoint's own that has nothing remaining."""
    account = [float(headers[name]) for name in RESETS if headers.get(name, "").isdigit()]
    endpoint = [
        float(resets.group(1))
        for name, value in headers.items()
        if _ENDPOINT.match(name)
        and (remaining := _REMAINING.search(value)) is not None
        and int(remaining.group(1)) == 0
        and (resets := _RESETS.search(value)) is not None
    ]
    return account + endpoint
