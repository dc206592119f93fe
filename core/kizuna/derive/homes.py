"""What accounts say of their people: who is at one customer, under one name, is mostly one person."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import Connection

from kizuna.identity.profile import PersonProfile, Profile
from kizuna.storage import identity, placements, profiles


def refresh(sql: Connection, people: Collection[int]) -> tuple[set[int], set[int]]:
    """The people among these records who are at other customers now, and the hashes of the keys they lost by it.

    Their profiles and keys are brought up to date.
    """
    known = identity.stored_profiles(sql, "person", people)
    at = _customers(sql, known)
    changed: list[Profile] = []
    for rid, profile in sorted(known.items()):
        assert isinstance(profile, PersonProfile)
        customers = frozenset(at.get(rid, ()))
        if customers != profile.customers:
            changed.append(msgspec.structs.replace(profile, customers=customers))
    return {profile.rid for profile in changed}, profiles.rewrite(sql, changed)


def people_at(sql: Connection, accounts: Collection[int]) -> set[int]:
    """The people of these account records, and of those that were merged into them."""
    asked = set(accounts) | placements.losers(sql, accounts)
    held = placements.stored(sql, asked, "account_rid").values()
    return {p.person_rid for p in held if p.person_rid is not None and p.kind in ("person", "membership")}


def _customers(sql: Connection, people: Collection[int]) -> dict[int, set[str]]:
    """Person record → the customers of the accounts it is at."""
    held = placements.stored(sql, people, "person_rid").values()
    at = [(p.person_rid, p.account_rid) for p in held if p.account_rid and p.kind in ("person", "membership")]
    accounts = {account for _, account in at}
    through = placements.winners(sql, accounts)
    entities = identity.memberships(sql, "account", accounts | set(through.values()))
    found: dict[int, set[str]] = {}
    for person, account in at:
        customer = entities.get(through.get(account, account))
        if person is not None and customer is not None:
            found.setdefault(person, set()).add(customer)
    return found
