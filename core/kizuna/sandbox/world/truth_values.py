"""What is true of companies and people, before any system writes it down."""

from __future__ import annotations

from datetime import datetime

import msgspec

from kizuna.sandbox.records import Address


class TrueCompany(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A company that really is one legal body; ``id`` is ``c`` and its number.

    ``name`` is the registered name, ``brand`` what people call it, ``name_latin`` the brand in Latin letters and
    ``name_en`` the English trade name. ``domains`` begins with the one in use; ``former_domain`` was given up. ``office`` is the
    name and domain of an accounting office or reseller that administers its accounts. ``stage``: lead · prospect · customer · former.
    ``traps`` names what makes it hard to recognise: group · same_brand · same_name · shared_office · shared_host · free_mail · sole.
    """

    number: int
    id: str
    language: str
    country: str
    name: str
    name_kana: str | None
    name_latin: str
    name_en: str
    brand: str
    legal_form: str
    industry: str
    employees: int
    annual_revenue: int
    currency: str
    address: Address
    phone: str
    domains: tuple[str, ...]
    former_domain: str | None
    website: str | None
    office: tuple[str, str] | None
    corporate_number: str | None
    vat_number: str | None
    parent: int | None
    segment: str
    stage: str
    first_seen_at: datetime
    traps: tuple[str, ...]


class Employment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A person's place at a company; ``until`` is set when the person has left."""

    company: int
    title: str
    department: str
    seniority: str
    email: str | None
    phone: str | None
    since: datetime
    until: datetime | None


class TruePerson(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One human being, or a shared mailbox (``kind`` ``mailbox``); ``id`` is ``p``, the first company's number and an index."""

    number: int
    id: str
    kind: str
    language: str
    family: str
    given: str
    family_kana: str | None
    given_kana: str | None
    family_latin: str
    given_latin: str
    private_email: str | None
    mobile: str | None
    employments: tuple[Employment, ...]

    @property
    def name(self) -> str:
        """The name in its own script and order."""
        if not self.given:
            return self.family
        return f"{self.family} {self.given}" if self.language == "ja" else f"{self.given} {self.family}"

    @property
    def name_latin(self) -> str:
        """Given name first, in Latin letters."""
        return f"{self.given_latin} {self.family_latin}".strip().title()

    def at(self, company: int) -> Employment:
        """The employment at that company."""
        return next(job for job in self.employments if job.company == company)
