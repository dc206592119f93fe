"""Change events (Change Data Capture), as a relay posts them: taken as hints, whatever fields they carry.

Salesforce publishes them over its Pub/Sub API only; a relay of the administrator's (an event relay, an integration)
hands them on as JSON, each alone, in a list, or inside ``data.payload``. Source: Change Data Capture Developer Guide.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from kizuna import sdk
from kizuna_salesforce.ids import STREAM_OF_PREFIX, full_id

_STREAMS = frozenset(STREAM_OF_PREFIX.values())
_ID_LENGTHS = (15, 18)


class Header(msgspec.Struct, rename="camel"):
    """What changed. ``record_ids`` of an overflow name no record but the whole object."""

    entity_name: str
    change_type: str
    record_ids: list[str]
    transaction_key: str = ""
    sequence_number: int = 0
    commit_number: int = 0
    commit_timestamp: int | None = None  # milliseconds since 1970


def hints(body: bytes) -> list[sdk.Hint]:
    """The records that the events tell to read again; those of objects that are not read are left out.

    Raises PayloadError for JSON that holds no change event.
    """
    try:
        found = [msgspec.convert(header, Header) for header in _headers(msgspec.json.decode(body))]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise sdk.PayloadError("salesforce: the delivery is no change event; check who sends it") from error
    if not found:
        raise sdk.PayloadError("salesforce: the delivery holds no change event; check who sends it")
    return [hint for header in found if header.entity_name in _STREAMS for hint in _of(header)]


def _headers(said: Any) -> Iterator[Any]:
    """The header of every event in the delivery."""
    if isinstance(said, list):
        for event in said:
            yield from _headers(event)
    elif isinstance(said, dict):
        header = said.get("ChangeEventHeader")
        if header is not None:
            yield header
        else:
            yield from _headers(said.get("data") or said.get("payload") or said.get("detail"))


def _of(header: Header) -> Iterator[sdk.Hint]:
    """A hint for each record; the transaction tells a repetition from the next change of the same record."""
    # After an overflow nothing is named: the next pass reads whatever changed.
    ids = (record_id for record_id in header.record_ids if len(record_id) in _ID_LENGTHS)
    change = f"{header.transaction_key or header.commit_number}/{header.sequence_number}"
    deleted = header.change_type in ("DELETE", "GAP_DELETE")
    at = sdk.epoch(header.commit_timestamp / 1000) if header.commit_timestamp else None
    for record_id in ids:
        event = f"{change}/{record_id}"
        yield sdk.Hint(stream=header.entity_name, id=full_id(record_id), event=event, deleted=deleted, at=at)
