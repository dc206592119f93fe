"""What names and dates a record of a tap: its keys joined, its replication key, Singer's own columns."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from kizuna import sdk
from kizuna_singer.paths import Row, Seen, value_of

PRIMARY_KEY = "_sdc_primary_key"
"""Singer's name for a key that stands in no other column; we add it where the tap alone knows the keys."""
DELETED_AT = "_sdc_deleted_at"
MALFORMED = "_sdc_malformed"
"""Holds a line that is no message, so that it can be set aside with its content."""
NO_MESSAGE = "the tap wrote a line that is no Singer message"

_ROW = msgspec.json.Decoder(Row)


def opened(raw: bytes | msgspec.Raw) -> Row:
    """The record's fields, undecoded."""
    return _ROW.decode(raw)


def joined(keys: Iterable[Any]) -> str:
    """One name from the values of one or several keys, never the same for two different ones.

    One key stands as it is; several are joined by ``|``, which is escaped within them. Raises PayloadError for a key
    that is missing or no single value.
    """
    names = [_name(key) for key in keys]
    if len(names) == 1:
        return names[0]
    return "|".join(name.replace("\\", "\\\\").replace("|", "\\|") for name in names)


def _name(key: Any) -> str:
    if key is None:
        raise sdk.PayloadError("a key of the record is missing", "id")
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, Decimal):
        return format(key.normalize(), "f")
    if isinstance(key, str | int):
        return str(key)
    raise sdk.PayloadError("a key of the record is a list or an object", "id")


def source_id(row: Row, keys: Sequence[str] | None) -> str:
    """The record's id: of the keys given, else the one added when it was read, else ``id``, else from its content."""
    if MALFORMED in row:
        raise sdk.PayloadError(NO_MESSAGE)
    if keys:
        return joined(Seen(row).at(key) for key in keys)
    if PRIMARY_KEY in row:
        return joined([value_of(row[PRIMARY_KEY])])
    return joined([value_of(row["id"])]) if "id" in row else content_id(row)


def content_id(row: Row) -> str:
    """An id from all that the record says, for streams without keys: a record that changes is another one."""
    content = msgspec.json.encode(row, order="sorted")
    return f"content:{hashlib.blake2b(content, digest_size=16).hexdigest()}"


def named(raw: msgspec.Raw, keys: Sequence[str]) -> bytes:
    """The record with its id in :data:`PRIMARY_KEY`; null where a key is missing, so that it is set aside."""
    row = opened(raw)
    name: str | None
    try:
        name = joined(Seen(row).at(key) for key in keys) if keys else content_id(row)
    except sdk.PayloadError:
        name = None
    body = bytes(raw).rstrip()
    comma = b"," if row else b""
    return body[:-1] + comma + msgspec.json.encode(PRIMARY_KEY) + b":" + msgspec.json.encode(name) + b"}"


def malformed(line: bytes) -> bytes:
    """A line that is no message, as a record that will be set aside."""
    return msgspec.json.encode({MALFORMED: line.decode("utf-8", "replace")})


def moment(value: Any) -> datetime | None:
    """The instant a tap writes as text; None for anything else, for a replication key may well be a number or a word."""
    if not isinstance(value, str) or "-" not in value:
        return None
    try:
        return sdk.instant(value)
    except sdk.PayloadError:
        return None


def deleted(row: Row) -> str | None:
    """The reason when Singer's own column says that the record is gone."""
    raw = row.get(DELETED_AT)
    return "deleted" if raw is not None and value_of(raw) not in (None, "", False) else None
