"""Errors of the API: which may be shown, and how each is told."""

from __future__ import annotations

from typing import Any, Final

from graphql import GraphQLError

from kizuna.errors import KizunaError

ABORTED: Final = "ABORTED"
BAD_INPUT: Final = "BAD_USER_INPUT"
FORBIDDEN: Final = "FORBIDDEN"
INTERNAL: Final = "INTERNAL_ERROR"
INVALID: Final = "GRAPHQL_VALIDATION_FAILED"
MALFORMED: Final = "GRAPHQL_PARSE_FAILED"
THROTTLED: Final = "THROTTLED"
TIMEOUT: Final = "TIMEOUT"
TOO_LARGE: Final = "LIMIT_EXCEEDED"

MESSAGE_MOST: Final = 400


class UserError(KizunaError):
    """The caller asked for something impossible; the message says what and is shown."""

    code = BAD_INPUT


class Forbidden(UserError):
    """The caller's token does not allow it."""

    code = FORBIDDEN


class TooLate(UserError):
    """The request took longer than it may."""

    code = TIMEOUT


class Aborted(UserError):
    """An earlier part of the request failed in the database and took this part with it."""

    code = ABORTED


class OverLimit(UserError):
    """The document asks for more than one may; ``told`` goes into the error's extensions."""

    code = TOO_LARGE

    def __init__(self, message: str, **told: Any) -> None:
        super().__init__(message)
        self.told = told


class Throttled(OverLimit):
    """The caller has spent what they may for now; ``told`` says when there is enough again."""

    code = THROTTLED


def told(message: str, code: str, **more: Any) -> dict[str, Any]:
    """An error without a place."""
    return {"message": message, "extensions": {"code": code, **more}}


def shown(error: GraphQLError, request_id: str, code: str) -> dict[str, Any]:
    """The error as the caller may see it; whatever was not meant for them is masked behind the request's id."""
    original = error.original_error
    if isinstance(original, UserError):
        more = getattr(original, "told", {})
        formatted: dict[str, Any] = {"message": str(original), "extensions": {"code": original.code, **more}}
    elif original is None or isinstance(original, GraphQLError):
        formatted = {"message": _cut(error.message), "extensions": {"code": code}}
    else:
        message = f"Something went wrong here, not with your question; tell your administrator this id: {request_id}."
        formatted = {"message": message, "extensions": {"code": INTERNAL, "requestId": request_id}}
    if error.locations:
        formatted["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    if error.path:
        formatted["path"] = list(error.path)
    return formatted


def _cut(message: str) -> str:
    """The message, of which a value that it quotes may be most."""
    return message if len(message) <= MESSAGE_MOST else f"{message[: MESSAGE_MOST - 1]}…"


def is_fault(error: GraphQLError) -> bool:
    """Whether the error is ours, to be logged with its traceback."""
    original = error.original_error
    return original is not None and not isinstance(original, UserError | GraphQLError)
