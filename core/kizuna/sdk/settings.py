"""Settings of a connection: typed, with JSON Schema for forms, secrets that never print."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr

__all__ = ["Field", "SecretStr", "Settings"]


class Settings(BaseModel):
    """What an administrator sets for one connection; a ``SecretStr`` field is a secret and stored apart.

    Every built-in connector takes ``base_url``, so that it can be pointed at a sandbox, a proxy or a recording.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
