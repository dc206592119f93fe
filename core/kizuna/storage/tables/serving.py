"""SERVING: documents that callers name by their hash, and what each token has left to spend."""

from __future__ import annotations

from sqlalchemy import Table

from kizuna.storage.tables.base import METADATA, at, flag, text, whole

DOCUMENT = Table(
    "api_document",
    METADATA,
    text("sha256", primary_key=True),
    text("document"),
    text("name", nullable=True),  # the file it came from; null for what a caller sent
    flag("trusted"),  # added by an operator, not by whoever asked
    at("added_at", nullable=False),
)

BUCKET = Table(
    "api_bucket",
    METADATA,
    text("token_id", primary_key=True),
    whole("remaining"),  # cost; below zero where processes spent at once what only one of them had
    at("at", nullable=False),
)
