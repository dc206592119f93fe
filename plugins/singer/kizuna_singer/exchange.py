"""What goes between a reading and the carrier: which batch is wanted, and what comes with one."""

from __future__ import annotations

from typing import Any

import msgspec

from kizuna import sdk

BASE_URL = "https://tap.invalid"
"""Where asks seem to go. The name can never lead anywhere (RFC 6761 section 6.4); a program answers."""
BATCH_PATH = "/batch"
DISCOVER_PATH = "/discover"
REASON_TYPE = "application/vnd.kizuna.tap-reason"
"""The media type of an answer that is not good; its body says why."""

TAP, BATCH, END, METHOD = "x-tap", "x-batch", "x-end", "x-method"


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """The batch after number ``after`` of the running tap ``tap``; if that runs no more, the first since ``state``."""

    stream: str
    state: Any = None
    tap: str | None = None
    after: int = 0

    def ask(self) -> sdk.Ask:
        """The wish as an ask."""
        return sdk.Ask(path=BATCH_PATH, method="POST", json=msgspec.to_builtins(self))


class Came(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a batch beside its lines; ``end``: the tap has nothing more and ended well."""

    tap: str
    batch: int
    end: bool
    method: str | None


def came(answer: sdk.Answer) -> Came:
    """What came with the batch. Raises PageError when the answer is none of a carrier's."""
    said = answer.headers
    try:
        return Came(tap=said[TAP], batch=int(said[BATCH]), end=said[END] == "1", method=said.get(METHOD) or None)
    except (KeyError, ValueError) as error:
        raise sdk.PageError("The answer is no batch of a tap; the page is refused.") from error


def sort_error(key: str, answer: sdk.Answer) -> sdk.KizunaError | None:
    """The error an answer means: the carrier's own reasons as they are, else by status."""
    if answer.headers.get("content-type") != REASON_TYPE:
        return sdk.sort_by_status(key, answer)
    reason = answer.body.decode("utf-8", "replace")
    if answer.status == 503:
        return sdk.TransientError(reason)
    if answer.status == 404:
        return sdk.DegradedError(reason)
    return sdk.ConfigError(reason) if answer.status == 424 else sdk.RefusedError(reason)
