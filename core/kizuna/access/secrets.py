"""References to secrets, resolved when a connection is used: ``env:NAME`` or ``file:PATH``; never stored as values."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from kizuna.errors import ConfigError


def checked(reference: str, setting: str) -> str:
    """The reference, if its form is right. Raises ConfigError otherwise, without repeating what was given."""
    kind, _, rest = reference.partition(":")
    if kind not in ("env", "file") or not rest:
        raise ConfigError(f"The secret {setting!r} must be given as env:VARIABLE or file:PATH, not as a value.")
    return reference


def resolved(references: Mapping[str, str], connection: str) -> dict[str, SecretStr]:
    """Setting → secret. Raises ConfigError naming the variable or file that is missing."""
    return {setting: SecretStr(_value(reference, setting, connection)) for setting, reference in references.items()}


def _value(reference: str, setting: str, connection: str) -> str:
    kind, _, rest = checked(reference, setting).partition(":")
    where = f"connection {connection}: the secret {setting!r}"
    if kind == "env":
        found = os.environ.get(rest)
        if not found:
            raise ConfigError(f"{where} is to come from the environment variable {rest}, which is not set; set it.")
        return found
    try:
        return Path(rest).expanduser().read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"{where} is to come from the file {rest}, which cannot be read; check the path.") from error
