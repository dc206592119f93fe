"""How much of the world one system knows and how carelessly it wrote that down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["crm", "marketing", "support", "billing"]

ROLES: tuple[Role, ...] = ("crm", "marketing", "support", "billing")


@dataclass(frozen=True, slots=True)
class SystemProfile:
    """One system's habits; every rate is a share between 0 and 1.

    ``native_id(kind, number)`` turns a stable number into this system's id for a record of that kind (the kinds are the
    names in ``kizuna.sandbox.state.KINDS`` and the nested ``item``, ``line``, ``invoice_line``, ``comment``, ``rating``); it must be pure and never give two numbers
    of one kind the same id. Numbers are below 2**40.

    ``coverage``: companies it knows · ``duplicate_rate``: accounts it holds twice · ``typo_rate``, ``abbreviation_rate``,
    ``latin_rate`` (Japanese names in Latin letters): what happens to a name · ``missing``: share of empty values by field
    of Account or Person (``"*"`` for the others) · ``stale_domain_rate``: a domain the company has left · ``references``:
    share of records that quote the other system's id, by the other system's role · ``personal_name_rate``: accounts named
    after the person who buys · ``orphan_rate``: people filed under no account.
    """

    key: str
    role: Role
    native_id: Callable[[str, int], str]
    coverage: float
    duplicate_rate: float = 0.06
    typo_rate: float = 0.03
    abbreviation_rate: float = 0.15
    latin_rate: float = 0.08
    stale_domain_rate: float = 0.03
    personal_name_rate: float = 0.0
    orphan_rate: float = 0.05
    missing: Mapping[str, float] = field(default_factory=dict)
    references: Mapping[Role, float] = field(default_factory=dict)

    def missing_rate(self, name: str) -> float:
        """How often the field ``name`` is empty here."""
        return self.missing.get(name, self.missing.get("*", 0.0))


def usual_profile(key: str, role: Role, native_id: Callable[[str, int], str]) -> SystemProfile:
    """The habits a system of that role usually has; a vendor's sandbox starts from this and replaces what differs."""
    return _USUAL[role](key, native_id)


def _crm(key: str, native_id: Callable[[str, int], str]) -> SystemProfile:
    return SystemProfile(
        key=key,
        role="crm",
        native_id=native_id,
        coverage=0.85,
        duplicate_rate=0.07,
        missing={
            "domain": 0.25,
            "phone": 0.25,
            "corporate_number": 0.55,
            "vat_number": 0.7,
            "email": 0.75,
            "annual_revenue": 0.5,
            "employees": 0.3,
            "industry": 0.15,
            "address": 0.2,
            "website": 0.35,
            "*": 0.12,
        },
    )


def _marketing(key: str, native_id: Callable[[str, int], str]) -> SystemProfile:
    return SystemProfile(
        key=key,
        role="marketing",
        native_id=native_id,
        coverage=0.80,
        duplicate_rate=0.08,
        typo_rate=0.04,
        abbreviation_rate=0.25,
        latin_rate=0.12,
        missing={
            "domain": 0.2,
            "phone": 0.5,
            "corporate_number": 0.95,
            "vat_number": 0.97,
            "email": 0.9,
            "annual_revenue": 0.7,
            "employees": 0.5,
            "industry": 0.4,
            "address": 0.5,
            "website": 0.4,
            "*": 0.2,
        },
        references={"crm": 0.40},
    )


def _support(key: str, native_id: Callable[[str, int], str]) -> SystemProfile:
    return SystemProfile(
        key=key,
        role="support",
        native_id=native_id,
        coverage=0.55,
        duplicate_rate=0.05,
        abbreviation_rate=0.3,
        latin_rate=0.12,
        orphan_rate=0.25,
        missing={
            "domain": 0.4,
            "phone": 0.8,
            "corporate_number": 0.98,
            "vat_number": 0.99,
            "email": 0.9,
            "address": 0.95,
            "website": 0.9,
            "*": 0.5,
        },
        references={"crm": 0.30},
    )


def _billing(key: str, native_id: Callable[[str, int], str]) -> SystemProfile:
    return SystemProfile(
        key=key,
        role="billing",
        native_id=native_id,
        coverage=0.60,
        duplicate_rate=0.05,
        abbreviation_rate=0.1,
        latin_rate=0.15,
        personal_name_rate=0.15,
        missing={
            "domain": 1.0,
            "website": 1.0,
            "email": 0.06,
            "phone": 0.6,
            "corporate_number": 0.8,
            "vat_number": 0.6,
            "address": 0.35,
            "*": 0.3,
        },
        references={"crm": 0.35},
    )


_USUAL: Mapping[Role, Callable[[str, Callable[[str, int], str]], SystemProfile]] = {
    "crm": _crm,
    "marketing": _marketing,
    "support": _support,
    "billing": _billing,
}
