"""Values that are never evidence, because somebody has said so."""

from __future__ import annotations

import msgspec

from kizuna.identity import normalise
from kizuna.identity.keys import CONTACT, DOMAIN, EMAIL, KNOWN_DOMAIN, PHONE, key_hash
from kizuna.identity.profile import AccountProfile, Profile

MAILBOX, HOST, NUMBER = "mailbox", "domain", "phone"
KINDS = (MAILBOX, HOST, NUMBER)
NOTED = "never_evidence"
"""Why a value of a record was left out."""

_STORED_UNDER = {
    MAILBOX: (("account", EMAIL), ("account", CONTACT), ("person", EMAIL)),
    HOST: (("account", DOMAIN), ("account", KNOWN_DOMAIN)),
    NUMBER: (("account", PHONE), ("person", PHONE)),
}


class Never(msgspec.Struct, frozen=True):
    """The blocked values of each kind, normalised."""

    mailboxes: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether anything is blocked."""
        return bool(self.mailboxes or self.domains or self.phones)


def normalised(kind: str, value: str, country: str | None = None) -> str | None:
    """The value as records are compared by it; None when it is none of that kind."""
    if kind == MAILBOX:
        return next((normalise.mailbox(address) for address in normalise.emails_in(value)), None)
    if kind == HOST:
        return next(iter(normalise.domains_in(value)), None)
    return normalise.phone(value, normalise.country_code(country))


def hashes(kind: str, value: str) -> list[int]:
    """The hashes of the keys by which the records that carry the value are found."""
    return [key_hash(entity, key, value) for entity, key in _STORED_UNDER[kind]]


def without(profile: Profile, never: Never) -> Profile:
    """The profile as if the blocked values did not stand in it."""
    if not never:
        return profile
    fields: dict[str, frozenset[str]] = {
        "emails": never.mailboxes,
        "role_mailboxes": never.mailboxes,
        "phones": never.phones,
    }
    if isinstance(profile, AccountProfile):
        fields |= dict.fromkeys(("domains", "email_domains", "contact_domains"), never.domains)
        fields["contacts"] = never.mailboxes
    left = {name: getattr(profile, name) - gone for name, gone in fields.items() if gone & getattr(profile, name)}
    return msgspec.structs.replace(profile, **left, ignored=profile.ignored | {NOTED}) if left else profile
