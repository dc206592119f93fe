"""What Stripe's refusals mean for the operator.

Source: https://docs.stripe.com/api/errors, https://docs.stripe.com/rate-limits (read 2026-05).
"""

from __future__ import annotations

import msgspec

from kizuna import sdk

UNAUTHORIZED, FORBIDDEN, BAD_REQUEST, NOT_FOUND, CONFLICT, TOO_MANY = 401, 403, 400, 404, 409, 429
FAILED_DEPENDENCY = 424  # something Stripe itself depends on did not answer
MISSING = "resource_missing"


class Fault(msgspec.Struct):
    """The inside of Stripe's error body."""

    type: str | None = None
    code: str | None = None
    param: str | None = None


class _Body(msgspec.Struct):
    error: Fault


_BODY = msgspec.json.Decoder(_Body)


def fault(answer: sdk.Answer) -> Fault:
    """The error a body names, an empty one when it names none."""
    try:
        return _BODY.decode(answer.body).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Fault()


def sort_error(key: str, answer: sdk.Answer) -> sdk.KizunaError | None:
    """The error an answer means; None when it is good or when the reading knows what to do with it.

    A missing object is news, not a fault: it was deleted since the event, or the page's cursor was.
    """
    status = answer.status
    if status < BAD_REQUEST:
        return None
    said = fault(answer)
    if said.code == MISSING and status in (BAD_REQUEST, NOT_FOUND):
        return None
    where = f"{key}: request {answer.headers.get('request-id', 'without id')}"
    if status == UNAUTHORIZED:
        return sdk.AuthError(
            f"{where}: the API key was refused; put a valid restricted key where the connection finds it."
        )
    if status == FORBIDDEN:
        what = answer.ask.path.removeprefix("/v1/").partition("/")[0] if answer.ask else "this"
        return sdk.DegradedError(
            f"{where}: the key may not read {what}; grant it read access in the Stripe dashboard.", "scope"
        )
    if status == TOO_MANY:
        reason = answer.headers.get("stripe-rate-limited-reason") or said.code or "no reason given"
        return sdk.TransientError(f"{where}: too many requests ({reason}); tried again.", sdk.retry_after(answer))
    found = sdk.sort_by_status(key, answer)
    should_retry = answer.headers.get("stripe-should-retry")
    if should_retry == "false" and (status == FAILED_DEPENDENCY or isinstance(found, sdk.TransientError)):
        return sdk.RefusedError(f"{where}: Stripe asks not to try again ({status}); the next pass asks anew.")
    if should_retry == "true" or status == FAILED_DEPENDENCY:
        return sdk.TransientError(
            f"{where}: Stripe cannot answer now ({status}); tried again.", sdk.retry_after(answer)
        )
    if status == BAD_REQUEST:
        field = f" at {said.param}" if said.param else ""
        return sdk.RefusedError(f"{where}: the question was refused ({said.code or said.type or status}{field}).")
    return found
