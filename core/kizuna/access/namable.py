"""Which places of secrets a caller of the API may name: never Kizuna's own, in production only those the settings list.

Whoever may set an address and name a place could else send what is there to that address.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Self

from kizuna.config import Settings
from kizuna.errors import ConfigError

_OWN = "KIZUNA_"
"""Begins the name of every variable that Kizuna itself reads."""


@dataclass(frozen=True, slots=True)
class Namable:
    """The places: ``env:PATTERN`` and ``file:FOLDER``; all but Kizuna's own where ``anything`` is set."""

    anything: bool
    listed: tuple[str, ...]
    own: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """What the settings allow."""
        return cls(settings.mode == "development", settings.api_secrets, frozenset({_place(settings.vault_key)}))

    def require(self, reference: str, setting: str) -> None:
        """Raises ConfigError when the place must not be named."""
        kind, _, rest = reference.partition(":")
        if _place(reference) in self.own or (kind == "env" and rest.startswith(_OWN)):
            raise ConfigError(f"The secret {setting!r} cannot be a secret of Kizuna itself; name another place.")
        if self.anything or any(_lies_in(kind, rest, place) for place in self.listed):
            return
        raise ConfigError(
            f"The secret {setting!r} is to come from {kind}:, from a place that the API may not name; put it into the "
            "vault with setSecret, or list the place in the setting api_secrets."
        )


def _place(reference: str) -> str:
    """The reference with its path as it really is, however it was spelt."""
    kind, _, rest = reference.partition(":")
    return f"file:{Path(rest).expanduser().resolve()}" if kind == "file" and rest else reference


def _lies_in(kind: str, rest: str, place: str) -> bool:
    allowed, _, pattern = place.partition(":")
    if kind != allowed or not pattern:
        return False
    if kind == "env":
        return fnmatchcase(rest, pattern)
    return Path(rest).expanduser().resolve().is_relative_to(Path(pattern).expanduser().resolve())
