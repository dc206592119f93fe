"""Accounts: which companies a system knows, how often, and what it wrote about them."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from kizuna.sandbox.profile import Role, SystemProfile
from kizuna.sandbox.records import Account
from kizuna.sandbox.seeds import between, moment, pick, share_of, stream_of
from kizuna.sandbox.seeing import slips
from kizuna.sandbox.world import TrueCompany, TruePerson, World
from kizuna.sandbox.world.latin import slug

# Numbers of accounts leave room for this many copies of one company in one system.
COPIES = 4

_PAYING = {
    "ja": ("keiri", "seikyu", "keiri-bu", "zaimu"),
    "en": ("ap", "invoices", "accounting", "billing"),
    "de": ("rechnung", "rechnungen", "fibu"),
    "fr": ("factures", "compta", "facturation"),
}

# How much likelier than on average each kind of company is known, by the role of the system.
_LEANINGS: dict[Role, dict[str, float]] = {
    "crm": {"customer": 1.05, "former": 1.0, "prospect": 1.0, "lead": 0.6},
    "marketing": {"customer": 1.0, "former": 0.9, "prospect": 1.1, "lead": 1.2},
    "support": {"customer": 1.3, "former": 1.1, "prospect": 0.3, "lead": 0.05},
    "billing": {"customer": 1.37, "former": 1.37, "prospect": 0.0, "lead": 0.0},
}


def known(world: World, profiles: list[SystemProfile]) -> dict[str, dict[int, int]]:
    """For each system the number of copies it holds of each company it knows; every company is known somewhere."""
    seen: dict[str, dict[int, int]] = {profile.key: {} for profile in profiles}
    for company in world.companies:
        for profile in profiles:
            chance = profile.coverage * _LEANINGS[profile.role][company.stage]
            if profile.role == "billing" and not world.ledger_of(company.number).subscriptions:
                continue
            if share_of(world.seed, profile.key, "knows", company.number) < chance:
                doubled = share_of(world.seed, profile.key, "doubles", company.number) < profile.duplicate_rate
                seen[profile.key][company.number] = 2 if doubled else 1
        if profiles and not any(company.number in held for held in seen.values()):
            fallback = next((profile for profile in profiles if profile.role != "billing"), profiles[0])
            seen[fallback.key][company.number] = 1
    return seen


def account_number(company: int, copy: int) -> int:
    """The number of a copy of a company in any system."""
    return company * COPIES + copy


def account(world: World, profile: SystemProfile, company: TrueCompany, copy: int, parent_id: str | None) -> Account:
    """One copy of a company as a system wrote it down, without its references to other systems."""
    rng = stream_of(world.seed, profile.key, "account", company.number, copy)
    number = account_number(company.number, copy)
    people = [person for person in world.people_at(company.number) if person.kind == "person"]
    domain = _domain(rng, profile, company)
    personal = people and _is_personal(rng, profile, company)
    name = slips.person_name(rng, people[0], profile) if personal else slips.company_name(rng, company, profile, domain)
    created = _created(rng, world, profile, company, copy)
    site = company.website if domain is None or rng.random() < 0.5 else f"https://{domain}"

    def kept(field: str) -> bool:
        return rng.random() >= profile.missing_rate(field)

    return Account(
        id=profile.native_id("account", number),
        number=number,
        company=company.id,
        kind="person" if company.segment == "sole" and personal else "company",
        name=name,
        name_latin=company.name_en if company.language == "ja" and rng.random() < 0.15 else None,
        domain=domain,
        other_domains=company.domains[1:] if rng.random() < 0.5 else (),
        website=site if kept("website") else None,
        email=_email(rng, profile, company, world) if kept("email") else None,
        phone=slips.phone_number(rng, company.phone, company.country) if kept("phone") else None,
        address=slips.address(rng, company.address, profile),
        industry=company.industry if kept("industry") else None,
        employees=_rounded(rng, company.employees) if kept("employees") else None,
        annual_revenue=_rounded(rng, company.annual_revenue) if kept("annual_revenue") else None,
        currency=company.currency,
        corporate_number=company.corporate_number if kept("corporate_number") else None,
        vat_number=company.vat_number if kept("vat_number") else None,
        description=f"{company.brand} ({company.industry.replace('_', ' ')})" if rng.random() < 0.2 else None,
        language=company.language,
        segment=company.segment,
        lifecycle=company.stage,
        parent_id=parent_id if copy == 0 and rng.random() < 0.7 else None,
        owner_id=_owner(rng, world, profile, company),
        references=(),
        created_at=created,
        updated_at=moment(rng, created, world.now) if rng.random() < 0.8 else created,
    )


def _is_personal(rng: Random, profile: SystemProfile, company: TrueCompany) -> bool:
    """Billing is often opened in the name of the one who pays; one-person firms mostly are."""
    rate = profile.personal_name_rate
    return rng.random() < (min(0.8, rate * 5) if company.segment == "sole" else rate)


def _domain(rng: Random, profile: SystemProfile, company: TrueCompany) -> str | None:
    if rng.random() < profile.missing_rate("domain"):
        return None
    if company.office is not None and rng.random() < 0.35:
        # The office that keeps the books entered its own.
        return company.office[1]
    if company.former_domain is not None and rng.random() < profile.stale_domain_rate * 10:
        return company.former_domain
    if company.domains:
        return pick(rng, company.domains) if rng.random() < 0.15 else company.domains[0]
    if company.website is not None and rng.random() < 0.6:
        # Someone took the host's domain for the company's.
        return (
            company.website.removeprefix("https://").split("/")[0].split(".", 1)[-1]
            if "/" not in company.website[8:]
            else None
        )
    return None


def _email(rng: Random, profile: SystemProfile, company: TrueCompany, world: World) -> str | None:
    """The address bills or notices go to: the office that keeps the books, a shared mailbox, or a person."""
    if company.office is not None and rng.random() < 0.75:
        local = slug(company.name_latin)[:12] or "kaikei"
        return f"{local if rng.random() < 0.5 else pick(rng, ('info', 'kaikei', 'billing'))}@{company.office[1]}"
    people = world.people_at(company.number)
    mailbox = next((person for person in people if person.kind == "mailbox"), None)
    if mailbox is not None and rng.random() < 0.3:
        return mailbox.at(company.number).email
    if profile.role == "billing" and company.domains and company.segment != "sole" and rng.random() < 0.3:
        # An address only those who pay know of.
        return f"{pick(rng, _PAYING[company.language])}@{company.domains[0]}"
    person = people[0] if rng.random() < 0.4 else pick(rng, people)
    return address_of(rng, person, company.number, private_rate=0.2 if profile.role == "billing" else 0.05)


def address_of(rng: Random, person: TruePerson, company: int, *, private_rate: float) -> str | None:
    """The mail address a system has of a person at a company."""
    work = person.at(company).email
    if person.private_email is not None and (work is None or rng.random() < private_rate):
        return person.private_email
    return work


def _rounded(rng: Random, value: int) -> int:
    """A figure as someone once estimated it."""
    if rng.random() < 0.5:
        return value
    rough = max(1, round(value * (0.7 + 0.6 * rng.random())))
    return rough if rough < 50 else int(float(f"{rough:.1e}"))


def _owner(rng: Random, world: World, profile: SystemProfile, company: TrueCompany) -> str | None:
    if profile.role in {"support", "billing"} or rng.random() < 0.06:
        return None
    executive, csm = world.owners_of(company.number)
    return profile.native_id("staff", csm if company.stage == "customer" and rng.random() < 0.4 else executive)


def _created(rng: Random, world: World, profile: SystemProfile, company: TrueCompany, copy: int) -> datetime:
    created = company.first_seen_at + timedelta(days=between(rng, 0, 20), minutes=between(rng, 0, 900))
    if profile.role == "billing":
        first = world.ledger_of(company.number).subscriptions[:1]
        created = first[0].started_at - timedelta(minutes=between(rng, 1, 60)) if first else created
    elif copy:
        created = moment(rng, created, world.now)
    return min(created, world.now - timedelta(minutes=5)).replace(microsecond=0)
