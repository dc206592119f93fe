"""Settings of a connection: typed, with JSON Schema for forms, secrets that never print."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

__all__ = ["Field", "SecretStr", "Settings"]


class Settings(BaseModel):
    """What an administrator sets for one connection; a ``SecretStr`` field is a secret and stored apart.

    Every built-in connector takes ``base_url``, so that it can be pointed at a sandbox, a proxy or a recording.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @field_validator("*")
    @classmethod
    def _urls_are_urls(cls, value: Any, info: ValidationInfo) -> Any:
        """A setting whose name ends in ``url`` is one, before anybody waits for an answer from it."""
        if isinstance(value, str) and value and (info.field_name or "").endswith("url"):
            parts = urlsplit(value)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError("no URL; write https://host or http://host:port")
        return value
