"""Errors as Salesforce answers them: a JSON array from REST, an object from the token endpoint."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, code: str, message: str, fields: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.fields = status, code, message, fields


def malformed(message: str) -> Refused:
    """A query that cannot be read."""
    return Refused(400, "MALFORMED_QUERY", message)


def no_column(field: str, sobject: str, where: str = "entity") -> Refused:
    """A field that the object does not have, or that the user may not see."""
    message = (
        f"No such column '{field}' on {where} '{sobject}'. If you are attempting to use a custom field, be sure to "
        "append the '__c' after the custom field name. Please reference your WSDL or the describe call for the "
        "appropriate names."
    )
    return Refused(400, "INVALID_FIELD", message)


def no_object(sobject: str) -> Refused:
    """An object that the org does not have, or that the user may not see."""
    message = (
        f"sObject type '{sobject}' is not supported. If you are attempting to use a custom object, be sure to append "
        "the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names."
    )
    return Refused(400, "INVALID_TYPE", message)


def no_access() -> Refused:
    """Something for which the user's rights do not suffice."""
    return Refused(403, "INSUFFICIENT_ACCESS", "insufficient access rights on object id")


def not_found() -> Refused:
    """A resource that is not there."""
    return Refused(404, "NOT_FOUND", "The requested resource does not exist")


def answer(refused: Refused) -> Response:
    """The error as REST sends it."""
    entry: dict[str, object] = {"message": refused.message, "errorCode": refused.code}
    if refused.fields:
        entry["fields"] = list(refused.fields)
    return JSONResponse([entry], refused.status)


async def handler(_request: Request, error: Exception) -> Response:
    """What Starlette calls for a Refused."""
    assert isinstance(error, Refused)
    return answer(error)
