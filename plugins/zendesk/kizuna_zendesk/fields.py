"""Custom fields of tickets by their ids: Zendesk lists them, while rules for fields and the watch on fields follow names."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kizuna_zendesk.payloads import Id
from kizuna_zendesk.sideloads import with_fields

VALUES = "custom_field_values"
"""The field that is added to a ticket: an object, id → value."""
BETWEEN = ";"
"""Parts the choices of a field with several, which therefore is one text; tags hold none."""


class _Field(msgspec.Struct):
    id: Id
    value: msgspec.Raw = msgspec.Raw(b"null")


class _Row(msgspec.Struct):
    custom_fields: list[_Field] | None = None


_ROW = msgspec.json.Decoder(_Row)
_CHOICES = msgspec.json.Decoder(list[str])


def with_values(rows: Sequence[msgspec.Raw]) -> list[msgspec.Raw]:
    """The tickets with their custom fields by id beside the list; one that cannot be read stays as it is."""
    return [_with_values(row) for row in rows]


def _with_values(row: msgspec.Raw) -> msgspec.Raw:
    try:
        fields = _ROW.decode(row).custom_fields
    except msgspec.DecodeError:
        return row  # the engine sets it aside
    if not fields:
        return row
    values = {str(field.id): _value(field.value) for field in fields}
    return with_fields(row, f'"{VALUES}":{msgspec.json.encode(values).decode()}')


def _value(raw: msgspec.Raw) -> msgspec.Raw:
    """The value as it was sent: text, a number, true or false; of several choices one text, of none nothing."""
    if not bytes(raw).startswith(b"["):
        return raw
    try:
        choices = _CHOICES.decode(raw)
    except msgspec.DecodeError:
        return raw
    return msgspec.Raw(msgspec.json.encode(BETWEEN.join(choices) if choices else None))
