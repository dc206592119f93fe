"""Stripe's refusals, as it words them.

Source: https://docs.stripe.com/api/errors (read 2026-05).
"""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

DOCS = "https://stripe.com/docs/error-codes"


class Refusal(Exception):
    """An answer with an error body; ``status`` is HTTP's."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.status = status
        named = {"code": code, "doc_url": f"{DOCS}/{code.replace('_', '-')}" if code else None, "param": param}
        self.error = {"message": message, "type": kind, **{name: value for name, value in named.items() if value}}


def refused(_request: Request, error: Exception) -> Response:
    """The answer that a refusal means."""
    assert isinstance(error, Refusal)
    return answer({"error": error.error}, error.status)


def answer(content: Any, status: int = 200) -> Response:
    """JSON as Stripe sends it; bytes are JSON already."""
    body = content if isinstance(content, bytes) else msgspec.json.encode(content)
    return Response(body, status, media_type="application/json")


def missing(what: str, object_id: str, *, param: str = "id", status: int = 404) -> Refusal:
    """No object of that kind has that id."""
    return Refusal(status, f"No such {what}: '{object_id}'", code="resource_missing", param=param)


def unknown_parameter(name: str) -> Refusal:
    return Refusal(400, f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def invalid_integer(value: str, param: str) -> Refusal:
    return Refusal(400, f"Invalid integer: {value}", code="parameter_invalid_integer", param=param)
