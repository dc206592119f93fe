"""WEBHOOKS: the inbox of deliveries, what was refused, and where the secrets are that prove a delivery genuine.

On SQLite the inbox and the counts stand in a file of their own (ADR 14), and their tables in the data file stay empty.
"""

from __future__ import annotations

from sqlalchemy import Index, Table
from sqlalchemy import text as literally

from kizuna.storage.tables.base import METADATA, at, connection_id, serial, text, whole

READING = literally("state = 'reading'")
DONE = literally("state = 'done'")
FAILED = literally("state = 'failed'")
"""Conditions as they stand in an index; a question that repeats them word for word is answered from it."""

DELIVERY = Table(
    "webhook_delivery",
    METADATA,
    serial("id"),
    connection_id(),
    text("name"),  # the vendor's own id of the delivery, else a hash of the body: a repetition has the same
    text("hints"),  # JSON: the records to read again; what the body says of them is not kept
    text("state"),  # waiting, reading, done, failed
    text("reason", nullable=True),
    whole("attempts"),  # readings that failed
    whole("looks"),  # readings that went well and did not show the change yet
    text("run_id", nullable=True),  # the run that reads, or last read, the records
    at("received_at", nullable=False),
    at("due_at", nullable=False),
    at("ended_at"),
    Index(None, "connection_id", "name", unique=True),
    Index(None, "state", "connection_id", "due_at", "id"),
    # These hold only what they are asked for, so that keeping a delivery does not touch them.
    Index("ix_webhook_delivery_reading", "run_id", sqlite_where=READING, postgresql_where=READING),
    Index("ix_webhook_delivery_done", "ended_at", sqlite_where=DONE, postgresql_where=DONE),
    Index("ix_webhook_delivery_failed", "ended_at", sqlite_where=FAILED, postgresql_where=FAILED),
)

WEBHOOK_COUNT = Table(
    "webhook_count",
    METADATA,
    connection_id(primary_key=True, autoincrement=False),  # 0: no such connection
    text("outcome", primary_key=True),  # accepted, duplicate, refused, too_large, unfit, unknown, other_account
    whole("count"),
    at("last_at", nullable=False),
)

WEBHOOK_SECRET = Table(
    "webhook_secret",
    METADATA,
    connection_id(primary_key=True, autoincrement=False),
    text("reference", primary_key=True),  # env:NAME, file:PATH or vault:NAME, never the value
    at("added_at", nullable=False),
)
