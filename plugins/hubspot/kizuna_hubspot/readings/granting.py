"""Associations that a token may not read: left out of the records, and told once a pass with the scope to grant."""

from __future__ import annotations

import logging

from kizuna import sdk
from kizuna_hubspot.errors import unscoped
from kizuna_hubspot.readings.completing import Completing

_log = logging.getLogger("kizuna.hubspot")


def refused_kind(completing: Completing | None, answer: sdk.Answer) -> str | None:
    """The kind whose associations the answer refuses for a missing scope, None when it does not.

    Raises DegradedError when the scope is missing for anything else.
    """
    error = unscoped(answer)
    if error is None:
        return None
    to = completing.wants[0].to if completing is not None else None
    if to is None:
        raise error
    return to


def told(kind: str, to: str, answer: sdk.Answer) -> None:
    """Says in the log what is left out, and why."""
    _log.warning("%s are read without the %s they are associated with: %s", kind, to, unscoped(answer))
