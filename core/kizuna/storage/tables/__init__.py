"""Every table, one file a layer; the layers are those of the way of the data.

Instants are integers: microseconds since 1970 in UTC. Record ids (``rid``) are 64-bit hashes of
(connection, stream, id). JSON stands in text columns. Only ``kizuna.storage`` and the migrations import this package.
"""

from kizuna.storage.tables import (
    business,
    custom,
    evidence,
    facts,
    identity,
    operations,
    rates,
    secrets,
    serving,
    webhooks,
)
from kizuna.storage.tables.base import METADATA

__all__ = [
    "METADATA",
    "business",
    "custom",
    "evidence",
    "facts",
    "identity",
    "operations",
    "rates",
    "secrets",
    "serving",
    "webhooks",
]
