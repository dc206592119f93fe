"""Who: companies as accounts, people, leads and our own staff."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Address(msgspec.Struct, frozen=True, gc=False):
    """A postal address; ``country`` is ISO 3166-1 alpha-2, ``street`` is everything below the city."""

    country: str
    postcode: str | None
    region: str | None
    city: str | None
    street: str | None


class CrossReference(msgspec.Struct, frozen=True, gc=False):
    """The id of the same company or person in another system, as this record quotes it."""

    system: str
    id: str


class StaffMember(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One of us: a user of the CRM, an owner in marketing, an agent of the desk.

    ``role``: account_executive · csm · support_agent · finance · marketing. ``active`` is False for those who left.
    """

    id: str
    number: int
    name: str
    given: str
    family: str
    email: str
    role: str
    team: str
    active: bool
    created_at: datetime
    updated_at: datetime


class Account(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A company (or a person who buys) as one system wrote it down.

    ``company`` is the true company, for the truth file only: never let it reach a payload.
    ``kind`` is ``company`` or ``person``; ``name`` may be a person's name, a domain or a placeholder, as in life.
    ``email`` is the address the system mails to (bills, for billing). ``parent_id`` and ``owner_id`` are ids of this system.
    ``lifecycle``: lead · prospect · customer · former. ``annual_revenue`` is in whole units of ``currency``.
    """

    id: str
    number: int
    company: str
    kind: str
    name: str
    name_latin: str | None
    domain: str | None
    other_domains: tuple[str, ...]
    website: str | None
    email: str | None
    phone: str | None
    address: Address
    industry: str | None
    employees: int | None
    annual_revenue: int | None
    currency: str
    corporate_number: str | None
    vat_number: str | None
    description: str | None
    language: str
    segment: str
    lifecycle: str
    parent_id: str | None
    owner_id: str | None
    references: tuple[CrossReference, ...]
    created_at: datetime
    updated_at: datetime


class Person(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A contact, user or requester as one system wrote it down; a shared mailbox has ``kind`` ``mailbox``.

    ``person`` is the true person (for the truth file only), ``account_id`` the account of this system it is filed under, if any.
    ``seniority``: executive · director · manager · staff. ``status``: active · left (and the system knows it).
    """

    id: str
    number: int
    person: str
    kind: str
    account_id: str | None
    name: str
    family: str | None
    given: str | None
    family_kana: str | None
    given_kana: str | None
    email: str | None
    other_emails: tuple[str, ...]
    phone: str | None
    mobile: str | None
    title: str | None
    department: str | None
    seniority: str
    address: Address | None
    language: str
    status: str
    owner_id: str | None
    references: tuple[CrossReference, ...]
    created_at: datetime
    updated_at: datetime


class Lead(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Someone the CRM or marketing has not qualified yet, or has turned into a contact.

    ``status``: new · working · nurturing · converted · unqualified; the ``converted_…`` ids are set when converted.
    ``person`` and ``company`` are true ids, for the truth file only.
    """

    id: str
    number: int
    person: str
    company: str
    name: str
    family: str | None
    given: str | None
    email: str | None
    phone: str | None
    title: str | None
    company_name: str
    website: str | None
    address: Address
    industry: str | None
    source: str
    status: str
    owner_id: str | None
    created_at: datetime
    updated_at: datetime
    converted_at: datetime | None
    converted_account_id: str | None
    converted_person_id: str | None
    converted_deal_id: str | None
