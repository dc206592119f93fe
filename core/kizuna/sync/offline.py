"""A connector for mapping only: made without the credentials that a live connection needs."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr, ValidationError

from kizuna.sdk import AnyConnector
from kizuna.storage.connections import StoredConnection


def unchecked(connector: type[AnyConnector], stored: StoredConnection) -> AnyConnector:
    """The connector with the stored settings; what is missing takes its default, or an empty text that is never sent."""
    settings_type = connector.settings_type()
    values: dict[str, Any] = dict(stored.settings)
    for name, field in settings_type.model_fields.items():
        if name not in values and field.is_required():
            values[name] = SecretStr("") if field.annotation is SecretStr else ""
    try:
        return connector(settings_type.model_validate(values))
    except ValidationError:
        return connector(settings_type.model_construct(**values))
