"""RATES: what one unit of a currency was worth in another, by day and provider, as it was loaded."""

from __future__ import annotations

from sqlalchemy import Table

from kizuna.storage.tables.base import METADATA, at, text

FX_RATE = Table(
    "fx_rate",
    METADATA,
    text("currency", primary_key=True),
    text("to_currency", primary_key=True),
    text("day", primary_key=True),
    text("provider", primary_key=True),
    text("rate"),  # an exact decimal number
    at("loaded_at", nullable=False),
)
