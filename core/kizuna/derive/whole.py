"""Everything derived at once, phase by phase: for a rebuild, where no step may see a half-made world."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection

from kizuna.derive import contacts, homes, place, profiles
from kizuna.derive.declared import Declared
from kizuna.derive.touch import component, crossing, relink, resettle
from kizuna.derive.work import unify
from kizuna.storage import entities

CHUNK = 4_000
T = TypeVar("T")
ENTITIES = ("account", "person")

Observe = Callable[[str, int, int], None]
"""(phase, done, of all)."""


def derive_everything(sql: Connection, declared: Declared, now: int, observe: Observe = lambda *_: None) -> None:
    """All edges, entities, placements, customers and people from the facts that stand.

    Entities keep their ids: the partition is laid over the memberships that are there.
    """
    records = entities.records_with_facts(sql)

    def each(phase: str, items: Sequence[int]) -> Iterator[list[int]]:
        done = 0
        for chunk in chunks(items):
            yield chunk
            done += len(chunk)
            observe(phase, done, len(items))

    for chunk in each("facts", records):
        profiles.refresh(sql, chunk, declared)
        place.refreshed(sql, chunk, defer=False)
    accounts = entities.with_profiles(sql, "account")
    for chunk in each("contacts", accounts):
        contacts.refresh(sql, chunk)
    people = entities.with_profiles(sql, "person")
    for entity, rids in zip(ENTITIES, (accounts, people), strict=True):
        if entity == "person":
            for chunk in each("homes", people):
                homes.refresh(sql, chunk)
        for chunk in each(f"keys of {entity} records", rids):
            crossing(sql, entity, chunk, ())
        for chunk in each(f"edges of {entity} records", rids):
            relink(sql, entity, chunk)
        known = entities.with_memberships(sql, entity)
        settled: set[int] = set()
        for chunk in each(f"{entity} records", sorted({*rids, *known})):
            rest = [rid for rid in chunk if rid not in settled]
            whole = component(sql, entity, rest)
            resettle(sql, entity, whole, now, "rebuild")
            settled |= whole
    for chunk in each("places", records):
        place.place(sql, chunk, (), (), {})
    customers, persons = entities.living(sql, "account"), entities.living(sql, "person")
    for part in chunks(customers):
        unify(sql, part, (), declared)
    for part in chunks(persons):
        unify(sql, (), part, declared)
    observe("customers", len(customers), len(customers))


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The items in lists of at most ``size``."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
