"""Every error Kizuna raises on purpose, sorted by what the operator does next.

::

    KizunaError
    ├── ConfigError          a setting is missing or wrong: correct it
    │   └── UnknownName      no plugin, stream, connection, command … of that name: take the nearest
    ├── AuthError            credentials refused: correct them, then check the connection
    ├── RefusedError         the vendor refused our question: a fault in the connector, report it
    ├── DegradedError        a stream is forbidden, missing or not in the plan: grant it; the others go on
    ├── TransientError       not now: waits and tries again by itself
    │   └── QuotaError       the daily share is used up: the run pauses until it is free again
    ├── PayloadError         one record is not understood: it is set aside, the stream goes on
    ├── PageError            a whole answer is not understood: refused as one, the cursor stays
    ├── PluginError          a plugin is broken: it is set aside, the rest goes on
    ├── StorageError         the database cannot be used as it is: upgrade or repair it
    ├── LeaseLost            another worker has taken this run over: stop at once
    └── DecisionError        a decision on identity contradicts a guard or another decision: confirm it
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Literal


class KizunaError(Exception):
    """The root; its message is one sentence saying what, where and what to do."""


class ConfigError(KizunaError):
    """A setting is missing or wrong."""


class UnknownName(ConfigError):
    """Nothing of that kind has that name; the message suggests the nearest one."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, name, tuple(sorted(known))
        near = nearest(name, self.known)
        hint = f"did you mean {near!r}?" if near else f"known: {', '.join(self.known) or 'none'}."
        super().__init__(f"There is no {kind} named {name!r}; {hint}")


Lack = Literal["scope", "plan", "object"]
"""What is missing: a permission, a plan that has it, or the vendor's object itself."""


class AuthError(KizunaError):
    """The vendor refused our credentials; ``lack`` says what whoever they belong to would need where that is why."""

    def __init__(self, message: str, lack: Lack | None = None) -> None:
        super().__init__(message)
        self.lack = lack


class RefusedError(KizunaError):
    """The vendor refused the question itself: the connector asked wrongly."""


class DegradedError(KizunaError):
    """One stream cannot be read; the message says what to grant, ``lack`` what is missing where the vendor says it."""

    def __init__(self, message: str, lack: Lack | None = None) -> None:
        super().__init__(message)
        self.lack = lack


class TransientError(KizunaError):
    """The vendor cannot answer now; ``retry_after_s`` is its own wish, None when it named none."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class QuotaError(TransientError):
    """The daily share of the vendor's calls is used up."""


class PayloadError(KizunaError):
    """One record is not understood; ``field`` is the path that failed, never its value."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class PageError(KizunaError):
    """A whole answer is not what the vendor documents, so none of it is taken."""


class PluginError(KizunaError):
    """A plugin cannot be loaded or broke the rules of the host."""


class StorageError(KizunaError):
    """The database cannot be used as it is."""


class LeaseLost(KizunaError):
    """Another worker holds this run now; nothing more may be written by this one."""


class DecisionError(KizunaError):
    """A decision on identity contradicts a guard or an earlier decision."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like ``name``, None when none is near."""
    by_folded = {word.casefold(): word for word in known}
    close = difflib.get_close_matches(name.casefold(), list(by_folded), n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None
