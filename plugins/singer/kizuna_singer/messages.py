"""Singer's messages, one a line: SCHEMA, RECORD, STATE, ACTIVATE_VERSION.

Source: https://hub.meltano.com/singer/spec and https://github.com/singer-io/getting-started/blob/master/docs/SPEC.md (read
2026-11-22).
"""

from __future__ import annotations

from typing import Any

import msgspec

SCHEMA, RECORD, STATE, ACTIVATE_VERSION, BATCH = "SCHEMA", "RECORD", "STATE", "ACTIVATE_VERSION", "BATCH"


class Message(msgspec.Struct, frozen=True):
    """A line of a tap, as far as it concerns us."""

    type: str
    stream: str | None = None
    record: msgspec.Raw = msgspec.Raw()
    value: Any = None
    version: Any = None
    key_properties: tuple[str, ...] | None = None
    bookmark_properties: tuple[str, ...] | None = None
    time_extracted: str | None = None


_MESSAGE = msgspec.json.Decoder(Message)
_NEEDS_STREAM = (SCHEMA, RECORD, ACTIVATE_VERSION)


def message(line: bytes) -> Message | None:
    """The message of a line, None when it is none."""
    try:
        found = _MESSAGE.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if found.type in _NEEDS_STREAM and not found.stream:
        return None
    return None if found.type == RECORD and not bytes(found.record).startswith(b"{") else found
