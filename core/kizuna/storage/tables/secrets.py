"""SECRETS: what the vault holds, sealed; nothing here can be read without the master key, which is not here."""

from __future__ import annotations

from sqlalchemy import Column as SqlColumn
from sqlalchemy import Integer, Table

from kizuna.storage.tables.base import METADATA, at, blob, text

DATA_KEY = Table(
    "data_key",
    METADATA,
    SqlColumn("connection_id", Integer, primary_key=True, autoincrement=False),
    text("master_id"),  # which master key it is wrapped under: a fingerprint
    blob("wrapped"),
    at("updated_at", nullable=False),
    text("renewing_by", nullable=True),  # who may use a secret that its use replaces, and until when
    at("renewing_until"),
)

SEALED_SECRET = Table(
    "sealed_secret",
    METADATA,
    SqlColumn("connection_id", Integer, primary_key=True, autoincrement=False),
    text("setting", primary_key=True),
    blob("sealed"),
    at("updated_at", nullable=False),
)
