"""References to secrets, resolved when a connection is used: ``env:NAME``, ``file:PATH``, or ``vault:SETTING``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import SecretStr

from kizuna.errors import ConfigError, UnknownName
from kizuna.sdk import AnyConnector


def checked(reference: str, setting: str) -> str:
    """The reference, if its form is right. Raises ConfigError otherwise, without repeating what was given."""
    kind, _, rest = reference.partition(":")
    if kind not in ("env", "file") or not rest:
        raise ConfigError(f"The secret {setting!r} must be given as env:VARIABLE or file:PATH, not as a value.")
    return reference


def require_name(connector: type[AnyConnector], setting: str) -> None:
    """Raises UnknownName when the connector has no secret of that name."""
    fields = connector.settings_type().model_fields
    known = [name for name, field in fields.items() if "SecretStr" in str(field.annotation)]
    if setting not in known:
        raise UnknownName("secret", setting, known)


def resolved(
    references: Mapping[str, str], connection: str, opened: Callable[[str], SecretStr] | None = None
) -> dict[str, SecretStr]:
    """Setting → secret; ``opened`` opens those in the vault. Raises ConfigError naming what is missing, and where."""
    return {setting: _value(where, setting, connection, opened) for setting, where in references.items()}


def _value(reference: str, setting: str, connection: str, opened: Callable[[str], SecretStr] | None) -> SecretStr:
    kind, _, rest = reference.partition(":")
    where = f"connection {connection}: the secret {setting!r}"
    if kind == "vault":
        if opened is None:
            raise ConfigError(f"{where} is in the vault, which is not opened here; give it as env: or file:.")
        return opened(rest)
    checked(reference, setting)
    if kind == "env":
        found = os.environ.get(rest)
        if not found:
            raise ConfigError(f"{where} is to come from the environment variable {rest}, which is not set; set it.")
        return SecretStr(found)
    try:
        return SecretStr(Path(rest).expanduser().read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{where} is to come from the file {rest}, which cannot be read; check the path.") from error
