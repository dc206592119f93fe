"""Salesforce's error codes, sorted by what to do next. Codes: REST API Developer Guide, status codes and error responses."""

from __future__ import annotations

import re

import msgspec

from kizuna import sdk

# A query can go on after these: the reading asks for the fields anew, begins again at its position, takes less,
# or goes without a bulk job.
RECOVERABLE = frozenset(
    {
        "INVALID_FIELD",
        "INVALID_QUERY_LOCATOR",
        "QUERY_TIMEOUT",
        "INVALID_REPLICATION_DATE",
        "EXCEEDED_ID_LIMIT",
        # Of bulk jobs: the object, the number of jobs or the user's rights do not allow them, queries may.
        "INVALIDENTITY",
        "LIMIT_EXCEEDED",
        "API_ERROR",
        "FEATURENOTENABLED",
    }
)

_USAGE = re.compile(r"api-usage=(\d+)/(\d+)")
_DAILY_PAUSE_S = 3600.0  # the allocation rolls over 24 hours, so an hour gives some of it back
_BUSY_PAUSE_S = 10.0  # 25 calls longer than 20 seconds are under way


class Said(msgspec.Struct, rename={"error_code": "errorCode"}):
    """One entry of an error body."""

    error_code: str | None = None


def codes(answer: sdk.Answer) -> tuple[str, ...]:
    """The error codes in the body, none when it is no error array (an edge server answers with HTML or nothing)."""
    try:
        said = msgspec.json.decode(answer.body, type=list[Said])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ()
    return tuple(entry.error_code for entry in said if entry.error_code)


def usage(answer: sdk.Answer) -> tuple[int, int] | None:
    """Calls used and allowed in 24 hours as ``Sforce-Limit-Info`` tells, None when it does not."""
    found = _USAGE.search(answer.headers.get("sforce-limit-info", ""))
    return (int(found[1]), int(found[2])) if found else None


def sort_error(name: str, answer: sdk.Answer, share_percent: int) -> sdk.KizunaError | None:
    """The error an answer means; None when it is good or when the reading itself can go on from it.

    A good answer that shows more than ``share_percent`` of the daily allocation used is a QuotaError: the calls left
    belong to the org's other applications.
    """
    calls = usage(answer)
    if answer.status < 400:
        if calls and calls[0] * 100 > calls[1] * share_percent:
            return sdk.QuotaError(
                f"{name}: {calls[0]} of {calls[1]} daily calls are used, over the share of {share_percent} %; "
                "the run goes on when some are free again, or raise api_share_percent.",
                _DAILY_PAUSE_S,
            )
        return None
    said = codes(answer)
    for code in said:
        if answer.status == 400 and code in RECOVERABLE:
            return None
    return _by_code(name, said[0] if said else "", calls) or _by_status(name, answer)


def _by_code(name: str, code: str, calls: tuple[int, int] | None) -> sdk.KizunaError | None:
    match code:
        case "REQUEST_LIMIT_EXCEEDED":
            if calls and calls[0] < calls[1]:
                return sdk.TransientError(f"{name}: too many long calls at once ({code}).", _BUSY_PAUSE_S)
            return sdk.QuotaError(f"{name}: the daily calls of the org are used up ({code}).", _DAILY_PAUSE_S)
        case "INVALID_SESSION_ID":
            return sdk.AuthError(f"{name}: the session is refused ({code}); check the client id and secret.")
        case "API_DISABLED_FOR_ORG" | "API_CURRENTLY_DISABLED":
            return sdk.AuthError(f"{name}: the org or the user has no API access ({code}); grant «API Enabled».")
        case (
            "INVALID_TYPE"
            | "NOT_FOUND"  # of a description: what may not be read is as if it were not there
            | "INSUFFICIENT_ACCESS"
            | "FUNCTIONALITY_NOT_ENABLED"
            | "INSUFFICIENT_ACCESS_OR_READONLY"
        ):
            return sdk.DegradedError(f"{name}: the object is absent or not readable ({code}); grant read access to it.")
        case "SERVER_UNAVAILABLE" | "UNKNOWN_EXCEPTION" | "UNABLE_TO_LOCK_ROW":
            return sdk.TransientError(f"{name}: Salesforce cannot answer now ({code}).")
        case _:
            return None


def _by_status(name: str, answer: sdk.Answer) -> sdk.KizunaError | None:
    if answer.status == 410:
        return sdk.ConfigError(f"{name}: this API version is retired (410); set api_version to a current one.")
    if answer.status == 406:  # an edge server that has no better word for «not now»
        return sdk.TransientError(f"{name}: cannot answer now (406).", sdk.retry_after(answer))
    return sdk.sort_by_status(name, answer)
