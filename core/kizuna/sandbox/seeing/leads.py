"""Leads: people the CRM met before anyone qualified them, some converted since."""

from __future__ import annotations

from datetime import timedelta

from kizuna.sandbox.profile import SystemProfile
from kizuna.sandbox.records import Deal, Lead
from kizuna.sandbox.seeds import between, moment, pick, stream_of
from kizuna.sandbox.seeing import slips
from kizuna.sandbox.seeing.accounts import address_of
from kizuna.sandbox.seeing.persons import PLACES
from kizuna.sandbox.world import World
from kizuna.sandbox.world.stage import SOURCES

_STATUSES = ("new", "new", "working", "working", "nurturing", "unqualified")
_SHARE = {"lead": 1.0, "prospect": 0.5, "customer": 0.18, "former": 0.12}


def leads_of(
    world: World,
    profile: SystemProfile,
    number: int,
    account_ids: list[str],
    person_ids: dict[int, str],
    deals: list[Deal],
) -> list[Lead]:
    """The leads of a company: open ones of people not yet contacts, or the converted first contact of a customer."""
    company = world.companies[number]
    rng = stream_of(world.seed, profile.key, "leads", number)
    if rng.random() > _SHARE[company.stage]:
        return []
    made: list[Lead] = []
    for person in world.people_at(number)[:3]:
        job = person.at(number)
        converted = person.number in person_ids
        if person.kind != "person" or job.until is not None or (converted and made):
            continue
        created = min(company.first_seen_at + timedelta(hours=between(rng, 1, 200)), world.now - timedelta(hours=3))
        converted_at = moment(rng, created, min(world.now, created + timedelta(days=40))) if converted else None
        lead_number = person.number * PLACES
        made.append(
            Lead(
                id=profile.native_id("lead", lead_number),
                number=lead_number,
                person=person.id,
                company=company.id,
                name=person.name,
                family=person.family,
                given=person.given,
                email=address_of(rng, person, number, private_rate=0.15) if rng.random() < 0.92 else None,
                phone=slips.phone_number(rng, person.mobile or company.phone, company.country)
                if rng.random() < 0.5
                else None,
                title=job.title or None,
                company_name=slips.company_name(rng, company, profile, None),
                website=company.website if rng.random() < 0.3 else None,
                address=slips.address(rng, company.address, profile),
                industry=company.industry if rng.random() < 0.5 else None,
                source=pick(rng, SOURCES),
                status="converted" if converted else pick(rng, _STATUSES),
                owner_id=profile.native_id("staff", world.owners_of(number)[0]),
                created_at=created.replace(microsecond=0),
                updated_at=converted_at or moment(rng, created, world.now),
                converted_at=converted_at,
                converted_account_id=account_ids[0] if converted else None,
                converted_person_id=person_ids.get(person.number),
                converted_deal_id=deals[0].id if converted and deals else None,
            )
        )
    return made
