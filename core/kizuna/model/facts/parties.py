"""Who: organisations, people, our own staff, and who belongs to whom."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from kizuna.model.enums import AccountKind, Department
from kizuna.model.facts.base import Fact
from kizuna.model.money import Money
from kizuna.model.refs import CrossRef, Ref


class Account(Fact, frozen=True, kw_only=True):
    """An organisation (or one person) who is or may become a customer, as one system knows it."""

    kind: ClassVar[str] = "account"

    name: str | None = None
    account_kind: AccountKind = AccountKind.COMPANY
    domains: tuple[str, ...] = ()  # as the system writes them: hosts or URLs, the first is the main one
    emails: tuple[str, ...] = ()  # addresses of the organisation itself (billing address, shared inbox)
    phone: str | None = None
    industry: str | None = None
    employees: int | None = None
    annual_revenue: Money | None = None
    street: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None
    corporate_number: str | None = None  # 法人番号, VAT or tax id
    category: str | None = None  # the system's own type or plan word: Customer, Partner, Prospect
    lifecycle_stage: str | None = None
    description: str | None = None
    owner: Ref | None = None  # one of our staff
    parent: Ref | None = None  # the account above it in a group
    currency: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    cross_references: tuple[CrossRef, ...] = ()
    tags: tuple[str, ...] = ()


class Person(Fact, frozen=True, kw_only=True):
    """A human being at an account (contact, lead, end user), as one system knows them."""

    kind: ClassVar[str] = "person"

    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    emails: tuple[str, ...] = ()  # the first is the main one
    phones: tuple[str, ...] = ()
    title: str | None = None
    department: str | None = None
    account: Ref | None = None
    company_name: str | None = None  # what a lead wrote; no reference
    role: str | None = None  # the system's own word: lead, end-user, contact
    active: bool = True
    country: str | None = None
    language: str | None = None
    owner: Ref | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    cross_references: tuple[CrossRef, ...] = ()
    tags: tuple[str, ...] = ()


class Staff(Fact, frozen=True, kw_only=True):
    """One of us: a user, owner or agent of the connected system."""

    kind: ClassVar[str] = "staff"

    name: str | None = None
    email: str | None = None
    title: str | None = None
    department: Department | None = None
    active: bool = True


class Membership(Fact, frozen=True, kw_only=True):
    """A person belongs to an account (beside the one the person's own record names)."""

    kind: ClassVar[str] = "membership"

    person: Ref
    account: Ref
    label: str | None = None
    primary: bool = False
