"""The labels of lifecycle stages that a portal made itself, written into each record as it is read.

In a record such a stage is a number, and only the property's definition says what people call it. So a stored record goes
on to mean what it meant, though the stage may be renamed.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from kizuna import sdk
from kizuna_hubspot.readings.pages import Row, opened

PROPERTY = "lifecyclestage"
OWN = frozenset(
    {
        "subscriber",
        "lead",
        "marketingqualifiedlead",
        "salesqualifiedlead",
        "opportunity",
        "customer",
        "evangelist",
        "other",
    }
)
"""HubSpot's own stages: their names are the same in every portal, their labels are in its language."""


class _Option(sdk.Payload):
    label: str | None = None
    value: str | None = None


class _Definition(sdk.Payload):
    name: str
    options: tuple[_Option, ...] | None = None


class _Definitions(sdk.Payload):
    results: list[msgspec.Raw]


_DEFINITIONS = msgspec.json.Decoder(_Definitions)
_DEFINITION = msgspec.json.Decoder(_Definition)


def stage_labels(body: bytes, what: str) -> Mapping[str, str]:
    """What the definitions call the portal's own stages, by their ids; of one that is not understood, nothing."""
    for raw in opened(_DEFINITIONS, body, what).results:
        if b'"lifecyclestage"' not in bytes(raw):
            continue
        try:
            found = _DEFINITION.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        if found.name == PROPERTY:
            labels = {each.value: sdk.text(each.label) for each in found.options or () if each.value not in OWN}
            return {value: label for value, label in labels.items() if value and label}
    return {}


def with_stage(record: sdk.Record, row: Row, labels: Mapping[str, str]) -> sdk.Record:
    """The record with ``lifecycleStageLabel`` at its end, where its stage is one of the portal's own."""
    label = labels.get(row.stage or "")
    if label is None:
        return record
    raw = bytes(record.raw).rstrip()
    return msgspec.structs.replace(record, raw=b'%b,"lifecycleStageLabel":%b}' % (raw[:-1], msgspec.json.encode(label)))
