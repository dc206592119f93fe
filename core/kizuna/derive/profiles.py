"""From facts to what identity compares: the profiles and keys of changed records, made from what they say now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection

from kizuna.derive.declared import Declared
from kizuna.identity.profile import (
    EMAIL_DOMAIN_IS_OWN,
    NAME_MAY_BE_PERSON,
    AccountProfile,
    PersonProfile,
    Profile,
    account_profile,
    person_profile,
)
from kizuna.model.enums import AccountKind
from kizuna.model.refs import CrossRef
from kizuna.storage import parties, profiles

Said = Mapping[Any, Any]

_WORDS = msgspec.json.Decoder(tuple[str, ...])
_REFERENCES = msgspec.json.Decoder(tuple[CrossRef, ...])
_TRAITS = frozenset({EMAIL_DOMAIN_IS_OWN})


def refresh(sql: Connection, rids: Collection[int], declared: Declared) -> dict[str, set[int]]:
    """Entity → the hashes of the keys that these records lost; their profiles and keys follow from their facts now."""
    made: list[Profile] = [
        *(_account(said, declared) for said in parties.accounts(sql, rids)),
        *(_person(said, declared) for said in parties.people(sql, rids)),
    ]
    return profiles.replace(sql, rids, made)


def _account(said: Said, declared: Declared) -> AccountProfile:
    return account_profile(
        rid=said["rid"],
        source=said["connection_id"],
        system=said["plugin"],
        source_id=said["source_id"],
        name=said["name"],
        domains=_WORDS.decode(said["domains"]),
        emails=_WORDS.decode(said["emails"]),
        phones=(said["phone"],),
        street=said["street"],
        city=said["city"],
        postal_code=said["postal_code"],
        corporate_number=said["corporate_number"],
        cross_references=_references(said),
        traits=_traits(said, declared),
        country=said["country"],
        is_person=said["account_kind"] == AccountKind.PERSON,
    )


def _person(said: Said, declared: Declared) -> PersonProfile:
    return person_profile(
        rid=said["rid"],
        source=said["connection_id"],
        system=said["plugin"],
        source_id=said["source_id"],
        name=said["name"],
        given_name=said["given_name"],
        family_name=said["family_name"],
        emails=_WORDS.decode(said["emails"]),
        phones=_WORDS.decode(said["phones"]),
        cross_references=_references(said),
        traits=_traits(said, declared),
        country=said["country"],
    )


def _references(said: Said) -> list[tuple[str, str]]:
    return [(ref.system, ref.id) for ref in _REFERENCES.decode(said["cross_references"])]


def _traits(said: Said, declared: Declared) -> frozenset[str]:
    return _TRAITS | {NAME_MAY_BE_PERSON} if said["plugin"] in declared.named_after_people else _TRAITS
