"""Finding the chain of links between two records, as the partition of today has it."""

from __future__ import annotations

from sqlalchemy import Connection

from kizuna.derive.touch import component, partition_of
from kizuna.identity.chains import Chain, chain
from kizuna.storage import identity


def chain_between(sql: Connection, entity: str, a: int, b: int) -> Chain | None:
    """How two records hang together, or what keeps them apart; None when one of them is no such record."""
    profiles = identity.profiles(sql, entity, component(sql, entity, {a, b}))
    if a not in profiles or b not in profiles:
        return None
    return chain(partition_of(sql, entity, profiles), a, b)
