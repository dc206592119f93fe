"""People: whom a system knows, under which account, and what it wrote about them."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from kizuna.sandbox.profile import SystemProfile
from kizuna.sandbox.records import Person
from kizuna.sandbox.seeds import between, moment, pick, stream_of
from kizuna.sandbox.seeing import slips
from kizuna.sandbox.seeing.accounts import address_of
from kizuna.sandbox.world import Employment, TruePerson, World

# Numbers of people in a system leave room for their jobs (4) and copies (4).
PLACES = 16

_KNOWN = {"crm": 0.66, "marketing": 0.5, "support": 0.4, "billing": 0.0}
_MISSING_EMAIL = {"crm": 0.08, "marketing": 0.02, "support": 0.03, "billing": 0.0}


def person_number(person: TruePerson, company: int, copy: int) -> int:
    """The number of a copy of a person at a company in any system."""
    job = next(place for place, held in enumerate(person.employments) if held.company == company)
    return person.number * PLACES + job * 4 + copy


def people_of(
    world: World, profile: SystemProfile, company: int, account_ids: list[str]
) -> list[tuple[TruePerson, Person]]:
    """The people of a company a system knows, each with the true person it stands for; one company in seven has nobody here."""
    if profile.role == "billing":
        return []
    rng = stream_of(world.seed, profile.key, "people", company)
    made: list[tuple[TruePerson, Person]] = []
    everyone = world.people_at(company)
    sure = pick(rng, everyone) if everyone and rng.random() < 0.75 else None
    for person in everyone:
        job = person.at(company)
        share = _KNOWN[profile.role] * (0.6 if job.until is not None else 1.0)
        if rng.random() >= share and person is not sure:
            continue
        copies = 2 if rng.random() < profile.duplicate_rate * 0.5 else 1
        made.extend((person, _seen(world, profile, person, job, account_ids, copy)) for copy in range(copies))
    return made


def _seen(
    world: World, profile: SystemProfile, person: TruePerson, job: Employment, account_ids: list[str], copy: int
) -> Person:
    number = person_number(person, job.company, copy)
    rng = stream_of(world.seed, profile.key, "person", number)
    company = world.companies[job.company]
    email = address_of(rng, person, job.company, private_rate=0.15 if profile.role == "support" else 0.04)
    if person.kind == "person" and rng.random() < _MISSING_EMAIL[profile.role]:
        email = None
    created = min(job.since + timedelta(days=between(rng, 0, 25)), world.now - timedelta(minutes=3)).replace(
        microsecond=0
    )
    named = person.kind == "person" and not (person.language == "ja" and rng.random() < 0.03)

    def kept(field: str) -> bool:
        return rng.random() >= profile.missing_rate(field) * 0.7

    name = slips.person_name(rng, person, profile)
    latin = person.language == "ja" and name == person.name_latin
    return Person(
        id=profile.native_id("person", number),
        number=number,
        person=person.id,
        kind=person.kind,
        account_id=_account(rng, profile, account_ids),
        name=name,
        family=_part(person, latin=latin, family=True) if named else None,
        given=_part(person, latin=latin, family=False) if named else None,
        family_kana=person.family_kana if profile.role == "crm" and rng.random() < 0.5 else None,
        given_kana=person.given_kana if profile.role == "crm" and rng.random() < 0.5 else None,
        email=_typed(rng, email),
        other_emails=_others(rng, person, job, email),
        phone=slips.phone_number(rng, job.phone, company.country) if job.phone and kept("phone") else None,
        mobile=slips.phone_number(rng, person.mobile, company.country) if person.mobile and kept("phone") else None,
        title=job.title or None if kept("title") else None,
        department=job.department if kept("department") else None,
        seniority=job.seniority,
        address=slips.address(rng, company.address, profile) if profile.role != "support" and kept("address") else None,
        language=person.language,
        status="left" if job.until is not None and rng.random() < 0.5 else "active",
        owner_id=profile.native_id("staff", world.owners_of(job.company)[0]) if profile.role != "support" else None,
        references=(),
        created_at=created,
        updated_at=moment(rng, created, world.now) if rng.random() < 0.7 else created,
    )


def _account(rng: Random, profile: SystemProfile, account_ids: list[str]) -> str | None:
    if rng.random() < profile.orphan_rate or not account_ids:
        return None
    return account_ids[-1] if rng.random() < 0.3 else account_ids[0]


def _part(person: TruePerson, *, latin: bool, family: bool) -> str:
    if latin:
        return (person.family_latin if family else person.given_latin).title()
    return person.family if family else person.given


def _typed(rng: Random, email: str | None) -> str | None:
    """An address as typed: sometimes with capitals."""
    if email is None or rng.random() > 0.04:
        return email
    local, domain = email.split("@")
    return f"{local.title()}@{domain}"


def _others(rng: Random, person: TruePerson, job: Employment, email: str | None) -> tuple[str, ...]:
    """A second address, now and then: the private one or the one at work."""
    if rng.random() > 0.08 or person.kind == "mailbox":
        return ()
    spare = {person.private_email, job.email} - {None, email}
    return tuple(sorted(address for address in spare if address is not None))
