"""From facts to what identity compares: the profile of an account or a person."""

from __future__ import annotations

from dataclasses import dataclass

from kizuna.identity.profile import EMAIL_DOMAIN_IS_OWN, NAME_MAY_BE_PERSON, Profile, account_profile, person_profile
from kizuna.model.enums import AccountKind
from kizuna.model.facts import Account, Fact, Person
from kizuna.sdk import AnyConnector


@dataclass(frozen=True, slots=True)
class Source:
    """What identity must know of the connection a record comes from."""

    connection_id: int
    system: str
    traits: frozenset[str]


def source_of(connection_id: int, connector: type[AnyConnector]) -> Source:
    """The connection as identity sees it, with the traits its connector declares."""
    traits = {EMAIL_DOMAIN_IS_OWN}
    if connector.names_may_be_people:
        traits.add(NAME_MAY_BE_PERSON)
    return Source(connection_id, connector.key, frozenset(traits))


def profile_of(fact: Fact, rid: int, source_id: str, source: Source) -> Profile | None:
    """The profile of an account or a person (the first of a record); None for every other fact."""
    if fact.part:
        return None
    if isinstance(fact, Account):
        return account_profile(
            rid=rid,
            source=source.connection_id,
            system=source.system,
            source_id=source_id,
            name=fact.name,
            domains=fact.domains,
            emails=fact.emails,
            phones=(fact.phone,),
            corporate_number=fact.corporate_number,
            cross_references=[(ref.system, ref.id) for ref in fact.cross_references],
            traits=source.traits,
            country=fact.country,
            is_person=fact.account_kind is AccountKind.PERSON,
        )
    if isinstance(fact, Person):
        return person_profile(
            rid=rid,
            source=source.connection_id,
            system=source.system,
            source_id=source_id,
            name=fact.name,
            given_name=fact.given_name,
            family_name=fact.family_name,
            emails=fact.emails,
            phones=fact.phones,
            cross_references=[(ref.system, ref.id) for ref in fact.cross_references],
            traits=source.traits,
            country=fact.country,
        )
    return None
