"""What HubSpot's refusals mean. Every field of an error body may be missing, the category as well."""

from __future__ import annotations

import msgspec

from kizuna import sdk

ACCOUNT = "/account-info/"
SECOND_S = 1.0
TEN_SECONDS_S = 10.0
LOCKED_S = 2.0
WAITED_MOST_S = 300.0  # a longer pause is one of the whole run
DAILY_S = 3600.0  # the day ends at midnight of the portal's time zone, which the answer does not name


# Recorded without category or code, so that the sentence is all there is to know it by.
_UNKNOWN_OBJECT = "Unable to infer object type"


class _Fault(sdk.Payload, rename="camel"):
    message: str | None = None
    category: str | None = None
    policy_name: str | None = None
    context: dict[str, msgspec.Raw] | None = None


_FAULT = msgspec.json.Decoder(_Fault)
_SCOPES = msgspec.json.Decoder(list[str])


def sort_error(name: str, answer: sdk.Answer, share_percent: int) -> sdk.KizunaError | None:
    """The error an answer means, None when it is good (207, an answer in part, is good) or about a missing scope.

    What a missing scope means is left to the readings (:func:`unscoped`), which know whether they can do without.
    A good answer that shows more than ``share_percent`` of the portal's calls of the day used is a QuotaError: the others
    belong to the portal's other applications.
    """
    status = answer.status
    if status < 400:
        return over_share(name, answer, share_percent)
    fault = fault_of(answer)
    if status == 429:
        return too_many(name, fault, sdk.retry_after(answer))
    if is_unscoped(status, fault):
        nobody_else = answer.ask is not None and answer.ask.path.startswith(ACCOUNT)
        return unscoped(answer) if nobody_else else None
    if status == 400 and (fault.message or "").startswith(_UNKNOWN_OBJECT):
        return sdk.DegradedError(
            f"{name}: the portal does not have this kind of object; switch the stream off.", "plan"
        )
    if status == 423:
        return sdk.TransientError(
            f"{name}: the object is locked (423); tried again.", sdk.retry_after(answer) or LOCKED_S
        )
    if status == 477:
        return moving(name, sdk.retry_after(answer))
    if status == 530:
        # HubSpot's edge answers so to tokens of a portal it cannot place.
        return sdk.AuthError(
            f"{name}: credentials refused (530); run `kizuna connections check` after correcting them."
        )
    return sdk.sort_by_status(name, answer)


def unscoped(answer: sdk.Answer) -> sdk.DegradedError | None:
    """What a refusal for a missing scope means, naming it; None for every other answer."""
    if answer.status != 403:
        return None
    fault = fault_of(answer)
    if not is_unscoped(answer.status, fault):
        return None
    said = f"hubspot: a scope is missing; grant {scopes(fault)} to the app and install it again."
    return sdk.DegradedError(said, "scope")


def is_unscoped(status: int, fault: _Fault) -> bool:
    return status == 403 and fault.category == "MISSING_SCOPES"


def require_scope(answer: sdk.Answer) -> None:
    """Raises DegradedError when the answer says that a scope is missing."""
    error = unscoped(answer)
    if error is not None:
        raise error


def over_share(name: str, answer: sdk.Answer, share_percent: int) -> sdk.QuotaError | None:
    """The pause when more than the share of the day's calls is used, as the answer's headers tell.

    Searches never tell, nor do answers to tokens of OAuth, which have no daily limit:
    https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines (read 2026-11-20).
    """
    try:
        most = int(answer.headers["x-hubspot-ratelimit-daily"])
        used = most - int(answer.headers["x-hubspot-ratelimit-daily-remaining"])
    except (KeyError, ValueError):
        return None
    if used * 100 <= most * share_percent:
        return None
    return sdk.QuotaError(
        f"{name}: {used} of {most} calls of the portal's day are used, over the share of {share_percent} %; the run goes on "
        "when the next day has begun, or raise api_share_percent.",
        DAILY_S,
    )


def too_many(name: str, fault: _Fault, wish_s: float | None) -> sdk.TransientError:
    """How long to wait: the window that is full, unless HubSpot says it itself. The daily one pauses the run."""
    if fault.policy_name == "DAILY":
        return sdk.QuotaError(f"{name}: the portal's calls of today are used up; tried again within hours.", DAILY_S)
    window_s = SECOND_S if fault.policy_name == "SECONDLY" else TEN_SECONDS_S
    return sdk.TransientError(f"{name}: too many calls (429); tried again.", window_s if wish_s is None else wish_s)


def moving(name: str, wish_s: float | None) -> sdk.TransientError:
    """A portal on its way to another data centre; HubSpot may name up to a day, for which the run pauses."""
    said = f"{name}: the portal is being moved (477); tried again."
    if wish_s is not None and wish_s > WAITED_MOST_S:
        return sdk.QuotaError(said, wish_s)
    return sdk.TransientError(said, wish_s)


def fault_of(answer: sdk.Answer) -> _Fault:
    """The error body, an empty one when it is none."""
    try:
        return _FAULT.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _Fault()


def scopes(fault: _Fault) -> str:
    """The scopes to grant, as HubSpot names them."""
    try:
        found = _SCOPES.decode((fault.context or {})["requiredGranularScopes"])
    except (KeyError, msgspec.DecodeError):
        found = []
    return ", ".join(found) or "those in the connector's README"
