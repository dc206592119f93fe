"""CUSTOM FIELDS: what the administrator has said of vendors' own fields, and how far that has been applied."""

from __future__ import annotations

from sqlalchemy import Table, UniqueConstraint

from kizuna.storage.tables.base import METADATA, at, connection_id, serial, text, whole

FIELD_RULE = Table(
    "field_rule",
    METADATA,
    serial("id"),
    connection_id(),
    text("stream"),
    text("path"),  # of the field in the vendor's payload
    whole("version"),  # counts the changes of this path
    text("action"),  # map: fills an attribute; keep: a custom field; unmap: nothing any more
    text("entity", nullable=True),  # account, person
    text("attribute", nullable=True),
    text("name", nullable=True),
    text("form", nullable=True),  # text, number, boolean, day, instant, money, choice
    text("currency", nullable=True),
    text("choices", nullable=True),  # JSON list
    text("actor"),
    at("at", nullable=False),
    UniqueConstraint("connection_id", "stream", "path", "version"),
)
"""Every change of every rule; the latest of a path stands."""

FIELD_REMAP = Table(
    "field_remap",
    METADATA,
    connection_id(primary_key=True, autoincrement=False),
    text("stream", primary_key=True),
    whole("rule_id"),  # the latest change of a rule of the stream
    text("position", nullable=True),  # the id of the last record that was mapped again; null: none yet
    whole("done"),
    whole("total"),
    whole("failed"),  # records whose mapping fails now: they keep what they said
    at("asked_at", nullable=False),
    at("ended_at"),  # null while records wait
)
"""How far the stored records of a stream have been mapped again since its rules changed."""
