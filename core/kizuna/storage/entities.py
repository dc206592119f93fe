"""Lists of all records and entities, for work on the whole."""

from __future__ import annotations

from sqlalchemy import Connection, select

from kizuna.storage.placements import SHAPES
from kizuna.storage.tables import facts, identity


def records_with_facts(sql: Connection) -> list[int]:
    """Every record that says something of a customer: accounts first, then people, then the rest."""
    found: dict[int, None] = {}
    for kind in SHAPES:
        table = facts.FACTS[kind]
        found.update(dict.fromkeys(sql.execute(select(table.c.rid).distinct().order_by(table.c.rid)).scalars()))
    return list(found)


def with_profiles(sql: Connection, entity: str) -> list[int]:
    """Every record that identity knows as an account or a person."""
    table = identity.PROFILE
    return list(sql.execute(select(table.c.rid).where(table.c.entity == entity).order_by(table.c.rid)).scalars())


def with_memberships(sql: Connection, entity: str) -> list[int]:
    """Every record that belongs to a customer or person."""
    table = identity.MEMBERSHIP
    return list(sql.execute(select(table.c.rid).where(table.c.entity == entity).order_by(table.c.rid)).scalars())


def living(sql: Connection, entity: str) -> list[str]:
    """Every customer or person that has a record."""
    table = identity.MEMBERSHIP
    found = select(table.c.entity_id).where(table.c.entity == entity).distinct().order_by(table.c.entity_id)
    return list(sql.execute(found).scalars())
