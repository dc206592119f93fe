"""OPERATIONS: runs, leases, the outbox of what became dirty, tokens, the audit log."""

from __future__ import annotations

from sqlalchemy import Column as SqlColumn
from sqlalchemy import Index, Integer, Table
from sqlalchemy import text as literally

from kizuna.storage.tables.base import METADATA, at, blob, connection_id, flag, serial, text, whole

UNENDED = literally("ended_at IS NULL")
"""As it stands in an index that holds only the runs under way, however many have ended."""

BY_RHYTHM = literally("\"trigger\" <> 'webhook' AND streams IS NULL")
"""As it stands in an index that leaves out the runs for what webhooks told, of which there may be one every second."""

RUN = Table(
    "sync_run",
    METADATA,
    text("id", primary_key=True),
    connection_id(),
    text("trigger"),  # command, api, schedule, webhook, load, replay
    flag("full"),
    text("streams", nullable=True),  # JSON list when only some were asked for
    text("named", nullable=True),  # JSON, stream → the records of it that alone are to be read again; until it ends
    text("state"),  # queued, running, complete, degraded, failed, canceled
    text("error", nullable=True),
    at("queued_at", nullable=False),
    at("started_at"),
    at("ended_at"),
    Index(None, "connection_id", "queued_at"),
    Index("ix_sync_run_unended", "queued_at", "id", sqlite_where=UNENDED, postgresql_where=UNENDED),
    Index("ix_sync_run_whole", "connection_id", "queued_at", sqlite_where=BY_RHYTHM, postgresql_where=BY_RHYTHM),
)

RUN_STREAM = Table(
    "run_stream",
    METADATA,
    text("run_id", primary_key=True),
    text("stream", primary_key=True),
    text("state"),  # reading, complete, degraded, failed
    text("reason", nullable=True),
    whole("pages"),
    whole("read"),
    whole("written"),
    whole("unchanged"),
    whole("deleted"),
    whole("quarantined"),
    at("updated_at", nullable=False),
)

LEASE = Table(
    "lease",
    METADATA,
    SqlColumn("connection_id", Integer, primary_key=True, autoincrement=False),
    text("run_id"),
    text("executor"),
    whole("epoch"),  # each taking over adds one; a batch transaction of an older epoch is refused
    at("renewed_at", nullable=False),
)

OUTBOX = Table(
    "outbox",
    METADATA,
    serial("seq"),
    whole("count"),
    blob("rids"),  # 64-bit little-endian integers, packed
    at("at", nullable=False),
)

TOKEN = Table(
    "api_token",
    METADATA,
    text("id", primary_key=True),
    text("name"),
    text("digest"),
    text("scopes"),  # JSON list
    text("role"),
    text("labels"),  # JSON list of what it may read beyond its role
    at("created_at", nullable=False),
    at("expires_at"),
    at("last_used_at"),
    at("revoked_at"),
)

AUDIT = Table(
    "audit_entry",
    METADATA,
    serial("seq"),
    at("at", nullable=False),
    text("actor"),
    text("action"),
    text("subject"),
    text("detail"),  # JSON
)

STATE = Table(
    "kizuna_state",
    METADATA,
    text("key", primary_key=True),
    text("value"),
)
