"""What identity knows of one record: an account's or a person's normalised values, and nothing else of the record."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kizuna.identity import likeness, normalise
from kizuna.identity.addresses import places, street_kind
from kizuna.identity.company_names import is_surely_a_company
from kizuna.identity.normalise import CompanyName, PersonName

ACCOUNT, PERSON = "account", "person"

# Declared by connectors. Customers of a billing system are often named after whoever paid.
NAME_MAY_BE_PERSON = "name_may_be_person"
# The address on an account of this system is the company's own, so its domain is the company's domain.
EMAIL_DOMAIN_IS_OWN = "email_domain_is_own"
# A list that may hold anybody several times, as what people enter into a form does.
HOLDS_REPEATS = "holds_repeats"

# What stands in the name of an account.
COMPANY_NAME, MAYBE_PERSON_NAME, PERSON_NAME, WEB_ADDRESS = "company", "maybe_person", "person", "web_address"

# Why a value of a record was left out.
PLACEHOLDER, ROLE_MAILBOX, FREE_MAIL = "placeholder", "role_mailbox", "free_mail"

Reference = tuple[str, str]  # the key of a system's connector, the id of the record there

_NO_REFERENCE = frozenset(
    {"", "-", "0", "none", "null", "nil", "n/a", "na", "undefined", "unknown", "test", "false", "nan", "なし"}
)
_LONGEST_REFERENCE_CHARS = 128

CONTACTS_MOST = 50
"""So many mailboxes of an account's people are compared."""


class AccountProfile(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An organisation (or one person) as one record of one system describes it."""

    rid: int
    source: int  # the connection
    system: str
    own: Reference
    name: CompanyName | None = None
    name_role: str = COMPANY_NAME
    domains: frozenset[str] = frozenset()  # the account's own
    email_domains: frozenset[str] = frozenset()  # of its addresses, where these need not be the company's own
    contact_domains: frozenset[str] = frozenset()  # only known from its contacts' addresses
    emails: frozenset[str] = frozenset()
    role_mailboxes: frozenset[str] = frozenset()
    contacts: frozenset[str] = frozenset()  # the mailboxes of its people
    phones: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()  # its address, as kizuna.identity.addresses writes it
    street_kind: str | None = None  # st, ave; which many leave out
    corporate_number: str | None = None
    cross_references: frozenset[Reference] = frozenset()
    traits: frozenset[str] = frozenset()
    country: str | None = None
    ignored: frozenset[str] = frozenset()  # why values were left out: placeholder, role_mailbox, free_mail


class PersonProfile(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A human being as one record of one system describes them."""

    rid: int
    source: int  # the connection
    system: str
    own: Reference
    name: PersonName | None = None
    emails: frozenset[str] = frozenset()
    role_mailboxes: frozenset[str] = frozenset()  # read by a desk: they say company, not person
    phones: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()  # the entities of the accounts they are at
    born: str | None = None  # 1971-06-24
    town: str | None = None
    places: frozenset[str] = frozenset()  # the address, as kizuna.identity.addresses writes it
    street_kind: str | None = None  # st, ave; which many leave out
    cross_references: frozenset[Reference] = frozenset()
    traits: frozenset[str] = frozenset()
    country: str | None = None
    ignored: frozenset[str] = frozenset()  # why values were left out: placeholder, role_mailbox, free_mail


Profile = AccountProfile | PersonProfile


def lesser_domains(profile: AccountProfile) -> frozenset[str]:
    """The domains that are known of an account without being its own."""
    return profile.email_domains | profile.contact_domains if profile.email_domains else profile.contact_domains


def contacts_of(mailboxes: Iterable[str]) -> frozenset[str]:
    """The mailboxes of an account's people as evidence for who the account is; of very many people, those that sort first.

    So one company's records, seen by two systems, keep the same ones.
    """
    return frozenset(sorted(mailboxes)[:CONTACTS_MOST])


def is_repeated(one: Profile, other: Profile) -> bool:
    """Whether both are of one list that may hold anybody several times, so that this says nothing against them."""
    return one.source == other.source and HOLDS_REPEATS in one.traits


def entity_of(profile: Profile) -> str:
    """``account`` or ``person``."""
    return ACCOUNT if isinstance(profile, AccountProfile) else PERSON


def _references(own: Reference, written: Iterable[Reference]) -> frozenset[Reference]:
    kept = set()
    for system, source_id in written:
        reference = (system.strip().lower(), source_id.strip())
        usable = reference[1].lower() not in _NO_REFERENCE and len(reference[1]) <= _LONGEST_REFERENCE_CHARS
        if usable and reference[0] and reference != own:
            kept.add(reference)
    return frozenset(kept)


class _Mailboxes(msgspec.Struct, frozen=True):
    people: frozenset[str] = frozenset()
    desks: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()


_NO_MAILBOXES = _Mailboxes()


def _mailboxes(written: Iterable[str | None]) -> _Mailboxes:
    addresses = [address for text in written for address in normalise.emails_in(text)]
    if not addresses:
        return _NO_MAILBOXES
    people: set[str] = set()
    desks: set[str] = set()
    domains: set[str] = set()
    ignored: set[str] = set()
    for address in addresses:
        domain = normalise.domain_of(address)
        if domain:
            domains.add(domain)
        if normalise.is_placeholder_mailbox(address):
            ignored.add(PLACEHOLDER)
        elif normalise.is_role_mailbox(address):
            ignored.add(ROLE_MAILBOX)
            desks.add(normalise.mailbox(address))
        else:
            people.add(normalise.mailbox(address))
        if domain is None and normalise.is_free_mailbox(address):
            ignored.add(FREE_MAIL)
    return _Mailboxes(frozenset(people), frozenset(desks), frozenset(domains), frozenset(ignored))


def _ignored(mailboxes: _Mailboxes, *names: tuple[str | None, object]) -> frozenset[str]:
    unread = any(written and kept is None for written, kept in names)
    return mailboxes.ignored | {PLACEHOLDER} if unread else mailboxes.ignored


def _phones(written: Iterable[str | None], country: str | None) -> frozenset[str]:
    numbers = (normalise.phone(text, country) for text in written if text)
    return frozenset(number for number in numbers if number)


def _domains(written: Iterable[str | None]) -> frozenset[str]:
    return frozenset(domain for text in written for domain in normalise.domains_in(text))


def _name_role(
    name: CompanyName | None,
    emails: frozenset[str],
    domains: frozenset[str],
    traits: frozenset[str],
    *,
    is_person: bool,
) -> str:
    if is_person:
        return PERSON_NAME
    if name is not None and "." in name.raw and not domains.isdisjoint(normalise.domains_in(name.raw)):
        # Whoever had no name at hand repeated the domain.
        return WEB_ADDRESS
    if NAME_MAY_BE_PERSON not in traits or name is None or is_surely_a_company(name):
        return COMPANY_NAME
    # "Taro Yamada" with the address taro.yamada@… names the one who pays.
    if len(name.words) < 2:
        return MAYBE_PERSON_NAME
    locals_ = ["".join(filter(str.isalpha, address.partition("@")[0])) for address in emails]
    at_home = any(len(word) >= 3 and word in local for local in locals_ for word in name.words)
    return PERSON_NAME if at_home else MAYBE_PERSON_NAME


def account_profile(
    *,
    rid: int,
    source: int,
    system: str,
    source_id: str,
    name: str | None = None,
    domains: Iterable[str | None] = (),
    emails: Iterable[str | None] = (),
    contact_emails: Iterable[str | None] = (),
    phones: Iterable[str | None] = (),
    street: str | None = None,
    city: str | None = None,
    postal_code: str | None = None,
    corporate_number: str | None = None,
    cross_references: Iterable[Reference] = (),
    traits: Iterable[str] = (),
    country: str | None = None,
    is_person: bool = False,
) -> AccountProfile:
    """The account's values as identity compares them; what cannot be read is left out, never guessed.

    ``emails`` are the account's own addresses, ``contact_emails`` those of the people at it; each text may hold a list.
    ``domains`` may be URLs. ``is_person`` says the account is one human being.
    """
    own = (system.lower(), source_id)
    known_traits = frozenset(traits)
    code = normalise.country_code(country)
    mailboxes = _mailboxes(emails)
    own_domains = _domains(domains)
    # Whoever buys for themselves may do so from their desk at work, and bills may go to the office that keeps the books.
    if EMAIL_DOMAIN_IS_OWN in known_traits and not is_person and not own_domains:
        own_domains |= mailboxes.domains
    company = normalise.company_name(name)
    people = _mailboxes(contact_emails)
    return AccountProfile(
        rid=rid,
        source=source,
        system=own[0],
        own=own,
        name=company,
        name_role=_name_role(company, mailboxes.people, own_domains, known_traits, is_person=is_person),
        domains=own_domains,
        email_domains=mailboxes.domains - own_domains,
        contact_domains=people.domains - own_domains,
        emails=mailboxes.people,
        role_mailboxes=mailboxes.desks,
        contacts=contacts_of(people.people),
        phones=_phones(phones, code),
        places=places(street=street, city=city, postal=postal_code, country=code),
        street_kind=street_kind(street) if street else None,
        corporate_number=normalise.corporate_number(corporate_number),
        cross_references=_references(own, cross_references),
        traits=known_traits,
        country=code,
        ignored=_ignored(mailboxes, (name, company)),
    )


def person_profile(
    *,
    rid: int,
    source: int,
    system: str,
    source_id: str,
    name: str | None = None,
    given_name: str | None = None,
    family_name: str | None = None,
    emails: Iterable[str | None] = (),
    phones: Iterable[str | None] = (),
    customers: Iterable[str] = (),
    birth_date: str | None = None,
    street: str | None = None,
    city: str | None = None,
    postal_code: str | None = None,
    cross_references: Iterable[Reference] = (),
    traits: Iterable[str] = (),
    country: str | None = None,
) -> PersonProfile:
    """The person's values as identity compares them; what cannot be read is left out, never guessed."""
    own = (system.lower(), source_id)
    code = normalise.country_code(country)
    mailboxes = _mailboxes(emails)
    called = normalise.person_name(name, given=given_name, family=family_name)
    if called is not None and normalise.is_desk_name(called.raw):
        # The record is the shared mailbox itself, under its own name: "Info" <info@…>.
        mailboxes = msgspec.structs.replace(mailboxes, people=mailboxes.people | mailboxes.desks, desks=frozenset())
    return PersonProfile(
        rid=rid,
        source=source,
        system=own[0],
        own=own,
        name=called,
        emails=mailboxes.people,
        role_mailboxes=mailboxes.desks,
        phones=_phones(phones, code),
        customers=frozenset(customers),
        born=likeness.birthday(birth_date) if birth_date else None,
        town=likeness.town(city) if city else None,
        places=places(street=street, city=city, postal=postal_code, country=code) if street else frozenset(),
        street_kind=street_kind(street) if street else None,
        cross_references=_references(own, cross_references),
        traits=frozenset(traits),
        country=code,
        ignored=_ignored(mailboxes, (name or given_name or family_name, called)),
    )
