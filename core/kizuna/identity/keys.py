"""The values two records can be found by: what a record is stored under, how rare each must be, and its hash."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from hashlib import blake2b

import msgspec

from kizuna.identity.company_names import CompanyName
from kizuna.identity.likeness import skeleton
from kizuna.identity.profile import (
    HOLDS_REPEATS,
    PERSON_NAME,
    WEB_ADDRESS,
    AccountProfile,
    PersonProfile,
    Profile,
    entity_of,
    lesser_domains,
)

OWN, XREF, CORPORATE_NUMBER, EMAIL, DOMAIN, KNOWN_DOMAIN, DOMAIN_NAME = (
    "own xref corporate_number email domain known_domain domain_name".split()
)
PHONE, PLACE, CONTACT, NAME, FULL_NAME, NAME_AT = "phone place contact name full_name name_at".split()
BORN, NAME_BORN, NAME_BONES = "born name_born name_bones".split()


_NO_COMPANYS_NAME = frozenset({PERSON_NAME, WEB_ADDRESS})


class KeyKind(msgspec.Struct, frozen=True):
    """What agreeing on a key of this kind is worth, and how many records may carry one value before it says nothing."""

    name: str
    tier: str  # id: a system says so · strong: one value can link · weak: only beside other evidence
    cap: int
    family: str  # kinds of one family have one hash, so that each is found by the other
    seeks: bool = True  # records that share one are compared; otherwise it is only counted


KINDS: dict[str, KeyKind] = {
    kind.name: kind
    for kind in (
        KeyKind(OWN, "id", 20, family="reference"),
        KeyKind(XREF, "id", 20, family="reference"),
        KeyKind(CORPORATE_NUMBER, "id", 20, family=CORPORATE_NUMBER),
        KeyKind(EMAIL, "strong", 20, family=EMAIL),
        KeyKind(DOMAIN, "strong", 40, family=DOMAIN),
        # Its own domains and those of its people, so that one finds the other. Never counted for rarity: a consultant is a
        # contact at many accounts.
        KeyKind(KNOWN_DOMAIN, "weak", 40, family=KNOWN_DOMAIN),
        # Finds equal names on a domain that is too common to be searched.
        KeyKind(DOMAIN_NAME, "strong", 40, family=DOMAIN_NAME),
        KeyKind(PHONE, "weak", 20, family=PHONE),
        KeyKind(PLACE, "weak", 20, family=PLACE),
        KeyKind(CONTACT, "weak", 20, family=CONTACT),  # a mailbox of the account or of one of its people
        KeyKind(NAME, "weak", 8, family=NAME),  # of a company; alone it is worth a question when hardly anybody has it
        KeyKind(BORN, "weak", 40, family=BORN),
        # Finds a name among so many people that every day is somebody's birthday.
        KeyKind(NAME_BORN, "weak", 40, family=NAME_BORN),
        KeyKind(NAME_BONES, "weak", 20, family=NAME_BONES),
        KeyKind(FULL_NAME, "weak", 40, family=FULL_NAME, seeks=False),  # of a person
        KeyKind(NAME_AT, "weak", 20, family=NAME_AT),  # finds equal names among the people of one customer
    )
}

NAMES = frozenset({NAME, FULL_NAME, NAME_AT})
"""Kinds that are names themselves: how common one is shows in the records that carry it, not in their names."""


class Key(msgspec.Struct, frozen=True, order=True):
    """One value a record can be found by."""

    kind: str
    value: str


class KeyStat(msgspec.Struct, frozen=True):
    """How common a value is: the largest number of differently named records of one source that carry it.

    ``status`` is what an operator has set: normal, blocked (never evidence) or allowed (evidence however common).
    ``most`` counts the records of one source whatever their names: how common a name itself is.
    """

    largest_per_source: int = 0
    status: str = "normal"
    most: int = 0


Stats = Callable[[Key], KeyStat]


def key_hash(entity: str, kind: str, value: str) -> int:
    """The signed 64-bit hash a key is stored and looked up under; look up by it alone, not by kind.

    ``own`` and ``xref`` share it, so that a reference finds the record it names and the other way round.
    """
    text = f"{_prefix(entity, kind)}{value}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little", signed=True)


@cache
def _prefix(entity: str, kind: str) -> str:
    family = KINDS[kind].family if kind in KINDS else kind
    return f"{entity}\x1f{family}\x1f"


def reference_value(system: str, source_id: str) -> str:
    """The value of an ``own`` or ``xref`` key."""
    return f"{system}\x1f{source_id}"


def keys(profile: Profile) -> tuple[Key, ...]:
    """Every key of the record, sorted, once each; placeholder, role and free-mail values never make one for a company.

    The mailboxes of desks are keys of accounts (they say company), not of persons.
    """
    return tuple(sorted({Key(kind, value) for kind, value in _values(profile)}))


def hashed_keys(profile: Profile) -> dict[int, tuple[str, str]]:
    """Every key of the record by its hash, as (kind, value); of two kinds of one family with one value, the stronger."""
    entity, found = entity_of(profile), dict[int, tuple[str, str]]()
    for kind, value in _values(profile):
        found.setdefault(key_hash(entity, kind, value), (kind, value))
    return found


def _values(profile: Profile) -> list[tuple[str, str]]:
    """(kind, value) of each key; within a family the stronger kind comes first."""
    found = [(OWN, reference_value(*profile.own))]
    found += [(XREF, reference_value(*reference)) for reference in profile.cross_references]
    found += [(EMAIL, address) for address in profile.emails]
    found += [(PHONE, number) for number in profile.phones]
    found += _account_values(profile) if isinstance(profile, AccountProfile) else _person_values(profile)
    return found


def _account_values(profile: AccountProfile) -> list[tuple[str, str]]:
    core = profile.name.core if profile.name and profile.name_role not in _NO_COMPANYS_NAME else None
    known = profile.domains | lesser_domains(profile)
    found = [(EMAIL, address) for address in profile.role_mailboxes]
    found += [(DOMAIN, domain) for domain in profile.domains]
    found += [(KNOWN_DOMAIN, domain) for domain in known]
    found += [(PLACE, place) for place in profile.places]
    found += [(CONTACT, address) for address in profile.contacts | profile.emails]
    if profile.corporate_number:
        found.append((CORPORATE_NUMBER, profile.corporate_number))
    if core:
        found.append((NAME, core))
        found += [(DOMAIN_NAME, f"{domain}\x1f{core}") for domain in known]
    return found


def _person_values(profile: PersonProfile) -> list[tuple[str, str]]:
    name = full_name(profile)
    found = (
        []
        if name is None
        else [(FULL_NAME, name), *((NAME_AT, name_at(customer, name)) for customer in profile.customers)]
    )
    found += [(PLACE, place) for place in profile.places]
    if profile.born or profile.town or profile.places:
        found += _directory_values(profile)
    return found


def _directory_values(profile: PersonProfile) -> list[tuple[str, str]]:
    """What finds somebody of whom birthday or address is known, with a slip in either or in the name."""
    bones = sorted(skeleton(word) for word in profile.name.words) if profile.name else []
    found = [(NAME_BONES, "\x1f".join(bones))] if len(bones) > 1 else []
    if profile.town:
        found += [(NAME_BONES, f"{word}\x1f@{skeleton(profile.town)}") for word in bones]
    if profile.born:
        year, month, day = profile.born.split("-")
        found.append((BORN, profile.born))
        found += [(NAME_BORN, f"{word}\x1f{part}") for word in bones for part in (year + month, f"-{month}{day}")]
    return found


def full_name(profile: PersonProfile) -> str | None:
    """Family and given name without order, because systems disagree on which stands first; None without both."""
    return "\x1f".join(sorted(profile.name.words)) if profile.name and profile.name.is_full else None


def name_at(customer: str, name: str) -> str:
    """The value of a ``name_at`` key."""
    return f"{customer}\x1f{name}"


def name_hash(profile: Profile) -> int | None:
    """What tells differently named records apart when a value's rarity is counted; None when no name counts.

    A list that may hold anybody several times writes one name in many ways, so nothing is counted there. A value's count in one source is the number of distinct hashes among the records that carry it there.
    """
    name = profile.name
    if (
        name is None
        or HOLDS_REPEATS in profile.traits
        or (isinstance(profile, AccountProfile) and profile.name_role in _NO_COMPANYS_NAME)
    ):
        return None
    value = name.core if isinstance(name, CompanyName) else "\x1f".join(sorted(name.words))
    return key_hash(entity_of(profile), "named", value)


def is_generic(key: Key, stat: KeyStat) -> bool:
    """Whether so many share the value that it says nothing by itself: two differently named records of one source do."""
    if stat.status == "allowed":
        return False
    return stat.status == "blocked" or (key.kind != KNOWN_DOMAIN and stat.largest_per_source >= 2)


def commonness(stat: KeyStat, count: int | None = None) -> int:
    """How many doublings more than one carry the value (``count``, or the names in one source); at most 4."""
    return 0 if stat.status == "allowed" else doublings(stat.largest_per_source if count is None else count)


def doublings(count: int) -> int:
    """How many doublings lead from one to ``count``, rounded up; from 4 on nothing says less any more."""
    return min(4, max(0, count - 1).bit_length())


def no_stats(_key: Key) -> KeyStat:
    """Every value rare: for two records looked at alone."""
    return KeyStat()


def stats_of(profiles: Iterable[Profile], statuses: Mapping[Key, str] | None = None) -> Stats:
    """How common each value is among these records; ``statuses`` are what operators have set."""
    names: dict[Key, dict[int, set[int]]] = {}
    records: dict[Key, Counter[int]] = {}
    for profile in profiles:
        named = name_hash(profile)
        for key in keys(profile):
            if key.kind in NAMES:
                records.setdefault(key, Counter())[profile.source] += 1
            if named is not None:
                names.setdefault(key, {}).setdefault(profile.source, set()).add(named)
    counted = {key: max(len(hashes) for hashes in by_source.values()) for key, by_source in names.items()}
    most = {key: max(by_source.values()) for key, by_source in records.items()}
    set_by_hand = statuses or {}
    return lambda key: KeyStat(counted.get(key, 0), set_by_hand.get(key, "normal"), most.get(key, 0))
