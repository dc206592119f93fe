"""HubSpot's error answers, as recorded: every field but status and message may be missing."""

from __future__ import annotations

import uuid
from math import ceil
from typing import Any

import msgspec
from starlette.responses import Response

JSON = "application/json;charset=utf-8"


class Refusal(Exception):
    """A request HubSpot answers with an error."""

    def __init__(self, status: int, message: str, category: str | None = "VALIDATION_ERROR", **more: Any) -> None:
        super().__init__(message)
        self.status, self.message, self.category, self.more = status, message, category, more

    def response(self) -> Response:
        body = {"status": "error", "message": self.message, "correlationId": str(uuid.uuid4())}
        if self.category is not None:
            body["category"] = self.category
        return answer({**body, **self.more}, self.status)


def answer(body: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(body), status, media_type=JSON)


def not_found(what: str = "resource not found") -> Refusal:
    return Refusal(404, what, "OBJECT_NOT_FOUND")


def too_many(policy: str, message: str, retry_after_s: float | None) -> Response:
    """The answer when a limit is used up; it has an ``errorType`` and no category, and may say when to come again."""
    body = {
        "status": "error",
        "message": message,
        "errorType": "RATE_LIMIT",
        "correlationId": str(uuid.uuid4()),
        "policyName": policy,
    }
    response = answer(body, 429)
    if retry_after_s is not None:
        response.headers["Retry-After"] = str(max(1, ceil(retry_after_s)))
    return response
