"""A connector for mapping only: made without the credentials that a live connection needs."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr, TypeAdapter

from kizuna.sdk import AnyConnector
from kizuna.storage.connections import StoredConnection


def unchecked(connector: type[AnyConnector], stored: StoredConnection) -> AnyConnector:
    """The connector with the stored settings, each read by itself: rules between settings are not asked.

    What is missing takes its default, or an empty text that is never sent.
    """
    settings_type = connector.settings_type()
    values: dict[str, Any] = {}
    kind: Any
    for name, field in settings_type.model_fields.items():
        if name in stored.settings:
            kind = field.annotation
            values[name] = TypeAdapter(kind).validate_python(stored.settings[name])
        elif field.is_required():
            values[name] = SecretStr("") if field.annotation is SecretStr else ""
    return connector(settings_type.model_construct(**values))
