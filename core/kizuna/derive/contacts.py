"""What contacts say of their account: their mailboxes and domains become evidence for who the account is."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import Connection

from kizuna.identity.normalise import domain_of
from kizuna.identity.profile import AccountProfile, PersonProfile, Profile, contacts_of
from kizuna.storage import identity, placements, profiles

CONTACT_DOMAINS_MOST = 20
"""An account with contacts at more domains than that is no evidence for any of them."""


def refresh(sql: Connection, accounts: Collection[int]) -> tuple[set[int], set[int]]:
    """The accounts among these whose contacts now say something else, and the hashes of the keys they lost by it.

    Their profiles and keys are brought up to date.
    """
    known = identity.stored_profiles(sql, "account", accounts)
    said = _people(sql, known)
    changed: list[Profile] = []
    for rid, profile in sorted(known.items()):
        assert isinstance(profile, AccountProfile)
        people = said.get(rid, ())
        domains = {d for person in people for d in map(domain_of, person.emails | person.role_mailboxes) if d}
        beside = frozenset(domains) - profile.domains if len(domains) <= CONTACT_DOMAINS_MOST else frozenset()
        contacts = contacts_of({address for person in people for address in person.emails})
        if (beside, contacts) != (profile.contact_domains, profile.contacts):
            changed.append(msgspec.structs.replace(profile, contact_domains=beside, contacts=contacts))
    return {profile.rid for profile in changed}, profiles.rewrite(sql, changed)


def _people(sql: Connection, accounts: Collection[int]) -> dict[int, list[PersonProfile]]:
    """Account record → its people, as every record of them says."""
    through = placements.winners(sql, placements.losers(sql, accounts))
    asked = set(accounts) | set(through)
    held = placements.stored(sql, asked, "account_rid").values()
    contacts = [(p.account_rid, p.person_rid) for p in held if p.kind in ("person", "membership")]
    people = identity.stored_profiles(sql, "person", {rid for _, rid in contacts if rid is not None})
    found: dict[int, list[PersonProfile]] = {}
    for account, person in contacts:
        profile = people.get(person or 0)
        if account is not None and isinstance(profile, PersonProfile):
            found.setdefault(through.get(account, account), []).append(profile)
    return found
