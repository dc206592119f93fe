"""A · EVIDENCE: what each system said, with every superseded version, and what could not be understood."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, Table, UniqueConstraint

from kizuna.storage.tables.base import METADATA, at, blob, connection_id, flag, rid, serial, text, whole

CONNECTION = Table(
    "connection",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    text("name", unique=True),  # never changed: record ids are made from it
    text("plugin"),
    text("settings"),  # JSON without secrets
    text("secrets"),  # JSON: name -> reference (env:, file:)
    text("state"),  # active, disabled, needs_authorisation
    flag("offline"),  # takes loaded files only
    text("last_error", nullable=True),
    Column("every_minutes", Float),  # how often it is read by itself, 0 for never; null as the settings say
    Column("full_every_days", Float),
    at("created_at", nullable=False),
    at("updated_at", nullable=False),
)

STREAM = Table(
    "stream",
    METADATA,
    connection_id(primary_key=True),
    text("name", primary_key=True),
    text("bookmark", nullable=True),  # JSON; committed with the data it stands for
    text("state"),  # new, reading, complete, degraded, failed
    text("kinds"),  # JSON: the kinds of facts its records have given
    text("reason", nullable=True),
    at("last_complete_at"),
    text("last_complete_run", nullable=True),  # the run that read it so; kept for as long as it is the last
    at("updated_at", nullable=False),
)

SOURCE_RECORD = Table(
    "source_record",
    METADATA,
    Column("rid", BigInteger, primary_key=True, autoincrement=False),
    connection_id(),
    text("stream"),
    text("source_id"),
    whole("version"),  # the source's modification time (µs): an older one never overwrites a newer one
    whole("hash"),
    whole("version_no"),
    text("deleted", nullable=True),  # the reason when it is gone: deleted, archived, merged, vanished
    at("known_at", nullable=False),
    Column("dictionary_id", Integer, nullable=False),
    blob("payload"),  # zstd, with the dictionary of that id
    text("run_id"),
    Index(None, "connection_id", "stream", "source_id"),
)

SOURCE_VERSION = Table(
    "source_version",
    METADATA,
    Column("rid", BigInteger, primary_key=True, autoincrement=False),
    Column("version_no", BigInteger, primary_key=True, autoincrement=False),
    whole("version"),
    whole("hash"),
    text("deleted", nullable=True),
    at("known_at", nullable=False),
    Column("dictionary_id", Integer, nullable=False),
    blob("payload"),
    text("run_id"),
)

ALIAS_TOLD = Table(
    "alias_told",
    METADATA,
    Column("rid", BigInteger, primary_key=True, autoincrement=False),  # the loser of a merge
    Column("told_by", BigInteger, primary_key=True, autoincrement=False),  # the record whose payload says so
    rid("winner_rid", nullable=False),
    text("loser_id"),
    at("known_at", nullable=False),
    Index(None, "told_by"),
)
"""Every record's word on who was merged into whom; the latest one on a loser stands as its alias."""

RECORD_ALIAS = Table(
    "record_alias",
    METADATA,
    Column("rid", BigInteger, primary_key=True, autoincrement=False),  # the loser of a merge
    rid("winner_rid", nullable=False),
    text("loser_id"),  # the loser's own id, for look-ups by external id
    rid("told_by", nullable=False),  # the record whose payload says so
    at("known_at", nullable=False),
    Index(None, "winner_rid"),
    Index(None, "told_by"),
)

DICTIONARY = Table(
    "compression_dictionary",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    connection_id(),
    text("stream"),
    blob("content"),
    blob("sample"),  # the records whose payloads it was trained on: 64-bit integers, packed
    at("created_at", nullable=False),
    at("retired_at"),  # one of them was erased: from now on no payload is written with it
    text("position", nullable=True),  # up to this source id no payload needs it any more
    at("emptied_at"),
)

QUARANTINE = Table(
    "quarantine",
    METADATA,
    serial("id"),
    connection_id(),
    text("stream"),
    text("source_id"),  # the record's id, or "?" and its hash when it has none
    text("reason"),
    text("field", nullable=True),
    blob("payload"),
    whole("version", nullable=True),  # the source's modification time (µs) where only the page said it
    text("deleted", nullable=True),  # the reason when only the page said that it is gone
    text("mapping_version"),
    text("run_id"),
    at("at", nullable=False),
    UniqueConstraint("connection_id", "stream", "source_id"),
)

DISCARDED = Table(
    "quarantine_discarded",
    METADATA,
    connection_id(primary_key=True),
    text("stream", primary_key=True),
    whole("count"),  # how many records set aside somebody has discarded, ever
    at("last_at", nullable=False),
)

STREAM_FIELD = Table(
    "stream_field",
    METADATA,
    connection_id(primary_key=True),
    text("stream", primary_key=True),
    text("path", primary_key=True),
    text("types"),  # sorted, joined by |
    at("first_seen_at", nullable=False),
    at("last_seen_at", nullable=False),
)

SCHEMA_DRIFT = Table(
    "schema_drift",
    METADATA,
    serial("id"),
    connection_id(),
    text("stream"),
    text("path"),
    text("change"),  # new_field, vanished_field, type_change, unmapped_value
    text("before", nullable=True),
    text("after", nullable=True),
    text("run_id"),
    at("at", nullable=False),
    UniqueConstraint("connection_id", "stream", "path", "change", "after"),
)
