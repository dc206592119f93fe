"""What contacts say of their account: the domains of their addresses become evidence for who the account is."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import Connection

from kizuna.identity.normalise import domain_of
from kizuna.identity.profile import AccountProfile, PersonProfile
from kizuna.storage import identity, placements

CONTACT_DOMAINS_MOST = 20
"""An account with contacts at more domains than that is no evidence for any of them."""


def refresh(sql: Connection, accounts: Collection[int]) -> tuple[set[int], set[int]]:
    """The accounts among these whose contacts now say something else, and the hashes of the keys they lost by it.

    Their profiles and keys are brought up to date.
    """
    known = identity.profiles(sql, "account", accounts)
    said = _domains(sql, known)
    changed: set[int] = set()
    left: set[int] = set()
    for rid, profile in sorted(known.items()):
        assert isinstance(profile, AccountProfile)
        new = frozenset(said.get(rid, ())) - profile.domains
        if new != profile.contact_domains:
            left |= identity.replace_profile(sql, msgspec.structs.replace(profile, contact_domains=new))
            changed.add(rid)
    return changed, left


def _domains(sql: Connection, accounts: Collection[int]) -> dict[int, set[str]]:
    """Account record → the company domains of its contacts' addresses."""
    through = placements.winners(sql, placements.losers(sql, accounts))
    asked = set(accounts) | set(through)
    held = placements.stored(sql, asked, "account_rid").values()
    contacts = [(p.account_rid, p.person_rid) for p in held if p.kind in ("person", "membership")]
    people = identity.profiles(sql, "person", {rid for _, rid in contacts if rid is not None})
    found: dict[int, set[str]] = {}
    for account, person in contacts:
        profile = people.get(person or 0)
        if account is not None and isinstance(profile, PersonProfile):
            owner = through.get(account, account)
            addresses = profile.emails | profile.role_mailboxes
            found.setdefault(owner, set()).update(d for d in map(domain_of, addresses) if d)
    return {rid: domains for rid, domains in found.items() if len(domains) <= CONTACT_DOMAINS_MOST}
