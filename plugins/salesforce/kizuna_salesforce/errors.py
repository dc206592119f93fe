"""Salesforce's error codes, sorted by what to do next. Codes: REST API Developer Guide, status codes and error responses."""

from __future__ import annotations

import re
from dataclasses import dataclass

import msgspec

from kizuna import sdk

# Of these a reading itself knows what to do, as it knows what it asked: a query for other fields or fewer rows, queries
# in place of a bulk job, another job in place of one that has expired, or no reading at all.
_LEFT_TO_READINGS = frozenset({400, 403, 404, 409})

_USAGE = re.compile(r"(per-app-)?api-usage=(\d+)/(\d+)(?:\(appName=(.*?)\)(?=;|$))?")
_ROOT = re.compile(r"/services/data/v[^/]+/")
_NO_COLUMN = re.compile(r"No such column '([^']+)'")
_DAILY_PAUSE_S = 3600.0  # the allocation rolls over 24 hours, so an hour gives some of it back
_LACKS: dict[str, sdk.Lack] = {"INVALID_TYPE": "object", "NOT_FOUND": "object", "FUNCTIONALITY_NOT_ENABLED": "plan"}
_RESTRICTED = "Implementation restriction"
_BUSY_PAUSE_S = 10.0  # 25 calls longer than 20 seconds are under way


class Said(msgspec.Struct, rename={"error_code": "errorCode"}):
    """One entry of an error body."""

    error_code: str | None = None
    message: str | None = None


def entries(answer: sdk.Answer) -> list[Said]:
    """The errors in the body, none when it is no error array (an edge server answers with HTML or nothing)."""
    try:
        return msgspec.json.decode(answer.body, type=list[Said])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []


def codes(answer: sdk.Answer) -> tuple[str, ...]:
    """The error codes in the body."""
    return tuple(entry.error_code for entry in entries(answer) if entry.error_code)


def columns(answer: sdk.Answer) -> frozenset[str]:
    """The fields of which the body says that there are none."""
    return frozenset(name for entry in entries(answer) for name in _NO_COLUMN.findall(entry.message or ""))


@dataclass(frozen=True, slots=True)
class Usage:
    """Calls used and allowed within 24 hours; ``whose`` says in words by whom."""

    used: int
    most: int
    whose: str


def usages(answer: sdk.Answer) -> list[Usage]:
    """How much of each allocation ``Sforce-Limit-Info`` shows to be used: the org's and, where it has one, the app's own."""
    found = _USAGE.findall(answer.headers.get("sforce-limit-info", ""))
    whose = (f"the app {name}".rstrip() if of_app else "the org" for of_app, _, _, name in found)
    said = [Usage(int(used), int(most), who) for (_, used, most, _), who in zip(found, whose, strict=True)]
    return [usage for usage in said if usage.most]


def sort_error(name: str, answer: sdk.Answer, share_percent: int) -> sdk.KizunaError | None:
    """The error an answer means; None when it is good or when the reading itself can go on from it.

    A good answer that shows more than ``share_percent`` of a daily allocation used, the org's or the app's own, is a
    QuotaError: the calls left belong to the org's other applications, or to other uses of the app.
    """
    if answer.status < 400:
        over = next((calls for calls in usages(answer) if calls.used * 100 > calls.most * share_percent), None)
        if over is None:
            return None
        return sdk.QuotaError(
            f"{name}: {over.used} of {over.most} daily calls of {over.whose} are used, over the share of {share_percent} %; "
            "the run goes on when some are free again, or raise api_share_percent.",
            _DAILY_PAUSE_S,
        )
    found = _by_code(name, answer)
    if answer.ask is not None and _is_root(answer.ask):  # no reading asked
        return found or _by_status(name, answer)
    if answer.ask is not None and _ends_a_job(answer.ask) and not _for_later(answer):
        return None
    if answer.status in _LEFT_TO_READINGS and codes(answer) and _about_the_object(answer.status, found):
        return None
    return found or _by_status(name, answer)


def _is_root(ask: sdk.Ask) -> bool:
    """Whether the versioned root itself was asked for, as by the check of a connection."""
    return _ROOT.fullmatch(ask.path) is not None


def _ends_a_job(ask: sdk.Ask) -> bool:
    """Whether a bulk job was to be aborted or deleted, without which a reading goes on all the same."""
    return ask.method in ("PATCH", "DELETE") and "/jobs/query/" in ask.path


def _for_later(answer: sdk.Answer) -> bool:
    """Whether the refusal is of the session, the calls or the service, so that the same may be granted soon."""
    return answer.status in (401, 429) or answer.status >= 500 or "REQUEST_LIMIT_EXCEEDED" in codes(answer)


def refusal(name: str, answer: sdk.Answer) -> sdk.KizunaError:
    """What a refusal means that was left to the reading, when the reading cannot go on from it."""
    if answer.status == 400 or (found := _by_status(name, answer)) is None:
        said = ", ".join(codes(answer))
        found = sdk.RefusedError(f"{name}: the query was refused ({said}); the connector asked wrongly.")
    # What is not there at all is named by its stream: no word of the object's is repeated.
    return _by_code("salesforce" if answer.status == 404 else name, answer) or found


def _about_the_object(status: int, found: sdk.KizunaError | None) -> bool:
    """Whether the refusal is of what was asked for, and not of the session, the calls or the service."""
    return isinstance(found, sdk.DegradedError) or (found is None and status != 403)


def _by_code(name: str, answer: sdk.Answer) -> sdk.KizunaError | None:
    code = next(iter(codes(answer)), "")
    match code:
        case "REQUEST_LIMIT_EXCEEDED":
            calls = usages(answer)
            if calls and all(each.used < each.most for each in calls):
                return sdk.TransientError(f"{name}: too many long calls at once ({code}).", _BUSY_PAUSE_S)
            return sdk.QuotaError(
                f"{name}: the daily calls of the org or the app are used up ({code}).", _DAILY_PAUSE_S
            )
        case "INVALID_SESSION_ID":
            return sdk.AuthError(f"{name}: the session is refused ({code}); check the client id and secret.")
        case "API_DISABLED_FOR_ORG" | "API_CURRENTLY_DISABLED":
            lack: sdk.Lack = "plan" if code == "API_DISABLED_FOR_ORG" else "scope"
            return sdk.AuthError(f"{name}: the org or the user has no API access ({code}); grant «API Enabled».", lack)
        case (
            "INVALID_TYPE"
            | "NOT_FOUND"  # of a description: what may not be read is as if it were not there
            | "INSUFFICIENT_ACCESS"
            | "FUNCTIONALITY_NOT_ENABLED"
            | "INSUFFICIENT_ACCESS_OR_READONLY"
        ):
            said = f"{name}: the object is absent or not readable ({code}); grant read access to it."
            return sdk.DegradedError(said, _LACKS.get(code, "scope"))
        case "API_ERROR" if any((entry.message or "").startswith(_RESTRICTED) for entry in entries(answer)):
            return sdk.DegradedError(
                f"{name}: only who sees all data may ask for this ({code}); grant «View All Data».", "scope"
            )
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
