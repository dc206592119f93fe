"""Accounts and people as four systems see them, for as many records as asked for, and what changes about them later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import Any

import msgspec

from kizuna.model.enums import AccountKind
from kizuna.model.facts import Account, Person
from kizuna.model.refs import CrossRef, Ref, record_id
from kizuna.sandbox import World, usual_profile
from kizuna.sandbox import records as seen
from kizuna.sandbox.profile import Role
from kizuna.sandbox.seeing import observe

ROLES: tuple[Role, ...] = ("crm", "marketing", "support", "billing")
COMPANIES = 1_000
"""In each of the worlds that stand side by side; about ten records a company."""


class Said(msgspec.Struct, frozen=True):
    """One record: the system it is of, its stream and id there, and its only fact."""

    system: str
    stream: str
    source_id: str
    fact: Account | Person

    @property
    def rid(self) -> int:
        """The record's id."""
        return record_id(self.system, self.stream, self.source_id)


def records(count: int) -> Iterator[Said]:
    """So many records: worlds of different seeds, hence of different words, one after the other."""
    given = 0
    for seed in range(1, count):
        for said in _world(seed):
            if given == count:
                return
            given += 1
            yield said


def changed(said: Said, rng: Random) -> Said:
    """The record after an edit: of something identity does not look at, a telephone number, or a mailbox."""
    fact = said.fact
    edit = rng.choice(("words", "phone", "mailbox"))
    if isinstance(fact, Account):
        edits: dict[str, dict[str, Any]] = {
            "words": {"industry": f"industry {rng.randrange(20)}"},
            "phone": {"phone": f"+8135{rng.randrange(10**7):07}"},
            "mailbox": {"emails": (*fact.emails, f"b{rng.randrange(10**6)}@bought-{rng.randrange(10**6)}.example")},
        }
    else:
        edits = {
            "words": {"title": f"title {rng.randrange(20)}"},
            "phone": {"phones": (f"+8190{rng.randrange(10**8):08}",)},
            "mailbox": {"emails": (*fact.emails, f"p{rng.randrange(10**6)}@moved-{rng.randrange(10**6)}.example")},
        }
    return msgspec.structs.replace(said, fact=msgspec.structs.replace(fact, **edits[edit]))


def _world(seed: int) -> Iterator[Said]:
    usual = [usual_profile(role, role, _naming(role, seed)) for role in ROLES]
    for system, view in observe(World(seed=seed, companies=COMPANIES), usual).items():
        yield from (Said(system, "accounts", one.id, _account(system, one)) for one in view.accounts)
        yield from (Said(system, "people", one.id, _person(one)) for one in view.people)


def _naming(role: Role, seed: int) -> Callable[[str, int], str]:
    return lambda kind, number: f"{role}-{seed}-{kind}-{number}"


def _account(system: str, held: seen.Account) -> Account:
    is_person = held.kind == "person" and system != "billing"
    return Account(
        name=held.name,
        account_kind=AccountKind.PERSON if is_person else AccountKind.COMPANY,
        domains=_told((held.domain, held.website, *held.other_domains)),
        emails=_told((held.email,)),
        phone=held.phone,
        industry=held.industry,
        employees=held.employees,
        street=held.address.street,
        city=held.address.city,
        postal_code=held.address.postcode,
        country=held.address.country,
        corporate_number=held.corporate_number or held.vat_number,
        parent=Ref("accounts", held.parent_id) if held.parent_id else None,
        created_at=held.created_at,
        updated_at=held.updated_at,
        cross_references=tuple(CrossRef(one.system, one.id) for one in held.references),
    )


def _person(held: seen.Person) -> Person:
    return Person(
        name=held.name,
        given_name=held.given,
        family_name=held.family,
        emails=_told((held.email, *held.other_emails)),
        phones=_told((held.phone, held.mobile)),
        title=held.title,
        account=Ref("accounts", held.account_id) if held.account_id else None,
        updated_at=held.updated_at,
        cross_references=tuple(CrossRef(one.system, one.id) for one in held.references),
    )


def _told(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(value for value in values if value)
